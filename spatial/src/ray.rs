//! Ray casts through the terrain, exact in integers: a ray is compared with the planes between blocks
//! by cross-multiplication, so that nothing drifts, and uniform bricks and nodes are crossed in one
//! step. It meets blocks only; bodies are the engine's.
//!
//! Where a ray runs exactly through an edge it enters the neighbour along x first, then y, then z,
//! so that it never slips diagonally between two blocks without touching either neighbour it passes
//! first. A ray that starts on a face and goes through it starts in the block beyond.

use crate::{
    block::Block,
    brick::{Brick, voxel_index},
    face::Face,
    limits::RAY_DIRECTION_MAX,
    position::{BlockCoord, CELL_BLOCK_BITS, CellCoord, Position, UNIT_BITS},
    terrain::{NODE_EDGE_BITS, Terrain},
};

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
        let mut walk = Walk::new(self);
        let mut lookup = Lookup::new(terrain);
        loop {
            let at = walk.block();
            let (block, edge_bits) = lookup.at(at);
            if stops(block) {
                return Some(walk.hit(self, at, block));
            }
            if !walk.leave_cube(edge_bits) {
                return None;
            }
        }
    }
}

/// Finds blocks, remembering the leaf it is in.
struct Lookup<'a> {
    terrain: &'a Terrain,
    cell: Option<CellCoord>,
    leaf: (&'a Brick, u32),
}

impl<'a> Lookup<'a> {
    fn new(terrain: &'a Terrain) -> Self {
        Self {
            terrain,
            cell: None,
            leaf: terrain.leaf(CellCoord::default()),
        }
    }

    /// The block at a place, and the log2 of the edge of an aligned cube around it of that block.
    fn at(&mut self, at: BlockCoord) -> (Block, u32) {
        let cell = at.cell();
        if self.cell != Some(cell) {
            self.cell = Some(cell);
            self.leaf = self.terrain.leaf(cell);
        }
        let (brick, level) = self.leaf;
        match brick.as_uniform() {
            Some(block) => (block, CELL_BLOCK_BITS + NODE_EDGE_BITS * level),
            None => (brick.get(voxel_index(at)), 0),
        }
    }
}

/// A point that runs along a ray from plane to plane. Axes along which the ray goes down are
/// mirrored (`-p`, blocks `-b - 1`), so that all go up.
struct Walk {
    is_mirrored: [bool; 3],
    /// Mirrored, in position units.
    origin: [i64; 3],
    /// At least 0.
    direction: [i64; 3],
    /// The direction's length, in its own unit.
    length: i64,
    distance_max: i64,
    /// Mirrored.
    block: [i64; 3],
    /// The axis crossed last, and how far along that axis the plane is from the origin.
    crossed: Option<(usize, i64)>,
}

impl Walk {
    fn new(ray: &Ray) -> Self {
        let direction = ray.direction.map(i64::from);
        let in_range = |axis: &i64| axis.abs() <= i64::from(RAY_DIRECTION_MAX);
        assert!(direction.iter().all(in_range), "direction out of range");
        let is_mirrored = direction.map(|axis| axis < 0);
        let length_squared: i64 = direction.iter().map(|axis| axis * axis).sum();
        let origin = [ray.origin.x, ray.origin.y, ray.origin.z].map(i64::from);
        let origin = [0, 1, 2].map(|axis| {
            if is_mirrored[axis] {
                -origin[axis]
            } else {
                origin[axis]
            }
        });
        Self {
            is_mirrored,
            origin,
            direction: direction.map(i64::abs),
            length: length_squared.isqrt(),
            distance_max: i64::from(ray.distance_units_max),
            block: origin.map(|axis| axis >> UNIT_BITS),
            crossed: None,
        }
    }

    fn block(&self) -> BlockCoord {
        let block = [0, 1, 2].map(|axis| {
            let block = self.block[axis];
            if self.is_mirrored[axis] {
                -block - 1
            } else {
                block
            }
        });
        BlockCoord::new(block[0] as i32, block[1] as i32, block[2] as i32)
    }

    /// Goes to the first block outside the aligned cube around this one; false at the ray's end.
    fn leave_cube(&mut self, edge_bits: u32) -> bool {
        let Some((axis, along)) = self.exit(edge_bits) else {
            return false;
        };
        if along * self.length > self.distance_max * self.direction[axis] {
            return false;
        }
        if edge_bits > 0 {
            self.follow(axis, along);
        }
        self.block[axis] = (self.origin[axis] + along) >> UNIT_BITS;
        self.crossed = Some((axis, along));
        true
    }

    /// The axis by which the ray leaves the cube, and how far along it the plane is.
    fn exit(&self, edge_bits: u32) -> Option<(usize, i64)> {
        let mut first: Option<(usize, i64)> = None;
        for axis in 0..3 {
            if self.direction[axis] == 0 {
                continue;
            }
            let plane = ((self.block[axis] >> edge_bits) + 1) << (edge_bits + UNIT_BITS);
            let along = plane - self.origin[axis];
            let is_sooner = |(other, along_other): (usize, i64)| {
                along * self.direction[other] < along_other * self.direction[axis]
            };
            if first.is_none_or(is_sooner) {
                first = Some((axis, along));
            }
        }
        first
    }

    /// Moves the other axes to where the ray crosses a plane. A plane that such an axis meets at
    /// the very same point counts as crossed if that axis comes first.
    fn follow(&mut self, axis: usize, along: i64) {
        for other in (0..3).filter(|&other| other != axis) {
            if self.direction[other] == 0 {
                continue;
            }
            let reached = self.origin[other] * self.direction[axis] + along * self.direction[other];
            let reached = reached - i64::from(other > axis);
            self.block[other] = reached.div_euclid(self.direction[axis] << UNIT_BITS);
        }
    }

    fn hit(&self, ray: &Ray, at: BlockCoord, block: Block) -> RayHit {
        let Some((axis, along)) = self.crossed else {
            return RayHit {
                at,
                block,
                face: None,
                distance_units: 0,
                position: ray.origin,
            };
        };
        RayHit {
            at,
            block,
            face: Some(Face::of_axis(axis, self.is_mirrored[axis])),
            distance_units: (along * self.length / self.direction[axis]) as u32,
            position: self.position(axis, along),
        }
    }

    /// Where the ray is when it crosses a plane.
    fn position(&self, axis: usize, along: i64) -> Position {
        let mut point = [0; 3];
        for (other, value) in point.iter_mut().enumerate() {
            let moved = along * self.direction[other];
            let sign = if self.is_mirrored[other] { -1 } else { 1 };
            let moved = (sign * moved).div_euclid(self.direction[axis]);
            *value = (sign * self.origin[other] + moved) as i32;
        }
        Position::new(point[0], point[1], point[2])
    }
}
