//! Why a database refused or failed, by what the caller can do about it.

use std::fmt;

use sqlx::{error::DatabaseError, postgres::PgDatabaseError, sqlite::SqliteError};

/// Made of any [`sqlx::Error`], by what it means.
#[derive(Debug)]
pub enum SqlError {
    /// Neither `postgres://` nor `sqlite:`, or not well formed.
    BadUrl(String),
    /// It cannot be reached, is starting, stopping, full or too busy. The same may succeed later. Unless
    /// it was a commit, nothing was changed; see [`Transaction`](crate::sql::Transaction).
    Unavailable(sqlx::Error),
    /// Another transaction was in the way, and this one changed nothing: begin it again.
    Conflict(sqlx::Error),
    /// There is a row of this key already.
    Duplicate(sqlx::Error),
    /// What the database holds makes no sense.
    Corrupt(String),
    /// Anything else: a mistake of ours.
    Failed(sqlx::Error),
    Migration(sqlx::migrate::MigrateError),
    /// It lacks tables that this version of us needs; what was done is in this list.
    Unmigrated {
        list_table: &'static str,
    },
}

impl SqlError {
    /// Whether the same may succeed later, or at once in a new transaction.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Conflict(_))
    }
}

impl From<sqlx::Error> for SqlError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut, Tls, WorkerCrashed};
        let class = match &error {
            Io(_) | Tls(_) | PoolTimedOut | PoolClosed | WorkerCrashed => Self::Unavailable,
            Database(error) => class_of(&**error),
            _ => Self::Failed,
        };
        class(error)
    }
}

impl From<sqlx::migrate::MigrateError> for SqlError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::Execute(error) => match Self::from(error) {
                Self::Failed(error) => Self::Migration(error.into()),
                known => known,
            },
            error => Self::Migration(error),
        }
    }
}

type Class = fn(sqlx::Error) -> SqlError;

fn class_of(error: &dyn DatabaseError) -> Class {
    if error.is_unique_violation() {
        return SqlError::Duplicate;
    }
    if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
        class_of_postgres(error.code())
    } else if error.try_downcast_ref::<SqliteError>().is_some() {
        let code = error.code().and_then(|code| code.parse().ok());
        code.map_or(SqlError::Failed, class_of_sqlite)
    } else {
        SqlError::Failed
    }
}

/// By SQLSTATE, Appendix A of PostgreSQL's manual.
fn class_of_postgres(code: &str) -> Class {
    match code {
        // Serialization failure, deadlock.
        "40001" | "40P01" => SqlError::Conflict,
        // Waited too long for a lock, ran too long, rested too long, a server that became a replica.
        "55P03" | "57014" | "25P03" | "25006" => SqlError::Unavailable,
        // Connection exceptions, out of resources, shutdown and start, errors of the system.
        _ if ["08", "53", "57P", "58"]
            .iter()
            .any(|it| code.starts_with(it)) =>
        {
            SqlError::Unavailable
        }
        _ => SqlError::Failed,
    }
}

/// By primary result code, the low byte of the extended one.
fn class_of_sqlite(code: i32) -> Class {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    const IO: i32 = 10;
    const FULL: i32 = 13;
    const CANNOT_OPEN: i32 = 14;
    match code & 0xff {
        BUSY | LOCKED | IO | FULL | CANNOT_OPEN => SqlError::Unavailable,
        _ => SqlError::Failed,
    }
}

impl fmt::Display for SqlError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::BadUrl(what) => write!(formatter, "the database's URL: {what}"),
            Self::Unavailable(error) => write!(formatter, "the database is unavailable: {error}"),
            Self::Conflict(error) => write!(formatter, "another change was in the way: {error}"),
            Self::Duplicate(error) => write!(formatter, "it is there already: {error}"),
            Self::Corrupt(what) => write!(formatter, "the database is corrupt: {what}"),
            Self::Failed(error) => write!(formatter, "the database: {error}"),
            Self::Migration(error) => write!(formatter, "the database's migrations: {error}"),
            Self::Unmigrated { list_table } => write!(
                formatter,
                "the database lacks tables, by its {list_table}: run `voxelheim migrate`"
            ),
        }
    }
}

impl std::error::Error for SqlError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::BadUrl(_) | Self::Corrupt(_) | Self::Unmigrated { .. } => None,
            Self::Unavailable(error)
            | Self::Conflict(error)
            | Self::Duplicate(error)
            | Self::Failed(error) => Some(error),
            Self::Migration(error) => Some(error),
        }
    }
}
