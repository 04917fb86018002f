//! parry's voxels and a plain walk over a dense array beside our ray cast. Both look in floats.

use bench::{
    kernel::{Kernel, Work},
    kernels::ray::{DISTANCE_UNITS_MAX, Outcome, Rays, told},
    land::EDGE_BLOCKS,
};
use parry3d::{
    math::Vector,
    query::{Ray, RayCast},
    shape::Voxels,
};
use spatial::{Terrain, position::UNITS_PER_METRE};

use crate::space;

const DISTANCE_MAX: f32 = (DISTANCE_UNITS_MAX / UNITS_PER_METRE as u32) as f32;

pub fn kernel() -> Kernel {
    let rays = Rays::new();
    let parry = Casting::new(&rays, Parry(space::voxels(&rays.terrain)));
    let walk = Casting::new(&rays, Grid::new(&rays.terrain));
    let kernel = rays.kernel().beside("parry3d voxels", parry);
    kernel.beside("plain grid walk", walk)
}

/// One who casts rays of floats.
trait Cast {
    /// How far it comes along a direction of length 1, and which block of the cube stops it.
    fn cast(&self, ray: &Ray) -> Option<(f32, [i32; 3])>;
}

/// A side at work, with the rays in its own form.
struct Casting<C> {
    rays: Vec<Ray>,
    caster: C,
}

impl<C> Casting<C> {
    fn new(rays: &Rays, caster: C) -> Self {
        let float = |ray: &spatial::ray::Ray| {
            let direction = Vector::from_array(ray.direction.map(|axis| axis as f32));
            Ray::new(space::point(ray.origin), direction.normalize())
        };
        Self {
            rays: rays.rays.iter().map(float).collect(),
            caster,
        }
    }
}

impl<C: Cast> Work for Casting<C> {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        for ray in &self.rays {
            let hit = self.caster.cast(ray);
            tell(hit.map_or(-1, |(distance, block)| {
                distance as i64 + i64::from(block[0])
            }));
        }
    }

    fn answer(&mut self) -> Vec<i64> {
        let outcome = |ray: &Ray| -> Outcome {
            let (distance, at) = self.caster.cast(ray)?;
            Some((space::units(distance), space::block(at)))
        };
        self.rays
            .iter()
            .flat_map(|ray| told(outcome(ray)))
            .collect()
    }
}

struct Parry(Voxels);

impl Cast for Parry {
    fn cast(&self, ray: &Ray) -> Option<(f32, [i32; 3])> {
        let hit = self
            .0
            .cast_local_ray_and_get_normal(ray, DISTANCE_MAX, true)?;
        // The block behind the face that was hit.
        let inside = ray.point_at(hit.time_of_impact) - hit.normal * 0.5;
        Some((
            hit.time_of_impact,
            [inside.x, inside.y, inside.z].map(|axis| axis.floor() as i32),
        ))
    }
}

/// Whether a block is solid, for all blocks of the cube.
struct Grid(Vec<bool>);

impl Grid {
    fn new(terrain: &Terrain) -> Self {
        let solid = space::places().map(|at| terrain.block(bench::land::offset(at)).is_solid());
        Self(solid.collect())
    }

    fn is_solid(&self, [x, y, z]: [i32; 3]) -> bool {
        self.0[((y * EDGE_BLOCKS + z) * EDGE_BLOCKS + x) as usize]
    }
}

impl Cast for Grid {
    /// Amanatides and Woo, "A Fast Voxel Traversal Algorithm for Ray Tracing" (1987): from block to block,
    /// over the nearest of the planes ahead.
    fn cast(&self, ray: &Ray) -> Option<(f32, [i32; 3])> {
        let (origin, direction) = (ray.origin.to_array(), ray.dir.to_array());
        let mut block = origin.map(|axis| axis.floor() as i32);
        let step = direction.map(|axis| if axis < 0.0 { -1 } else { 1 });
        let delta = direction.map(|axis| 1.0 / axis.abs());
        let mut next: [f32; 3] = std::array::from_fn(|axis| {
            let plane = block[axis] + step[axis].max(0);
            match direction[axis] == 0.0 {
                true => f32::INFINITY,
                false => (plane as f32 - origin[axis]) / direction[axis],
            }
        });
        let mut distance = 0.0;
        loop {
            if self.is_solid(block) {
                return Some((distance, block));
            }
            let axis = nearest(next);
            distance = next[axis];
            if distance > DISTANCE_MAX {
                return None;
            }
            block[axis] += step[axis];
            next[axis] += delta[axis];
        }
    }
}

fn nearest([x, y, z]: [f32; 3]) -> usize {
    match x < y {
        true => {
            if x < z {
                0
            } else {
                2
            }
        }
        false => {
            if y < z {
                1
            } else {
                2
            }
        }
    }
}
