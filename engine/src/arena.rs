//! Battles on flat ground made by code: what benches and tests measure, without any map.
//!
//! The arena lies in the middle of the world's field, so that soldiers survey and navigate it like
//! any other ground.

use alloc::vec::Vec;

use spatial::{
    Block, BlockBox, BlockCoord, Brick, CellCoord, Position,
    limits::REGION_LEVEL_MIN,
    partition::{Owner, Partition},
    position::CELL_EDGE_BLOCKS,
    random::SplitMix64,
    region::RegionId,
    terrain::Terrain,
};

use crate::{
    generate::layout::MIDDLE,
    motion::Motion,
    publish,
    world::{Landmarks, World, WorldConfig, whole_world},
};

/// Cells of stone below the feet, and of air above.
const STONE_CELLS: i32 = 3;
const AIR_CELLS: i32 = 2;
/// The topmost layer of ground; bodies stand one above.
pub const GROUND: i32 = STONE_CELLS * CELL_EDGE_BLOCKS - 1;

/// A square of flat stone around the middle of the world, its edge cut down to an even number of
/// cells.
pub fn flat_terrain(edge_blocks: i32) -> Terrain {
    let mut terrain = Terrain::new();
    let middle = MIDDLE / CELL_EDGE_BLOCKS;
    let reach = edge_blocks / CELL_EDGE_BLOCKS / 2;
    for x in middle - reach..middle + reach {
        for z in middle - reach..middle + reach {
            for y in 0..STONE_CELLS + AIR_CELLS {
                let block = if y < STONE_CELLS {
                    Block::STONE
                } else {
                    Block::AIR
                };
                terrain.insert_brick(CellCoord::new(x, y, z), Brick::uniform(block));
            }
        }
    }
    terrain
}

/// A partition whose regions in a box are of the smallest size, each of a shard by chance, and each shard with
/// one: what a test divides a world by whose borders are to be everywhere. Panics without owners.
pub fn scattered(area: BlockBox, owners: &[Owner], random: &mut SplitMix64) -> Partition {
    let mut partition = whole_world();
    loop {
        let is_in = |id: &RegionId| id.blocks().intersection(area).is_some();
        let regions = partition.regions().iter().map(|region| region.id);
        let mut large = regions.filter(|id| id.level() > REGION_LEVEL_MIN && is_in(id));
        let Some(id) = large.next() else { break };
        let epoch = partition.epoch();
        partition.split(id, epoch).expect("it is a leaf");
    }
    let ids: Vec<RegionId> = partition.regions().iter().map(|it| it.id).collect();
    for (number, id) in ids.into_iter().enumerate() {
        let drawn = random.below(owners.len() as u32) as usize;
        let owner = owners.get(number).unwrap_or(&owners[drawn]);
        let epoch = partition.epoch();
        partition.assign(id, *owner, epoch).expect("it is a leaf");
    }
    partition
}

/// Soldiers of both houses, alive and mixed all over a flat field with three banners.
pub fn melee(seed: u64, soldiers_per_house: u32, edge_blocks: i32) -> World {
    let at = |east: i32| BlockCoord::new(MIDDLE + east, GROUND + 1, MIDDLE);
    let third = edge_blocks / 3;
    let config = WorldConfig {
        founding: 0,
        seed,
        soldiers_per_house,
        score_to_win: u32::MAX,
        landmarks: Landmarks {
            camps: [at(-third), at(third)],
            banners: [at(-third / 2), at(0), at(third / 2)].into(),
        },
    };
    let mut world = World::new(config, flat_terrain(edge_blocks));
    scatter(&mut world, edge_blocks);
    publish::restart(&mut world);
    world
}

/// Puts every body alive on a place of its own chance.
fn scatter(world: &mut World, edge_blocks: i32) {
    let reach = (edge_blocks / 2 - 1) << 12;
    for row in 0..world.bodies.count() {
        let id = world.bodies.id[row].0 as u64;
        let mut random = SplitMix64::keyed(&[world.config.seed, id]);
        let mut across = || (MIDDLE << 12) + random.between(-reach, reach);
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
