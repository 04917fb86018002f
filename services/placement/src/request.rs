//! What operators ask, and what they are told: one JSON object each way.

use serde::{Deserialize, Serialize};

/// A question or an order. Regions are named by their number in hexadecimal, shards as POD/SHARD.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Request {
    Regions,
    Shards,
    Split {
        region: String,
    },
    Merge {
        region: String,
    },
    Move {
        region: String,
        to: String,
    },
    Pin {
        region: String,
        is_pinned: bool,
    },
    Drain {
        pod: u16,
        is_draining: bool,
    },
    /// What was planned lately, and what the controller would do and may not.
    Plan,
    /// Why a region is where it is.
    Why {
        region: String,
    },
    /// Plans are only said, or carried out.
    DryRun {
        is_on: bool,
    },
}

/// What came of it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    Regions {
        regions: Vec<RegionRow>,
    },
    Shards {
        tick: u32,
        shards: Vec<ShardRow>,
    },
    Plans {
        is_dry_run: bool,
        /// Regions that the controller leaves as they are.
        pinned: Vec<String>,
        plans: Vec<PlanRow>,
        blocked: Vec<String>,
    },
    Why {
        region: RegionRow,
        plans: Vec<PlanRow>,
    },
    Done {
        what: String,
    },
    Refused {
        why: String,
    },
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct RegionRow {
    pub region: String,
    pub edge_m: i32,
    /// Its lowest block.
    pub at: [i32; 3],
    pub owner: String,
    pub epoch: u64,
    pub bodies: u64,
    pub players: u64,
    pub tick_us: u64,
    pub egress_bytes_per_second: u64,
    pub is_pinned: bool,
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct ShardRow {
    pub shard: String,
    pub regions: usize,
    /// Of these, those that the controller leaves as they are.
    pub pinned: usize,
    pub bodies: u64,
    pub players: u64,
    pub tick_us_p50: u64,
    pub tick_us_p99: u64,
    pub egress_bytes_per_second: u64,
    /// Of its limits, in tenths of a percent.
    pub load_permille: u64,
    pub handoffs: u64,
    pub is_draining: bool,
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct PlanRow {
    /// Seconds ago.
    pub age_s: u64,
    pub by: String,
    pub action: String,
    pub region: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub state: String,
    pub gain_permille: u64,
    pub reasons: Vec<String>,
}
