//! A standing body's box that moves along one axis until something solid stops it: what it then does
//! beside (slide, step up) no peer does.

use spatial::{
    Position, Terrain,
    position::UNITS_PER_METRE,
    random::SplitMix64,
    sweep::{BodyBox, Sweep},
};

use crate::{
    kernel::{Amount, Kernel, Work},
    land, targets, times,
};

/// So many that a round is long beside what it takes to have the land in the caches again, after a peer.
const SWEEPS_COUNT: usize = 10_000;
/// A dash and a long fall, in one tick: 16 and 40 m/s.
const RUN_UNITS_MAX: i32 = 8 * UNITS_PER_METRE / 10;
const FALL_UNITS_MAX: i32 = 2 * UNITS_PER_METRE;
pub const BODY: BodyBox = engine::movement::body_box(false);
/// How far floats may be off, in 1/4096 m: 4 mm.
const TOLERANCE_UNITS: i64 = 16;
/// A box is made larger and smaller by so much to see whether it grazes something.
const GRAZE_UNITS: i32 = 64;

/// The land and the boxes that move through it.
pub struct Sweeps {
    pub terrain: Terrain,
    pub sweeps: Vec<Sweep>,
}

impl Sweeps {
    pub fn new() -> Self {
        let terrain = land::generate();
        let mut random = SplitMix64::new(land::SEED);
        let mut sweeps = Vec::new();
        while sweeps.len() < times(SWEEPS_COUNT, 100) {
            let sweep = draw(&mut random, &terrain);
            if !grazes(&sweep, &terrain) {
                sweeps.push(sweep);
            }
        }
        Self { terrain, sweeps }
    }

    pub fn kernel(&self) -> Kernel {
        let amount = Amount {
            count: self.sweeps.len() as u64,
            unit: "sweep",
        };
        let terrain = self.terrain.clone();
        let ours = self.side(move |sweep: &Sweep| travelled(sweep, &terrain));
        Kernel::new("swept-box", amount, ours)
            .for_target(targets::SWEEP)
            .with_tolerance(TOLERANCE_UNITS)
    }

    /// One side's way to move them, which says how far each came.
    pub fn side<S: FnMut(&Sweep) -> i64>(&self, sweep: S) -> Sweeping<S> {
        Sweeping {
            sweeps: self.sweeps.clone(),
            sweep,
        }
    }
}

impl Default for Sweeps {
    fn default() -> Self {
        Self::new()
    }
}

/// A side at work.
pub struct Sweeping<S> {
    sweeps: Vec<Sweep>,
    sweep: S,
}

impl<S: FnMut(&Sweep) -> i64> Work for Sweeping<S> {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        for sweep in &self.sweeps {
            tell((self.sweep)(sweep));
        }
    }
}

/// A body just above the ground that runs along x or z or falls.
fn draw(random: &mut SplitMix64, terrain: &Terrain) -> Sweep {
    let mut feet = land::point_inside(random);
    let ground = ground_below(feet, terrain);
    feet.y = ground + random.between(2 * GRAZE_UNITS, UNITS_PER_METRE);
    let axis = random.below(3) as usize;
    let mut delta = [0; 3];
    delta[axis] = match axis {
        1 => -random.between(0, FALL_UNITS_MAX),
        _ => random.between(-RUN_UNITS_MAX, RUN_UNITS_MAX),
    };
    Sweep {
        body: BODY,
        feet,
        delta,
        step_units_max: 0,
        is_grounded: false,
    }
}

/// The top of the first solid block below.
fn ground_below(at: Position, terrain: &Terrain) -> i32 {
    let mut block = at.block();
    while !terrain.block(block).is_solid() {
        block.y -= 1;
    }
    (block.y + 1) * UNITS_PER_METRE
}

fn travelled(sweep: &Sweep, terrain: &Terrain) -> i64 {
    let (from, to) = (sweep.feet, sweep.run(terrain).feet);
    let moved = [to.x - from.x, to.y - from.y, to.z - from.z];
    i64::from(moved.iter().map(|axis| axis.abs()).max().unwrap_or(0))
}

/// Whether a slightly larger or smaller box starts in something or comes elsewhere.
fn grazes(sweep: &Sweep, terrain: &Terrain) -> bool {
    let grown = |by: i32| {
        let Position { x, y, z } = sweep.feet;
        Sweep {
            body: BodyBox {
                half_width_units: BODY.half_width_units + by,
                height_units: BODY.height_units + 2 * by,
            },
            feet: Position::new(x, y - by, z),
            ..*sweep
        }
    };
    let large = grown(GRAZE_UNITS);
    let difference = travelled(&large, terrain) - travelled(&grown(-GRAZE_UNITS), terrain);
    !large.body.is_free(terrain, large.feet) || difference.abs() > 2 * i64::from(GRAZE_UNITS)
}
