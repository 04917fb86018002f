//! Room ahead of the blocks of a segment: pages that say they are empty, written and synced before they
//! are needed. A group that is written over them changes nothing of the file but its content, so its
//! fdatasync waits neither for the file system's own journal nor behind what others have in it.
//!
//! They are not zeros, so that a tail that some damage made zeros is not taken for room.

use std::{
    io::{self, IoSlice},
    ops::Range,
};

use crate::disk::{DiskFile, read_full_at, write_all_at};

/// What room is filled with, over and over: no beginning of a block, however short.
const PATTERN: &[u8; 8] = b"EMPTY-VX";
/// What is written or compared at a time: few calls for the room of a segment.
const PIECE_BYTES: usize = 64 << 10;

static EMPTY: [u8; PIECE_BYTES] = pattern();

const fn pattern() -> [u8; PIECE_BYTES] {
    let mut bytes = [0; PIECE_BYTES];
    let mut place = 0;
    while place < PIECE_BYTES {
        bytes[place] = PATTERN[place % PATTERN.len()];
        place += 1;
    }
    bytes
}

/// What belongs into some room, piece by piece, each with its offset.
pub fn pieces(room: Range<u64>) -> impl Iterator<Item = (u64, &'static [u8])> {
    let starts = room.clone().step_by(PIECE_BYTES);
    starts.map(move |start| {
        let bytes_count = (room.end - start).min(PIECE_BYTES as u64);
        (start, &EMPTY[..bytes_count as usize])
    })
}

/// Fills it, without a sync.
///
/// # Errors
/// The system's; some of it may be filled.
pub fn fill(file: &mut impl DiskFile, room: Range<u64>) -> io::Result<()> {
    for (offset, piece) in pieces(room) {
        write_all_at(file, &mut [IoSlice::new(piece)], offset)?;
    }
    Ok(())
}

/// Whether nothing else is there.
///
/// # Errors
/// The system's.
pub fn is_empty(file: &impl DiskFile, room: Range<u64>) -> io::Result<bool> {
    let mut bytes = [0; PIECE_BYTES];
    for (offset, piece) in pieces(room) {
        let bytes = &mut bytes[..piece.len()];
        if read_full_at(file, bytes, offset)? < piece.len() || bytes != piece {
            return Ok(false);
        }
    }
    Ok(true)
}
