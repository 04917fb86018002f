//! What differs between two terrains, mostly two snapshots of one. Shared nodes and bricks are
//! skipped unread, so the cost is that of the edits between them.

use super::{ChildRef, LEVEL_BITS, SLOTS, Terrain};
use crate::{
    block::Block,
    brick::{BRICK_VOXELS, Brick, voxel_offset},
    morton,
    position::{BlockCoord, CellCoord},
};

/// A cell that differs. What is not loaded is a brick of [`Block::VOID`].
#[derive(Clone, Copy, Debug)]
pub struct BrickChange<'a> {
    pub cell: CellCoord,
    pub old: &'a Brick,
    pub new: &'a Brick,
}

/// A block that differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockChange {
    pub at: BlockCoord,
    pub old: Block,
    pub new: Block,
}

/// Visits every cell whose brick may differ, in Morton order; a brick that was written back to what
/// it was counts as differing.
pub fn diff_bricks(old: &Terrain, new: &Terrain, mut visit: impl FnMut(BrickChange)) {
    let (mut old, mut new) = (old.clone(), new.clone());
    align(&mut old, &mut new);
    let pair = Pair {
        old: old.root.borrow(),
        new: new.root.borrow(),
    };
    diff_at(pair, new.code_base(), new.extent.level, &mut visit);
}

/// Visits every block that differs, cells in Morton order and blocks in brick order.
pub fn diff_blocks(old: &Terrain, new: &Terrain, mut visit: impl FnMut(BlockChange)) {
    diff_bricks(old, new, |change| {
        let corner = change.cell.block();
        for index in 0..BRICK_VOXELS {
            let (old, new) = (change.old.get(index), change.new.get(index));
            if old != new {
                let offset = voxel_offset(index);
                let at = BlockCoord::new(
                    corner.x + offset.x,
                    corner.y + offset.y,
                    corner.z + offset.z,
                );
                visit(BlockChange { at, old, new });
            }
        }
    });
}

/// Two children in the same place.
#[derive(Clone, Copy)]
struct Pair<'a> {
    old: ChildRef<'a>,
    new: ChildRef<'a>,
}

/// Grows the roots until both cover the same cells.
fn align(first: &mut Terrain, second: &mut Terrain) {
    first.cover(second.whole());
    second.cover(first.whole());
}

fn diff_at(pair: Pair, code: u64, level: u32, visit: &mut dyn FnMut(BrickChange)) {
    if pair.old.is_same(pair.new) {
        return;
    }
    if let (ChildRef::Brick(old), ChildRef::Brick(new), 0) = (pair.old, pair.new, level) {
        let cell = morton::decode(code);
        return visit(BrickChange { cell, old, new });
    }
    let child_codes = 1 << (LEVEL_BITS * (level - 1));
    for (order, &slot) in SLOTS.iter().enumerate() {
        let below = Pair {
            old: pair.old.child(slot),
            new: pair.new.child(slot),
        };
        diff_at(below, code + order as u64 * child_codes, level - 1, visit);
    }
}
