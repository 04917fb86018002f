//! Why something was refused or failed. A backend that is away is told as 503, our own faults as 500; the reasons
//! go to the log.

use std::fmt;

use auth::AuthError;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use backends::{broker::BrokerError, sql::SqlError};
use inventory::InventoryError;
use placement::ControlError;
use web::Problem;

/// Seconds after which a backend may be back.
const RETRY_AFTER_S: u64 = 2;

#[derive(Debug)]
pub enum AdminError {
    /// As it should be: it may not be.
    Refused(Problem),
    Sql(SqlError),
    Broker(BrokerError),
    Auth(AuthError),
    Inventory(InventoryError),
    /// The world does not answer.
    World(ControlError),
}

impl AdminError {
    /// This process knows nothing of that.
    pub fn not_here(what: &str) -> Self {
        let problem = Problem::new(StatusCode::NOT_FOUND, "not-here", "Not kept here");
        Self::Refused(problem.detail(what))
    }

    /// A 409 that says why.
    pub fn conflict(name: &str, why: impl Into<String>) -> Self {
        Self::Refused(Problem::conflict(name, "It cannot be done now").detail(why))
    }
}

impl fmt::Display for AdminError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Refused(problem) => formatter.write_str(&problem.sentence()),
            Self::Sql(error) => error.fmt(formatter),
            Self::Broker(error) => error.fmt(formatter),
            Self::Auth(AuthError::Refused(problem))
            | Self::Inventory(InventoryError::Refused(problem)) => {
                formatter.write_str(&problem.sentence())
            }
            Self::Auth(error) => error.fmt(formatter),
            Self::Inventory(error) => error.fmt(formatter),
            Self::World(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for AdminError {}

impl From<Problem> for AdminError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<SqlError> for AdminError {
    fn from(error: SqlError) -> Self {
        Self::Sql(error)
    }
}

impl From<BrokerError> for AdminError {
    fn from(error: BrokerError) -> Self {
        Self::Broker(error)
    }
}

impl From<AuthError> for AdminError {
    fn from(error: AuthError) -> Self {
        Self::Auth(error)
    }
}

impl From<InventoryError> for AdminError {
    fn from(error: InventoryError) -> Self {
        Self::Inventory(error)
    }
}

impl From<ControlError> for AdminError {
    fn from(error: ControlError) -> Self {
        Self::World(error)
    }
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        let is_retryable = match &error {
            AdminError::Sql(error) => error.is_retryable(),
            AdminError::Broker(error) => error.is_retryable(),
            AdminError::World(_) => true,
            _ => false,
        };
        match error {
            AdminError::Refused(problem) => problem,
            AdminError::Auth(error) => error.into(),
            AdminError::Inventory(error) => error.into(),
            error if is_retryable => {
                tracing::warn!(%error, "a request could not be answered now");
                Problem::unavailable(RETRY_AFTER_S).detail(told(&error))
            }
            error => {
                tracing::error!(%error, "a request failed");
                Problem::internal()
            }
        }
    }
}

/// Which of the backends it is; of what addresses they have, the log tells.
fn told(error: &AdminError) -> &'static str {
    match error {
        AdminError::World(_) => "no server of the world answers",
        AdminError::Broker(_) => "the broker does not answer",
        _ => "the database does not answer",
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
