//! Every bound of the shard's host, with its derivation and what happens at it (R6, R10).

use std::time::Duration;

use engine::limits::{FRAMES_KEPT, PLAYERS_MAX, TICK_MS, TICK_RATE_HZ};
use pod::limits::TICKS_AHEAD_MAX;

/// The length of a tick.
pub const TICK: Duration = Duration::from_millis(TICK_MS as u64);

/// Commands that one edge may have waiting: two ticks of inputs of all players there can be, so that
/// one late tick loses none. When full, the edge drops the newest input and counts it; joins and
/// leaves it tries again.
pub const COMMAND_RING_MAX: usize = PLAYERS_MAX * 2;

/// Frames that one edge may have waiting; as many as are kept anyway. When full, the frame is not
/// sent to that edge and counted: the next one that fits says all, since frames are whole.
pub const FRAME_RING_MAX: usize = FRAMES_KEPT;

/// Composed frames that an edge keeps as storage: one being told, one that a slow client's terrain is
/// compared with, and a few that wait.
pub const COMPOSED_FRAMES_KEPT: usize = 4;

/// A checkpoint every 10 s: a replay from there takes half a second, and no more than that is read
/// again after a crash.
pub const CHECKPOINT_TICKS: u32 = 200;
/// Checkpoints kept of a run under way, so that all shards have one of the same tick whichever of
/// them was being written.
pub const CHECKPOINTS_KEPT: usize = 3;
/// How often a loop looks again for room in a ring, whose reader rings nobody: a disk syncs in 1 ms.
pub const COMMIT_WAIT: Duration = Duration::from_millis(1);
/// Between two turns of a loop that has nothing to do any more, or that others ring when it has.
pub const END_WAIT: Duration = Duration::from_millis(20);
/// Ticks of a journal that are read ahead of a replay.
pub const STEPS_AHEAD_MAX: usize = 256;

/// Frames that a shard may have waiting from another of its process: two if it is waited for, and more
/// only where it follows. When full, the other waits with its tick.
pub const SIBLING_RING_MAX: usize = 16;
/// Frames of other processes that a shard may have waiting. When full, they stay with the relay.
pub const FOREIGN_RING_MAX: usize = 256;
/// Ticks that a shard did and the relay has not taken yet. When full, the shard waits: the disk is behind.
pub const DONE_RING_MAX: usize = 4;
/// Words for a process's relay that it has not taken up: each of its peers may have a few. When full,
/// who says one waits.
pub const WORDS_MAX: usize = 1_024;
/// How long a stop waits for a last tick that all shards did and that is durable: a slow disk's worst.
pub const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// How long a process that was dismissed waits for those who have not heard its last frames: an edge
/// that does not listen finds a gap and begins anew.
pub const DEPARTURE_PATIENCE: Duration = Duration::from_secs(5);
/// For so many ticks it stays after that: whoever kept up two ticks ago may still be enlisted.
pub const QUIET_TICKS: u32 = 8;
/// How far ahead of the own tick a snapshot may be asked for: no process is farther behind another that is heard.
/// What is farther is refused, for who asks would be waited for.
pub const SNAPSHOT_AHEAD_MAX: u32 = TICKS_AHEAD_MAX;
/// How long an edge's process may lack a frame before it begins anew with a snapshot: longer than a pod
/// takes to come back (5 s) would be a second freeze after the first.
pub const FEED_PATIENCE: Duration = Duration::from_secs(8);
/// How often such a process looks for commands of its edges, which ring nobody: an input may be late by
/// so much, and 500 looks a second cost half a percent of a core.
pub const FEED_LOOK_PERIOD: Duration = Duration::from_millis(2);
/// Lanes that a process without shards may open in one life: 16 million, one a second for half a year.
pub const SERIES_BITS: u32 = 24;
/// Shards of a process that is linked to others: each has a lane of the link in each direction.
pub const LINKED_SHARDS_MAX: usize = link::limits::LANES_MAX / 2;

/// How long a shard waits for the others at a time; they wake it, so this only bounds a lost wake.
pub const SIBLING_WAIT: Duration = Duration::from_millis(5);

/// How late a tick may start before its deadlines are moved instead of caught up: 5 ticks. Below it
/// the host runs ticks back to back until it is on time; above it simulated time simply stretches.
pub const LATE_MAX: Duration = Duration::from_millis(TICK_MS as u64 * 5);

/// The longest that a tick is made under overload: a tenth of real time. Slower than that is no game; what
/// does not fit even so is stretched away in lumps.
pub const PERIOD_MAX: Duration = Duration::from_millis(TICK_MS as u64 * 10);
/// Measured loads are those that nine of ten of the last ticks did not exceed: a second of them, in which
/// two hiccups count for nothing.
pub const LOAD_WINDOW_TICKS: usize = TICK_RATE_HZ as usize;
/// Time is dilated when ticks take more than this share of the time there is for them, so many ticks in a
/// row: beyond it one hiccup in ten has nothing left to be caught up with.
pub const DILATION_ENTER_PERMILLE: u32 = 950;
pub const DILATION_CLIMB_TICKS: u32 = 10;
/// And runs free again when they would take less than this for two seconds.
pub const DILATION_LEAVE_PERMILLE: u32 = 850;
pub const DILATION_DESCEND_TICKS: u32 = 2 * TICK_RATE_HZ;
/// The share of a dilated tick that the work takes: a tenth is left, so that few ticks take longer.
pub const DILATION_FILL_PERMILLE: u32 = 900;
/// A tick's step towards the period that is wanted: longer within half a second, since ticks are late as
/// long as it is too short; shorter within two, so that nobody feels it breathe.
pub const DILATION_LONGER_SHARE: u32 = 8;
pub const DILATION_SHORTER_SHARE: u32 = 40;

/// How fast time runs is measured over so long: four ticks at the slowest.
pub const PULSE_SPAN: Duration = Duration::from_secs(2);
/// After such a silence the measure begins anew: a shard that died is a freeze, not dilation.
pub const PULSE_GAP_MAX: Duration = Duration::from_millis(1_500);
/// A measure counts when it says that ticks take so much longer than the own shards want: the way
/// between threads and processes shifts two ends of the span by up to a tick.
pub const PULSE_DEVIATION_PERMILLE: u32 = 50;

/// An edge tells less when telling a frame takes, or what it sends is, this share of what there is, for a
/// second: above it frames begin to be skipped.
pub const TELLING_ENTER_PERMILLE: u32 = 850;
pub const TELLING_CLIMB: Duration = Duration::from_secs(1);
/// And more again when it is this for five seconds. Steps leave 1, 3/4 and 1/2 of the work, so one step
/// down makes half again as much of it at most: 3/4, which does not climb at once, noise of a tenth
/// included.
pub const TELLING_LEAVE_PERMILLE: u32 = 500;
pub const TELLING_DESCEND: Duration = Duration::from_secs(5);
const _: () = assert!(TELLING_LEAVE_PERMILLE * 3 / 2 * 11 / 10 < TELLING_ENTER_PERMILLE);

/// Players are told that time is dilated when they lose this share of it for a second: less nobody sees.
pub const SLOWED_ENTER_PERMILLE: u32 = 30;
pub const SLOWED_LEAVE_PERMILLE: u32 = 10;
pub const SLOWED_CLIMB: Duration = Duration::from_secs(1);
pub const SLOWED_DESCEND: Duration = Duration::from_secs(2);
/// Newcomers wait while time runs at 40 % or less, for five seconds: everyone who comes in slows it for all.
/// They are let in again when it runs at 60 %, so that a few more do not close it at once.
pub const LINE_ENTER_PERMILLE: u32 = 600;
pub const LINE_LEAVE_PERMILLE: u32 = 400;
pub const LINE_CLIMB: Duration = Duration::from_secs(5);
pub const LINE_DESCEND: Duration = Duration::from_secs(5);

/// How often the timings are published.
pub const STATUS_TICKS: u32 = 20;
/// The span that published timings cover: a minute, kept as this many slices.
pub const TIMING_SLICES: usize = 6;
pub const TIMING_SLICE_TICKS: u32 = 200;
/// Longest tick that is told apart, in µs; longer ones count as this.
pub const TICK_US_MAX: u64 = 10_000_000;

/// Memory for direct I/O that each executor registers with the system, three times over: the largest
/// group commit of common size (400 KB) fits, and eight executors fit 8 MiB of memlock. What does not fit
/// comes from the allocator.
pub const IO_MEMORY_BYTES: usize = 1 << 20;
/// What glommio asks of the limit of locked memory before it makes an executor.
pub const MEMLOCK_BYTES_MIN: u64 = 512 << 10;
/// Requests that an executor's ring holds: the journal has one under way, the rest is timers.
pub const RING_DEPTH: usize = 64;
/// How long tasks of an executor may run before it looks for finished I/O: for ever, in effect, since
/// none of ours asks and each soon waits. It must not pass while an executor works: see
/// [`crate::uring`].
pub const PREEMPT_AFTER: Duration = Duration::from_secs(3_600);
/// What a turn that is due at once waits nevertheless: an executor looks for I/O only when nothing is
/// runnable, and the journal must get on however late the ticks are.
pub const PASS: Duration = Duration::from_micros(1);
