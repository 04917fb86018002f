//! Why a place for objects refused or failed.

use std::fmt;

use object_store::Error;

#[derive(Debug)]
pub enum ObjectsError {
    /// Neither `s3://` nor `file://`, or not well formed.
    BadUrl(String),
    /// It cannot be reached or is too busy. The same may succeed later.
    Unavailable(String),
    /// Other than letters, digits, `-`, `_` and `.`, with `/` between, or too long.
    BadName(String),
    /// Larger than the limits allow.
    TooLarge,
    /// Anything else: a mistake of ours, or of how it is set up.
    Failed(String),
}

impl ObjectsError {
    /// Whether the same may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<Error> for ObjectsError {
    fn from(error: Error) -> Self {
        match error {
            // What the network, the disk or the server's own troubles come as.
            Error::Generic { .. } => Self::Unavailable(error.to_string()),
            error => Self::Failed(error.to_string()),
        }
    }
}

impl fmt::Display for ObjectsError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::BadUrl(what) => write!(formatter, "the URL of objects: {what}"),
            Self::Unavailable(what) => write!(formatter, "objects are unavailable: {what}"),
            Self::BadName(name) => write!(formatter, "{name:?} is no name for an object"),
            Self::TooLarge => formatter.write_str("an object is too large"),
            Self::Failed(what) => write!(formatter, "objects: {what}"),
        }
    }
}

impl std::error::Error for ObjectsError {}
