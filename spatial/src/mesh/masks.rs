//! Which voxels are what, a bit each.

use alloc::{boxed::Box, vec, vec::Vec};

use super::PADDED_EDGE;
use crate::{
    block::{Block, TABLE},
    face::Face,
};

/// Rows in a padded volume.
const ROW_COUNT: usize = PADDED_EDGE * PADDED_EDGE;

/// Drawn blocks that faces behind show through.
const KINDS: [Block; see_through_count()] = see_through_kinds();

/// The classes of voxels that meshing needs.
pub(super) struct Masks {
    /// Hides the faces of others: all that is not see-through, so what is not loaded, too.
    pub hides: Rows,
    /// Opaque, drawn, and throws shade.
    pub opaque: Rows,
    pub kinds: Vec<Kind>,
}

/// One material that is drawn and see-through.
pub(super) struct Kind {
    pub rows: Rows,
    pub is_present: bool,
}

/// A bit per voxel, in rows along x, at `y * 64 + z`, and again in rows along z, at `y * 64 + x`.
pub(super) struct Rows {
    along_x: Box<[u64]>,
    along_z: Box<[u64]>,
}

impl Masks {
    pub fn new() -> Self {
        let kind = |_| Kind {
            rows: Rows::new(),
            is_present: false,
        };
        Self {
            hides: Rows::new(),
            opaque: Rows::new(),
            kinds: KINDS.iter().map(kind).collect(),
        }
    }

    /// Classifies the voxels with all axes in `0..edge + 2`.
    pub fn read(&mut self, voxels: &[Block], edge: usize) {
        let mut seen = 0;
        for y in 0..edge + 2 {
            for z in 0..edge + 2 {
                let row = y * PADDED_EDGE + z;
                let start = row * PADDED_EDGE;
                let blocks = voxels[start..start + PADDED_EDGE].as_array();
                seen |= self.read_row(row, blocks.expect("a row of the padded volume"));
            }
        }
        let layer_count = edge + 2;
        self.hides.transpose(layer_count);
        self.opaque.transpose(layer_count);
        for (number, kind) in self.kinds.iter_mut().enumerate() {
            kind.is_present = seen >> number & 1 != 0;
            if kind.is_present {
                kind.rows.transpose(layer_count);
            }
        }
    }

    /// Classifies one row; returns which kinds it has, a bit each.
    fn read_row(&mut self, row: usize, blocks: &[Block; PADDED_EDGE]) -> u32 {
        let drawn = bits_where(blocks, |block| usize::from(block.0) < TABLE.len());
        let mut shown = bits_where(blocks, |block| block == Block::AIR);
        let mut seen = 0;
        for (number, (kind, &block_kind)) in self.kinds.iter_mut().zip(&KINDS).enumerate() {
            let bits = bits_where(blocks, |block| block == block_kind);
            kind.rows.along_x[row] = bits;
            shown |= bits;
            seen |= u32::from(bits != 0) << number;
        }
        self.hides.along_x[row] = !shown;
        self.opaque.along_x[row] = !shown & drawn;
        seen
    }
}

impl Rows {
    fn new() -> Self {
        Self {
            along_x: vec![0; ROW_COUNT].into_boxed_slice(),
            along_z: vec![0; ROW_COUNT].into_boxed_slice(),
        }
    }

    /// The rows in which planes of a face are whole words: along x, but along z for x faces.
    pub fn along(&self, face: Face) -> &[u64; ROW_COUNT] {
        let rows = match face {
            Face::West | Face::East => &self.along_z,
            _ => &self.along_x,
        };
        rows.as_array().expect("made of this size")
    }

    /// Makes the rows along z from those along x, for the lowest layers.
    fn transpose(&mut self, layer_count: usize) {
        let sources = self.along_x.chunks_exact(PADDED_EDGE);
        let targets = self.along_z.chunks_exact_mut(PADDED_EDGE);
        for (source, target) in sources.zip(targets).take(layer_count) {
            if source.iter().all(|&row| row == source[0]) && (source[0] == 0 || source[0] == !0) {
                target.fill(source[0]);
                continue;
            }
            target.copy_from_slice(source);
            transpose_bits(target.as_mut_array().expect("a layer"));
        }
    }
}

/// Swaps rows and bits of a square (Warren, Hacker's Delight, 7-3), lowest bit first.
fn transpose_bits(square: &mut [u64; PADDED_EDGE]) {
    let mut half = PADDED_EDGE / 2;
    let mut mask = u64::MAX >> half;
    while half != 0 {
        for pair in 0..PADDED_EDGE / 2 {
            let low = pair / half * half * 2 + pair % half;
            let high = low + half;
            let swapped = (square[low] >> half ^ square[high]) & mask;
            square[low] ^= swapped << half;
            square[high] ^= swapped;
        }
        half /= 2;
        mask ^= mask << half;
    }
}

/// A bit for each voxel that passes. Written so that the comparison runs on whole vectors, and
/// eight results at a time are gathered by one multiplication.
#[inline]
fn bits_where(blocks: &[Block; PADDED_EDGE], passes: impl Fn(Block) -> bool) -> u64 {
    /// Brings the lowest bits of eight bytes together in the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let flags = blocks.map(|block| u8::from(passes(block)));
    let mut bits = 0;
    for (group, flags) in flags.as_chunks::<8>().0.iter().enumerate() {
        bits |= (u64::from_le_bytes(*flags).wrapping_mul(GATHER) >> 56) << (8 * group);
    }
    bits
}

const fn see_through_count() -> usize {
    let (mut id, mut count) = (0, 0);
    while id < TABLE.len() {
        count += (TABLE[id].see_through && id != Block::AIR.0 as usize) as usize;
        id += 1;
    }
    count
}

const fn see_through_kinds() -> [Block; see_through_count()] {
    let mut kinds = [Block::AIR; see_through_count()];
    let (mut id, mut count) = (0, 0);
    while id < TABLE.len() {
        if TABLE[id].see_through && id != Block::AIR.0 as usize {
            kinds[count] = Block(id as u16);
            count += 1;
        }
        id += 1;
    }
    kinds
}
