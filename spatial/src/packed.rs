//! The bits of a brick that is not uniform: 4,096 indices of 1, 2, 4, 8 or 16 bits in `u64` words.
//!
//! One allocation holds it all, and the number of words tells the width, so that a reader that holds
//! the (wide) pointer finds a voxel's word without first waiting for a header. Widths of 1, 2 and 4
//! bits index a palette of up to 16 blocks; widths of 8 and 16 bits hold block ids as they are.
//! It is not responsible for becoming uniform again: that is [`crate::brick`].

use alloc::sync::Arc;

use crate::{block::Block, brick::BRICK_VOXELS};

/// Entries of the palette, enough for widths up to [`PALETTE_WIDTH_MAX`].
pub(crate) const PALETTE_ENTRIES: usize = 16;
/// Bits per voxel of the widest layout that has a palette.
const PALETTE_WIDTH_MAX: usize = 4;
/// log2 of the voxels along the edge of the cubes that are known to be empty or not: 64 in a brick.
pub(crate) const CUBE_EDGE_BITS: u32 = 2;
/// `u64` words per bit of width: 4,096 voxels / 64 bits.
const WORDS_PER_BIT: usize = BRICK_VOXELS / 64;

const _: () = assert!(Block::AIR.0 == 0);

/// A brick's voxels. Always used unsized, as `Packed`; the sized forms exist to be made.
#[derive(Debug)]
pub(crate) struct Packed<W: ?Sized = [u64]> {
    /// Repeats what the width can name; see [`Packed::repeat_palette`].
    palette: [Block; PALETTE_ENTRIES],
    /// How many voxels name each entry; 0 marks an entry that is free. Unused beyond a palette.
    counts: [u16; PALETTE_ENTRIES],
    /// A bit for each cube of voxels (see [`cube_index`]) that may hold something but air; one that was
    /// emptied by edits keeps its bit.
    occupied: u64,
    words: W,
}

/// Every voxel is block 0. Its one word is too few for a bit each, so all of them are read from it.
pub(crate) const ZERO: &Packed = &Packed {
    palette: [Block(0); PALETTE_ENTRIES],
    counts: [0; PALETTE_ENTRIES],
    occupied: 0,
    words: [0],
};

impl Packed {
    /// All voxels name entry 0, which holds `block`; or, without a palette, hold id 0.
    fn zeroed(width: usize) -> Arc<Packed> {
        match width {
            1 => Self::sized::<{ WORDS_PER_BIT }>(),
            2 => Self::sized::<{ 2 * WORDS_PER_BIT }>(),
            4 => Self::sized::<{ 4 * WORDS_PER_BIT }>(),
            8 => Self::sized::<{ 8 * WORDS_PER_BIT }>(),
            16 => Self::sized::<{ 16 * WORDS_PER_BIT }>(),
            _ => unreachable!("widths are powers of two up to 16"),
        }
    }

    fn sized<const WORDS: usize>() -> Arc<Packed> {
        Arc::new(Packed {
            palette: [Block::AIR; PALETTE_ENTRIES],
            counts: [0; PALETTE_ENTRIES],
            occupied: 0,
            words: [0u64; WORDS],
        })
    }

    /// One bit per voxel, all of them `block`.
    pub(crate) fn uniform(block: Block) -> Arc<Packed> {
        let mut packed = Self::zeroed(1);
        let inner = Arc::get_mut(&mut packed).expect("just made, so not shared");
        inner.palette = [block; PALETTE_ENTRIES];
        inner.counts[0] = BRICK_VOXELS as u16;
        inner.occupied = if block == Block::AIR { 0 } else { u64::MAX };
        packed
    }

    /// The narrowest layout for these voxels. Its palette is in order of first appearance.
    pub(crate) fn from_voxels(voxels: &[Block; BRICK_VOXELS]) -> Arc<Packed> {
        let mut palette = [Block::AIR; PALETTE_ENTRIES];
        let Some(palette_count) = collect_palette(voxels, &mut palette) else {
            return Self::from_ids(voxels);
        };
        let mut packed = Self::zeroed(palette_width(palette_count));
        let inner = Arc::get_mut(&mut packed).expect("just made, so not shared");
        inner.palette = palette;
        inner.occupied = occupied_cubes(voxels);
        inner.store_all(voxels);
        inner.repeat_palette();
        packed
    }

    fn from_ids(voxels: &[Block; BRICK_VOXELS]) -> Arc<Packed> {
        let id_max = voxels.iter().map(|block| block.0).max().unwrap_or(0);
        let mut packed = Self::zeroed(if id_max < 256 { 8 } else { 16 });
        let inner = Arc::get_mut(&mut packed).expect("just made, so not shared");
        inner.occupied = occupied_cubes(voxels);
        for (index, block) in voxels.iter().enumerate() {
            inner.store(index, block.0);
        }
        packed
    }

    /// Writes indices for voxels that are all in the palette, with their counts.
    fn store_all(&mut self, voxels: &[Block; BRICK_VOXELS]) {
        let mut entry = 0;
        for (index, &block) in voxels.iter().enumerate() {
            if self.palette[entry] != block {
                entry = self
                    .palette
                    .iter()
                    .position(|&other| other == block)
                    .expect("collected");
            }
            self.counts[entry] += 1;
            self.store(index, entry as u16);
        }
    }

    /// Fills the palette with repetitions of the entries that the width can name, so that a reader
    /// need not cut off what lies above a voxel's own bits.
    fn repeat_palette(&mut self) {
        let entries_count = 1 << self.width();
        for entry in entries_count..PALETTE_ENTRIES {
            self.palette[entry] = self.palette[entry - entries_count];
        }
    }

    /// Bits per voxel.
    #[inline]
    pub(crate) fn width(&self) -> usize {
        self.words.len() / WORDS_PER_BIT
    }

    #[inline]
    fn has_palette(&self) -> bool {
        self.width() <= PALETTE_WIDTH_MAX
    }

    #[inline]
    pub(crate) fn get(&self, index: usize) -> Block {
        let bits = self.bits_from(index);
        if self.has_palette() {
            self.palette[bits as usize % PALETTE_ENTRIES]
        } else {
            Block(bits & mask(self.width()))
        }
    }

    /// The cubes that may hold something but air.
    #[inline]
    pub(crate) fn occupied(&self) -> u64 {
        self.occupied
    }

    /// A voxel's bits, and above them those of voxels behind it.
    #[inline]
    fn bits_from(&self, index: usize) -> u16 {
        // In 64ths of a bit, for there are 64 words to each bit of width.
        let place = index % BRICK_VOXELS * self.words.len();
        // There is always such a word; a read that cannot panic needs no stack.
        let word = self.words.get(place / BRICK_VOXELS).copied().unwrap_or(0);
        (word >> (place / 64 % 64)) as u16
    }

    #[inline]
    fn load(&self, index: usize) -> u16 {
        self.bits_from(index) & mask(self.width())
    }

    #[inline]
    fn store(&mut self, index: usize, value: u16) {
        let width = self.width();
        let bit = index % BRICK_VOXELS * width;
        let word = &mut self.words[bit / 64];
        *word &= !(u64::from(mask(width)) << (bit % 64));
        *word |= u64::from(value) << (bit % 64);
    }

    /// Writes one voxel if the layout has room for its block; says whether it had.
    /// When the block then fills the whole brick, [`Self::is_filled_with`] tells.
    fn try_set(&mut self, index: usize, block: Block) -> bool {
        self.occupied |= u64::from(block != Block::AIR) << cube_index(index);
        if !self.has_palette() {
            let fits = block.0 <= mask(self.width());
            if fits {
                self.store(index, block.0);
            }
            return fits;
        }
        let Some(entry) = self.entry_for(block) else {
            return false;
        };
        let entry_old = self.load(index) as usize;
        self.counts[entry_old] -= 1;
        self.counts[entry] += 1;
        if self.palette[entry] != block {
            self.palette[entry] = block;
            self.repeat_palette();
        }
        self.store(index, entry as u16);
        true
    }

    /// The entry that holds a block, else a free one.
    fn entry_for(&self, block: Block) -> Option<usize> {
        let entries = 0..1usize << self.width();
        let mut in_use = entries.clone().filter(|&entry| self.counts[entry] > 0);
        in_use
            .find(|&entry| self.palette[entry] == block)
            .or_else(|| entries.clone().find(|&entry| self.counts[entry] == 0))
    }

    /// Whether the palette knows that every voxel is `block`.
    pub(crate) fn is_filled_with(&self, block: Block) -> bool {
        self.has_palette()
            && (0..PALETTE_ENTRIES).any(|entry| {
                self.palette[entry] == block && usize::from(self.counts[entry]) == BRICK_VOXELS
            })
    }

    /// Voxels whose block passes, by palette where there is one.
    pub(crate) fn count(&self, passes: impl Fn(Block) -> bool) -> usize {
        if self.has_palette() {
            let entries = (0..PALETTE_ENTRIES).filter(|&entry| passes(self.palette[entry]));
            return entries.map(|entry| usize::from(self.counts[entry])).sum();
        }
        (0..BRICK_VOXELS)
            .filter(|&index| passes(self.get(index)))
            .count()
    }

    pub(crate) fn unpack(&self, voxels: &mut [Block; BRICK_VOXELS]) {
        let width = self.width();
        let mask = mask(width);
        for (chunk, &word) in voxels.chunks_exact_mut(64 / width).zip(&self.words) {
            let mut rest = word;
            for voxel in chunk {
                let value = rest as u16 & mask;
                *voxel = if width <= PALETTE_WIDTH_MAX {
                    self.palette[value as usize % PALETTE_ENTRIES]
                } else {
                    Block(value)
                };
                rest >>= width;
            }
        }
    }

    /// Size of the allocation, its two reference counts included.
    pub(crate) fn bytes_count(&self) -> usize {
        size_of_val(self) + 2 * size_of::<usize>()
    }

    fn duplicate(&self) -> Arc<Packed> {
        let mut copy = Self::zeroed(self.width());
        let inner = Arc::get_mut(&mut copy).expect("just made, so not shared");
        inner.palette = self.palette;
        inner.counts = self.counts;
        inner.occupied = self.occupied;
        inner.words.copy_from_slice(&self.words);
        copy
    }
}

/// Writes one voxel, copying first if others hold the bits, and widening where there is no room.
pub(crate) fn set(packed: &mut Arc<Packed>, index: usize, block: Block) {
    if Arc::get_mut(packed).is_none() {
        *packed = packed.duplicate();
    }
    let inner = Arc::get_mut(packed).expect("made unique above");
    if !inner.try_set(index, block) {
        let mut voxels = [Block::AIR; BRICK_VOXELS];
        inner.unpack(&mut voxels);
        voxels[index % BRICK_VOXELS] = block;
        *packed = Packed::from_voxels(&voxels);
    }
}

/// The cube of [`CUBE_EDGE_BITS`] in which a voxel is: two bits of each axis, in the order of voxels.
#[inline]
pub(crate) const fn cube_index(index: usize) -> usize {
    index >> 2 & 0b11 | (index >> 6 & 0b11) << 2 | (index >> 10 & 0b11) << 4
}

/// The cubes that hold something but air, whose id is 0: rows of 16 voxels are joined 16 at a time.
fn occupied_cubes(voxels: &[Block; BRICK_VOXELS]) -> u64 {
    let (rows, _) = voxels.as_chunks::<16>();
    let mut occupied = 0;
    for cube_row in 0..16 {
        // The first voxel of four cubes beside each other.
        let first = (cube_row & 3) << 6 | (cube_row >> 2) << 10;
        let mut joined = [0u16; 16];
        for row in 0..16 {
            let row = &rows[first / 16 + (row & 3) + 16 * (row >> 2)];
            for (all, block) in joined.iter_mut().zip(row) {
                *all |= block.0;
            }
        }
        for (x, ids) in joined.as_chunks::<4>().0.iter().enumerate() {
            let is_occupied = ids.iter().fold(0, |all, id| all | id) != Block::AIR.0;
            occupied |= u64::from(is_occupied) << cube_index(first + (x << CUBE_EDGE_BITS));
        }
    }
    occupied
}

/// The distinct blocks in order of first appearance, and how many; none if there are too many.
fn collect_palette(
    voxels: &[Block; BRICK_VOXELS],
    palette: &mut [Block; PALETTE_ENTRIES],
) -> Option<usize> {
    let mut palette_count = 0;
    let mut last = None;
    for &block in voxels {
        if last == Some(block) || palette[..palette_count].contains(&block) {
            last = Some(block);
            continue;
        }
        *palette.get_mut(palette_count)? = block;
        palette_count += 1;
    }
    Some(palette_count)
}

fn palette_width(palette_count: usize) -> usize {
    match palette_count {
        0..=2 => 1,
        3..=4 => 2,
        _ => 4,
    }
}

/// The low `width` bits.
#[inline]
const fn mask(width: usize) -> u16 {
    ((1u32 << width) - 1) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    /// Whether each cube that has no bit holds nothing but air.
    fn tells_the_truth(packed: &Packed) -> bool {
        (0..BRICK_VOXELS).all(|index| {
            let is_occupied = packed.occupied() >> cube_index(index) & 1 != 0;
            is_occupied || packed.get(index) == Block::AIR
        })
    }

    #[test]
    fn no_edit_hides_in_a_cube_that_counts_as_empty() {
        let mut random = SplitMix64::new(1);
        let mut packed = Packed::uniform(Block::AIR);
        assert_eq!(packed.occupied(), 0);
        for _ in 0..600 {
            // Ever more blocks, so that every width is gone through.
            let block = Block(random.below(20) as u16);
            set(&mut packed, random.below(4_096) as usize, block);
            assert!(tells_the_truth(&packed));
        }
        let mut voxels = [Block::AIR; BRICK_VOXELS];
        packed.unpack(&mut voxels);
        assert!(tells_the_truth(&Packed::from_voxels(&voxels)));
    }

    #[test]
    fn cubes_are_found_by_voxel() {
        let mut voxels = [Block::AIR; BRICK_VOXELS];
        // x = 5, z = 9, y = 14: the cube (1, 2, 3).
        voxels[5 | 9 << 4 | 14 << 8] = Block::STONE;
        assert_eq!(
            Packed::from_voxels(&voxels).occupied(),
            1 << (1 | 2 << 2 | 3 << 4)
        );
    }
}
