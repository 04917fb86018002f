//! Moves put into the books, within somebody's transaction.

use backends::sql::SqlError;
use sqlx::AnyConnection;

use crate::{
    domain::{Changes, Move, Refusal, net},
    store::{balances, entries, uniques},
};

/// Which batch, and when.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    pub batch: i64,
    pub at_ms: i64,
}

/// Does moves that are well-formed, and what they changed. If they are refused, the caller rolls back.
pub async fn post(
    connection: &mut AnyConnection,
    stamp: Stamp,
    moves: &[Move],
) -> Result<Result<Changes, Refusal>, SqlError> {
    if let Err(refusal) = uniques::bear(connection, stamp, moves).await? {
        return Ok(Err(refusal));
    }
    let changes = net(moves);
    if let Err(refusal) = balances::change(connection, &changes).await? {
        return Ok(Err(refusal));
    }
    entries::write(connection, stamp, &changes).await?;
    Ok(Ok(changes))
}
