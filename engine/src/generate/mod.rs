//! The world from a seed: rolling land with a river, woods, two keeps and a field between.
//!
//! Every block is a pure function of (seed, place), so cells may be generated in any order and on
//! any number of threads. It does not decide what is loaded when (`services/world` does), and it
//! knows nothing of what players have changed.

pub mod layout;

mod canvas;
mod field;
mod ground;
mod keep;
mod noise;
mod plan;
mod scenery;
mod woods;

use alloc::vec::Vec;

use spatial::{Block, BlockCoord, CellCoord, brick::Brick};

use self::{
    canvas::Canvas,
    ground::Ground,
    layout::{CAMP_DISTANCE, Layout, MIDDLE, WATER_LEVEL, WORLD_EDGE, facing, keep_middle},
    noise::{ONE, gradient, scatter},
    plan::Plan,
};
use crate::frame::House;

pub use canvas::CELLS_HIGH;

/// Above it snow lies, give or take a few blocks.
const SNOW_LINE: i32 = 112;
/// Rise over four blocks above which rock shows.
const ROCK_RISE: i32 = 7;

mod salt {
    pub const SNOW: u32 = 50;
    pub const PATCHES: u32 = 51;
}

/// Makes the cells of one seed's world.
#[derive(Clone, Debug)]
pub struct Generator {
    seed: u64,
    ground: Ground,
    plan: Plan,
    layout: Layout,
}

impl Generator {
    /// Plans the buildings; about a millisecond.
    pub fn new(seed: u64) -> Self {
        let ground = Ground::new(seed);
        let mut plan = Plan::default();
        scenery::build(&mut plan, &ground);
        field::build(&mut plan, &ground);
        for house in [House::Red, House::Blue] {
            keep::build(&mut plan, &ground, house);
        }
        let layout = lay_out(&ground);
        Self {
            seed,
            ground,
            plan,
            layout,
        }
    }

    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The topmost block of soil or rock here, before anything was built.
    pub fn ground_height(&self, x: i32, z: i32) -> i32 {
        self.ground.height(x, z)
    }

    /// One cell. Outside of the world it is void. A whole column costs hardly more.
    pub fn brick(&self, cell: CellCoord) -> Brick {
        if !(0..CELLS_HIGH).contains(&cell.y) {
            return Brick::uniform(Block::VOID);
        }
        let mut bricks = self.column(cell.x, cell.z);
        bricks
            .nth(cell.y as usize)
            .map_or(Brick::uniform(Block::VOID), |(_, brick)| brick)
    }

    /// All cells above each other at x and z (in cells), from below; none outside of the world.
    pub fn column(&self, cell_x: i32, cell_z: i32) -> impl Iterator<Item = (CellCoord, Brick)> {
        let edge = WORLD_EDGE / 16;
        let inside = (0..edge).contains(&cell_x) && (0..edge).contains(&cell_z);
        let bricks = if inside {
            self.draw(cell_x, cell_z).into_bricks(cell_x, cell_z)
        } else {
            Vec::new()
        };
        bricks.into_iter()
    }

    fn draw(&self, cell_x: i32, cell_z: i32) -> Canvas {
        let mut canvas = Canvas::new(self.seed, cell_x, cell_z);
        let heights = Heights::new(&self.ground, cell_x * 16, cell_z * 16);
        for z in cell_z * 16..cell_z * 16 + 16 {
            for x in cell_x * 16..cell_x * 16 + 16 {
                self.draw_ground(&mut canvas, &heights, [x, z]);
            }
        }
        woods::draw(self.seed, &self.ground, &self.plan, &mut canvas);
        self.plan.draw(&mut canvas);
        canvas
    }

    /// Rock, soil, what lies on top, and water above.
    fn draw_ground(&self, canvas: &mut Canvas, heights: &Heights, [x, z]: [i32; 2]) {
        let height = heights.at(x, z);
        let top = self.top_block([x, z], height, heights.rise(x, z));
        let under = match top {
            Block::GRASS | Block::GRAVEL => Block::SOIL,
            other => other,
        };
        for y in 0..=height {
            let block = match height - y {
                _ if y == 0 => Block::BEDROCK,
                0 => top,
                1..=3 => under,
                _ => Block::STONE,
            };
            canvas.set([x, y, z], block);
        }
        for y in height + 1..=WATER_LEVEL {
            canvas.set([x, y, z], Block::WATER);
        }
    }

    /// What lies on top of a column of ground, by its height, slope and use.
    fn top_block(&self, [x, z]: [i32; 2], height: i32, rise: i32) -> Block {
        let patch = gradient(self.seed, salt::PATCHES, x, z, 3)
            + gradient(self.seed, salt::PATCHES, x, z, 5) / 2;
        let grain = (scatter(self.seed, salt::PATCHES, x, 0, z) % 4) as i32;
        let snow = SNOW_LINE + gradient(self.seed, salt::SNOW, x, z, 5) * 16 / ONE + grain / 2;
        if height <= WATER_LEVEL {
            return if patch > ONE / 6 {
                Block::GRAVEL
            } else {
                Block::SAND
            };
        }
        if height <= WATER_LEVEL + 1 + i32::from(patch > -ONE / 6) && rise < ROCK_RISE {
            return Block::SAND;
        }
        if self.ground.is_path(x, z) {
            return Block::GRAVEL;
        }
        let rock = ROCK_RISE + patch * 3 / ONE;
        match rise {
            _ if height >= snow && rise < rock + 3 => Block::SNOW,
            _ if rise >= rock => Block::STONE,
            _ if height > snow - 8 && patch > 0 => Block::STONE,
            _ if patch > ONE * 5 / 8 => Block::SOIL,
            _ => Block::GRASS,
        }
    }
}

/// Heights of a column of cells, with a margin to take slopes from.
struct Heights {
    min_x: i32,
    min_z: i32,
    heights: [i32; Heights::EDGE * Heights::EDGE],
}

impl Heights {
    const MARGIN: i32 = 2;
    const EDGE: usize = 16 + 2 * Self::MARGIN as usize;

    fn new(ground: &Ground, x: i32, z: i32) -> Self {
        let (min_x, min_z) = (x - Self::MARGIN, z - Self::MARGIN);
        let heights = core::array::from_fn(|index| {
            let (row, column) = (index / Self::EDGE, index % Self::EDGE);
            ground.height(min_x + column as i32, min_z + row as i32)
        });
        Self {
            min_x,
            min_z,
            heights,
        }
    }

    fn at(&self, x: i32, z: i32) -> i32 {
        self.heights[(z - self.min_z) as usize * Self::EDGE + (x - self.min_x) as usize]
    }

    /// How much the land rises over four blocks, along the steeper axis and half the other.
    fn rise(&self, x: i32, z: i32) -> i32 {
        let east = (self.at(x + 2, z) - self.at(x - 2, z)).abs();
        let south = (self.at(x, z + 2) - self.at(x, z - 2)).abs();
        east.max(south) + east.min(south) / 2
    }
}

/// The places that rules need, at their heights.
fn lay_out(ground: &Ground) -> Layout {
    let houses = [House::Red, House::Blue];
    let on_ground = |x: i32, z: i32| BlockCoord::new(x, ground.height(x, z) + 1, z);
    Layout {
        keep_spawns: houses.map(|house| {
            let [x, z] = keep_middle(house);
            on_ground(x + facing(house) * 12, z)
        }),
        camps: houses.map(|house| {
            let z = MIDDLE - 8 * facing(house);
            on_ground(MIDDLE - facing(house) * CAMP_DISTANCE, z)
        }),
        banners: core::array::from_fn(|banner| field::banner_foot(ground, banner)),
    }
}
