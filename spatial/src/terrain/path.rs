//! Where reads go: the cube that the root covers, and the way from there to a block.
//!
//! This is the arithmetic of every read of a voxel, so it is made of few steps, most of which do not
//! wait for each other. It is not responsible for the nodes themselves.

use super::node::{EDGE_BITS, Place};
use crate::position::{BlockCoord, CELL_BLOCK_BITS, CellCoord};

/// The cube that the root covers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// Levels of nodes above the bricks; the root covers `512^level` cells.
    pub level: u32,
    /// The lowest block in it.
    pub corner: BlockCoord,
    /// The bits that are set in the distance from the corner to what lies outside.
    outside: u32,
    /// The bit of a path's axes from which on they name a slot of the root.
    pub slot_bit: u32,
}

impl Extent {
    /// The node of a level that holds a place.
    pub const fn around(place: Place, level: u32) -> Self {
        let edge_bits = CELL_BLOCK_BITS + EDGE_BITS * level;
        // The highest root reaches beyond all cells.
        let edge_bits_max = CELL_BLOCK_BITS + i16::BITS;
        Self {
            level,
            corner: place.aligned(level).cell().block(),
            outside: u32::MAX
                << if edge_bits < edge_bits_max {
                    edge_bits
                } else {
                    edge_bits_max
                },
            slot_bit: edge_bits - EDGE_BITS,
        }
    }

    /// The place of the lowest cell in it.
    pub const fn base(&self) -> Place {
        Place::of(self.corner.cell())
    }

    /// The way to a block; none to one outside.
    #[inline(always)]
    pub const fn path_to_block(&self, at: BlockCoord) -> Option<Path> {
        let x = at.x.wrapping_sub(self.corner.x) as u32;
        let y = at.y.wrapping_sub(self.corner.y) as u32;
        let z = at.z.wrapping_sub(self.corner.z) as u32;
        if (x | y | z) & self.outside != 0 {
            return None;
        }
        Some(Path::packed([x, y, z]))
    }

    /// The way to the lowest block of a cell; none to one outside, be it beyond all blocks.
    #[inline(always)]
    pub const fn path_to_cell(&self, cell: CellCoord) -> Option<Path> {
        let corner = self.corner.cell();
        let x = cell.x.wrapping_sub(corner.x) as u32;
        let y = cell.y.wrapping_sub(corner.y) as u32;
        let z = cell.z.wrapping_sub(corner.z) as u32;
        // A shift that brings in ones: all bits above a block's are outside.
        if (x | y | z) & (self.outside as i32 >> CELL_BLOCK_BITS) as u32 != 0 {
            return None;
        }
        Some(Path::of_cells([x, y, z]))
    }
}

/// The way from the root to a block: the axes of its distance from the corner, packed so that one
/// multiplication gathers what names a slot. At most 20 bits of each are set.
#[derive(Clone, Copy)]
pub(super) struct Path(u64);

/// Where z and y begin in a path; x comes first. They stand so far apart that what a slot of the
/// highest root takes beyond an axis' 20 bits is zero.
const Z_BIT: u32 = 22;
const Y_BIT: u32 = 44;

impl Path {
    /// The way to the lowest block of the cell at a distance in cells.
    #[inline(always)]
    pub const fn of_cells(axes: [u32; 3]) -> Self {
        Self(Self::packed(axes).0 << CELL_BLOCK_BITS)
    }

    #[inline(always)]
    const fn packed([x, y, z]: [u32; 3]) -> Self {
        Self(x as u64 | (z as u64) << Z_BIT | (y as u64) << Y_BIT)
    }

    /// The slot on the way, in a node whose children have a level.
    #[inline(always)]
    pub const fn slot(self, level: u32) -> usize {
        self.slot_from(CELL_BLOCK_BITS + EDGE_BITS * level)
    }

    /// The slot that the axes name from a bit on.
    #[inline(always)]
    pub const fn slot_from(self, bit: u32) -> usize {
        gather(self.0 >> bit, EDGE_BITS)
    }

    /// The block's index in its brick.
    #[inline(always)]
    pub const fn voxel_index(self) -> usize {
        gather(self.0, CELL_BLOCK_BITS)
    }
}

/// Puts the lowest bits of the three axes side by side: x lowest, then z, then y.
#[inline(always)]
const fn gather(axes: u64, bits: u32) -> usize {
    let low = (1 << bits) - 1;
    let mask = low | low << Z_BIT | low << Y_BIT;
    // Each term moves one axis to its place at the top. What else they make is either moved out at
    // the top or stays below, where no two of them meet.
    let x_to = u64::BITS - 3 * bits;
    let moves = 1 << x_to | 1 << (x_to + bits - Z_BIT) | 1 << (x_to + 2 * bits - Y_BIT);
    ((axes & mask).wrapping_mul(moves) >> x_to) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{brick::voxel_index, random::SplitMix64};

    #[test]
    fn gathers_what_shifting_each_axis_would() {
        let mut random = SplitMix64::new(1);
        let mut axis = || random.below(1 << 20);
        for _ in 0..10_000 {
            let [x, y, z] = [axis(), axis(), axis()];
            let path = Path::packed([x, y, z]);
            let block = BlockCoord::new(x as i32, y as i32, z as i32);
            assert_eq!(path.voxel_index(), voxel_index(block));
            for level in 0..6 {
                let bits = |axis: u32| (axis >> (4 + 3 * level) & 7) as usize;
                assert_eq!(path.slot(level), bits(x) | bits(z) << 3 | bits(y) << 6);
            }
        }
    }

    #[test]
    fn paths_lead_to_what_is_inside_alone() {
        let extent = Extent::around(Place::of(CellCoord::new(-3, 5, 17)), 1);
        assert_eq!(extent.corner, BlockCoord::new(-128, 0, 256));
        for (x, is_inside) in [(-129, false), (-128, true), (-1, true), (0, false)] {
            let at = BlockCoord::new(x, 127, 256);
            assert_eq!(extent.path_to_block(at).is_some(), is_inside);
            assert_eq!(extent.path_to_cell(at.cell()).is_some(), is_inside);
        }
        for far in [i32::MIN, i32::MAX, 1 << 28, -8 + (1 << 28)] {
            let cell = CellCoord::new(far, 0, 16);
            assert!(extent.path_to_cell(cell).is_none(), "{far}");
        }
    }
}
