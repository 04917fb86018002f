//! Battles on flat ground made by code: what benches and tests measure, without any map.

use spatial::{
    Block, BlockCoord, Brick, CellCoord, Position, position::CELL_EDGE_BLOCKS, random::SplitMix64,
    terrain::Terrain,
};

use crate::{
    motion::Motion,
    world::{Landmarks, World, WorldConfig},
};

/// The topmost layer of ground; bodies stand one above.
pub const GROUND: i32 = CELL_EDGE_BLOCKS - 1;

/// A square of flat stone, two cells of air above it. Its edge is cut down to whole cells.
pub fn flat_terrain(edge_blocks: i32) -> Terrain {
    let mut terrain = Terrain::new();
    let edge_cells = edge_blocks / CELL_EDGE_BLOCKS;
    for x in 0..edge_cells {
        for z in 0..edge_cells {
            for (y, block) in [(0, Block::STONE), (1, Block::AIR), (2, Block::AIR)] {
                terrain.insert_brick(CellCoord::new(x, y, z), Brick::uniform(block));
            }
        }
    }
    terrain
}

/// Soldiers of both houses, alive and mixed all over a flat field with three banners.
pub fn melee(seed: u64, soldiers_per_house: u32, edge_blocks: i32) -> World {
    let at = |x: i32, z: i32| BlockCoord::new(x, GROUND + 1, z);
    let middle = edge_blocks / 2;
    let config = WorldConfig {
        seed,
        soldiers_per_house,
        score_to_win: u32::MAX,
        landmarks: Landmarks {
            camps: [at(middle / 4, middle), at(edge_blocks - middle / 4, middle)],
            banners: [middle / 2, middle, middle * 3 / 2]
                .map(|x| at(x, middle))
                .into(),
        },
    };
    let mut world = World::new(config, flat_terrain(edge_blocks));
    scatter(&mut world, edge_blocks);
    world
}

/// Puts every body alive on a place of its own chance.
fn scatter(world: &mut World, edge_blocks: i32) {
    for row in 0..world.bodies.count() {
        let id = world.bodies.id[row].0 as u64;
        let mut random = SplitMix64::keyed(&[world.config.seed, id]);
        let mut across = || {
            let margin = 1 << 12;
            random.between(margin, (edge_blocks << 12) - margin)
        };
        let position = Position::new(across(), (GROUND + 1) << 12, across());
        world.bodies.motion[row] = Motion {
            position,
            fall_from_y: position.y,
            flags: Motion::FLAG_GROUNDED,
            ..Motion::default()
        };
        let combat = &mut world.bodies.combat[row];
        combat.health = combat.health_max;
        combat.respawn_ticks = 0;
    }
}
