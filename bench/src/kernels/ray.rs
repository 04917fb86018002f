//! Casts of rays of up to 64 m over generated land, from the air to the first solid block.

use spatial::{
    BlockCoord, Position, Terrain,
    position::UNITS_PER_METRE,
    random::SplitMix64,
    ray::{Ray, RayHit},
};

use crate::{
    kernel::{Amount, Kernel, Work},
    land, targets, times,
};

/// So many that a round is long beside what it takes to have the land in the caches again, after a peer.
const RAYS_COUNT: usize = 16_000;
pub const DISTANCE_UNITS_MAX: u32 = 64 * UNITS_PER_METRE as u32;
/// As the engine's own directions: a length of about 2^14.
const DIRECTION_MAX: i32 = 1 << 14;
/// How far floats may be off, in 1/4096 m: 12 mm at the end of a ray. Half of it is ours, who round a
/// direction's length down to a whole number.
const TOLERANCE_UNITS: i64 = 48;
/// A ray is shifted by so much to see whether it grazes an edge.
const GRAZE_UNITS: i32 = 8;
/// What sets blocks farther apart in an answer than the tolerance.
const BLOCK_STEP: i64 = 1_024;

/// The land and the rays through it.
pub struct Rays {
    pub terrain: Terrain,
    pub rays: Vec<Ray>,
}

/// What a ray came to: how far it was and which block stopped it.
pub type Outcome = Option<(i64, [i32; 3])>;

impl Rays {
    pub fn new() -> Self {
        let terrain = land::generate();
        let mut random = SplitMix64::new(land::SEED);
        let mut rays = Vec::new();
        while rays.len() < times(RAYS_COUNT, 100) {
            let ray = draw(&mut random);
            let starts_in_air = !terrain.block(ray.origin.block()).is_solid();
            if starts_in_air && !grazes(&ray, &terrain) {
                rays.push(ray);
            }
        }
        Self { terrain, rays }
    }

    pub fn kernel(&self) -> Kernel {
        let amount = Amount {
            count: self.rays.len() as u64,
            unit: "ray",
        };
        let terrain = self.terrain.clone();
        let ours = self.side(move |ray: &Ray| ray.cast_solid(&terrain).map(outcome));
        Kernel::new("ray-cast", amount, ours)
            .for_target(targets::RAY)
            .with_tolerance(TOLERANCE_UNITS)
    }

    /// One side's way to cast them; each gets them in its own form from `Casting::rays`.
    pub fn side<C: FnMut(&Ray) -> Outcome>(&self, cast: C) -> Casting<C> {
        Casting {
            rays: self.rays.clone(),
            cast,
        }
    }
}

impl Default for Rays {
    fn default() -> Self {
        Self::new()
    }
}

/// A side at work.
pub struct Casting<C> {
    rays: Vec<Ray>,
    cast: C,
}

impl<C: FnMut(&Ray) -> Outcome> Work for Casting<C> {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        for ray in &self.rays {
            tell((self.cast)(ray).map_or(-1, |(distance, block)| distance + i64::from(block[0])));
        }
    }

    fn answer(&mut self) -> Vec<i64> {
        let rays = self.rays.iter();
        rays.flat_map(|ray| told((self.cast)(ray))).collect()
    }
}

/// An outcome as an answer: the block's axes stand so far apart that another block is another answer.
pub fn told(outcome: Outcome) -> [i64; 4] {
    let (distance, block) = outcome.unwrap_or((-1, [0; 3]));
    let [x, y, z] = block.map(|axis| i64::from(axis) * BLOCK_STEP);
    [distance, x, y, z]
}

fn outcome(hit: RayHit) -> (i64, [i32; 3]) {
    let BlockCoord { x, y, z } = hit.at;
    (i64::from(hit.distance_units), [x, y, z])
}

fn draw(random: &mut SplitMix64) -> Ray {
    let origin = land::point_inside(random);
    let mut direction = [0; 3];
    // One that is short has a length that rounds too coarsely to be compared.
    while direction
        .iter()
        .all(|axis: &i32| axis.abs() < DIRECTION_MAX / 2)
    {
        direction = direction.map(|_| random.between(-DIRECTION_MAX, DIRECTION_MAX));
    }
    Ray {
        origin,
        direction,
        distance_units_max: DISTANCE_UNITS_MAX,
    }
}

/// Whether it passes an edge so closely that floats may go by on the other side.
fn grazes(ray: &Ray, terrain: &Terrain) -> bool {
    let met = |ray: &Ray| ray.cast_solid(terrain).map(|hit| hit.at);
    let shifted = |x: i32, y: i32, z: i32| {
        let Position {
            x: px,
            y: py,
            z: pz,
        } = ray.origin;
        let origin = Position::new(px + x, py + y, pz + z);
        met(&Ray { origin, ..*ray })
    };
    let by = [-GRAZE_UNITS, GRAZE_UNITS];
    let own = met(ray);
    let corners = by.into_iter().flat_map(|x| by.map(|y| (x, y)));
    let mut corners = corners.flat_map(|(x, y)| by.map(|z| shifted(x, y, z)));
    let longer = met(&Ray {
        distance_units_max: ray.distance_units_max + GRAZE_UNITS as u32,
        ..*ray
    });
    corners.any(|block| block != own) || longer != own
}
