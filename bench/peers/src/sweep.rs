//! parry's cast of a cuboid at its voxels beside our swept box.

use bench::{
    kernel::{Kernel, Work},
    kernels::sweep::{BODY, Sweeps},
};
use parry3d::{
    math::{Pose, Vector},
    query::{DefaultQueryDispatcher, QueryDispatcher, ShapeCastOptions},
    shape::{Cuboid, Voxels},
};
use spatial::{position::UNITS_PER_METRE, sweep::Sweep};

use crate::space;

pub fn kernel() -> Kernel {
    let sweeps = Sweeps::new();
    let parry = Parry {
        voxels: space::voxels(&sweeps.terrain),
        body: Cuboid::new(half_extents()),
        moves: sweeps.sweeps.iter().map(Move::new).collect(),
    };
    sweeps.kernel().beside("parry3d voxels", parry)
}

fn half_extents() -> Vector {
    let metres = |units: i32| units as f32 / UNITS_PER_METRE as f32;
    let half_width = metres(BODY.half_width_units);
    Vector::new(half_width, metres(BODY.height_units) / 2.0, half_width)
}

/// Where a cuboid's middle is and how far it would go.
struct Move {
    pose: Pose,
    delta: Vector,
    length: f32,
}

impl Move {
    fn new(sweep: &Sweep) -> Self {
        let delta = sweep.delta.map(|axis| axis as f32 / UNITS_PER_METRE as f32);
        let delta = Vector::from_array(delta);
        let middle = space::point(sweep.feet) + Vector::new(0.0, half_extents().y, 0.0);
        Self {
            pose: Pose::from_translation(middle),
            delta,
            length: delta.length(),
        }
    }
}

struct Parry {
    voxels: Voxels,
    body: Cuboid,
    moves: Vec<Move>,
}

impl Work for Parry {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        let options = ShapeCastOptions::with_max_time_of_impact(1.0);
        for Move {
            pose,
            delta,
            length,
        } in &self.moves
        {
            let dispatcher = DefaultQueryDispatcher;
            let cast = dispatcher.cast_shapes(pose, *delta, &self.voxels, &self.body, options);
            let hit = cast.expect("parry knows both shapes");
            let share = hit.map_or(1.0, |hit| hit.time_of_impact);
            tell(space::units(share * length));
        }
    }
}
