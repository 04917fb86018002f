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
mod path;
mod reader;
mod walk;

pub use diff::{BlockChange, BrickChange, diff_blocks, diff_bricks};
pub use node::EDGE_BITS as NODE_EDGE_BITS;
pub use reader::BlockReader;
pub use walk::{Leaf, Leaves};

use crate::{
    block::Block,
    block_box::BlockBox,
    brick::{Brick, voxel_index},
    morton,
    position::{BlockCoord, CELL_EDGE_BLOCKS, CellCoord},
};
use node::{Child, ChildRef, LEVEL_BITS, Place, SLOTS};
use path::{Extent, Path};

/// What every cell that is not loaded holds.
static NOT_LOADED: Brick = Brick::uniform(Block::VOID);

/// The voxels of the world, or a snapshot of them.
#[derive(Clone, Debug)]
pub struct Terrain {
    root: Child,
    extent: Extent,
}

impl Terrain {
    /// Nothing is loaded.
    pub const fn new() -> Self {
        Self {
            root: Child::VOID,
            extent: Extent::around(Place::of(CellCoord::new(0, 0, 0)), 0),
        }
    }

    /// The block at a place; [`Block::VOID`] where nothing is loaded.
    #[inline(always)]
    pub fn block(&self, at: BlockCoord) -> Block {
        self.block_at(at.x, at.y, at.z)
    }

    /// [`Self::block`]. Axes on their own travel in registers. Inlined, it would drive so much out of
    /// the registers of the loop around it that a call is cheaper.
    #[inline(never)]
    fn block_at(&self, x: i32, y: i32, z: i32) -> Block {
        let Some(path) = self.extent.path_to_block(BlockCoord::new(x, y, z)) else {
            return not_loaded();
        };
        match self.below_nodes(path).0 {
            Child::Bricks(node) => node.children[path.slot(0)].get_scattered(path.voxel_index()),
            Child::Brick(brick) => brick.get(path.voxel_index()),
            Child::Node(_) => unreachable!("it is below the nodes"),
        }
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
        let Some(path) = self.extent.path_to_cell(cell) else {
            return (&NOT_LOADED, 0);
        };
        match self.below_nodes(path) {
            (Child::Bricks(node), _) => (&node.children[path.slot(0)], 0),
            (Child::Brick(brick), level) => (brick, level),
            (Child::Node(_), _) => unreachable!("it is below the nodes"),
        }
    }

    /// The first child on a way that is not a node of nodes, and its level.
    #[inline(always)]
    fn below_nodes(&self, path: Path) -> (&Child, u32) {
        let mut child = &self.root;
        let mut level = self.extent.level;
        let mut slot_bit = self.extent.slot_bit;
        while let Child::Node(node) = child {
            child = &node.children[path.slot_from(slot_bit)];
            slot_bit -= NODE_EDGE_BITS;
            level -= 1;
        }
        (child, level)
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
        let min = self.extent.corner;
        let edge = (CELL_EDGE_BLOCKS << (NODE_EDGE_BITS * self.extent.level)) - 1;
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
        edit_at(&mut self.root, self.extent.level, target, &mut |old| {
            *old = brick.clone();
        });
    }

    /// Changes the brick of a covered cell in place.
    fn edit_brick(&mut self, cell: CellCoord, mut change: impl FnMut(&mut Brick)) {
        let target = Target {
            place: Place::of(cell),
            level: 0,
        };
        edit_at(&mut self.root, self.extent.level, target, &mut change);
    }

    fn covers(&self, target: Target) -> bool {
        let Extent { level, .. } = self.extent;
        target.level <= level && target.place.is_beside(self.extent.base(), level)
    }

    /// Grows the root until it covers a child.
    fn cover(&mut self, target: Target) {
        if self.root.as_uniform() == Some(Block::VOID) && !self.covers(target) {
            self.extent = Extent::around(target.place, target.level);
        }
        while !self.covers(target) {
            self.grow();
        }
    }

    /// Puts one level of nodes above the root.
    fn grow(&mut self) {
        let Target { place, level } = self.whole();
        let child = core::mem::replace(&mut self.root, Child::VOID);
        if child.as_uniform() != Some(Block::VOID) {
            let slot = place.slot(level);
            match child {
                Child::Brick(brick) if level == 0 => self.root.bricks_mut().children[slot] = brick,
                child => self.root.node_mut().children[slot] = child,
            }
        }
        self.extent = Extent::around(place, level + 1);
    }

    /// The root, as a child to be covered by another terrain.
    fn whole(&self) -> Target {
        Target {
            place: self.extent.base(),
            level: self.extent.level,
        }
    }

    /// The Morton code of the first cell that the root covers.
    fn code_base(&self) -> u64 {
        morton::encode(self.extent.corner.cell())
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

/// Out of the way of the reads that find something.
#[cold]
fn not_loaded() -> Block {
    Block::VOID
}

/// Changes one brick below `child`, copying what is shared on the way down and collapsing what
/// became uniform on the way up.
fn edit_at(child: &mut Child, level: u32, target: Target, change: &mut dyn FnMut(&mut Brick)) {
    if level == target.level {
        return change(child.brick_mut());
    }
    let slot = target.place.slot(level - 1);
    let becomes_uniform = if level == 1 {
        let brick = &mut child.bricks_mut().children[slot];
        change(brick);
        brick.as_uniform().is_some()
    } else {
        let below = &mut child.node_mut().children[slot];
        edit_at(below, level - 1, target, change);
        below.as_uniform().is_some()
    };
    if becomes_uniform {
        child.collapse();
    }
}
