//! A block: the records of one tick, framed, checksummed and padded to [`BLOCK_ALIGN_BYTES`].
//!
//! | byte | field |
//! | --- | --- |
//! | 0 | magic, `VXJB` |
//! | 4 | tick, u32 |
//! | 8 | bytes of the records, u32 |
//! | 12 | count of the records, u32 |
//! | 16 | synced before, u32: every tick below this one was durable when the block was written |
//! | 20 | zero, u32 |
//! | 24 | checksum of the records, u64 |
//! | 32 | checksum of the bytes before, u64 |
//! | 40 | each record: its length, u32, and its bytes |
//!
//! Numbers are little-endian; zeros follow up to the alignment. Both checksums begin with the place's
//! seed (segment and offset), so bytes that lie elsewhere do not check. "Synced before" tells a torn tail
//! from damage: a hole that a later block vouches for was durable once.

use std::{error, fmt};

use crate::{
    limits::{BLOCK_ALIGN_BYTES, BLOCK_BYTES_MAX},
    wire::{checksum, put_u32, put_u64, u32_at, u64_at},
};

pub const BLOCK_HEADER_BYTES: usize = 40;

const MAGIC: &[u8; 4] = b"VXJB";
const CHECKED_BYTES: usize = 32;
const LENGTH_BYTES: usize = 4;

/// A tick's records do not fit a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a tick's records exceed {BLOCK_BYTES_MAX} bytes")
    }
}

impl error::Error for TooLarge {}

/// The checksums' seed of the block at this offset of a segment.
pub fn place_seed(segment_seed: u64, offset: u64) -> u64 {
    segment_seed.wrapping_add(offset)
}

/// A block being made; its memory is used again.
#[derive(Debug, Default)]
pub struct Block {
    /// Header, records, and padding once it is sealed.
    bytes: Vec<u8>,
    /// Without padding.
    content_bytes: usize,
    tick: u32,
    record_count: u32,
}

impl Block {
    /// Forgets what it held and begins with this tick.
    pub fn begin(&mut self, tick: u32) {
        self.bytes.clear();
        self.bytes.resize(BLOCK_HEADER_BYTES, 0);
        self.content_bytes = BLOCK_HEADER_BYTES;
        self.tick = tick;
        self.record_count = 0;
    }

    /// Appends a record.
    ///
    /// # Errors
    /// If the block would be too large; it is then as it was.
    pub fn push(&mut self, record: &[u8]) -> Result<(), TooLarge> {
        let end = self.content_bytes + LENGTH_BYTES + record.len();
        if end > BLOCK_BYTES_MAX {
            return Err(TooLarge);
        }
        self.push_with(|bytes| bytes.extend_from_slice(record))
    }

    /// Appends what `write` appends, as one record: for those who can write it in place.
    ///
    /// # Errors
    /// If the block is too large with it; it is then as it was.
    pub fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), TooLarge> {
        let length_at = self.content_bytes;
        let record_at = length_at + LENGTH_BYTES;
        self.bytes.resize(record_at, 0);
        write(&mut self.bytes);
        let end = self.bytes.len();
        assert!(end >= record_at, "a record only appends");
        if end > BLOCK_BYTES_MAX {
            self.bytes.truncate(length_at);
            return Err(TooLarge);
        }
        put_u32(&mut self.bytes, length_at, (end - record_at) as u32);
        self.content_bytes = end;
        self.record_count += 1;
        Ok(())
    }

    pub fn tick(&self) -> u32 {
        self.tick
    }

    /// What it takes in a segment.
    pub fn sealed_bytes(&self) -> u64 {
        padded(self.content_bytes) as u64
    }

    /// Puts header, checksums and padding on, for this place; may be done again for another place.
    pub fn seal(&mut self, place_seed: u64, synced_before: u32) {
        self.bytes.resize(padded(self.content_bytes), 0);
        let header = BlockHeader {
            tick: self.tick,
            records_bytes: (self.content_bytes - BLOCK_HEADER_BYTES) as u32,
            record_count: self.record_count,
            synced_before,
            records_checksum: checksum(
                place_seed,
                &self.bytes[BLOCK_HEADER_BYTES..self.content_bytes],
            ),
        };
        header.encode(place_seed, &mut self.bytes);
    }

    /// The bytes to write, once sealed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Gives memory beyond this back to the allocator.
    pub fn shrink(&mut self, bytes_max: usize) {
        self.bytes.truncate(bytes_max);
        self.bytes.shrink_to(bytes_max);
    }
}

/// What a block says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockHeader {
    pub tick: u32,
    pub records_bytes: u32,
    pub record_count: u32,
    pub synced_before: u32,
    pub records_checksum: u64,
}

impl BlockHeader {
    fn encode(&self, place_seed: u64, bytes: &mut [u8]) {
        bytes[..4].copy_from_slice(MAGIC);
        put_u32(bytes, 4, self.tick);
        put_u32(bytes, 8, self.records_bytes);
        put_u32(bytes, 12, self.record_count);
        put_u32(bytes, 16, self.synced_before);
        put_u32(bytes, 20, 0);
        put_u64(bytes, 24, self.records_checksum);
        let sum = checksum(place_seed, &bytes[..CHECKED_BYTES]);
        put_u64(bytes, CHECKED_BYTES, sum);
    }

    /// The header that these bytes begin with, if it is whole and of this place.
    pub fn decode(bytes: &[u8], place_seed: u64) -> Option<Self> {
        if bytes.len() < BLOCK_HEADER_BYTES || bytes[..4] != *MAGIC {
            return None;
        }
        if checksum(place_seed, &bytes[..CHECKED_BYTES]) != u64_at(bytes, CHECKED_BYTES) {
            return None;
        }
        let header = Self {
            tick: u32_at(bytes, 4),
            records_bytes: u32_at(bytes, 8),
            record_count: u32_at(bytes, 12),
            synced_before: u32_at(bytes, 16),
            records_checksum: u64_at(bytes, 24),
        };
        // The last number is no tick, for none could follow it.
        let is_possible = header.content_bytes() <= BLOCK_BYTES_MAX && header.tick < u32::MAX;
        is_possible.then_some(header)
    }

    fn content_bytes(&self) -> usize {
        BLOCK_HEADER_BYTES + self.records_bytes as usize
    }

    /// What the block takes in its segment.
    pub fn sealed_bytes(&self) -> usize {
        padded(self.content_bytes())
    }

    /// The records in the block's bytes, if they are whole.
    pub fn records<'a>(&self, bytes: &'a [u8], place_seed: u64) -> Option<Records<'a>> {
        let records = bytes.get(BLOCK_HEADER_BYTES..self.content_bytes())?;
        if checksum(place_seed, records) != self.records_checksum {
            return None;
        }
        Records::new(records, self.record_count)
    }
}

/// The records of one tick, in the order they were given.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    rest: &'a [u8],
    count: u32,
}

impl<'a> Records<'a> {
    /// Nothing if the lengths do not divide the bytes into that many records.
    fn new(bytes: &'a [u8], count: u32) -> Option<Self> {
        let mut rest = bytes;
        for _ in 0..count {
            (_, rest) = split_record(rest)?;
        }
        rest.is_empty().then_some(Self { rest: bytes, count })
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.count == 0 {
            return None;
        }
        let (record, rest) = split_record(self.rest).expect("the lengths were walked before");
        self.rest = rest;
        self.count -= 1;
        Some(record)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count as usize, Some(self.count as usize))
    }
}

impl ExactSizeIterator for Records<'_> {}

fn split_record(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(LENGTH_BYTES)?;
    rest.split_at_checked(u32_at(length, 0) as usize)
}

fn padded(bytes_count: usize) -> usize {
    bytes_count.next_multiple_of(BLOCK_ALIGN_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: u64 = 77;

    fn block(records: &[&[u8]]) -> Block {
        let mut block = Block::default();
        block.begin(5);
        for record in records {
            block.push(record).expect("they are small");
        }
        block.seal(SEED, 4);
        block
    }

    #[test]
    fn records_come_back_in_order_from_an_aligned_block() {
        let records: [&[u8]; 4] = [b"one", b"", b"three", &[7; 5_000]];
        let block = block(&records);
        assert_eq!(block.bytes().len() % BLOCK_ALIGN_BYTES, 0);
        assert_eq!(block.bytes().len() as u64, block.sealed_bytes());
        let header = BlockHeader::decode(block.bytes(), SEED).expect("it is whole");
        assert_eq!((header.tick, header.synced_before), (5, 4));
        let read = header.records(block.bytes(), SEED).expect("it is whole");
        assert_eq!(read.len(), 4);
        assert!(read.eq(records));
    }

    #[test]
    fn a_block_may_be_used_and_sealed_again() {
        let mut block = block(&[b"one", &[9; 9_000]]);
        block.begin(6);
        block.push(b"two").expect("it is small");
        block.seal(SEED, 6);
        block.seal(SEED + 1, 6);
        assert_eq!(BlockHeader::decode(block.bytes(), SEED), None);
        let header = BlockHeader::decode(block.bytes(), SEED + 1).expect("it is whole");
        let mut records = header
            .records(block.bytes(), SEED + 1)
            .expect("it is whole");
        assert_eq!((records.next(), records.next()), (Some(&b"two"[..]), None));
        assert_eq!(block.bytes().len(), BLOCK_ALIGN_BYTES);
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let block = block(&[b"some", b"records"]);
        for bit in 0..block.content_bytes * 8 {
            let mut bytes = block.bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let header = BlockHeader::decode(&bytes, SEED);
            let records = header.and_then(|header| header.records(&bytes, SEED));
            assert!(records.is_none(), "bit {bit}");
        }
    }

    #[test]
    fn lengths_that_lie_are_no_records() {
        for (bytes, count) in [
            (&[1, 0, 0, 0, 9][..], 2),
            (&[2, 0, 0, 0, 9], 1),
            (&[255, 255, 255, 255], 1),
            (&[0, 0, 0], 1),
            (&[0, 0, 0, 0], 0),
        ] {
            assert!(Records::new(bytes, count).is_none(), "{bytes:?}, {count}");
        }
    }

    #[test]
    fn what_is_too_large_leaves_the_block_as_it_was() {
        let mut block = Block::default();
        block.begin(1);
        block.push(b"small").expect("it is small");
        let large = vec![0; BLOCK_BYTES_MAX];
        assert_eq!(block.push(&large), Err(TooLarge));
        let write = |bytes: &mut Vec<u8>| bytes.extend_from_slice(&large);
        assert_eq!(block.push_with(write), Err(TooLarge));
        block.seal(SEED, 1);
        let header = BlockHeader::decode(block.bytes(), SEED).expect("it is whole");
        let records = header.records(block.bytes(), SEED).expect("it is whole");
        assert!(records.eq([b"small"]));
    }
}
