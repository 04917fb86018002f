//! What a character begins with, given once. What it got from that source is in its books for ever, and so the
//! sign that it was given.

use backends::sql::SqlError;
use sqlx::AnyConnection;
use web::ids::{new_id, ordered_id};

use crate::{
    domain::{Place, Source, start},
    store::{Store, balances, characters, events, insist, posting, posting::Stamp},
};

impl Store {
    /// Gives a character what it begins with, unless it was given before or there is no room for it now.
    ///
    /// # Errors
    /// [`SqlError`]: then nothing was given.
    pub async fn start(&self, owner: i64, now_ms: i64) -> Result<(), SqlError> {
        if self.definitions.start.is_empty() {
            return Ok(());
        }
        let mut connection = self.database.pool().acquire().await?;
        if has_started(&mut connection, owner).await? {
            return Ok(());
        }
        drop(connection);
        insist(async || self.try_start(owner, now_ms).await).await
    }

    async fn try_start(&self, owner: i64, now_ms: i64) -> Result<(), SqlError> {
        let stamp = Stamp {
            batch: ordered_id(now_ms),
            at_ms: now_ms,
        };
        let mut transaction = self.database.begin().await?;
        characters::lock(&mut transaction, &[owner]).await?;
        // Of two who ask at once, the later waited here.
        if has_started(&mut transaction, owner).await? {
            return Ok(());
        }
        let books = balances::load(&mut transaction, &[owner]).await?;
        let Ok(moves) = start(&self.definitions, &books, owner, new_id) else {
            return Ok(());
        };
        if let Ok(changes) = posting::post(&mut transaction, stamp, &moves).await? {
            events::put(&self.outbox, &mut transaction, stamp, &changes).await?;
            transaction.commit().await?;
            self.outbox.wake();
        }
        Ok(())
    }
}

async fn has_started(connection: &mut AnyConnection, owner: i64) -> Result<bool, SqlError> {
    let found = sqlx::query(
        "SELECT balance FROM inventory_balances WHERE owner = $1 AND place = $2 LIMIT 1",
    )
    .bind(owner)
    .bind(Place::Source(Source::Start).name())
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}
