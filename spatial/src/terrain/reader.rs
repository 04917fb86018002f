//! Reads of blocks that are mostly near each other, such as a body's surroundings.

use super::{NOT_LOADED, Terrain};
use crate::{
    block::Block,
    block_box::BlockBox,
    brick::{Brick, voxel_index},
    position::{BlockCoord, CellCoord},
};

/// Remembers the last brick, so that a read in the same cell does not walk the tree.
#[derive(Clone, Debug)]
pub struct BlockReader<'a> {
    terrain: &'a Terrain,
    cell: CellCoord,
    brick: &'a Brick,
}

impl<'a> BlockReader<'a> {
    pub(super) fn new(terrain: &'a Terrain) -> Self {
        Self {
            terrain,
            // No such cell can be loaded, so the first read looks its brick up.
            cell: CellCoord::new(i32::MAX, i32::MAX, i32::MAX),
            brick: &NOT_LOADED,
        }
    }

    /// The block at a place; [`Block::VOID`] where nothing is loaded.
    #[inline]
    pub fn block(&mut self, at: BlockCoord) -> Block {
        let cell = at.cell();
        if cell == self.cell {
            return self.brick.get(voxel_index(at));
        }
        // Nothing foretold which brick comes; what it is made of holds for the reads that follow.
        self.brick(cell).get_scattered(voxel_index(at))
    }

    /// Whether any block of a box is solid; none of an empty one is.
    #[inline]
    pub fn has_solid(&mut self, area: BlockBox) -> bool {
        let (min, max) = (area.min, area.max);
        if min.x > max.x || min.y > max.y || min.z > max.z {
            return false;
        }
        // What is asked about is a body's surroundings, mostly in one cell and often of one block.
        if min.cell() != max.cell() {
            return area.blocks().any(|at| self.block(at).is_solid());
        }
        let brick = self.brick(min.cell());
        match brick.as_uniform() {
            Some(block) => block.is_solid(),
            None => has_solid(brick, area),
        }
    }

    /// The brick of a cell; one of VOID where nothing is loaded.
    #[inline]
    pub fn brick(&mut self, cell: CellCoord) -> &'a Brick {
        if cell != self.cell {
            self.cell = cell;
            self.brick = self.terrain.leaf(cell).0;
        }
        self.brick
    }

    pub const fn terrain(&self) -> &'a Terrain {
        self.terrain
    }
}

/// Whether any block of a box, which lies in the cell of a brick, is solid.
fn has_solid(brick: &Brick, area: BlockBox) -> bool {
    let (min, max) = (area.min, area.max);
    for y in min.y..=max.y {
        for z in min.z..=max.z {
            for x in min.x..=max.x {
                let index = voxel_index(BlockCoord::new(x, y, z));
                if brick.get(index).is_solid() {
                    return true;
                }
            }
        }
    }
    false
}
