//! Every bound of placement, with its derivation (R10).

use std::time::Duration;

use engine::{
    balance::ROUND_PAUSE_TICKS,
    limits::{BODIES_MAX, TICK_MS},
};

/// How often the world is looked at: a request waits no longer, and no ring of frames (1.6 s) fills.
pub const LOOK_PERIOD: Duration = Duration::from_millis(100);
/// How often the controller is asked: what it is shown are means of about a second.
pub const PLAN_PERIOD: Duration = Duration::from_secs(1);
/// How long a plan may take to show in the partition: two ticks, many times over.
pub const PLAN_TIMEOUT: Duration = Duration::from_secs(5);
/// How long whoever orders a move, or the end of a battle, is kept waiting for it: as long as a plan may take to
/// show, and then bodies follow, all of a full shard in ten ticks.
pub const DOING_TIMEOUT: Duration = Duration::from_secs(6);
/// From the end of a battle to the next.
pub const BATTLE_PAUSE_MS: u32 = ROUND_PAUSE_TICKS * TICK_MS;
/// How long players are shown that regions move against overload, from when that is decided: bodies follow
/// a bounded number a tick, all of a full shard in about this.
pub const RELIEF_SHOWN: Duration = PLAN_TIMEOUT;
/// Plans that are remembered for `plan` and `why`.
pub const PLANS_KEPT: usize = 256;

/// Orders of operators that wait for the directory: more than anybody types while it is away. When full, the
/// next is refused.
pub const WISHES_MAX: usize = 64;

/// What a tick may take of its 50 ms before a shard counts as full: the rest is for late starts.
pub const TICK_US_MAX: u64 = TICK_MS as u64 * 1_000 * 8 / 10;
/// Bytes a second that one shard's players may cost: a network card of 10 Gbit/s.
pub const EGRESS_BYTES_PER_SECOND_MAX: u64 = 1_250_000_000;
/// Regions that one shard may have: all of the smallest size that the world's ground has.
pub const REGIONS_MAX: u32 = 1_024;
/// Bodies that one shard may have.
pub const SHARD_BODIES_MAX: u64 = BODIES_MAX as u64;

/// Bytes of a request or an answer.
pub const MESSAGE_BYTES_MAX: u64 = 4 << 20;
/// How long a client may take to say what it wants, and is waited for.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
