//! Events that happen exactly when a change in a database does: put down in the same transaction, sent
//! afterwards, and forgotten when the broker has them. So each is published at least once, and none that
//! did not happen; an [`inbox`](crate::inbox) makes it once in effect.
//!
//! Each service has its own table, which [`Outbox::migration`] makes. Its rows lie in lanes, by the key of
//! whom the event is about: events of one key are sent in order, unless a broker failed in between.

use std::time::Duration;

use sqlx::{AssertSqlSafe, any::AnyRow};
use tokio::sync::Notify;

use crate::{
    backoff::Backoff,
    broker::{Broker, BrokerError, Event},
    limits::{
        HANDLER_RETRY_MAX, HANDLER_RETRY_MIN, LANES, OUTBOX_BATCH_MAX, OUTBOX_CLAIM, OUTBOX_PERIOD,
    },
    sql::{Database, Migration, SqlError, Transaction, citus_declarations, row::get},
};

/// The outbox of one service.
#[derive(Debug)]
pub struct Outbox {
    insert: String,
    claim: String,
    delete: String,
    table: &'static str,
    added: Notify,
}

/// Why a round of sending ended before it was through. What was not sent will be.
#[derive(Debug)]
pub enum OutboxError {
    Sql(SqlError),
    Broker(BrokerError),
}

impl Outbox {
    /// Of a table of this name, of small letters and `_`.
    pub fn new(table: &'static str) -> Self {
        require_name(table);
        Self {
            insert: format!(
                "INSERT INTO {table} (lane, id, topic, body, claimed_until_ms) \
                 VALUES ($1, $2, $3, $4, 0)"
            ),
            // Named twice: whoever claimed them in between has them.
            claim: format!(
                "UPDATE {table} SET claimed_until_ms = $1 \
                 WHERE lane = $2 AND claimed_until_ms <= $3 AND id IN ( \
                   SELECT id FROM {table} WHERE lane = $2 AND claimed_until_ms <= $3 \
                   ORDER BY id LIMIT $4) \
                 RETURNING id, topic, body"
            ),
            delete: format!("DELETE FROM {table} WHERE lane = $1 AND id = $2"),
            table,
            added: Notify::new(),
        }
    }

    /// Makes the table; one of the service's own migrations.
    pub fn migration(&self, version: i64) -> Migration {
        let table = self.table;
        let create = |bytes| {
            format!(
                "CREATE TABLE {table} (lane BIGINT NOT NULL, id TEXT NOT NULL, topic TEXT NOT NULL, \
                 body {bytes} NOT NULL, claimed_until_ms BIGINT NOT NULL, PRIMARY KEY (lane, id));"
            )
        };
        let postgres = create("BYTEA") + &citus_declarations(&[(table, "lane")], &[]);
        Migration::each_made(version, "outbox", postgres, create("BLOB"))
    }

    /// Puts an event down. It happens if the transaction is committed; then [`Self::wake`] sends it at once.
    /// The ids of one key must rise, as UUIDv7 do, for its events to be in order.
    ///
    /// # Errors
    /// [`SqlError::Duplicate`] if there is one of this id; [`SqlError::Unavailable`].
    pub async fn put(
        &self,
        transaction: &mut Transaction,
        key: i64,
        event: &Event,
    ) -> Result<(), SqlError> {
        sqlx::query(AssertSqlSafe(self.insert.clone()))
            .bind(lane_of_key(key))
            .bind(&event.id)
            .bind(&event.topic)
            .bind(&event.body)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }

    /// Has [`Self::run`] look for events now.
    pub fn wake(&self) {
        self.added.notify_one();
    }

    /// Sends what there is, as long as there is something; how many. Several processes may do so at once.
    ///
    /// # Errors
    /// [`OutboxError`]; what was claimed by then is sent when the claim is over.
    pub async fn send(
        &self,
        database: &Database,
        broker: &Broker,
        now_ms: i64,
    ) -> Result<usize, OutboxError> {
        let mut count = 0;
        for lane in 0..LANES {
            loop {
                let events = self.claim(database, lane, now_ms).await?;
                if events.is_empty() {
                    break;
                }
                broker.publish_lasting(&events).await?;
                self.delete(database, lane, &events).await?;
                count += events.len();
            }
        }
        Ok(count)
    }

    /// Sends for ever, [`OUTBOX_PERIOD`] after each look or when woken. May be dropped at any time.
    pub async fn run(&self, database: &Database, broker: &Broker, now_ms: impl Fn() -> i64) {
        let mut backoff = Backoff::new(HANDLER_RETRY_MIN, HANDLER_RETRY_MAX);
        loop {
            match self.send(database, broker, now_ms()).await {
                Ok(_) => {
                    backoff.reset();
                    // Woken or not, it looks.
                    let _ = tokio::time::timeout(OUTBOX_PERIOD, self.added.notified()).await;
                }
                Err(error) => {
                    tracing::warn!(%error, table = self.table, "events wait in their outbox");
                    backoff.wait().await;
                }
            }
        }
    }

    async fn claim(
        &self,
        database: &Database,
        lane: i64,
        now_ms: i64,
    ) -> Result<Vec<Event>, SqlError> {
        let rows = sqlx::query(AssertSqlSafe(self.claim.clone()))
            .bind(now_ms.saturating_add(milliseconds(OUTBOX_CLAIM)))
            .bind(lane)
            .bind(now_ms)
            .bind(OUTBOX_BATCH_MAX)
            .fetch_all(database.pool())
            .await?;
        let events: Result<Vec<_>, _> = rows.iter().map(event_of).collect();
        let mut events = events?;
        // An update returns its rows in any order.
        events.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(events)
    }

    async fn delete(
        &self,
        database: &Database,
        lane: i64,
        events: &[Event],
    ) -> Result<(), SqlError> {
        let mut transaction = database.begin().await?;
        for event in events {
            sqlx::query(AssertSqlSafe(self.delete.clone()))
                .bind(lane)
                .bind(&event.id)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}

fn event_of(row: &AnyRow) -> Result<Event, SqlError> {
    Ok(Event {
        id: get(row, "id")?,
        topic: get(row, "topic")?,
        body: get(row, "body")?,
    })
}

pub(crate) fn milliseconds(span: Duration) -> i64 {
    span.as_millis()
        .try_into()
        .expect("limits are days at most")
}

/// Part of statements, so nothing that a statement could take for something else.
pub(crate) fn require_name(table: &str) {
    let is_allowed = |it: u8| it.is_ascii_lowercase() || it == b'_';
    assert!(
        !table.is_empty() && table.bytes().all(is_allowed),
        "a table's name is of small letters and _, not {table:?}"
    );
}

fn lane_of_key(key: i64) -> i64 {
    // Ids may count in steps of a power of two, so their low bits alone are not enough.
    let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64.cast_signed());
    (mixed >> 32).rem_euclid(LANES)
}

impl From<SqlError> for OutboxError {
    fn from(error: SqlError) -> Self {
        Self::Sql(error)
    }
}

impl From<BrokerError> for OutboxError {
    fn from(error: BrokerError) -> Self {
        Self::Broker(error)
    }
}

impl std::fmt::Display for OutboxError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Sql(error) => error.fmt(formatter),
            Self::Broker(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for OutboxError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_spread_over_all_lanes() {
        for step in [1, 16, 1 << 20, -3] {
            let lanes = (0..1_000).map(|number| lane_of_key(number * step));
            let mut counts = vec![0; usize::try_from(LANES).expect("few")];
            for lane in lanes {
                counts[usize::try_from(lane).expect("of LANES")] += 1;
            }
            assert!(
                counts.iter().all(|count| (20..150).contains(count)),
                "{step}: {counts:?}"
            );
        }
    }

    #[test]
    #[should_panic(expected = "a table's name")]
    fn a_table_is_only_a_name() {
        let _ = Outbox::new("a; DROP TABLE b");
    }
}
