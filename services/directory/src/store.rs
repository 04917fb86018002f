//! The connection to the database, and the transaction that every change of more than one row is.
//! Knows nothing of what is kept.

use std::{str::FromStr, time::Duration};

use sqlx::{
    AnyConnection, AnyPool, Connection, Transaction,
    any::{Any, AnyConnectOptions, AnyPoolOptions},
};

use crate::{
    DirectoryError,
    limits::{ANSWER_MAX, CONNECTIONS_MAX, STATEMENT_MAX, TRANSACTION_REST_MAX, WAIT_MAX},
    row,
};

/// The database that holds the directory. Cheap to clone; the clones share connections.
#[derive(Clone, Debug)]
pub struct Directory {
    pub(crate) pool: AnyPool,
    pub(crate) backend: Backend,
}

/// Which database it is: only how to connect, to begin and to migrate differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Backend {
    Postgres,
    Sqlite,
}

impl Backend {
    fn of_url(url: &str) -> Result<Self, DirectoryError> {
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            "postgres" | "postgresql" => Ok(Self::Postgres),
            "sqlite" => Ok(Self::Sqlite),
            // Not the whole URL: it may hold a password.
            _ => Err(DirectoryError::BadUrl(format!(
                "begins with {scheme:?}, but must with postgres:// or sqlite:"
            ))),
        }
    }
}

impl Directory {
    /// Connects to `postgres://user:password@host:port/database`, or to `sqlite://path`, or to
    /// `sqlite::memory:`, which ends with the last clone. A missing SQLite file is created.
    /// PostgreSQL is spoken to without TLS, so it belongs into the pods' own network.
    ///
    /// # Errors
    /// [`DirectoryError::BadUrl`], [`DirectoryError::Database`].
    pub async fn open(url: &str) -> Result<Self, DirectoryError> {
        sqlx::any::install_default_drivers();
        let backend = Backend::of_url(url)?;
        let pool = match backend {
            Backend::Postgres => open_postgres(url).await?,
            Backend::Sqlite => open_sqlite(url).await?,
        };
        Ok(Self { pool, backend })
    }

    /// The database's time in milliseconds since 1970: the only clock that leases are measured by.
    ///
    /// # Errors
    /// [`DirectoryError::Database`].
    pub async fn now_ms(&self) -> Result<i64, DirectoryError> {
        Ok(sqlx::query_scalar(NOW).fetch_one(&self.pool).await?)
    }

    /// Begins a change: from here on no other changes anything but its own lease.
    pub(crate) async fn write(&self) -> Result<Write, DirectoryError> {
        let mut transaction = match self.backend {
            Backend::Postgres => self.pool.begin().await?,
            // At once as a writer: one that became a writer later could be refused.
            Backend::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await?,
        };
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
    pub transaction: Transaction<'static, Any>,
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

async fn open_postgres(url: &str) -> Result<AnyPool, DirectoryError> {
    let options = AnyPoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(WAIT_MAX)
        .after_connect(|connection, _| {
            Box::pin(async move {
                for (name, span) in POSTGRES_SETTINGS {
                    sqlx::query("SELECT set_config($1, $2, FALSE)")
                        .bind(name)
                        .bind(span.as_millis().to_string())
                        .execute(&mut *connection)
                        .await?;
                }
                Ok(())
            })
        })
        .after_release(|connection, _| Box::pin(require_answer(connection)));
    Ok(options.connect_with(parse(url)?).await?)
}

/// A connection that comes back in the middle of a question, because whoever asked has stopped
/// waiting, may be to a network that is gone: then it would hold its place for many minutes.
async fn require_answer(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    let answer = tokio::time::timeout(ANSWER_MAX, connection.ping()).await;
    answer
        .map_err(|_| sqlx::Error::PoolTimedOut)?
        .map(|()| true)
}

const POSTGRES_SETTINGS: [(&str, Duration); 3] = [
    ("lock_timeout", WAIT_MAX),
    ("statement_timeout", STATEMENT_MAX),
    ("idle_in_transaction_session_timeout", TRANSACTION_REST_MAX),
];

/// One connection that stays: SQLite writes one at a time anyway, and what is in memory lives as
/// long as its connection.
async fn open_sqlite(url: &str) -> Result<AnyPool, DirectoryError> {
    let options = AnyPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(WAIT_MAX)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(|connection, _| {
            Box::pin(async move {
                for pragma in SQLITE_SETTINGS {
                    sqlx::query(pragma).execute(&mut *connection).await?;
                }
                Ok(())
            })
        });
    Ok(options.connect_with(parse(&creating(url))?).await?)
}

/// Lasting at each commit, and readers do not wait for the writer.
const SQLITE_SETTINGS: [&str; 3] = [
    "PRAGMA busy_timeout = 3000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
];

/// The URL with leave to create the file, unless it says otherwise.
fn creating(url: &str) -> String {
    if url.contains("mode=") || url.contains(":memory:") {
        return url.to_owned();
    }
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}mode=rwc")
}

fn parse(url: &str) -> Result<AnyConnectOptions, DirectoryError> {
    AnyConnectOptions::from_str(url).map_err(|error| DirectoryError::BadUrl(error.to_string()))
}
