//! The generated land that benches read: a 256 m cube around a keep. tree64 wants a cube.

use engine::generate::Generator;
use spatial::{BlockCoord, Terrain};

pub const SEED: u64 = 1;
pub const EDGE_BLOCKS: i32 = 256;
pub const CORNER: BlockCoord = BlockCoord::new(512 - 320, 0, 512 - 128);

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
