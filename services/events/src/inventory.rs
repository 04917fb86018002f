//! What became of things: in sum, and on whom.

use serde::{Deserialize, Serialize};

use crate::body::{Body, text_id};

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

/// A character wears something else than before, or has eaten. What, the inventory says to who asks: told twice, late or in
/// another order it is the same.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Dressed {
    #[serde(with = "text_id")]
    pub character: i64,
}

impl Body for Dressed {
    const TOPIC: &'static str = "inventory.dressed";
    const VERSION: u64 = 1;
}
