//! Every bound of copies, with its derivation and what happens at it (R10).

use backends::limits::{OBJECT_BYTES_MAX, OBJECTS_LISTED_MAX};

/// Of a piece: two are in memory at once, and each is sent well within the time that an object may take.
pub const PIECE_BYTES: usize = 32 * 1_024 * 1_024;
/// Of one copy, 128 GB: half of what one answer lists, and its manifest. A stream that is longer is refused, and nothing of it
/// counts.
pub const PIECES_MAX: usize = 4_096;
/// How long the pieces of a copy that was not finished stay: longer than any copy takes to be made.
pub const UNFINISHED_MS_MAX: i64 = 24 * 3_600_000;

const _: () = {
    assert!(PIECE_BYTES <= OBJECT_BYTES_MAX);
    assert!(PIECES_MAX * 2 <= OBJECTS_LISTED_MAX);
};
