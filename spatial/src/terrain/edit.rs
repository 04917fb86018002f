//! Edits of many blocks at once. They change only what is loaded.

use super::Terrain;
use crate::{
    block::Block,
    block_box::BlockBox,
    brick::{Brick, voxel_index},
    position::{BlockCoord, Position, UNITS_PER_METRE},
};

impl Terrain {
    /// Makes every loaded block of a box `block`; returns how many changed.
    pub fn fill_box(&mut self, area: BlockBox, block: Block) -> u64 {
        self.replace(area, |_, _| block)
    }

    /// Makes every loaded block `block` whose centre is at most `radius_units` (1/4096 m) from the
    /// centre; returns how many changed. The radius is at most 2^24 units (4,096 m).
    pub fn fill_sphere(&mut self, centre: Position, radius_units: i32, block: Block) -> u64 {
        self.replace(sphere_box(centre, radius_units), |at, old| {
            if is_in_sphere(at, centre, radius_units) {
                block
            } else {
                old
            }
        })
    }

    /// Asks of every loaded block of a box what it becomes; returns how many changed.
    /// Panics when the answer is VOID.
    pub fn replace(
        &mut self,
        area: BlockBox,
        mut replacement: impl FnMut(BlockCoord, Block) -> Block,
    ) -> u64 {
        let Some(area) = self.bounds().and_then(|bounds| bounds.intersection(area)) else {
            return 0;
        };
        let mut changed_count = 0;
        for cell in area.cells() {
            let Some(brick) = self.brick(cell) else {
                continue;
            };
            let mut brick = brick.clone();
            let part = BlockBox::of_cell(cell)
                .intersection(area)
                .expect("a cell of the box");
            let brick_changed_count = replace_in(&mut brick, part, &mut replacement);
            if brick_changed_count > 0 {
                brick.compact();
                self.insert_brick(cell, brick);
                changed_count += brick_changed_count;
            }
        }
        changed_count
    }
}

fn replace_in(
    brick: &mut Brick,
    part: BlockBox,
    replacement: &mut impl FnMut(BlockCoord, Block) -> Block,
) -> u64 {
    let mut changed_count = 0;
    for at in part.blocks() {
        let old = brick.get(voxel_index(at));
        let new = replacement(at, old);
        if new != old {
            assert!(new != Block::VOID, "VOID is what is not loaded");
            brick.set(voxel_index(at), new);
            changed_count += 1;
        }
    }
    changed_count
}

/// The blocks that may have their centre in a sphere.
fn sphere_box(centre: Position, radius_units: i32) -> BlockBox {
    let shifted = |by: i32| {
        let axes = [centre.x, centre.y, centre.z].map(|axis| axis.saturating_add(by));
        Position::new(axes[0], axes[1], axes[2]).block()
    };
    BlockBox::new(shifted(-radius_units), shifted(radius_units))
}

fn is_in_sphere(at: BlockCoord, centre: Position, radius_units: i32) -> bool {
    let corner = at.position();
    let away = |corner: i32, centre: i32| {
        let distance = i64::from(corner) + i64::from(UNITS_PER_METRE / 2) - i64::from(centre);
        distance * distance
    };
    let distance_squared =
        away(corner.x, centre.x) + away(corner.y, centre.y) + away(corner.z, centre.z);
    distance_squared <= i64::from(radius_units) * i64::from(radius_units)
}
