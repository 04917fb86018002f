//! Rollbacks of what a character has, by staff.

use backends::sql::{SqlError, row};
use sqlx::AnyConnection;

use crate::{
    domain::{Books, Change, Move, Refusal, Reversal, reversals, roll_back},
    limits::BATCH_MOVES_MAX,
    store::{Answer, Order, Store, balances, batches::Work, insist},
};

/// Back to behind a batch of an owner's.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub owner: i64,
    /// All that came after it is reversed.
    pub after_batch: i64,
}

/// What a rollback would do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Preview {
    /// How often what the owner has was changed when this was looked at.
    pub revision: i64,
    pub reversals: Vec<Reversal>,
}

impl Store {
    /// What a rollback would do now; changes nothing.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn preview_rollback(
        &self,
        point: Point,
    ) -> Result<Result<Preview, Refusal>, SqlError> {
        // The revision first: what is told is no older than it says.
        let revision = self.revision(point.owner).await?;
        let mut connection = self.database.pool().acquire().await?;
        let looked = look(&mut connection, point).await?;
        Ok(looked.map(|(reversals, _)| Preview {
            revision,
            reversals,
        }))
    }

    /// Does what the preview said, unless what the owner has was changed since.
    ///
    /// # Errors
    /// As of [`Self::apply`].
    pub async fn roll_back(
        &self,
        order: Order<'_>,
        point: Point,
        revision: i64,
    ) -> Result<Answer, SqlError> {
        insist(async || self.perform(order, Work::Rollback(point, revision)).await).await
    }
}

/// The moves of a rollback, of an owner that is locked.
pub(super) async fn moves(
    connection: &mut AnyConnection,
    point: Point,
    revision: i64,
) -> Result<Result<Vec<Move>, Refusal>, SqlError> {
    let now: i64 = sqlx::query_scalar("SELECT revision FROM inventory_characters WHERE owner = $1")
        .bind(point.owner)
        .fetch_one(&mut *connection)
        .await?;
    // The lock itself counts as one.
    if now - 1 != revision {
        return Ok(Err(Refusal::Overtaken {
            character: point.owner,
        }));
    }
    let (reversals, books) = match look(connection, point).await? {
        Ok(looked) => looked,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let moves = roll_back(&reversals, &books, point.owner);
    Ok(match moves.is_empty() {
        true => Err(Refusal::NothingToDo),
        false => Ok(moves),
    })
}

async fn look(
    connection: &mut AnyConnection,
    point: Point,
) -> Result<Result<(Vec<Reversal>, Books), Refusal>, SqlError> {
    let books = balances::load(connection, &[point.owner]).await?;
    let rows = sqlx::query(
        "SELECT place, item, unique_id, CAST(SUM(change) AS BIGINT) AS change \
         FROM inventory_entries WHERE owner = $1 AND batch_id > $2 \
         GROUP BY place, item, unique_id HAVING SUM(change) <> 0 \
         ORDER BY item, unique_id, place LIMIT $3",
    )
    .bind(point.owner)
    .bind(point.after_batch)
    .bind(CHANGES_MAX + 1)
    .fetch_all(&mut *connection)
    .await?;
    // Some of them alone would tell of a thing that came from the world, and not that it went there again.
    if rows.len() as i64 > CHANGES_MAX {
        return Ok(Err(Refusal::TooMuch));
    }
    let changes = rows.iter().map(|it| {
        Ok(Change {
            place: balances::place_of(it)?,
            thing: balances::thing_of(it)?,
            change: row::get(it, "change")?,
        })
    });
    let changes = changes.collect::<Result<Vec<_>, SqlError>>()?;
    Ok(Ok((reversals(&changes, &books, point.owner), books)))
}

/// Accounts of things that are looked at: more than a batch can reverse, each thing being in a few of them.
const CHANGES_MAX: i64 = 4 * BATCH_MOVES_MAX as i64;
