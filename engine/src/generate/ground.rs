//! The land before anything is built or grows on it: heights, the river, paths.
//!
//! Everything here is a pure function of (seed, x, z). Heights inside this file are in 1/256 block.

use super::{
    layout::{
        BANNER_COUNT, BANNER_PLACES, BRIDGE_DECK, BRIDGE_STONE, FORDS, KEEP_FLOOR, KEEP_HALF,
        MIDDLE, WATER_LEVEL, keep_middle,
    },
    noise::{self, ONE, blend, scale, smooth_step},
};
use crate::frame::House;

/// Height of one block in the unit of this file.
const BLOCK: i32 = 256;
/// Height of the field where no hill lifts it.
const FIELD_HEIGHT: i32 = 47 * BLOCK;
/// Half the river's width at the water's level.
const RIVER_HALF: i32 = 11;
/// Depth of the river's bed below the water's level.
const RIVER_DEPTH: i32 = 5 * BLOCK;
/// Depth at a ford: a body wades.
const FORD_DEPTH: i32 = BLOCK + BLOCK / 2;
/// Radius of the islet that bears the centre banner.
const ISLET_RADIUS: i32 = 14;
/// Half the width of a trodden path.
const PATH_HALF: i32 = 2;
/// Radius of the level place around a banner.
const BANNER_LEVEL_RADIUS: i32 = 8;

/// Keeps the noises apart.
mod salt {
    pub const ROLLING: u32 = 1;
    pub const HILLS: u32 = 2;
    pub const DETAIL: u32 = 3;
    pub const RIM: u32 = 4;
    pub const RIDGES: u32 = 5;
    pub const TERRACES: u32 = 6;
    pub const RIVER: u32 = 7;
    pub const BANKS: u32 = 8;
    pub const PATHS: u32 = 9;
}

/// The trodden ways between gates, banners and bridges, as corners of polylines.
const PATHS: [&[[i32; 2]]; 5] = [
    &[
        [346, 512],
        [372, 514],
        [404, 497],
        [432, 490],
        [462, 502],
        [484, 512],
        [540, 512],
    ],
    &[
        [678, 512],
        [650, 509],
        [620, 527],
        [592, 534],
        [562, 522],
        [540, 512],
    ],
    &[
        [432, 490],
        [452, 452],
        [480, 424],
        [498, 420],
        [526, 420],
        [566, 440],
        [600, 490],
        [592, 534],
    ],
    &[
        [432, 490],
        [440, 540],
        [466, 588],
        [498, 604],
        [526, 604],
        [560, 596],
        [584, 566],
        [592, 534],
    ],
    &[[322, 541], [326, 572], [370, 590], [440, 598], [498, 604]],
];

/// The land of one seed.
#[derive(Clone, Debug)]
pub struct Ground {
    seed: u64,
    /// Topmost block of the level place around each banner.
    banner_floors: [i32; BANNER_COUNT],
}

impl Ground {
    pub fn new(seed: u64) -> Self {
        let wild = Self {
            seed,
            banner_floors: [0; BANNER_COUNT],
        };
        let floor = |[x, z]: [i32; 2]| (wild.wild_height(x, z) / BLOCK).max(BRIDGE_DECK);
        Self {
            seed,
            banner_floors: BANNER_PLACES.map(floor),
        }
    }

    /// The topmost block of the level place around a banner.
    pub fn banner_floor(&self, banner: usize) -> i32 {
        self.banner_floors[banner]
    }

    /// The topmost block of soil or rock; what lies under water too.
    pub fn height(&self, x: i32, z: i32) -> i32 {
        let mut height = self.wild_height(x, z);
        for house in [House::Red, House::Blue] {
            height = level_keep(height, keep_middle(house), x, z);
        }
        for ([banner_x, banner_z], floor) in BANNER_PLACES.into_iter().zip(self.banner_floors) {
            let distance = length(x - banner_x, z - banner_z);
            let weight = ONE - smooth_step(BANNER_LEVEL_RADIUS, BANNER_LEVEL_RADIUS + 10, distance);
            height = blend(height, floor * BLOCK + BLOCK / 2, weight);
        }
        height / BLOCK
    }

    /// Where the middle of the river is at this z.
    pub fn river_middle(&self, z: i32) -> i32 {
        let away = smooth_step(20, 150, (z - MIDDLE).abs());
        let far = noise::gradient(self.seed, salt::RIVER, z, 0, 7) * 90;
        let near = noise::gradient(self.seed, salt::RIVER, z, 77, 6) * 26;
        MIDDLE + scale(far / ONE, away) + scale(near / ONE, away)
    }

    /// Whether feet have worn the grass away here.
    pub fn is_path(&self, x: i32, z: i32) -> bool {
        let wander = noise::gradient(self.seed, salt::PATHS, x, z, 4) * 4 / ONE;
        let frayed = (noise::scatter(self.seed, salt::PATHS, x, 0, z) & 3) as i32;
        let reach = PATH_HALF * 4 + frayed;
        PATHS.iter().flat_map(|path| path.windows(2)).any(|ends| {
            let near = square_distance([x + wander, z - wander], ends[0], ends[1]);
            near * 16 <= reach * reach
        })
    }

    /// Whether this place lies near enough to a path that nothing may block the way.
    pub fn is_near_path(&self, x: i32, z: i32) -> bool {
        PATHS.iter().flat_map(|path| path.windows(2)).any(|ends| {
            square_distance([x, z], ends[0], ends[1]) <= (PATH_HALF + 4) * (PATH_HALF + 4)
        })
    }

    /// How far out of the field, on its oval: 0 in the middle, 130 where the hills begin.
    pub fn remoteness(&self, x: i32, z: i32) -> i32 {
        let warp_x = noise::gradient(self.seed, salt::RIM, x, z, 6) * 40 / ONE;
        let warp_z = noise::gradient(self.seed, salt::RIM, x + 500, z, 6) * 40 / ONE;
        length((x - MIDDLE) * 7 / 10 + warp_x, z - MIDDLE + warp_z)
    }

    fn wild_height(&self, x: i32, z: i32) -> i32 {
        let remoteness = self.remoteness(x, z);
        let land = FIELD_HEIGHT
            + self.rolling(x, z, remoteness)
            + self.hills(x, z, remoteness)
            + self.mountains(x, z, remoteness);
        self.carve_river(self.terrace(land, x, z, remoteness), x, z)
    }

    /// Gentle waves, everywhere; what the battle is fought on.
    fn rolling(&self, x: i32, z: i32, remoteness: i32) -> i32 {
        let broad = noise::gradient(self.seed, salt::ROLLING, x, z, 6) * 7 * BLOCK / ONE;
        let middling = noise::gradient(self.seed, salt::ROLLING, x, z, 5) * 3 * BLOCK / ONE;
        let fine = noise::gradient(self.seed, salt::DETAIL, x, z, 4) * 3 * BLOCK / 2 / ONE;
        let rough = noise::gradient(self.seed, salt::DETAIL, x, z, 3) * BLOCK / ONE;
        broad + middling + fine + scale(rough, smooth_step(110, 200, remoteness))
    }

    fn hills(&self, x: i32, z: i32, remoteness: i32) -> i32 {
        let weight = smooth_step(120, 270, remoteness);
        let swell = noise::gradient(self.seed, salt::HILLS, x, z, 7) * 34 * BLOCK / ONE;
        let knolls = noise::gradient(self.seed, salt::HILLS, x, z, 5) * 15 * BLOCK / ONE;
        scale(15 * BLOCK + swell + knolls, weight)
    }

    /// Ridges around the rim: sharp where the noise changes its sign.
    fn mountains(&self, x: i32, z: i32, remoteness: i32) -> i32 {
        let weight = smooth_step(230, 430, remoteness);
        let ridge = |bits| {
            let value = noise::gradient(self.seed, salt::RIDGES, x, z, bits).abs() * 2;
            ONE - value.min(ONE)
        };
        let broad = scale(ridge(7), ridge(7)) * 70 * BLOCK / ONE;
        let fine = ridge(5) * 16 * BLOCK / ONE;
        scale(broad + fine, weight)
    }

    /// Cuts hillsides into steps with walls of rock between, in some places only.
    fn terrace(&self, land: i32, x: i32, z: i32, remoteness: i32) -> i32 {
        const STEP: i32 = 9 * BLOCK;
        let wanted = noise::gradient(self.seed, salt::TERRACES, x, z, 6) * 3;
        let weight = scale(
            smooth_step(130, 190, remoteness),
            smooth_step(-ONE / 4, ONE / 2, wanted),
        );
        let above = land - FIELD_HEIGHT;
        let (step, rest) = (above.div_euclid(STEP), above.rem_euclid(STEP));
        let cliff = smooth_step(STEP * 6 / 10, STEP * 8 / 10, rest);
        let cut = FIELD_HEIGHT + step * STEP + scale(STEP, cliff) * 8 / 10 + rest / 5;
        blend(land, cut, weight)
    }

    /// Lays the river's bed and slopes its banks, and lifts the islet out of it.
    fn carve_river(&self, land: i32, x: i32, z: i32) -> i32 {
        let bulge = 15 * (ONE - smooth_step(18, 52, (z - MIDDLE).abs())) / ONE;
        let half = RIVER_HALF + bulge;
        let ragged = noise::gradient(self.seed, salt::BANKS, x, z, 4) * 5 / ONE;
        let distance = (x - self.river_middle(z)).abs() + ragged;
        let water = WATER_LEVEL * BLOCK;
        let lift = (land - FIELD_HEIGHT).max(0) / BLOCK;
        let bank = smooth_step(half, half + 20 + lift, distance);
        let depth = scale(self.depth(z), ONE - smooth_step(half / 3, half, distance));
        let bed = water + BLOCK / 2 - depth;
        let valley = blend(bed, land.max(water + 3 * BLOCK), bank);
        let islet = ONE
            - smooth_step(ISLET_RADIUS, ISLET_RADIUS + 7, {
                length(x - MIDDLE, z - MIDDLE) + ragged / 2
            });
        valley.max(blend(bed, BRIDGE_DECK * BLOCK + BLOCK / 2, islet))
    }

    /// Depth of the river's bed here: shallow at the fords.
    fn depth(&self, z: i32) -> i32 {
        FORDS.into_iter().fold(RIVER_DEPTH, |depth, ford| {
            let near = ONE - smooth_step(9, 18, (z - ford).abs());
            blend(depth, FORD_DEPTH, near)
        })
    }
}

/// Levels a keep's yard and slopes the land up to it.
fn level_keep(height: i32, [keep_x, keep_z]: [i32; 2], x: i32, z: i32) -> i32 {
    let outside_x = ((x - keep_x).abs() - KEEP_HALF - 6).max(0);
    let outside_z = ((z - keep_z).abs() - KEEP_HALF - 6).max(0);
    let weight = ONE - smooth_step(0, 34, length(outside_x, outside_z));
    blend(height, KEEP_FLOOR * BLOCK + BLOCK / 2, weight)
}

/// Length of a vector, rounded down.
pub fn length(x: i32, z: i32) -> i32 {
    (x * x + z * z).isqrt()
}

/// Square of the distance of a point from the line between two others.
fn square_distance(point: [i32; 2], start: [i32; 2], end: [i32; 2]) -> i32 {
    let along = [end[0] - start[0], end[1] - start[1]];
    let from = [point[0] - start[0], point[1] - start[1]];
    let whole = (along[0] * along[0] + along[1] * along[1]).max(1);
    let part = (from[0] * along[0] + from[1] * along[1]).clamp(0, whole);
    let x = from[0] - along[0] * part / whole;
    let z = from[1] - along[1] * part / whole;
    x * x + z * z
}

/// Where a bridge's deck meets the land: first and last x of the deck.
pub fn bridge_span(ground: &Ground, bridge: super::layout::Bridge) -> [i32; 2] {
    let middle = ground.river_middle(bridge.z);
    let end = |direction: i32| {
        (4..90)
            .map(|step| middle + direction * step)
            .find(|&x| {
                let out_of_islet = bridge != BRIDGE_STONE || (x - MIDDLE).abs() > 30;
                out_of_islet && ground.height(x, bridge.z) >= BRIDGE_DECK
            })
            .expect("the banks rise above every deck")
    };
    [end(-1), end(1)]
}
