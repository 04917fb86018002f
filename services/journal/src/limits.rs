//! Every bound of the journal, with its derivation and what happens at it (R6, R10).

use std::time::Duration;

/// Blocks begin at multiples of this: the page of memory, and what direct I/O to any disk takes.
pub const BLOCK_ALIGN_BYTES: usize = 4_096;

/// Largest block, which is all that one tick was given: four times the generated terrain of a whole
/// world (16.8 MB), which comes as commands. A larger tick is refused (`TooLarge`) and not recorded;
/// a scanner takes a larger length for damage before it allocates anything.
pub const BLOCK_BYTES_MAX: usize = 64 << 20;

/// Ticks that may wait for the disk: 3.2 s at 20 ticks a second, some 400 times a slow fdatasync
/// (8 ms). When full, the port refuses the tick (`Full`) and its owner counts it: he does not run
/// that tick yet (the world slows) and offers it again.
pub const QUEUE_BLOCKS_MAX: usize = 64;

/// Bytes that one write and one fdatasync take at most, save one block that is larger: 20 ticks of
/// 10,000 inputs of 40 bytes. So a backlog goes out in few syncs, each with an end in sight.
pub const GROUP_BYTES_MAX: usize = 8 << 20;

/// When a segment is this large the next group begins another: a quarter of a minute of 10,000
/// inputs a tick, so that checkpoints free space soon. One group may be larger, and is then alone.
pub const SEGMENT_BYTES_MAX: u64 = 128 << 20;

/// Room made ahead in a segment (see [`crate::room`]), and made again when half of it is used: twenty ticks
/// of 10,000 inputs of 40 bytes, so that one tick in ten has some milliseconds of it between itself and
/// the next; and all that a crash leaves to be cut off again.
pub const ROOM_BYTES: u64 = 8 << 20;

/// Segments that are smaller than this get no room yet: most of a quiet world's never need it.
pub const ROOM_AFTER_BYTES: u64 = 128 << 10;

/// What a buffer may keep when it is used again: five ticks of 10,000 inputs. So the buffers of a full
/// queue hold 128 MiB for good at most; what grew larger goes back to the allocator.
pub const BUFFER_BYTES_KEPT_MAX: usize = 2 << 20;

/// Between two attempts at a disk that fails: short beside what an operator needs to make room, long
/// beside what an attempt costs.
pub const RETRY_AFTER: Duration = Duration::from_millis(500);

/// Latencies that wait to be read: 12 s of commits. When full, the newest is dropped and counted.
pub const LATENCIES_MAX: usize = 256;

/// Checkpoints that are kept: if the newest does not load there are two more to start from. Segments
/// that none of them needs are deleted.
pub const CHECKPOINTS_KEPT: usize = 3;

/// Largest checkpoint, for a loader that reads foreign bytes: sixty worlds of today.
pub const CHECKPOINT_BYTES_MAX: u64 = 1 << 30;

/// A checkpoint is written and synced in pieces of this size, so that a journal's fdatasync on the same
/// disk never waits behind more than one (about 10 ms at 400 MB/s).
pub const CHECKPOINT_PIECE_BYTES: usize = 4 << 20;

/// Pieces in which what a repair sets aside is copied.
pub const COPY_BYTES: usize = 1 << 20;

const _: () = {
    assert!(GROUP_BYTES_MAX <= BLOCK_BYTES_MAX);
    assert!(SEGMENT_BYTES_MAX >= GROUP_BYTES_MAX as u64);
    assert!(SEGMENT_BYTES_MAX >= 2 * ROOM_BYTES);
    assert!(BLOCK_BYTES_MAX.is_multiple_of(BLOCK_ALIGN_BYTES));
    assert!(BLOCK_BYTES_MAX <= u32::MAX as usize);
};
