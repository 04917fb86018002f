//! The voxels of the world: a sparse octree with wide nodes whose leaves are bricks.
//!
//! All nodes and bricks are shared copy-on-write, so a clone of a [`Terrain`] is O(1) and is an
//! immutable snapshot; an edit copies the path to one brick. Uniform nodes collapse, at every level.
//! What is not loaded reads as [`Block::VOID`]; no loaded voxel is VOID.
//!
//! It covers the cells whose axes fit an `i16`. Its root grows with what is inserted, so a small
//! world is a shallow tree. It is not responsible for making, storing or sending terrain.

mod diff;
mod edit;
mod node;
mod reader;
mod walk;

pub use diff::{BlockChange, BrickChange, diff_blocks, diff_bricks};
pub use node::EDGE_BITS as NODE_EDGE_BITS;
pub use reader::BlockReader;
pub use walk::{Leaf, Leaves};

use alloc::sync::Arc;

use crate::{
    block::Block,
    block_box::BlockBox,
    brick::{Brick, voxel_index},
    morton,
    position::{BlockCoord, CELL_EDGE_BLOCKS, CellCoord},
};
use node::{Child, LEVEL_BITS, Node, Place, SLOTS};

/// What every cell that is not loaded holds.
static NOT_LOADED: Brick = Brick::uniform(Block::VOID);

/// The voxels of the world, or a snapshot of them.
#[derive(Clone, Debug)]
pub struct Terrain {
    root: Child,
    /// Levels of nodes above the bricks; the root covers `512^level` cells.
    level: u32,
    /// The lowest cell that the root covers.
    base: Place,
}

impl Terrain {
    /// Nothing is loaded.
    pub const fn new() -> Self {
        Self {
            root: Child::VOID,
            level: 0,
            base: Place::of(CellCoord::new(0, 0, 0)),
        }
    }

    /// The block at a place; [`Block::VOID`] where nothing is loaded.
    #[inline]
    pub fn block(&self, at: BlockCoord) -> Block {
        self.leaf(at.cell()).0.get(voxel_index(at))
    }

    /// The brick of a cell, if it is loaded.
    pub fn brick(&self, cell: CellCoord) -> Option<&Brick> {
        let (brick, _) = self.leaf(cell);
        (brick.as_uniform() != Some(Block::VOID)).then_some(brick)
    }

    pub fn is_loaded(&self, cell: CellCoord) -> bool {
        self.brick(cell).is_some()
    }

    /// What holds a cell, and at which level: a brick at level 0 is the cell's own, one at level n
    /// stands for an aligned cube of `8^n` cells an edge, all of that one block.
    #[inline]
    pub fn leaf(&self, cell: CellCoord) -> (&Brick, u32) {
        let place = Place::of(cell);
        if !place.is_beside(self.base, self.level) {
            return (&NOT_LOADED, 0);
        }
        let mut child = &self.root;
        let mut level = self.level;
        loop {
            match child {
                Child::Brick(brick) => return (brick, level),
                Child::Node(node) => {
                    level -= 1;
                    child = &node.children[place.slot(level)];
                }
            }
        }
    }

    /// A reader that is quick for reads near each other.
    pub fn reader(&self) -> BlockReader<'_> {
        BlockReader::new(self)
    }

    /// Loads a cell, in place of what it held. A brick of nothing but VOID unloads it.
    /// Panics when an axis of the cell is out of `i16`'s range.
    pub fn insert_brick(&mut self, cell: CellCoord, brick: Brick) {
        assert!(morton::try_encode(cell).is_some(), "a cell within space");
        self.insert_leaf(cell, 0, brick);
    }

    /// Unloads a cell and returns what it held.
    pub fn remove_brick(&mut self, cell: CellCoord) -> Option<Brick> {
        let brick = self.brick(cell)?.clone();
        self.insert_brick(cell, NOT_LOADED.clone());
        Some(brick)
    }

    /// Writes one block and returns what was there; none, and no change, where nothing is loaded.
    /// Panics when `block` is VOID: cells are unloaded whole, by [`Self::remove_brick`].
    pub fn set(&mut self, at: BlockCoord, block: Block) -> Option<Block> {
        assert!(block != Block::VOID, "VOID is what is not loaded");
        let block_old = self.block(at);
        if block_old == Block::VOID {
            return None;
        }
        if block_old != block {
            self.edit_brick(at.cell(), |brick| {
                brick.set(voxel_index(at), block);
            });
        }
        Some(block_old)
    }

    /// The aligned cube of blocks outside of which nothing is loaded; none when nothing is at all.
    pub fn bounds(&self) -> Option<BlockBox> {
        if self.root.as_uniform() == Some(Block::VOID) {
            return None;
        }
        let min = self.base.cell().block();
        let edge = (CELL_EDGE_BLOCKS << (NODE_EDGE_BITS * self.level)) - 1;
        let max = BlockCoord::new(min.x + edge, min.y + edge, min.z + edge);
        Some(BlockBox { min, max })
    }

    /// Bytes on the heap, also where other snapshots share them.
    pub fn bytes_count(&self) -> usize {
        self.root.bytes_count()
    }

    /// Puts a brick over the `512^level` cells from an aligned one on; above level 0 it must be
    /// uniform.
    pub(crate) fn insert_leaf(&mut self, cell: CellCoord, level: u32, brick: Brick) {
        let target = Target {
            place: Place::of(cell),
            level,
        };
        if brick.as_uniform() == Some(Block::VOID) && !self.covers(target) {
            return;
        }
        self.cover(target);
        edit_at(&mut self.root, self.level, target, &mut |child| {
            *child = Child::Brick(brick.clone());
        });
    }

    /// Changes the brick of a covered cell in place.
    fn edit_brick(&mut self, cell: CellCoord, mut change: impl FnMut(&mut Brick)) {
        let target = Target {
            place: Place::of(cell),
            level: 0,
        };
        edit_at(
            &mut self.root,
            self.level,
            target,
            &mut |child| match child {
                Child::Brick(brick) => change(brick),
                Child::Node(_) => unreachable!("level 0 holds bricks"),
            },
        );
    }

    fn covers(&self, target: Target) -> bool {
        target.level <= self.level && target.place.is_beside(self.base, self.level)
    }

    /// Grows the root until it covers a child.
    fn cover(&mut self, target: Target) {
        if self.root.as_uniform() == Some(Block::VOID) && !self.covers(target) {
            self.level = target.level;
            self.base = target.place;
        }
        while !self.covers(target) {
            self.grow();
        }
    }

    /// Puts one level of nodes above the root.
    fn grow(&mut self) {
        let child = core::mem::replace(&mut self.root, Child::VOID);
        if child.as_uniform() != Some(Block::VOID) {
            let mut node = Node::uniform(Block::VOID);
            node.children[self.base.slot(self.level)] = child;
            self.root = Child::Node(Arc::new(node));
        }
        self.level += 1;
        self.base = self.base.aligned(self.level);
    }

    /// The root, as a child to be covered by another terrain.
    fn whole(&self) -> Target {
        Target {
            place: self.base,
            level: self.level,
        }
    }

    /// The Morton code of the first cell that the root covers.
    fn code_base(&self) -> u64 {
        morton::encode(self.base.cell())
    }
}

impl Default for Terrain {
    fn default() -> Self {
        Self::new()
    }
}

/// Names a child of the tree.
#[derive(Clone, Copy)]
struct Target {
    place: Place,
    level: u32,
}

/// Changes one child below `child`, copying what is shared on the way down and collapsing what
/// became uniform on the way up.
fn edit_at(child: &mut Child, level: u32, target: Target, change: &mut dyn FnMut(&mut Child)) {
    if level == target.level {
        return change(child);
    }
    let below = &mut child.node_mut().children[target.place.slot(level - 1)];
    edit_at(below, level - 1, target, change);
    if below.as_uniform().is_some() {
        child.collapse();
    }
}
