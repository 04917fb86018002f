//! The world as staff see it: who carries what, and what it costs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All that one looks at first. Whatever could not be asked is named in `troubles` and left out.
#[derive(Serialize, ToSchema, Clone, Debug, Default)]
pub struct Overview {
    pub at_ms: i64,
    /// Of the process that answers.
    pub version: String,
    pub tick: u32,
    pub pods: Vec<PodView>,
    pub regions: Vec<RegionView>,
    pub edges: Vec<EdgeView>,
    pub backends: Vec<BackendView>,
    pub players: PlayersView,
    /// What is not known now, a sentence each.
    pub troubles: Vec<String>,
}

/// A process with shards.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq)]
pub struct PodView {
    pub pod: u16,
    pub is_draining: bool,
    /// Whether nobody hears of it any more: the world waits for it, and its figures are as they were before.
    pub is_silent: bool,
    pub shards: Vec<ShardView>,
}

/// A thread that simulates.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq)]
pub struct ShardView {
    /// POD/SHARD.
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
    /// Bodies that went to other shards since the start.
    pub handoffs: u64,
    /// Of its tick, in the order they run; none where its process is of the version before, which does not say.
    pub phases: Vec<PhaseView>,
}

/// A part of the world that one shard owns.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq)]
pub struct RegionView {
    /// Its number in hexadecimal.
    pub region: String,
    pub edge_m: i32,
    /// Its lowest block: x, y, z.
    pub at: [i32; 3],
    /// POD/SHARD.
    pub owner: String,
    pub epoch: u64,
    pub bodies: u64,
    pub players: u64,
    /// Its share of its shard's tick.
    pub tick_us: u64,
    pub egress_bytes_per_second: u64,
    pub is_pinned: bool,
    /// How it came to its owner; null where that was not seen, or goes on.
    pub moved: Option<MoveView>,
}

/// From the last tick of the old shard to the first in which the new one had all of a region.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq)]
pub struct MoveView {
    pub age_s: u64,
    /// POD/SHARD.
    pub from: String,
    pub to: String,
    /// How many went with it.
    pub bodies: u64,
    /// 1 is the least there is: the next tick. Nobody is left out of a tick.
    pub pause_ticks: u32,
    pub pause_ms: u64,
    /// How much longer that is than so many ticks take: what players may have felt.
    pub late_ms: u64,
}

/// A process that players are connected to.
#[derive(Serialize, ToSchema, Clone, Debug, Default, PartialEq)]
pub struct EdgeView {
    /// Where it answers.
    pub url: String,
    pub version: String,
    pub uptime_s: u64,
    pub tick: u64,
    pub tick_rate_hz: f64,
    pub tick_us: SpreadView,
    /// What its edges' threads are busy with, in the order of their work; none at the first look.
    pub parts: Vec<PartView>,
    pub sessions: u64,
    pub sessions_max: u64,
    pub sessions_waiting: u64,
    pub sessions_by_edge: Vec<u64>,
    /// Since the look before; 0 at the first.
    pub egress_bytes_per_second: u64,
    pub fan_out_us_mean: u64,
    /// The step against overload that holds: 0 is none.
    pub overload_step: u64,
    pub overload: String,
    pub drops: u64,
    pub resident_bytes: u64,
}

#[derive(Serialize, ToSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpreadView {
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
}

/// A part of the work of the edges of a process.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
pub struct PartView {
    pub part: String,
    /// Since the look before: 1,000,000 is one thread that does nothing else.
    pub us_per_second: u64,
}

/// What a phase took over the last minute, in µs.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
pub struct PhaseView {
    pub phase: String,
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
}

/// Something that services keep things in, or need.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
pub struct BackendView {
    pub backend: String,
    pub is_well: bool,
    /// What is wrong, for operators; the log has more.
    pub trouble: Option<String>,
    /// How long the answer took.
    pub answer_us: u64,
}

#[derive(Serialize, ToSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlayersView {
    /// Bodies of players in the world.
    pub in_world: u64,
    /// Connections of all edges.
    pub connected: u64,
    pub waiting: u64,
    pub room: u64,
}

#[derive(Deserialize, ToSchema, Debug)]
pub struct RegionMoveForm {
    /// POD/SHARD.
    #[schema(max_length = 16)]
    pub to: String,
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// What the controller planned lately, and what it would do and may not.
#[derive(Serialize, ToSchema, Debug)]
pub struct PlanView {
    /// Whether plans are only said.
    pub is_dry_run: bool,
    /// Regions that it leaves as they are.
    pub pinned: Vec<String>,
    /// The newest first.
    pub plans: Vec<PlanRowView>,
    pub blocked: Vec<String>,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct PlanRowView {
    pub age_s: u64,
    /// `controller` or `operator`.
    pub by: String,
    /// `split`, `merge`, `move` or `drain`.
    pub action: String,
    pub region: String,
    pub from: Option<String>,
    pub to: Option<String>,
    /// `under way`, `applied`, `failed` or `dry run`.
    pub state: String,
    pub gain_permille: u64,
    pub reasons: Vec<String>,
    /// Whether it may be approved: it was only said, and not long ago.
    pub is_open: bool,
}

/// A plan that was only said, as [`PlanRowView`] names it.
#[derive(Deserialize, ToSchema, Debug)]
pub struct PlanApproval {
    #[schema(max_length = 16)]
    pub action: String,
    #[schema(max_length = 16)]
    pub region: String,
    #[schema(max_length = 16)]
    pub to: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

#[derive(Deserialize, ToSchema, Debug)]
pub struct PlanModeForm {
    /// Whether plans are only said from now on.
    pub is_dry_run: bool,
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}
