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

/// All sessions of an account ended, or all but one: by its own wish, with its password, or with its role. What plays
/// leaves the battle, and comes back by a ticket that was given later.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SignedOut {
    #[serde(with = "text_id")]
    pub account: i64,
    /// Tickets that were given by then let nobody in.
    pub at_ms: i64,
}

impl Body for SignedOut {
    const TOPIC: &'static str = "auth.signed_out";
    const VERSION: u64 = 1;
}
