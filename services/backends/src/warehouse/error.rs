//! Why the warehouse refused or failed.

use std::fmt;

use crate::sql::SqlError;

#[derive(Debug)]
pub enum WarehouseError {
    /// Neither `http://` nor `sqlite:`, or not well formed.
    BadUrl(String),
    /// It cannot be reached or is too busy. The same may succeed later.
    Unavailable(String),
    /// Longer than the limits allow: what it is.
    TooLarge(&'static str),
    /// Anything else: a mistake of ours.
    Failed(String),
}

impl WarehouseError {
    /// Whether the same may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<SqlError> for WarehouseError {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::BadUrl(what) => Self::BadUrl(what),
            error if error.is_retryable() => Self::Unavailable(error.to_string()),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl From<sqlx::Error> for WarehouseError {
    fn from(error: sqlx::Error) -> Self {
        SqlError::from(error).into()
    }
}

impl From<serde_json::Error> for WarehouseError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(format!("a row: {error}"))
    }
}

impl fmt::Display for WarehouseError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::BadUrl(what) => write!(formatter, "the warehouse's URL: {what}"),
            Self::Unavailable(what) => write!(formatter, "the warehouse is unavailable: {what}"),
            Self::TooLarge(what) => write!(formatter, "{what} is too large for the warehouse"),
            Self::Failed(what) => write!(formatter, "the warehouse: {what}"),
        }
    }
}

impl std::error::Error for WarehouseError {}
