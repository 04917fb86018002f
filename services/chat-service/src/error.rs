//! Why a request was refused or failed. A database that is away is told as 503, our own faults as 500; the
//! reasons go to the log.

use std::fmt;

use axum::response::{IntoResponse, Response};
use backends::{cache::CacheError, sql::SqlError};
use web::Problem;

/// Seconds after which a database may be back.
const RETRY_AFTER_S: u64 = 2;

#[derive(Debug)]
pub enum ChatError {
    /// As it should be: the request may not.
    Refused(Problem),
    Sql(SqlError),
    Cache(CacheError),
}

impl fmt::Display for ChatError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Refused(problem) => write!(formatter, "refused: {problem:?}"),
            Self::Sql(error) => error.fmt(formatter),
            Self::Cache(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for ChatError {}

impl From<Problem> for ChatError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<SqlError> for ChatError {
    fn from(error: SqlError) -> Self {
        Self::Sql(error)
    }
}

impl From<CacheError> for ChatError {
    fn from(error: CacheError) -> Self {
        Self::Cache(error)
    }
}

impl From<ChatError> for Problem {
    fn from(error: ChatError) -> Self {
        let is_retryable = match &error {
            ChatError::Refused(_) => false,
            ChatError::Sql(error) => error.is_retryable(),
            ChatError::Cache(_) => true,
        };
        match error {
            ChatError::Refused(problem) => problem,
            error if is_retryable => {
                tracing::warn!(%error, "a request could not be answered now");
                Self::unavailable(RETRY_AFTER_S)
            }
            error => {
                tracing::error!(%error, "a request failed");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for ChatError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
