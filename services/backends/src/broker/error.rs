//! Why the broker refused or failed.

use std::fmt;

#[derive(Clone, Debug)]
pub enum BrokerError {
    /// Neither `amqp://` nor `memory:`, or not well formed.
    BadUrl(String),
    /// It cannot be reached or does not confirm in time. The same may succeed later.
    Unavailable(String),
    /// A queue holds as much as it may, for nobody takes from it. The same may succeed later.
    Full,
    /// Longer than the limits allow: what it is.
    TooLarge(&'static str),
    /// Anything else: a mistake of ours, or of how the server is set up.
    Failed(String),
}

impl BrokerError {
    /// Whether the same may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full)
    }
}

impl fmt::Display for BrokerError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::BadUrl(what) => write!(formatter, "the broker's URL: {what}"),
            Self::Unavailable(what) => write!(formatter, "the broker is unavailable: {what}"),
            Self::Full => formatter.write_str("a queue of the broker is full"),
            Self::TooLarge(what) => write!(formatter, "{what} is too large for the broker"),
            Self::Failed(what) => write!(formatter, "the broker: {what}"),
        }
    }
}

impl std::error::Error for BrokerError {}
