//! Ray casts through the terrain, exact in integers: a ray is compared with the planes between blocks
//! by cross-multiplication, so that nothing drifts, and uniform bricks and nodes are crossed in one
//! step. It meets blocks only; bodies are the engine's.
//!
//! Where a ray runs exactly through an edge it enters the neighbour along x first, then y, then z,
//! so that it never slips diagonally between two blocks without touching either neighbour it passes
//! first. A ray that starts on a face and goes through it starts in the block beyond.

mod walk;

use crate::{
    block::Block,
    brick::{Brick, voxel_index},
    face::Face,
    limits::RAY_DIRECTION_MAX,
    packed::{CUBE_EDGE_BITS, cube_index},
    position::{BlockCoord, CELL_BLOCK_BITS, Position},
    terrain::{NODE_EDGE_BITS, Terrain},
};
use walk::{Time, Walk};

/// Where to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ray {
    pub origin: Position,
    /// x, y, z in any common unit (such as 1/16,384), each at most [`RAY_DIRECTION_MAX`]. The longer,
    /// the more exact are distances; a direction of nothing looks only at the block it is in.
    pub direction: [i32; 3],
    /// How far, in 1/4096 m.
    pub distance_units_max: u32,
}

/// What a ray met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RayHit {
    pub at: BlockCoord,
    pub block: Block,
    /// The side it came in by; none if it started in the block.
    pub face: Option<Face>,
    /// From the origin, in 1/4096 m, rounded down.
    pub distance_units: u32,
    /// On the face, other axes rounded down; the origin if it started in the block.
    pub position: Position,
}

impl Ray {
    /// The first block that stops bodies; what is not loaded does.
    pub fn cast_solid(&self, terrain: &Terrain) -> Option<RayHit> {
        self.cast(terrain, Block::is_solid)
    }

    /// The first block that is not air, be it water.
    pub fn cast_not_air(&self, terrain: &Terrain) -> Option<RayHit> {
        self.cast(terrain, |block| block != Block::AIR)
    }

    /// The first block that stops this ray. Panics when the direction is out of range.
    pub fn cast(&self, terrain: &Terrain, stops: impl Fn(Block) -> bool) -> Option<RayHit> {
        let is_in_range = |axis: &i32| axis.unsigned_abs() <= RAY_DIRECTION_MAX as u32;
        let is_valid = self.direction.iter().all(is_in_range);
        assert!(is_valid, "direction out of range");
        // The same walk, in numbers as wide as it takes to be exact.
        if i64::holds(self) {
            self.walk::<i64>(terrain, stops)
        } else {
            self.walk::<i128>(terrain, stops)
        }
    }

    #[inline]
    fn walk<T: Time>(&self, terrain: &Terrain, stops: impl Fn(Block) -> bool) -> Option<RayHit> {
        let mut walk = Walk::<T>::new(self);
        loop {
            let (brick, level) = terrain.leaf(walk.block().cell());
            let Some(block) = brick.as_uniform() else {
                match cross(&mut walk, brick, &stops) {
                    Crossing::Stopped(block) => return Some(walk.hit(self, block)),
                    Crossing::Ended => return None,
                    Crossing::Left => continue,
                }
            };
            if stops(block) {
                return Some(walk.hit(self, block));
            }
            if !walk.leave_cube(CELL_BLOCK_BITS + NODE_EDGE_BITS * level) {
                return None;
            }
        }
    }
}

/// How a ray's way through a brick ends.
enum Crossing {
    Stopped(Block),
    /// The ray is at its end.
    Ended,
    /// It goes on in another cell.
    Left,
}

/// Goes through the cell of a brick that is not uniform, block by block; where a cube of it is empty, without
/// looking at its blocks.
#[inline]
fn cross<T: Time>(walk: &mut Walk<T>, brick: &Brick, stops: impl Fn(Block) -> bool) -> Crossing {
    let occupied = if stops(Block::AIR) {
        u64::MAX
    } else {
        brick.occupied_cubes()
    };
    loop {
        let index = voxel_index(walk.block());
        let mut edge_bits = CUBE_EDGE_BITS;
        if occupied >> cube_index(index) & 1 != 0 {
            let block = brick.get(index);
            if stops(block) {
                return Crossing::Stopped(block);
            }
            edge_bits = 0;
        }
        let before = *walk;
        while !walk.has_left(&before, edge_bits) {
            if !walk.step() {
                return Crossing::Ended;
            }
        }
        if walk.has_left(&before, CELL_BLOCK_BITS) {
            return Crossing::Left;
        }
    }
}
