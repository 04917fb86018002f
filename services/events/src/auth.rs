//! What became of accounts: told by the auth service.

use serde::{Deserialize, Serialize};

use crate::body::{Body, text_id};

/// An account may not play, from now on; it is sent away from wherever it plays.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sanctioned {
    #[serde(with = "text_id")]
    pub account: i64,
    /// `ban` or `suspension`.
    pub kind: String,
    pub until_ms: Option<i64>,
    pub at_ms: i64,
}

impl Body for Sanctioned {
    const TOPIC: &'static str = "auth.sanctioned";
    const VERSION: u64 = 1;
}
