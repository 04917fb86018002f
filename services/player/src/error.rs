//! Why a request was refused or failed. A backend that is away is told as 503, our own faults as 500; the
//! reasons go to the log.

use std::fmt;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use backends::{cache::CacheError, inbox::HandleError, sql::SqlError};
use web::Problem;

use crate::domain::{Refusal, RefusalKind};

/// Seconds after which a backend may be back.
const RETRY_AFTER_S: u64 = 2;

#[derive(Debug)]
pub enum PlayerError {
    /// By the rules.
    Refused(Refusal),
    /// The request cannot be, or not now.
    Problem(Problem),
    Sql(SqlError),
    Cache(CacheError),
}

impl fmt::Display for PlayerError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(formatter, "refused: {}", refusal.words),
            Self::Problem(problem) => write!(formatter, "refused: {problem:?}"),
            Self::Sql(error) => error.fmt(formatter),
            Self::Cache(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for PlayerError {}

impl From<Refusal> for PlayerError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Problem> for PlayerError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<SqlError> for PlayerError {
    fn from(error: SqlError) -> Self {
        Self::Sql(error)
    }
}

impl From<sqlx::Error> for PlayerError {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error.into())
    }
}

impl From<CacheError> for PlayerError {
    fn from(error: CacheError) -> Self {
        Self::Cache(error)
    }
}

/// Of an event: what is refused by the rules will be so for ever.
impl From<PlayerError> for HandleError {
    fn from(error: PlayerError) -> Self {
        match error {
            PlayerError::Sql(error) => Self::Sql(error),
            error => Self::Refused(error.to_string()),
        }
    }
}

fn problem_of(refusal: Refusal) -> Problem {
    let status = match refusal.kind {
        RefusalKind::Missing => StatusCode::NOT_FOUND,
        RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        RefusalKind::Conflict => StatusCode::CONFLICT,
    };
    Problem::new(status, refusal.name, refusal.words)
}

impl From<PlayerError> for Problem {
    fn from(error: PlayerError) -> Self {
        let is_retryable = match &error {
            PlayerError::Refused(_) | PlayerError::Problem(_) => false,
            PlayerError::Sql(error) => error.is_retryable(),
            PlayerError::Cache(error) => error.is_retryable(),
        };
        match error {
            PlayerError::Refused(refusal) => problem_of(refusal),
            PlayerError::Problem(problem) => problem,
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

impl IntoResponse for PlayerError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
