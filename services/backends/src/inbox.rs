//! Events taken once in effect: their ids are kept in the same transaction as what they change, so that one
//! that is delivered again changes nothing.
//!
//! Each service has its own table, which [`Inbox::migration`] makes.

use sqlx::AssertSqlSafe;

use crate::{
    backoff::Backoff,
    broker::{Consumer, Delivery, Event},
    limits::{HANDLER_RETRY_MAX, HANDLER_RETRY_MIN, INBOX_MEMORY, LANES},
    outbox::{milliseconds, require_name},
    sql::{Database, Migration, SqlError, Transaction, citus_declarations},
};

/// What a service does with an event.
pub trait Handler: Sync {
    /// Changes what the event changes, in the transaction, and commits nothing itself. It may run several
    /// times for one event, of which at most one is committed.
    fn handle(
        &self,
        transaction: &mut Transaction,
        event: &Event,
    ) -> impl Future<Output = Result<(), HandleError>> + Send;
}

/// Why an event had no effect.
#[derive(Debug)]
pub enum HandleError {
    /// The database's fault: one that is unavailable is waited for, with the event in hand.
    Sql(SqlError),
    /// The event makes no sense, today or later: a dead letter.
    Refused(String),
}

impl From<SqlError> for HandleError {
    fn from(error: SqlError) -> Self {
        Self::Sql(error)
    }
}

impl From<sqlx::Error> for HandleError {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error.into())
    }
}

/// The inbox of one service.
#[derive(Debug)]
pub struct Inbox {
    insert: String,
    forget: String,
    table: &'static str,
}

impl Inbox {
    /// Of a table of this name, of small letters and `_`.
    pub fn new(table: &'static str) -> Self {
        require_name(table);
        Self {
            insert: format!(
                "INSERT INTO {table} (lane, consumer, event_id, taken_ms) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (lane, consumer, event_id) DO NOTHING"
            ),
            forget: format!("DELETE FROM {table} WHERE lane = $1 AND taken_ms < $2"),
            table,
        }
    }

    /// Makes the table; one of the service's own migrations.
    pub fn migration(&self, version: i64) -> Migration {
        let table = self.table;
        let create = format!(
            "CREATE TABLE {table} (lane BIGINT NOT NULL, consumer TEXT NOT NULL, event_id TEXT NOT NULL, \
             taken_ms BIGINT NOT NULL, PRIMARY KEY (lane, consumer, event_id)); \
             CREATE INDEX {table}_taken ON {table} (lane, taken_ms);"
        );
        let postgres = create.clone() + &citus_declarations(&[(table, "lane")], &[]);
        Migration::each_made(version, "inbox", postgres, create)
    }

    /// Whether an event is new to the consumer of this name, who takes it with this transaction.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn take(
        &self,
        transaction: &mut Transaction,
        consumer: &str,
        event_id: &str,
        now_ms: i64,
    ) -> Result<bool, SqlError> {
        let result = sqlx::query(AssertSqlSafe(self.insert.clone()))
            .bind(lane_of_id(event_id))
            .bind(consumer)
            .bind(event_id)
            .bind(now_ms)
            .execute(&mut **transaction)
            .await?;
        Ok(result.rows_affected() == 1)
    }

    /// Forgets events that nobody delivers again any more; how many. To be called now and then.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn forget(&self, database: &Database, now_ms: i64) -> Result<u64, SqlError> {
        let mut count = 0;
        for lane in 0..LANES {
            let result = sqlx::query(AssertSqlSafe(self.forget.clone()))
                .bind(lane)
                .bind(now_ms.saturating_sub(milliseconds(INBOX_MEMORY)))
                .execute(database.pool())
                .await?;
            count += result.rows_affected();
        }
        Ok(count)
    }

    /// Takes events one after the other, for ever, each once in effect. May be dropped at any time: what was
    /// in hand is delivered again.
    pub async fn run(
        &self,
        database: &Database,
        name: &str,
        mut consumer: Consumer,
        handler: &impl Handler,
        now_ms: impl Fn() -> i64,
    ) {
        loop {
            let delivery = consumer.next().await;
            let mut backoff = Backoff::new(HANDLER_RETRY_MIN, HANDLER_RETRY_MAX);
            let result = loop {
                let result = self.handle(database, name, &delivery.event, handler, now_ms());
                match result.await {
                    Err(HandleError::Sql(error)) if error.is_retryable() => {
                        tracing::warn!(%error, consumer = name, "an event waits for the database");
                        backoff.wait().await;
                    }
                    result => break result,
                }
            };
            finish(delivery, result, name).await;
        }
    }

    async fn handle(
        &self,
        database: &Database,
        name: &str,
        event: &Event,
        handler: &impl Handler,
        now_ms: i64,
    ) -> Result<(), HandleError> {
        let mut transaction = database.begin().await?;
        if self.take(&mut transaction, name, &event.id, now_ms).await? {
            handler.handle(&mut transaction, event).await?;
        }
        Ok(transaction.commit().await?)
    }
}

async fn finish(delivery: Delivery, result: Result<(), HandleError>, consumer: &str) {
    let id = delivery.event.id.clone();
    match result {
        Ok(()) => delivery.done().await,
        Err(HandleError::Sql(error)) => {
            tracing::error!(%error, id, consumer, "an event could not be taken");
            delivery.again().await;
        }
        Err(HandleError::Refused(reason)) => {
            tracing::error!(reason, id, consumer, "an event was refused");
            delivery.give_up().await;
        }
    }
}

/// FNV-1a: the same on every machine and for ever.
fn lane_of_id(event_id: &str) -> i64 {
    let hash = event_id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    (hash >> 32).cast_signed().rem_euclid(LANES)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows that are there would not be found if this changed.
    #[test]
    fn an_id_stays_in_its_lane() {
        let ids = ["", "a", "0190a7c4-7e5b-7000-8000-000000000001"];
        assert_eq!(ids.map(lane_of_id), [4, 12, 5]);
    }
}
