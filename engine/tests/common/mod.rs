//! Ground and noise that several tests stand on.
#![allow(dead_code, reason = "each test file uses its own part")]

use spatial::{
    Block, BlockCoord, Brick, CellCoord, Position, random::SplitMix64, terrain::Terrain,
};

/// The topmost layer of soil of [`flat_terrain`]; bodies stand at `GROUND + 1`.
pub const GROUND: i32 = 15;

/// Flat stone with air above: `edge_cells` × `edge_cells` cells around, two high.
pub fn flat_terrain(edge_cells: i32) -> Terrain {
    let mut terrain = Terrain::new();
    for x in 0..edge_cells {
        for z in 0..edge_cells {
            for (y, block) in [(0, Block::STONE), (1, Block::AIR), (2, Block::AIR)] {
                terrain.insert_brick(CellCoord::new(x, y, z), Brick::uniform(block));
            }
        }
    }
    terrain
}

/// Flat ground strewn with single blocks, walls, pits and pools.
pub fn rough_terrain(edge_cells: i32, random: &mut SplitMix64) -> Terrain {
    let mut terrain = flat_terrain(edge_cells);
    let edge = (edge_cells * 16) as u32;
    for _ in 0..edge * edge / 6 {
        let x = random.below(edge) as i32;
        let z = random.below(edge) as i32;
        let y = GROUND - 3 + random.below(8) as i32;
        let block = match random.below(4) {
            0 => Block::AIR,
            1 => Block::WATER,
            _ => Block::BRICK,
        };
        terrain.set(BlockCoord::new(x, y, z), block);
    }
    terrain
}

/// The middle of a block's floor.
pub fn standing(x: i32, y: i32, z: i32) -> Position {
    Position::new((x << 12) + 2_048, y << 12, (z << 12) + 2_048)
}
