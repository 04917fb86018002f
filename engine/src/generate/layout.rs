//! Where things stand: the numbers that generation, rules, soldiers and client share.
//!
//! The field lies in the middle of the world, keeps to the west (red) and east (blue), the river
//! between them from north (low z) to south. All lengths are blocks (1 m).

use spatial::{Block, BlockCoord};

use crate::{frame::House, world::Landmarks};

/// Edge of the world; x and z are in `0..WORLD_EDGE`.
pub const WORLD_EDGE: i32 = 1_024;
/// Height of the world; y is in `0..WORLD_HEIGHT`.
pub const WORLD_HEIGHT: i32 = 256;
/// The topmost layer of water.
pub const WATER_LEVEL: i32 = 40;
/// Middle of the world, x and z.
pub const MIDDLE: i32 = WORLD_EDGE / 2;

/// What the battle needs from its first tick: the field with both keeps.
pub const FIELD: Rectangle = Rectangle::around(MIDDLE, MIDDLE, 240, 160);

/// From the world's middle to the middle of a keep.
pub const KEEP_DISTANCE: i32 = 190;
/// From the middle of a keep to the outer face of its curtain wall.
pub const KEEP_HALF: i32 = 28;
/// The topmost layer of soil in a keep's yard.
pub const KEEP_FLOOR: i32 = 52;

/// Banners to hold.
pub const BANNER_COUNT: usize = 3;
/// Where they stand, x and z: west, centre, east.
pub const BANNER_PLACES: [[i32; 2]; BANNER_COUNT] =
    [[MIDDLE - 80, 490], [MIDDLE, MIDDLE], [MIDDLE + 80, 534]];
/// Height of a banner's pole.
pub const BANNER_POLE_HEIGHT: i32 = 12;
/// From the world's middle to the middle of a house's camp, where its players come in.
pub const CAMP_DISTANCE: i32 = 74;

/// The centre bridge and its islet: z, half the width.
pub const BRIDGE_STONE: Bridge = Bridge::new(MIDDLE, 5);
/// The timber bridges up and down the river.
pub const BRIDGES_TIMBER: [Bridge; 2] = [Bridge::new(420, 4), Bridge::new(604, 4)];
/// Where one can wade, by z.
pub const FORDS: [i32; 2] = [464, 560];
/// The topmost layer of every bridge.
pub const BRIDGE_DECK: i32 = 44;

/// A bridge from west to east.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bridge {
    /// Middle of the deck.
    pub z: i32,
    /// The deck is `2 × half_width + 1` wide, with the parapets.
    pub half_width: i32,
}

impl Bridge {
    const fn new(z: i32, half_width: i32) -> Self {
        Self { z, half_width }
    }
}

/// A rectangle of columns; both ends inclusive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rectangle {
    pub min_x: i32,
    pub min_z: i32,
    pub max_x: i32,
    pub max_z: i32,
}

impl Rectangle {
    /// Everything at most that far from a middle.
    pub const fn around(x: i32, z: i32, half_x: i32, half_z: i32) -> Self {
        Self {
            min_x: x - half_x,
            min_z: z - half_z,
            max_x: x + half_x - 1,
            max_z: z + half_z - 1,
        }
    }

    pub const fn contains(&self, x: i32, z: i32) -> bool {
        x >= self.min_x && x <= self.max_x && z >= self.min_z && z <= self.max_z
    }

    /// The same, larger by a margin on every side.
    pub const fn grown(&self, margin: i32) -> Self {
        Self {
            min_x: self.min_x - margin,
            min_z: self.min_z - margin,
            max_x: self.max_x + margin,
            max_z: self.max_z + margin,
        }
    }
}

/// 1 where a house's field lies towards +x (red), -1 where towards -x (blue).
pub const fn facing(house: House) -> i32 {
    match house {
        House::Red => 1,
        House::Blue => -1,
    }
}

/// The cloth of a house.
pub const fn cloth(house: House) -> Block {
    match house {
        House::Red => Block::CLOTH_RED,
        House::Blue => Block::CLOTH_BLUE,
    }
}

/// The middle of a house's keep, x and z.
pub const fn keep_middle(house: House) -> [i32; 2] {
    [MIDDLE - facing(house) * KEEP_DISTANCE, MIDDLE]
}

/// The places that rules need and that depend on the seed's heights.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// By house: where bodies stand up in the yard and before the gate (feet, lowest corner).
    pub keep_spawns: [BlockCoord; 2],
    /// By house: the camp near the front where players come in.
    pub camps: [BlockCoord; 2],
    /// Foot of each banner's pole: its lowest block of timber.
    pub banners: [BlockCoord; BANNER_COUNT],
}

impl Layout {
    /// What a world's rules need of it.
    pub fn landmarks(&self) -> Landmarks {
        Landmarks {
            camps: self.camps,
            banners: self.banners.to_vec(),
        }
    }
}

/// The blocks of cloth on a banner that stands at `foot`: what changes colour with its owner.
/// The flag shows its side to both keeps.
pub fn banner_cloth(foot: BlockCoord) -> impl Iterator<Item = BlockCoord> {
    let flag = (0..5).flat_map(move |down| {
        let length = if down == 2 { 5 } else { 7 - down % 2 };
        (1..=length).map(move |along| {
            let y = foot.y + BANNER_POLE_HEIGHT - 1 - down;
            BlockCoord::new(foot.x, y, foot.z + along)
        })
    });
    let ring = [[-3, 0], [3, 0], [0, -3], [0, 3]]
        .into_iter()
        .map(move |[x, z]| BlockCoord::new(foot.x + x, foot.y - 1, foot.z + z));
    flag.chain(ring)
}
