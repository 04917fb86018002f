//! The cube of land as parry's voxels and as a dense array, in metres from the cube's corner.

use bench::land::{CORNER, EDGE_BLOCKS, offset};
use parry3d::{
    math::{IVector, Vector},
    shape::Voxels,
};
use spatial::{Position, Terrain, position::UNITS_PER_METRE};

/// All places of the cube, x fastest, then z, then y.
pub fn places() -> impl Iterator<Item = [u32; 3]> {
    let edge = EDGE_BLOCKS as u32;
    (0..edge.pow(3)).map(move |index| [index % edge, index / (edge * edge), index / edge % edge])
}

/// The solid blocks of the land.
pub fn voxels(terrain: &Terrain) -> Voxels {
    let solid = places().filter(|at| terrain.block(offset(*at)).is_solid());
    let coordinates: Vec<IVector> = solid
        .map(|at| IVector::from_array(at.map(|axis| axis as i32)))
        .collect();
    Voxels::new(Vector::splat(1.0), &coordinates)
}

/// A point of the world, from the cube's corner.
pub fn point(at: Position) -> Vector {
    let corner = CORNER.position();
    let metres = |axis: i32| axis as f32 / UNITS_PER_METRE as f32;
    Vector::new(
        metres(at.x - corner.x),
        metres(at.y - corner.y),
        metres(at.z - corner.z),
    )
}

/// Metres, in 1/4096 m.
pub fn units(metres: f32) -> i64 {
    (metres * UNITS_PER_METRE as f32) as i64
}

/// A block of the cube as one of the world.
pub fn block(at: [i32; 3]) -> [i32; 3] {
    [at[0] + CORNER.x, at[1] + CORNER.y, at[2] + CORNER.z]
}
