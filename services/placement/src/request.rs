//! What operators ask, and what they are told: one JSON object each way.

use std::fmt;

use serde::{Deserialize, Serialize};
use world::Spread;

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
    /// What operators have all processes go by.
    Configuration,
    /// Has all processes go by this text, if what they go by now is `before`.
    Configure {
        before: String,
        text: String,
    },
    /// How the battle stands.
    Battle,
    /// Ends the battle of this number, if it is fought still; the next begins after the usual pause.
    EndBattle {
        number: u32,
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
        /// What the world speaks; 0 before that is known, and of the version before, which does not say.
        #[serde(default)]
        dialect: u8,
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
    Battle {
        battle: BattleRow,
    },
    Configuration {
        text: String,
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
    /// What it cost that it went to its owner; none where that was not seen, or goes on.
    #[serde(default)]
    pub moved: Option<MoveRow>,
}

/// A move of a region from shard to shard, from the last tick of the old one to the first in which the new one had
/// all of it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct MoveRow {
    /// Seconds ago.
    pub age_s: u64,
    pub from: String,
    pub to: String,
    /// How many went with it.
    pub bodies: u64,
    /// 1 is the least there is: the next tick. Nobody is left out of a tick.
    pub pause_ticks: u32,
    pub pause_ms: u64,
    /// How much longer that is than so many ticks take.
    pub late_ms: u64,
}

/// The battle that is fought, or was.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub struct BattleRow {
    pub number: u32,
    /// Of red and blue.
    pub score: [u32; 2],
    pub score_to_win: u32,
    /// Until the next begins; 0 while this one is fought.
    pub pause_ms: u64,
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
    /// Whether nobody hears of its process any more: the world waits for it, and all here is as it was before.
    #[serde(default)]
    pub is_silent: bool,
    /// Of its tick, in the order they run; none before it ticked, and of the version before, which does not say.
    #[serde(default)]
    pub phases: Vec<PhaseRow>,
}

/// What a phase of a shard's tick took over the last minute, in µs.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct PhaseRow {
    pub phase: String,
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
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

impl PhaseRow {
    pub fn new(name: &str, Spread { p50, p99, max }: Spread) -> Self {
        Self {
            phase: name.to_owned(),
            p50,
            p99,
            max,
        }
    }
}

impl fmt::Display for MoveRow {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let Self {
            from,
            to,
            bodies,
            pause_ticks,
            pause_ms,
            late_ms,
            ..
        } = self;
        let unit = if *pause_ticks == 1 { "tick" } else { "ticks" };
        write!(
            out,
            "from {from} to {to} with {bodies} bodies: a pause of {pause_ticks} {unit}, {pause_ms} ms, {late_ms} ms \
             more than that takes"
        )
    }
}

impl BattleRow {
    /// Whether the battle of a number is over.
    pub fn has_ended(&self, number: u32) -> bool {
        self.number > number || self.pause_ms > 0
    }
}

impl fmt::Display for BattleRow {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let Self {
            number,
            score: [red, blue],
            pause_ms,
            ..
        } = self;
        match pause_ms {
            0 => write!(out, "battle {number} stands {red} to {blue}"),
            _ => write!(
                out,
                "House Ember {red}, House Tide {blue}; the next begins in {} s",
                pause_ms.div_ceil(1_000)
            ),
        }
    }
}
