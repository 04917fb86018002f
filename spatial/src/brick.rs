//! A brick: the 16³ voxels of one cell. A uniform brick is one number; any other is a palette and
//! bit-packed indices (see `packed.rs`). Clones share their bits until one of them is written.
//!
//! **Voxel order**: index = `x + 16 z + 256 y` (offsets in the cell). Rows run along x and layers
//! are horizontal, because land is layered: runs are long, and a row of 16 voxels at 4 bits is
//! exactly one `u64`.
//!
//! A brick does not know where it is; [`crate::terrain`] does.

use alloc::sync::Arc;
use core::hint::select_unpredictable;

use crate::{
    block::Block,
    packed::{self, Packed, ZERO},
    position::BlockCoord,
};

/// Voxels in a brick.
pub const BRICK_VOXELS: usize = 16 * 16 * 16;

/// Where a block lies in its cell's brick, in `0..4096`.
#[inline]
pub const fn voxel_index(block: BlockCoord) -> usize {
    ((block.x & 15) | (block.z & 15) << 4 | (block.y & 15) << 8) as usize
}

/// The offset in its cell of a voxel, the inverse of [`voxel_index`]; each axis in `0..16`.
#[inline]
pub const fn voxel_offset(index: usize) -> BlockCoord {
    let index = index as i32;
    BlockCoord::new(index & 15, (index >> 8) & 15, (index >> 4) & 15)
}

/// 16³ voxels, shared copy-on-write.
#[derive(Clone, Debug)]
pub struct Brick(Storage);

#[derive(Clone, Debug)]
enum Storage {
    Uniform(Block),
    Packed(Arc<Packed>),
}

impl Brick {
    /// A brick of one block; it takes no memory beyond itself.
    pub const fn uniform(block: Block) -> Self {
        Self(Storage::Uniform(block))
    }

    /// The smallest brick that holds these voxels.
    pub fn from_voxels(voxels: &[Block; BRICK_VOXELS]) -> Self {
        let first = voxels[0];
        if voxels.iter().all(|&block| block == first) {
            return Self::uniform(first);
        }
        Self(Storage::Packed(Packed::from_voxels(voxels)))
    }

    /// The voxel at an index (see [`voxel_index`]); only its low 12 bits count.
    #[inline]
    pub fn get(&self, index: usize) -> Block {
        match &self.0 {
            Storage::Uniform(block) => *block,
            Storage::Packed(packed) => packed.get(index),
        }
    }

    /// [`Self::get`] for reads here and there, where nothing foretells whether the next brick is
    /// uniform. It does not branch on that, for a wrong guess costs more than the branch would save:
    /// of a uniform brick it reads zeros, to which it adds the block.
    #[inline(always)]
    pub(crate) fn get_scattered(&self, index: usize) -> Block {
        let (block, packed) = match &self.0 {
            Storage::Uniform(block) => (*block, None),
            Storage::Packed(packed) => (Block(0), Some(&**packed)),
        };
        let packed = select_unpredictable(packed.is_some(), packed.unwrap_or(ZERO), ZERO);
        Block(packed.get(index).0 | block.0)
    }

    /// A bit for each cube of 4³ voxels (see [`packed::cube_index`]) that may hold something but air. One
    /// without its bit holds nothing else.
    #[inline]
    pub(crate) fn occupied_cubes(&self) -> u64 {
        match &self.0 {
            Storage::Uniform(Block::AIR) => 0,
            Storage::Uniform(_) => u64::MAX,
            Storage::Packed(packed) => packed.occupied(),
        }
    }

    /// Writes one voxel and returns what was there. A brick that becomes one block is stored as one.
    pub fn set(&mut self, index: usize, block: Block) -> Block {
        let block_old = self.get(index);
        if block_old == block {
            return block_old;
        }
        if let Storage::Uniform(_) = self.0 {
            self.0 = Storage::Packed(Packed::uniform(block_old));
        }
        if let Storage::Packed(packed) = &mut self.0 {
            packed::set(packed, index, block);
            if packed.is_filled_with(block) {
                self.fill(block);
            }
        }
        block_old
    }

    /// Makes every voxel `block`.
    pub fn fill(&mut self, block: Block) {
        *self = Self::uniform(block);
    }

    /// Takes the narrowest layout that holds the voxels. Edits only ever widen, so that a brick
    /// does not flutter between layouts; bulk edits call this once at their end.
    pub fn compact(&mut self) {
        *self = Self::from_voxels(&self.voxels());
    }

    /// The one block it is made of, if it is stored so.
    #[inline]
    pub const fn as_uniform(&self) -> Option<Block> {
        match self.0 {
            Storage::Uniform(block) => Some(block),
            Storage::Packed(_) => None,
        }
    }

    /// How many voxels stop a body.
    pub fn solid_count(&self) -> usize {
        self.count(Block::is_solid)
    }

    /// How many voxels pass; it asks once per kind of block where it can.
    pub fn count(&self, passes: impl Fn(Block) -> bool) -> usize {
        match &self.0 {
            Storage::Uniform(block) => usize::from(passes(*block)) * BRICK_VOXELS,
            Storage::Packed(packed) => packed.count(passes),
        }
    }

    /// All voxels, in order of index.
    pub fn voxels(&self) -> [Block; BRICK_VOXELS] {
        let mut voxels = [Block::AIR; BRICK_VOXELS];
        self.unpack(&mut voxels);
        voxels
    }

    /// Writes all voxels out, in order of index.
    pub fn unpack(&self, voxels: &mut [Block; BRICK_VOXELS]) {
        match &self.0 {
            Storage::Uniform(block) => voxels.fill(*block),
            Storage::Packed(packed) => packed.unpack(voxels),
        }
    }

    /// Whether both are known to hold the same voxels without looking at them.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Storage::Uniform(block), Storage::Uniform(block_other)) => block == block_other,
            (Storage::Packed(packed), Storage::Packed(packed_other)) => {
                Arc::ptr_eq(packed, packed_other)
            }
            _ => false,
        }
    }

    /// Bits per voxel: 0 when uniform, else 1, 2, 4, 8 or 16.
    pub fn width_bits(&self) -> usize {
        match &self.0 {
            Storage::Uniform(_) => 0,
            Storage::Packed(packed) => packed.width(),
        }
    }

    /// Bytes on the heap, shared or not.
    pub fn bytes_count(&self) -> usize {
        match &self.0 {
            Storage::Uniform(_) => 0,
            Storage::Packed(packed) => packed.bytes_count(),
        }
    }
}

impl Default for Brick {
    fn default() -> Self {
        Self::uniform(Block::AIR)
    }
}

/// Equal voxels, however they are stored.
impl PartialEq for Brick {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || (0..BRICK_VOXELS).all(|index| self.get(index) == other.get(index))
    }
}

impl Eq for Brick {}
