//! The generated land that benches read: a 256 m cube around a keep. Peers want a cube.

use engine::generate::Generator;
use spatial::{BlockCoord, Position, Terrain, position::UNIT_BITS, random::SplitMix64};

pub const SEED: u64 = 1;
pub const EDGE_BLOCKS: i32 = 256;
pub const CORNER: BlockCoord = BlockCoord::new(512 - 320, 0, 512 - 128);
/// Heights at which things happen there: the ground, and the walls above it.
pub const HEIGHT_MIN_BLOCKS: i32 = 24;
pub const HEIGHT_BLOCKS: i32 = 64;

/// All of it, from the ground of the world to its ceiling.
pub fn generate() -> Terrain {
    let generator = Generator::new(SEED);
    let mut terrain = Terrain::new();
    let first = CORNER.cell();
    for x in 0..EDGE_BLOCKS / 16 {
        for z in 0..EDGE_BLOCKS / 16 {
            for (cell, brick) in generator.column(first.x + x, first.z + z) {
                terrain.insert_brick(cell, brick);
            }
        }
    }
    terrain
}

/// Where a place in the cube is in the world.
pub fn offset(at: [u32; 3]) -> BlockCoord {
    let [x, y, z] = at.map(|axis| axis as i32);
    BlockCoord::new(CORNER.x + x, CORNER.y + y, CORNER.z + z)
}

/// A place in the cube around the ground, where a battle reads: half of them solid, half air.
pub fn place(random: &mut SplitMix64) -> [u32; 3] {
    let edge = EDGE_BLOCKS as u32;
    let height = HEIGHT_MIN_BLOCKS as u32 + random.below(HEIGHT_BLOCKS as u32);
    [random.below(edge), height, random.below(edge)]
}

/// A point around the ground, so far from the cube's sides that a look of 64 m stays within.
pub fn point_inside(random: &mut SplitMix64) -> Position {
    let margin = 64;
    let mut across = |corner: i32| {
        let low = (corner + margin) << UNIT_BITS;
        let high = (corner + EDGE_BLOCKS - margin) << UNIT_BITS;
        random.between(low, high - 1)
    };
    let (x, z) = (across(CORNER.x), across(CORNER.z));
    let low = HEIGHT_MIN_BLOCKS << UNIT_BITS;
    let high = (HEIGHT_MIN_BLOCKS + HEIGHT_BLOCKS) << UNIT_BITS;
    Position::new(x, random.between(low, high - 1), z)
}
