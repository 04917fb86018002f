//! Why a question was refused or failed. A warehouse that is away is told as 503, our own faults as 500; the
//! reasons go to the log.

use std::fmt;

use axum::response::{IntoResponse, Response};
use backends::warehouse::WarehouseError;
use web::Problem;

use crate::limits::RETRY_AFTER_S;

#[derive(Debug)]
pub enum AnalyticsError {
    /// As it should be: the question may not.
    Refused(Problem),
    Warehouse(WarehouseError),
}

impl fmt::Display for AnalyticsError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Refused(problem) => write!(formatter, "refused: {problem:?}"),
            Self::Warehouse(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for AnalyticsError {}

impl From<Problem> for AnalyticsError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<WarehouseError> for AnalyticsError {
    fn from(error: WarehouseError) -> Self {
        Self::Warehouse(error)
    }
}

impl IntoResponse for AnalyticsError {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::Refused(problem) => problem,
            Self::Warehouse(error) if error.is_retryable() => {
                tracing::warn!(%error, "a question could not be answered now");
                Problem::unavailable(RETRY_AFTER_S)
            }
            Self::Warehouse(error) => {
                tracing::error!(%error, "a question failed");
                Problem::internal()
            }
        };
        problem.into_response()
    }
}
