//! Why the cache refused or failed.

use std::fmt;

#[derive(Clone, Debug)]
pub enum CacheError {
    /// Neither `redis://` nor `memory:`, or not well formed.
    BadUrl(String),
    /// It cannot be reached, is starting or stopping. The same may succeed later.
    Unavailable(String),
    /// It holds as much as it may; what lives for a while only makes room by itself.
    Full,
    /// Longer than the limits allow: what it is.
    TooLarge(&'static str),
    /// Anything else: a mistake of ours, or of how the server is set up.
    Failed(String),
}

impl CacheError {
    /// Whether the same may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full)
    }
}

impl fmt::Display for CacheError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::BadUrl(what) => write!(formatter, "the cache's URL: {what}"),
            Self::Unavailable(what) => write!(formatter, "the cache is unavailable: {what}"),
            Self::Full => formatter.write_str("the cache is full"),
            Self::TooLarge(what) => write!(formatter, "{what} is too long for the cache"),
            Self::Failed(what) => write!(formatter, "the cache: {what}"),
        }
    }
}

impl std::error::Error for CacheError {}
