//! The connections to a database, and the transactions on them.

use std::{str::FromStr, time::Duration};

use sqlx::{
    AnyConnection, AnyPool, Connection,
    any::{Any, AnyConnectOptions, AnyPoolOptions},
};

use crate::{
    limits::{ANSWER_MAX, CONNECTIONS_MAX, STATEMENT_MAX, TRANSACTION_REST_MAX, WAIT_MAX},
    sql::SqlError,
};

/// A database. Cheap to clone; the clones share connections.
#[derive(Clone, Debug)]
pub struct Database {
    pool: AnyPool,
    dialect: Dialect,
}

/// Which database it is: only how to connect, to begin and to migrate differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    Postgres,
    Sqlite,
}

/// A change in progress. Dropped without a commit it changes nothing. A commit that fails as
/// [`SqlError::Unavailable`] may have had its effect all the same: repeat it only with a key that
/// makes the second time have none.
pub type Transaction = sqlx::Transaction<'static, Any>;

/// How many connections a service has, and how long each thing may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SqlLimits {
    /// SQLite has one, whatever this says.
    pub connections_max: u32,
    /// For a connection, and for another's lock.
    pub wait_max: Duration,
    /// PostgreSQL only, as are those below.
    pub statement_max: Duration,
    /// Between two statements of a transaction.
    pub transaction_rest_max: Duration,
}

impl Default for SqlLimits {
    fn default() -> Self {
        Self {
            connections_max: CONNECTIONS_MAX,
            wait_max: WAIT_MAX,
            statement_max: STATEMENT_MAX,
            transaction_rest_max: TRANSACTION_REST_MAX,
        }
    }
}

impl Dialect {
    fn of_url(url: &str) -> Result<Self, SqlError> {
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            "postgres" | "postgresql" => Ok(Self::Postgres),
            "sqlite" => Ok(Self::Sqlite),
            // Not the whole URL: it may hold a password.
            _ => Err(SqlError::BadUrl(format!(
                "begins with {scheme:?}, but must with postgres:// or sqlite:"
            ))),
        }
    }
}

impl Database {
    /// Connects to `postgres://user:password@host:port/database`, or to `sqlite://path`, or to
    /// `sqlite::memory:`, which ends with the last clone. A missing SQLite file is created.
    /// PostgreSQL is spoken to without TLS, so it belongs into the processes' own network. Once open, a
    /// connection that is lost is made anew when somebody asks.
    ///
    /// # Errors
    /// [`SqlError::BadUrl`]; [`SqlError::Unavailable`] when there is no answer within
    /// [`SqlLimits::wait_max`], and the caller tries again later.
    pub async fn open(url: &str, limits: SqlLimits) -> Result<Self, SqlError> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of_url(url)?;
        let pool = match dialect {
            Dialect::Postgres => open_postgres(url, limits).await?,
            Dialect::Sqlite => open_sqlite(url, limits).await?,
        };
        Ok(Self { pool, dialect })
    }

    /// Whether [`Self::open`] would take this URL; nobody is asked.
    ///
    /// # Errors
    /// [`SqlError::BadUrl`].
    pub fn check_url(url: &str) -> Result<(), SqlError> {
        Dialect::of_url(url)?;
        parse(url).map(drop)
    }

    /// Where single statements run; for several that belong together, [`Self::begin`].
    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Begins a change of several rows that happens whole or not at all.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn begin(&self) -> Result<Transaction, SqlError> {
        let transaction = match self.dialect {
            Dialect::Postgres => self.pool.begin().await,
            // At once as a writer: one that became a writer later could be refused.
            Dialect::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await,
        };
        Ok(transaction?)
    }

    /// Whether the database answers, for readiness.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn ping(&self) -> Result<(), SqlError> {
        Ok(sqlx::query("SELECT 1")
            .execute(&self.pool)
            .await
            .map(drop)?)
    }

    /// Ends all connections; what is asked afterwards fails.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

async fn open_postgres(url: &str, limits: SqlLimits) -> Result<AnyPool, SqlError> {
    let settings = [
        ("lock_timeout", limits.wait_max),
        ("statement_timeout", limits.statement_max),
        (
            "idle_in_transaction_session_timeout",
            limits.transaction_rest_max,
        ),
    ];
    let options = AnyPoolOptions::new()
        .max_connections(limits.connections_max)
        .acquire_timeout(limits.wait_max)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for (name, span) in settings {
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

/// One connection that stays: SQLite writes one at a time anyway, and what is in memory lives as
/// long as its connection.
async fn open_sqlite(url: &str, limits: SqlLimits) -> Result<AnyPool, SqlError> {
    let busy = format!("PRAGMA busy_timeout = {}", limits.wait_max.as_millis());
    let options = AnyPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(limits.wait_max)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(move |connection, _| {
            let busy = busy.clone();
            Box::pin(async move {
                let busy = sqlx::AssertSqlSafe(busy);
                sqlx::query(busy).execute(&mut *connection).await?;
                for pragma in SQLITE_SETTINGS {
                    sqlx::query(pragma).execute(&mut *connection).await?;
                }
                Ok(())
            })
        });
    Ok(options.connect_with(parse(&creating(url))?).await?)
}

/// Lasting at each commit, readers do not wait for the writer, and references are held.
const SQLITE_SETTINGS: [&str; 3] = [
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
];

/// The URL with leave to create the file, unless it says otherwise.
fn creating(url: &str) -> String {
    if url.contains("mode=") || url.contains(":memory:") {
        return url.to_owned();
    }
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}mode=rwc")
}

/// A URL that insists on TLS would fail at each connection, with what sounds like a server that is away.
fn require_plain(url: &str) -> Result<(), SqlError> {
    let (_, query) = url.split_once('?').unwrap_or_default();
    let mut modes = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| ["sslmode", "ssl-mode"].contains(name));
    match modes.find(|(_, mode)| !["disable", "allow", "prefer"].contains(mode)) {
        None => Ok(()),
        Some((name, mode)) => Err(SqlError::BadUrl(format!(
            "{name}={mode} asks for TLS, which is not spoken here: leave it out, on a network of your own"
        ))),
    }
}

fn parse(url: &str) -> Result<AnyConnectOptions, SqlError> {
    require_plain(url)?;
    AnyConnectOptions::from_str(url).map_err(|error| SqlError::BadUrl(error.to_string()))
}
