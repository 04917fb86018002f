//! What staff want done at once, wherever a player is: told by the operations service.

use serde::{Deserialize, Serialize};

use crate::body::{Body, text_id};

/// An account's characters are to leave the battle, from whatever edge; they may come back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Expelled {
    #[serde(with = "text_id")]
    pub account: i64,
    pub at_ms: i64,
}

impl Body for Expelled {
    const TOPIC: &'static str = "admin.expelled";
    const VERSION: u64 = 1;
}
