//! Segment files: their names and the header that says whose they are.
//!
//! | byte | field |
//! | --- | --- |
//! | 0 | magic, `VXJOURNL` |
//! | 8 | version, u32 |
//! | 12 | shard, u32 |
//! | 16 | world, u64 |
//! | 24 | first tick, u32 |
//! | 28 | zero, u32 |
//! | 32 | checksum of the bytes before, u64 |
//!
//! Numbers are little-endian; zeros follow up to [`HEADER_BYTES`]. Later versions keep these forty bytes
//! where they are, so that each can say which version a file is of.

use crate::{
    limits::BLOCK_ALIGN_BYTES,
    wire::{checksum, put_u32, put_u64, u32_at, u64_at},
};

/// Where the first block begins.
pub const HEADER_BYTES: usize = BLOCK_ALIGN_BYTES;
pub const VERSION: u32 = 1;

const MAGIC: &[u8; 8] = b"VXJOURNL";
const CHECKED_BYTES: usize = 32;

/// Whose journal it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity {
    pub world: u64,
    pub shard: u32,
}

/// What a segment says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentHeader {
    pub identity: Identity,
    pub first_tick: u32,
}

/// Why bytes are no header of this version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HeaderFault {
    Damaged,
    Version(u32),
}

impl SegmentHeader {
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        put_u32(&mut bytes, 8, VERSION);
        put_u32(&mut bytes, 12, self.identity.shard);
        put_u64(&mut bytes, 16, self.identity.world);
        put_u32(&mut bytes, 24, self.first_tick);
        let sum = checksum(0, &bytes[..CHECKED_BYTES]);
        put_u64(&mut bytes, CHECKED_BYTES, sum);
        bytes
    }

    /// # Errors
    /// If the bytes are damaged, no segment at all, or one of another version.
    pub fn decode(bytes: &[u8]) -> Result<Self, HeaderFault> {
        if bytes.len() < HEADER_BYTES || bytes[..8] != *MAGIC {
            return Err(HeaderFault::Damaged);
        }
        if checksum(0, &bytes[..CHECKED_BYTES]) != u64_at(bytes, CHECKED_BYTES) {
            return Err(HeaderFault::Damaged);
        }
        match u32_at(bytes, 8) {
            VERSION => Ok(Self {
                identity: Identity {
                    shard: u32_at(bytes, 12),
                    world: u64_at(bytes, 16),
                },
                first_tick: u32_at(bytes, 24),
            }),
            version => Err(HeaderFault::Version(version)),
        }
    }

    /// What the checksums of this segment's blocks begin with, so that no other segment's block is
    /// taken for one of its own.
    pub fn seed(&self) -> u64 {
        u64_at(&self.encode(), CHECKED_BYTES)
    }
}

/// The name of the segment that begins with this tick.
pub fn file_name(first_tick: u32) -> String {
    format!("journal-{first_tick:010}.log")
}

/// The tick that a segment of this name begins with; nothing for other files.
pub fn first_tick(file_name: &str) -> Option<u32> {
    tick_in_name(file_name, "journal-", ".log")
}

/// The ten digits between `prefix` and `suffix`.
pub(crate) fn tick_in_name(file_name: &str, prefix: &str, suffix: &str) -> Option<u32> {
    let digits = file_name.strip_prefix(prefix)?.strip_suffix(suffix)?;
    let is_number = digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: SegmentHeader = SegmentHeader {
        identity: Identity {
            world: 0x0123_4567_89ab_cdef,
            shard: 3,
        },
        first_tick: 42,
    };

    #[test]
    fn a_header_comes_back() {
        assert_eq!(SegmentHeader::decode(&HEADER.encode()), Ok(HEADER));
    }

    #[test]
    fn every_flipped_bit_of_a_header_is_seen() {
        for bit in 0..(CHECKED_BYTES + 8) * 8 {
            let mut bytes = HEADER.encode();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                SegmentHeader::decode(&bytes),
                Err(HeaderFault::Damaged),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn another_version_says_which() {
        let mut bytes = HEADER.encode();
        put_u32(&mut bytes, 8, 9);
        let sum = checksum(0, &bytes[..CHECKED_BYTES]);
        put_u64(&mut bytes, CHECKED_BYTES, sum);
        assert_eq!(SegmentHeader::decode(&bytes), Err(HeaderFault::Version(9)));
    }

    #[test]
    fn only_segments_have_a_tick_in_their_name() {
        assert_eq!(first_tick(&file_name(u32::MAX)), Some(u32::MAX));
        for foreign in [
            "journal-1.log",
            "journal-+000000001.log",
            "journal-9999999999.log",
            "journal-0000000001.log.cut",
            "checkpoint-0000000001.vxc",
        ] {
            assert_eq!(first_tick(foreign), None, "{foreign}");
        }
    }
}
