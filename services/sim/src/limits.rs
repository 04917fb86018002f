//! Every bound of the simulation, with its derivation (R10).

use crate::time::{MS, Time};

/// How much a machine's clock goes wrong, at most: the directory's margin is half a second of three, and
/// this is more than half of that.
pub const CLOCK_DRIFT_PPM_MAX: i32 = 100_000;

/// From one look at what is to be done again to the next: a fraction of the link's ping interval.
pub const TEND_PERIOD: Time = 40 * MS;
/// A lane on which nothing moves for this long is opened anew; the link takes a dead connection up again
/// about as fast.
pub const LANE_PATIENCE: Time = 120 * MS;
/// A question without an answer is asked again.
pub const ASK_PATIENCE: Time = 300 * MS;

/// Ticks that a shard did and the relay has not taken: the ring between their threads.
pub const TICKED_RING_MAX: usize = 4;
/// Frames for one shard, from its siblings and the relay: the rings between their threads.
pub const FRAME_RING_MAX: usize = 32;
/// Messages of a lane that are not acknowledged; a listener that is farther behind begins anew.
pub const OUTBOX_MAX: usize = 128;

/// Ticks from one checkpoint to the next: often, for runs are short.
pub const CHECKPOINT_TICKS: u32 = 20;
pub const CHECKPOINTS_KEPT: usize = 2;
/// Segments so small that a run has several.
pub const SEGMENT_BYTES_MAX: u64 = 200_000;
/// Runs of a pod that are kept: the one under way and the one before.
pub const RUNS_KEPT: usize = 2;

/// An edge that lacks a frame for this long begins anew.
pub const FEED_PATIENCE: Time = 4_000 * MS;

/// How long a pod that was discharged waits for those who have not heard its last frames: an edge that
/// does not listen finds a gap and begins anew.
pub const DEPARTURE_PATIENCE: Time = 5_000 * MS;

/// For so many ticks a pod listens on after it has fallen silent: whoever keeps up two ticks ago may still
/// be enlisted by the next two.
pub const QUIET_TICKS: u32 = 8;

/// Lines of the log that a failure tells.
pub const LOG_LINES_KEPT: usize = 60;
/// Packets on their way at once, over all links: a broken resend would multiply them.
pub const PACKETS_MAX: usize = 50_000;
