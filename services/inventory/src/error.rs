//! Why a request was refused or failed. A database that is away is told as 503, our own faults as 500; the
//! reasons go to the log.

use std::fmt;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use backends::sql::SqlError;
use web::Problem;

use crate::domain::Refusal;

/// Seconds after which a database may be back.
const RETRY_AFTER_S: u64 = 2;

#[derive(Debug)]
pub enum InventoryError {
    /// As it should be: the request may not.
    Refused(Problem),
    Sql(SqlError),
}

impl fmt::Display for InventoryError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Refused(problem) => write!(formatter, "refused: {problem:?}"),
            Self::Sql(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for InventoryError {}

impl From<Problem> for InventoryError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<SqlError> for InventoryError {
    fn from(error: SqlError) -> Self {
        Self::Sql(error)
    }
}

impl From<Refusal> for InventoryError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(problem_of(&refusal))
    }
}

/// A refusal as players are told it.
fn problem_of(refusal: &Refusal) -> Problem {
    let (status, title) = match refusal {
        Refusal::Malformed { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "This cannot be"),
        Refusal::WrongSlot { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "It is not worn there"),
        Refusal::UnknownRecipe => (StatusCode::NOT_FOUND, "There is no such recipe"),
        Refusal::Lacking { .. } => (StatusCode::CONFLICT, "There is not enough of it"),
        Refusal::NoRoom { .. } => (StatusCode::CONFLICT, "There is no room"),
        Refusal::EmptySlot { .. } => (StatusCode::CONFLICT, "Nothing is worn there"),
        Refusal::NoFood { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "It is no food"),
        Refusal::TooSoon { .. } => (StatusCode::CONFLICT, "The last meal was just now"),
        Refusal::Trade { .. } => (StatusCode::CONFLICT, "The trade is not like that"),
        Refusal::BornTwice { .. }
        | Refusal::Stale { .. }
        | Refusal::Unclaimed { .. }
        | Refusal::Overtaken { .. } => (StatusCode::CONFLICT, "Somebody else was there before"),
        Refusal::NothingToDo => (StatusCode::CONFLICT, "There is nothing to do"),
        Refusal::TooMuch => (StatusCode::CONFLICT, "That is too much at once"),
    };
    Problem::new(status, refusal.name(), title).detail(refusal.to_string())
}

impl From<InventoryError> for Problem {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::Refused(problem) => problem,
            InventoryError::Sql(error) if error.is_retryable() => {
                tracing::warn!(%error, "a request could not be answered now");
                Problem::unavailable(RETRY_AFTER_S)
            }
            InventoryError::Sql(error) => {
                tracing::error!(%error, "a request failed");
                Problem::internal()
            }
        }
    }
}

impl IntoResponse for InventoryError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
