//! The short way for most steps of most bodies: over level ground, through free air.
//!
//! It does what [`Sweep::run`] does, bit for bit, or declines; a test holds the two together. It
//! pays off because a body that stays over the same blocks meets nothing new: only the ground below
//! must still be there.

use core::ops::RangeInclusive;

use spatial::{
    BlockBox,
    position::UNITS_PER_METRE,
    sweep::{Sweep, Swept},
    terrain::BlockReader,
};

/// Moves a box that stands on the ground and meets nothing; none if that is not so.
pub fn glide(sweep: &Sweep, reader: &mut BlockReader) -> Option<Swept> {
    let [x, y, z] = sweep.delta;
    let is_level = sweep.is_grounded && y < 0 && sweep.feet.y & (UNITS_PER_METRE - 1) == 0;
    // Within a block a tick the sweep moves in one piece: down, then along.
    let is_one_piece = x.abs().max(y.abs()).max(z.abs()) <= UNITS_PER_METRE;
    if !is_level || !is_one_piece {
        return None;
    }
    let mut feet = sweep.feet;
    feet.x += x;
    feet.z += z;
    let from = sweep.body.blocks(sweep.feet);
    if !reader.has_solid(layer_below(from)) {
        return None;
    }
    let to = sweep.body.blocks(feet);
    let is_grounded = if to == from {
        true
    } else if entered(from, to)
        .into_iter()
        .any(|slab| reader.has_solid(slab))
    {
        return None;
    } else {
        reader.has_solid(layer_below(to))
    };
    Some(Swept {
        feet,
        is_blocked: [false, true, false],
        is_grounded,
        step_units: 0,
    })
}

/// The layer of blocks that a box stands on.
fn layer_below(blocks: BlockBox) -> BlockBox {
    let mut layer = blocks;
    layer.min.y -= 1;
    layer.max.y = layer.min.y;
    layer
}

/// The blocks that a box of the same height meets on its way from one place to another, be it first
/// along x or first along z: one slab across each axis, empty where it enters nothing new.
fn entered(from: BlockBox, to: BlockBox) -> [BlockBox; 2] {
    let mut east_west = from;
    (east_west.min.x, east_west.max.x) = gained(from.min.x..=from.max.x, to.min.x..=to.max.x);
    (east_west.min.z, east_west.max.z) = (from.min.z.min(to.min.z), from.max.z.max(to.max.z));
    let mut north_south = from;
    (north_south.min.z, north_south.max.z) = gained(from.min.z..=from.max.z, to.min.z..=to.max.z);
    [east_west, north_south]
}

/// What the second range has beyond the first, to which it is near; its ends, crossed for nothing.
fn gained(from: RangeInclusive<i32>, to: RangeInclusive<i32>) -> (i32, i32) {
    if to.end() > from.end() {
        (from.end() + 1, *to.end())
    } else {
        (*to.start(), from.start() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{arena, balance::STEP_HEIGHT, generate::layout::MIDDLE, movement::body_box};
    use spatial::{
        Block, BlockCoord, Position, position::UNIT_BITS, random::SplitMix64, terrain::Terrain,
    };

    fn strewn_terrain(random: &mut SplitMix64) -> Terrain {
        let mut terrain = arena::flat_terrain(32);
        for _ in 0..80 {
            let x = MIDDLE + random.between(-16, 15);
            let y = arena::GROUND - 1 + random.below(4) as i32;
            let z = MIDDLE + random.between(-16, 15);
            let block = [Block::AIR, Block::BRICK, Block::WATER][random.below(3) as usize];
            terrain.set(BlockCoord::new(x, y, z), block);
        }
        terrain
    }

    fn random_sweep(random: &mut SplitMix64) -> Sweep {
        let height = (arena::GROUND + 1 + random.below(2) as i32) << UNIT_BITS;
        let speed = if random.chance(1, 10) { 5_000 } else { 1_400 };
        let mut across =
            || (MIDDLE << UNIT_BITS) + random.between(-(16 << UNIT_BITS), 16 << UNIT_BITS);
        let feet = Position::new(across(), height, across());
        let mut along = || random.between(-speed, speed);
        Sweep {
            body: body_box(false),
            feet,
            delta: [along(), -1 - along().abs() / 4, along()],
            step_units_max: STEP_HEIGHT,
            is_grounded: random.chance(9, 10),
        }
    }

    #[test]
    fn glides_where_a_sweep_would_and_nowhere_else() {
        let mut glide_count = 0;
        for seed in 0..50 {
            let mut random = SplitMix64::new(seed);
            let terrain = strewn_terrain(&mut random);
            for _ in 0..2_000 {
                let sweep = random_sweep(&mut random);
                if let Some(swept) = glide(&sweep, &mut terrain.reader()) {
                    glide_count += 1;
                    assert_eq!(swept, sweep.run(&terrain), "{sweep:?}");
                }
            }
        }
        assert!(glide_count > 20_000, "only {glide_count} of 100,000 glided");
    }
}
