//! Which voxels are what, a bit each.

use alloc::{boxed::Box, vec, vec::Vec};

use super::{PADDED_EDGE, PADDED_VOXELS};
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
    /// Opaque, drawn, and throws shade; stale unless `has_void`.
    opaque: Rows,
    /// Whether anything is not loaded, or of a foreign id.
    has_void: bool,
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
    /// Of each layer, by y, whether no bit is set and whether all are.
    layers: [Layer; PADDED_EDGE],
}

/// How full a layer of the chunk, with its border, is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    Empty,
    Mixed,
    Full,
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
            has_void: false,
            kinds: KINDS.iter().map(kind).collect(),
        }
    }

    /// What is opaque and drawn.
    pub fn opaque(&self) -> &Rows {
        if self.has_void {
            &self.opaque
        } else {
            &self.hides
        }
    }

    /// Classifies the voxels with all axes in `0..edge + 2`.
    pub fn read(&mut self, voxels: &[Block; PADDED_VOXELS], edge: usize) {
        self.has_void = false;
        self.kinds
            .iter_mut()
            .for_each(|kind| kind.is_present = false);
        for y in 0..edge + 2 {
            for z in 0..edge + 2 {
                let row = y * PADDED_EDGE + z;
                let start = row * PADDED_EDGE;
                let blocks = voxels[start..start + PADDED_EDGE].as_array();
                self.read_row(row, blocks.expect("a row of the padded volume"), edge + 2);
            }
        }
        self.hides.finish(edge + 2);
        if self.has_void {
            self.opaque.finish(edge + 2);
        }
        for kind in self.kinds.iter_mut().filter(|kind| kind.is_present) {
            kind.rows.finish(edge + 2);
        }
    }

    /// Classifies one row, of which the first `count` blocks are the chunk's.
    fn read_row(&mut self, row: usize, blocks: &[Block; PADDED_EDGE], count: usize) {
        let valid = u64::MAX >> (PADDED_EDGE - count);
        let bits = RowBits::of(blocks);
        self.hides.along_x[row] = !bits.shown & valid;
        self.opaque.along_x[row] = !bits.shown & !bits.void & valid;
        self.has_void |= bits.void & valid != 0;
        for (kind, &block_kind) in self.kinds.iter_mut().zip(&KINDS) {
            let bits = match bits.shown & !bits.air & valid {
                0 => 0,
                _ => bits_where(blocks, |block| block == block_kind) & valid,
            };
            kind.rows.along_x[row] = bits;
            kind.is_present |= bits != 0;
        }
    }
}

/// What the blocks of a row are, a bit each.
struct RowBits {
    air: u64,
    /// Hides no faces.
    shown: u64,
    /// Not loaded, or of a foreign id.
    void: u64,
}

impl RowBits {
    #[inline]
    fn of(blocks: &[Block; PADDED_EDGE]) -> Self {
        let is_air = |block| block == Block::AIR;
        let is_shown = |block| {
            KINDS
                .iter()
                .fold(is_air(block), |any, &kind| any | (block == kind))
        };
        let is_void = |block: Block| usize::from(block.0) >= TABLE.len();
        let first = blocks[0];
        // Most rows are of one block.
        let different = blocks
            .iter()
            .fold(0, |bits, block| bits | (block.0 ^ first.0));
        if different == 0 {
            let all_if = |flag: bool| if flag { !0 } else { 0 };
            return Self {
                air: all_if(is_air(first)),
                shown: all_if(is_shown(first)),
                void: all_if(is_void(first)),
            };
        }
        let id_max = blocks.iter().fold(0, |id_max, block| block.0.max(id_max));
        let has_void = is_void(Block(id_max));
        Self {
            air: bits_where(blocks, is_air),
            shown: bits_where(blocks, is_shown),
            void: if has_void {
                bits_where(blocks, is_void)
            } else {
                0
            },
        }
    }
}

impl Rows {
    fn new() -> Self {
        Self {
            along_x: vec![0; ROW_COUNT].into_boxed_slice(),
            along_z: vec![0; ROW_COUNT].into_boxed_slice(),
            layers: [Layer::Empty; PADDED_EDGE],
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

    /// How full the layer of a y is.
    pub fn layer(&self, y: usize) -> Layer {
        self.layers[y]
    }

    /// Makes the rest from the rows along x, of a chunk of `edge` blocks with its border.
    fn finish(&mut self, edge: usize) {
        let full = u64::MAX >> (PADDED_EDGE - edge);
        let sources = self.along_x.chunks_exact(PADDED_EDGE);
        let targets = self.along_z.chunks_exact_mut(PADDED_EDGE);
        let layers = sources.zip(targets).zip(&mut self.layers).take(edge);
        for ((source, target), layer) in layers {
            let source = &source[..edge];
            let (any, all) = source
                .iter()
                .fold((0, full), |(any, all), row| (any | row, all & row));
            *layer = match (any, all) {
                (0, _) => Layer::Empty,
                (_, all) if all == full => Layer::Full,
                _ => Layer::Mixed,
            };
            if *layer != Layer::Mixed {
                target[..edge].fill(all);
                continue;
            }
            target[..edge].copy_from_slice(source);
            target[edge..].fill(0);
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
