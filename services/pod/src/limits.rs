//! Every bound of a pod's machines, with its derivation and what happens at it (R6, R10).

use engine::limits::PLAYERS_MAX;

/// How far ahead of a shard another's frame may be and still be kept: nobody who is waited for gets
/// more than one tick ahead, so more is only for shards that follow and are not waited for: 3 s. What
/// comes earlier stays with its sender until this one follows.
pub const TICKS_AHEAD_MAX: u32 = 60;

/// Ticks whose frames a process keeps after it said them, for those who begin to listen: 3 s, in which
/// a newcomer gets its snapshot. Whoever listens later than that begins with a newer snapshot.
pub const SAID_TICKS_KEPT: usize = 64;

/// Commands of one edge that wait for a shard's tick: two ticks of inputs of all players there can be,
/// so that one late tick loses none, and all that one tick takes. When full, no more are taken from
/// the edge's lane.
pub const COMMANDS_WAITING_MAX: usize = PLAYERS_MAX * 2;
/// Ticks whose members and roster a relay remembers after they are durable: a shard is asked for a
/// snapshot of the tick that it did last, which is one or two behind.
pub const OUTLINES_KEPT: u32 = 4;

/// Ticks that a pod's shards did and that are not durable yet: as many as the journal lets wait. When
/// full, the shards wait: the world slows until the disk is back.
pub const STEPS_MAX: usize = journal::limits::QUEUE_BLOCKS_MAX;

/// A snapshot travels in pieces of this size, each the answer to a request of its own.
pub const SNAPSHOT_PIECE_BYTES: usize = 512 << 10;
const _: () = assert!(SNAPSHOT_PIECE_BYTES + 8 <= link::limits::RESPONSE_BYTES_MAX);
/// Largest snapshot that is taken from another process: sixteen worlds of today.
pub const SNAPSHOT_BYTES_MAX: u64 = 256 << 20;
