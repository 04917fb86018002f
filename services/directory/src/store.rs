//! The connection to the database, and the transaction that every change of more than one row is.
//! Knows nothing of what is kept.

use std::time::Duration;

use backends::sql::{Database, SqlLimits, Transaction};
use sqlx::AnyPool;

use crate::{
    DirectoryError,
    limits::{CONNECTIONS_MAX, STATEMENT_MAX, TRANSACTION_REST_MAX, WAIT_MAX},
    row,
};

/// The database that holds the directory. Cheap to clone; the clones share connections.
#[derive(Clone, Debug)]
pub struct Directory {
    pub(crate) database: Database,
}

const LIMITS: SqlLimits = SqlLimits {
    connections_max: CONNECTIONS_MAX,
    wait_max: WAIT_MAX,
    statement_max: STATEMENT_MAX,
    transaction_rest_max: TRANSACTION_REST_MAX,
};

impl Directory {
    /// Connects to `postgres://user:password@host:port/database`, or to `sqlite://path`, or to
    /// `sqlite::memory:`, which ends with the last clone. A missing SQLite file is created.
    /// PostgreSQL is spoken to without TLS, so it belongs into the pods' own network.
    ///
    /// # Errors
    /// [`DirectoryError::BadUrl`], [`DirectoryError::Database`].
    pub async fn open(url: &str) -> Result<Self, DirectoryError> {
        let database = Database::open(url, LIMITS).await?;
        Ok(Self { database })
    }

    pub(crate) fn pool(&self) -> &AnyPool {
        self.database.pool()
    }

    /// The database's time in milliseconds since 1970: the only clock that leases are measured by.
    ///
    /// # Errors
    /// [`DirectoryError::Database`].
    pub async fn now_ms(&self) -> Result<i64, DirectoryError> {
        Ok(sqlx::query_scalar(NOW).fetch_one(self.pool()).await?)
    }

    /// Begins a change: from here on no other changes anything but its own lease.
    pub(crate) async fn write(&self) -> Result<Write, DirectoryError> {
        let mut transaction = self.database.begin().await?;
        sqlx::query("UPDATE directory_world SET change_count = change_count + 1 WHERE id = 1")
            .execute(&mut *transaction)
            .await?;
        let now_ms = sqlx::query_scalar(NOW).fetch_one(&mut *transaction).await?;
        Ok(Write {
            transaction,
            now_ms,
        })
    }
}

const NOW: &str = "SELECT now_ms FROM directory_clock";

/// A change in progress. Dropped without [`Write::commit`] it changes nothing.
pub(crate) struct Write {
    pub transaction: Transaction,
    /// Read after all earlier changes have ended, so it never lies before one of them.
    pub now_ms: i64,
}

impl Write {
    pub async fn commit(self) -> Result<(), DirectoryError> {
        Ok(self.transaction.commit().await?)
    }
}

/// A span as the databases count it.
pub(crate) fn milliseconds(span: Duration) -> i64 {
    row::signed(span.as_millis().try_into().expect("limits are seconds"))
}

/// From the database's `now_ms` to `until_ms`; zero if that is past.
pub(crate) fn span_until(until_ms: i64, now_ms: i64) -> Duration {
    let span_ms = until_ms.saturating_sub(now_ms);
    Duration::from_millis(span_ms.try_into().unwrap_or(0))
}
