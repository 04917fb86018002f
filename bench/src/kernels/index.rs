//! A tick's worth of the cell index: rebuild over 10,000 moving bodies, and each one's query for its
//! neighbours within 16 m.

use spatial::{Position, index::CellIndex, position::UNITS_PER_METRE, random::SplitMix64};

use crate::{
    kernel::{Amount, Kernel, Work},
    targets::{self, Target},
    times,
};

const BODIES_COUNT: usize = 10_000;
pub const RADIUS_UNITS: u32 = 16 * UNITS_PER_METRE as u32;
const HEIGHT_METRES: i32 = 24;
/// A run of 6 m/s, in a tick.
const STEP_UNITS_MAX: i32 = 1_229;

/// How the bodies stand.
pub struct Scene {
    name: &'static str,
    target: Target,
    /// Edge of the square that they fill, in metres.
    edge_metres: i32,
    /// One in so many stands in a square of [`CLUMP_METRES`] in its middle instead; 0 for none.
    clump_every: usize,
}

/// Edge of the square around one banner, in metres.
const CLUMP_METRES: i32 = 32;

impl Scene {
    /// All over the world.
    pub const SPREAD: Self = Self {
        name: "index-spread",
        target: targets::INDEX_SPREAD,
        edge_metres: 1_024,
        clump_every: 0,
    };
    /// All in one field.
    pub const BATTLE: Self = Self {
        name: "index-battle",
        target: targets::INDEX_BATTLE,
        edge_metres: 256,
        clump_every: 0,
    };
    /// A quarter of them at one banner, the others all over the world.
    pub const CLUMP: Self = Self {
        name: "index-clump",
        target: targets::INDEX_CLUMP,
        edge_metres: 1_024,
        clump_every: 4,
    };

    pub fn kernel(&self) -> Kernel {
        let amount = Amount {
            count: times(BODIES_COUNT, 1_000) as u64,
            unit: "body",
        };
        let ours = self.side(Ours::default());
        Kernel::new(self.name, amount, ours).for_target(self.target)
    }

    pub fn side<I: Index>(&self, index: I) -> Asking<I> {
        Asking {
            bodies: Bodies::of(self),
            index,
        }
    }
}

/// One side's index.
pub trait Index {
    type Near: Near;

    /// Indexes all bodies anew and hands on the neighbours of each in turn, itself among them.
    fn ask_all(&mut self, bodies: &Bodies, take: impl FnMut(&Self::Near));
}

/// The neighbours of a body, as a side collects them.
pub trait Near {
    fn count(&self) -> usize;

    fn rows(&self) -> Vec<u32>;
}

impl Near for Vec<u32> {
    fn count(&self) -> usize {
        self.len()
    }

    fn rows(&self) -> Vec<u32> {
        self.clone()
    }
}

/// Columns for us; the same points as floats, which hold these integers exactly, for peers.
pub struct Bodies {
    pub x: Vec<i32>,
    pub y: Vec<i32>,
    pub z: Vec<i32>,
    pub points: Vec<[f64; 3]>,
    velocity: Vec<[i32; 2]>,
    edge_units: i32,
}

impl Bodies {
    fn of(scene: &Scene) -> Self {
        let mut random = SplitMix64::new(3);
        let mut bodies = Self {
            x: Vec::new(),
            y: Vec::new(),
            z: Vec::new(),
            points: Vec::new(),
            velocity: Vec::new(),
            edge_units: scene.edge_metres * UNITS_PER_METRE,
        };
        for row in 0..times(BODIES_COUNT, 1_000) {
            let is_in_clump = scene.clump_every > 0 && row % scene.clump_every == 0;
            let edge = if is_in_clump {
                CLUMP_METRES
            } else {
                scene.edge_metres
            };
            let low = (scene.edge_metres - edge) / 2 * UNITS_PER_METRE;
            let mut axis =
                |low: i32, metres: i32| low + random.between(0, metres * UNITS_PER_METRE - 1);
            bodies.x.push(axis(low, edge));
            bodies.y.push(axis(0, HEIGHT_METRES));
            bodies.z.push(axis(low, edge));
            let mut step = || random.between(-STEP_UNITS_MAX, STEP_UNITS_MAX);
            bodies.velocity.push([step(), step()]);
        }
        bodies.copy_points();
        bodies
    }

    /// Every body takes a step; who comes to the edge turns back.
    fn advance(&mut self) {
        let inside = 0..self.edge_units;
        for (row, velocity) in self.velocity.iter_mut().enumerate() {
            for (axis, speed) in [&mut self.x[row], &mut self.z[row]]
                .into_iter()
                .zip(velocity)
            {
                if !inside.contains(&(*axis + *speed)) {
                    *speed = -*speed;
                }
                *axis += *speed;
            }
        }
        self.copy_points();
    }

    fn copy_points(&mut self) {
        let rows = 0..self.x.len();
        let point = |row: usize| [self.x[row], self.y[row], self.z[row]].map(f64::from);
        self.points = rows.map(point).collect();
    }
}

/// A side at work.
pub struct Asking<I> {
    bodies: Bodies,
    index: I,
}

impl<I: Index> Work for Asking<I> {
    fn prepare(&mut self) {
        self.bodies.advance();
    }

    fn run(&mut self, mut tell: impl FnMut(i64)) {
        self.index
            .ask_all(&self.bodies, |near| tell(near.count() as i64));
    }

    fn answer(&mut self) -> Vec<i64> {
        let mut told = Vec::new();
        self.prepare();
        self.index.ask_all(&self.bodies, |near| {
            let mut near = near.rows();
            near.sort_unstable();
            told.push(near.len() as i64);
            told.extend(near.into_iter().map(i64::from));
        });
        told
    }
}

#[derive(Default)]
struct Ours {
    index: CellIndex,
    found: Vec<u32>,
}

impl Index for Ours {
    type Near = Vec<u32>;

    fn ask_all(&mut self, bodies: &Bodies, mut take: impl FnMut(&Vec<u32>)) {
        self.index.rebuild(&bodies.x, &bodies.y, &bodies.z);
        for row in 0..bodies.x.len() {
            self.found.clear();
            let centre = Position::new(bodies.x[row], bodies.y[row], bodies.z[row]);
            self.index
                .rows_within(centre, RADIUS_UNITS, &mut self.found);
            take(&self.found);
        }
    }
}
