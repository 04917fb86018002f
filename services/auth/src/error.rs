//! Why a request was refused or failed. A backend that is away is told as 503, our own faults as 500; the
//! reasons go to the log.

use std::fmt;

use axum::response::{IntoResponse, Response};
use backends::{cache::CacheError, sql::SqlError};
use web::Problem;

use crate::password::Busy;

/// Seconds after which a backend may be back.
const RETRY_AFTER_S: u64 = 2;

#[derive(Debug)]
pub enum AuthError {
    /// As it should be: the request may not.
    Refused(Problem),
    Sql(SqlError),
    Cache(CacheError),
    /// More passwords or mails at once than there is room for.
    Busy,
    /// The configuration cannot be.
    BadConfig(String),
    /// What the database holds was sealed under another master key.
    WrongMasterKey,
}

impl fmt::Display for AuthError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Refused(problem) => write!(formatter, "refused: {}", problem.sentence()),
            Self::Sql(error) => error.fmt(formatter),
            Self::Cache(error) => error.fmt(formatter),
            Self::Busy => formatter.write_str("too much at once"),
            Self::BadConfig(what) => write!(formatter, "the auth service's configuration: {what}"),
            Self::WrongMasterKey => formatter
                .write_str("the master key is not the one that the database was sealed under"),
        }
    }
}

impl std::error::Error for AuthError {}

impl From<Problem> for AuthError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<SqlError> for AuthError {
    fn from(error: SqlError) -> Self {
        Self::Sql(error)
    }
}

impl From<CacheError> for AuthError {
    fn from(error: CacheError) -> Self {
        Self::Cache(error)
    }
}

impl From<Busy> for AuthError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let is_retryable = match &error {
            AuthError::Refused(_) => false,
            AuthError::Sql(error) => error.is_retryable(),
            AuthError::Cache(error) => error.is_retryable(),
            AuthError::Busy => true,
            AuthError::BadConfig(_) | AuthError::WrongMasterKey => false,
        };
        match error {
            AuthError::Refused(problem) => problem,
            error if is_retryable => {
                tracing::warn!(%error, "a request could not be answered now");
                Problem::unavailable(RETRY_AFTER_S)
            }
            error => {
                tracing::error!(%error, "a request failed");
                Problem::internal()
            }
        }
    }
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
