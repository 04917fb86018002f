//! Bricks and terrains as bytes, for the wire, checkpoints and hashes.
//!
//! Every brick has exactly one encoding, and the decoder takes no other: what it accepts encodes to
//! the very bytes it came from. Bytes from outside give an error, never a panic, and no more memory
//! than the brick or the allowed area takes (R7).
//!
//! A **brick**, where a varint is unsigned LEB128 in its shortest form:
//!
//! | field | type | meaning |
//! | --- | --- | --- |
//! | palette count | varint | n in 1..=4096 |
//! | palette | n × `u16` little-endian | distinct block ids in order of first appearance, none VOID |
//! | runs | varints until 4,096 voxels | `(length - 1) * 2^w + entry`; absent when n is 1 |
//!
//! `w` is the number of bits of `n - 1`, runs go in brick order (x, then z, then y), and two runs in
//! a row differ in entry. A uniform brick takes 3 bytes.
//!
//! A **terrain** is the version byte, then leaves in Morton order until the bytes end: a varint of
//! `gap * 16 + level`, where `gap` counts the codes left out since the end of the leaf before, and a
//! brick, uniform unless the level is 0. A leaf stands for `512^level` cells.

use alloc::vec::Vec;
use core::fmt;

use crate::{
    block::Block,
    block_box::BlockBox,
    brick::{BRICK_VOXELS, Brick},
    limits::TERRAIN_LEVEL_MAX,
    morton,
    terrain::{Leaf, Terrain},
};

/// The first byte of an encoded terrain.
pub const TERRAIN_VERSION: u8 = 2;

/// Bits of a leaf's level in its header.
const LEVEL_HEADER_BITS: u32 = 4;

/// Why bytes were refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodecError {
    /// The bytes end before the value does.
    Truncated,
    /// A number is too large, or not in its shortest form.
    BadNumber,
    /// Its count, an entry that repeats or that no voxel uses, one out of order, or VOID.
    BadPalette,
    /// A run names no entry, repeats the one before, or goes beyond the brick.
    BadRun,
    /// Not [`TERRAIN_VERSION`].
    BadVersion,
    /// A leaf is out of order, not aligned, too high, or higher than its brick is uniform.
    BadLeaf,
    /// A cell lies outside the allowed area.
    OutsideArea,
}

impl fmt::Display for CodecError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            CodecError::Truncated => "the bytes end too early",
            CodecError::BadNumber => "a number is too large or not in its shortest form",
            CodecError::BadPalette => "a brick's palette is not in canonical form",
            CodecError::BadRun => "a brick's runs are not in canonical form",
            CodecError::BadVersion => "the terrain is of another version",
            CodecError::BadLeaf => "a leaf of the terrain is misplaced",
            CodecError::OutsideArea => "a cell lies outside the allowed area",
        })
    }
}

impl core::error::Error for CodecError {}

/// Appends a brick.
pub fn encode_brick(brick: &Brick, bytes: &mut Vec<u8>) {
    if let Some(block) = brick.as_uniform() {
        write_number(1, bytes);
        return bytes.extend_from_slice(&block.0.to_le_bytes());
    }
    let runs = collect_runs(&brick.voxels());
    let palette = collect_palette(&runs);
    write_number(palette.len() as u64, bytes);
    for block in &palette {
        bytes.extend_from_slice(&block.0.to_le_bytes());
    }
    if palette.len() == 1 {
        return;
    }
    let entry_bits = entry_bits(palette.len());
    for run in runs {
        let entry = palette.iter().position(|&block| block == run.block);
        let entry = entry.expect("the palette is made of the runs") as u64;
        write_number((run.length - 1) << entry_bits | entry, bytes);
    }
}

/// Reads a brick from the start of the bytes; returns it and how many bytes it took.
///
/// # Errors
/// Any [`CodecError`] of a brick; the bytes are then of no use.
pub fn decode_brick(bytes: &[u8]) -> Result<(Brick, usize), CodecError> {
    let mut input = Input { bytes };
    let brick = input.brick()?;
    Ok((brick, bytes.len() - input.bytes.len()))
}

/// Appends a terrain.
pub fn encode_terrain(terrain: &Terrain, bytes: &mut Vec<u8>) {
    bytes.push(TERRAIN_VERSION);
    let mut code_next = 0;
    for leaf in terrain.leaves() {
        let gap = leaf.code - code_next;
        write_number(gap << LEVEL_HEADER_BITS | u64::from(leaf.level), bytes);
        encode_brick(leaf.brick, bytes);
        code_next = leaf.code + leaf.cell_count();
    }
}

/// Reads a terrain that takes up all of the bytes and lies in the area.
///
/// # Errors
/// Any [`CodecError`].
pub fn decode_terrain(bytes: &[u8], area: BlockBox) -> Result<Terrain, CodecError> {
    let mut input = Input { bytes };
    if input.byte()? != TERRAIN_VERSION {
        return Err(CodecError::BadVersion);
    }
    let mut terrain = Terrain::new();
    let mut code_next = 0;
    while !input.bytes.is_empty() {
        let header = input.number()?;
        let level = (header & ((1 << LEVEL_HEADER_BITS) - 1)) as u32;
        let code = code_next + (header >> LEVEL_HEADER_BITS);
        let brick = input.brick()?;
        code_next = check_leaf(
            &Leaf {
                code,
                level,
                brick: &brick,
            },
            area,
        )?;
        terrain.insert_leaf(morton::decode(code), level, brick);
    }
    Ok(terrain)
}

/// Checks a leaf from outside and returns the code after it.
fn check_leaf(leaf: &Leaf, area: BlockBox) -> Result<u64, CodecError> {
    if leaf.level > TERRAIN_LEVEL_MAX || leaf.level > 0 && leaf.brick.as_uniform().is_none() {
        return Err(CodecError::BadLeaf);
    }
    let code_next = leaf.code + leaf.cell_count();
    if code_next > 1 << morton::CODE_BITS || !leaf.code.is_multiple_of(leaf.cell_count()) {
        return Err(CodecError::BadLeaf);
    }
    let corners = [leaf.code, code_next - 1].map(morton::decode);
    let is_inside = |cell| {
        let blocks = BlockBox::of_cell(cell);
        area.contains(blocks.min) && area.contains(blocks.max)
    };
    if corners.into_iter().all(is_inside) {
        Ok(code_next)
    } else {
        Err(CodecError::OutsideArea)
    }
}

/// Some voxels in a row of the same block.
struct Run {
    block: Block,
    length: u64,
}

fn collect_runs(voxels: &[Block; BRICK_VOXELS]) -> Vec<Run> {
    let same = voxels.chunk_by(|block, block_next| block == block_next);
    same.map(|run| Run {
        block: run[0],
        length: run.len() as u64,
    })
    .collect()
}

/// Distinct blocks in order of first appearance.
fn collect_palette(runs: &[Run]) -> Vec<Block> {
    let mut palette = Vec::new();
    for run in runs {
        if !palette.contains(&run.block) {
            palette.push(run.block);
        }
    }
    palette
}

/// Bits that an entry of a palette takes in a run.
const fn entry_bits(palette_count: usize) -> u32 {
    usize::BITS - (palette_count - 1).leading_zeros()
}

fn write_number(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// What is still to be read.
struct Input<'a> {
    bytes: &'a [u8],
}

impl Input<'_> {
    fn byte(&mut self) -> Result<u8, CodecError> {
        let (&first, rest) = self.bytes.split_first().ok_or(CodecError::Truncated)?;
        self.bytes = rest;
        Ok(first)
    }

    /// A varint of at most 56 bits, which sums of a few cannot overflow.
    fn number(&mut self) -> Result<u64, CodecError> {
        let mut value = 0;
        for shift in (0..56).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                let is_shortest = byte != 0 || shift == 0;
                return if is_shortest {
                    Ok(value)
                } else {
                    Err(CodecError::BadNumber)
                };
            }
        }
        Err(CodecError::BadNumber)
    }

    fn brick(&mut self) -> Result<Brick, CodecError> {
        let palette = self.palette()?;
        if let [block] = palette[..] {
            return Ok(Brick::uniform(block));
        }
        let mut voxels = [Block::AIR; BRICK_VOXELS];
        self.runs(&palette, &mut voxels)?;
        Ok(Brick::from_voxels(&voxels))
    }

    fn palette(&mut self) -> Result<Vec<Block>, CodecError> {
        let palette_count = self.number()?;
        if !(1..=BRICK_VOXELS as u64).contains(&palette_count) {
            return Err(CodecError::BadPalette);
        }
        let bytes_count = palette_count as usize * size_of::<u16>();
        let (ids, rest) = self
            .bytes
            .split_at_checked(bytes_count)
            .ok_or(CodecError::Truncated)?;
        self.bytes = rest;
        let ids = ids.as_chunks().0.iter();
        let palette: Vec<_> = ids.map(|&id| Block(u16::from_le_bytes(id))).collect();
        let mut ordered = palette.clone();
        ordered.sort_unstable();
        let is_distinct = ordered.windows(2).all(|pair| pair[0] != pair[1]);
        if !is_distinct || ordered.last() == Some(&Block::VOID) {
            return Err(CodecError::BadPalette);
        }
        Ok(palette)
    }

    fn runs(
        &mut self,
        palette: &[Block],
        voxels: &mut [Block; BRICK_VOXELS],
    ) -> Result<(), CodecError> {
        let entry_bits = entry_bits(palette.len());
        let (mut filled_count, mut entries_seen) = (0, 0);
        let mut entry_last = None;
        while filled_count < BRICK_VOXELS {
            let run = self.number()?;
            let entry = (run & ((1 << entry_bits) - 1)) as usize;
            let length = (run >> entry_bits) as usize + 1;
            if length > BRICK_VOXELS - filled_count || entry_last == Some(entry) {
                return Err(CodecError::BadRun);
            }
            if entry > entries_seen {
                return Err(CodecError::BadPalette);
            }
            let block = *palette.get(entry).ok_or(CodecError::BadRun)?;
            voxels[filled_count..filled_count + length].fill(block);
            filled_count += length;
            entries_seen = entries_seen.max(entry + 1);
            entry_last = Some(entry);
        }
        if entries_seen == palette.len() {
            Ok(())
        } else {
            Err(CodecError::BadPalette)
        }
    }
}
