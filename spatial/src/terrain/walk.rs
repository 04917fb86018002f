//! Walks over all that is loaded, in Morton order.

use alloc::vec::Vec;

use super::{ChildRef, LEVEL_BITS, SLOTS, Terrain};
use crate::{block::Block, brick::Brick, morton, position::CellCoord};

/// A loaded brick as the tree holds it.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// The Morton code of its first cell.
    pub code: u64,
    /// It stands for `512^level` cells from `code` on; above level 0 its brick is uniform.
    pub level: u32,
    pub brick: &'a Brick,
}

impl Leaf<'_> {
    /// How many cells it stands for.
    pub const fn cell_count(&self) -> u64 {
        1 << (LEVEL_BITS * self.level)
    }
}

/// The leaves of a terrain in Morton order; see [`Terrain::leaves`].
pub struct Leaves<'a> {
    /// What is still to be walked, the next one last.
    stack: Vec<(ChildRef<'a>, u64, u32)>,
}

impl Terrain {
    /// What is loaded, in Morton order, each collapsed node as one leaf.
    pub fn leaves(&self) -> Leaves<'_> {
        Leaves {
            stack: Vec::from([(self.root.borrow(), self.code_base(), self.extent.level)]),
        }
    }

    /// Every loaded cell with its brick, in Morton order.
    pub fn bricks(&self) -> impl Iterator<Item = (CellCoord, &Brick)> {
        self.leaves().flat_map(|leaf| {
            let codes = leaf.code..leaf.code + leaf.cell_count();
            codes.map(move |code| (morton::decode(code), leaf.brick))
        })
    }

    /// How many cells are loaded.
    pub fn brick_count(&self) -> u64 {
        self.leaves().map(|leaf| leaf.cell_count()).sum()
    }
}

impl<'a> Iterator for Leaves<'a> {
    type Item = Leaf<'a>;

    fn next(&mut self) -> Option<Leaf<'a>> {
        loop {
            let (child, code, level) = self.stack.pop()?;
            match child {
                ChildRef::Brick(brick) if brick.as_uniform() == Some(Block::VOID) => {}
                ChildRef::Brick(brick) => return Some(Leaf { code, level, brick }),
                ChildRef::Bricks(_) | ChildRef::Node(_) => {
                    let child_codes = 1 << (LEVEL_BITS * (level - 1));
                    let below = SLOTS.iter().enumerate().rev().map(|(order, &slot)| {
                        let child_code = code + order as u64 * child_codes;
                        (child.child(slot), child_code, level - 1)
                    });
                    self.stack.extend(below);
                }
            }
        }
    }
}
