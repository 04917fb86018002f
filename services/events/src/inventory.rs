//! What became of things, in sum.

use serde::{Deserialize, Serialize};

use crate::body::Body;

/// What a batch of the ledger took from the world and gave back to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Flows {
    pub batch: i64,
    pub at_ms: i64,
    pub flows: Vec<Flow>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Flow {
    /// `source.` or `sink.` and why.
    pub place: String,
    pub item: String,
    /// Of the place's own account: below zero what came out of a source, above what went into a sink.
    pub count: i64,
}

impl Body for Flows {
    const TOPIC: &'static str = "inventory.flows";
    const VERSION: u64 = 1;
}
