//! The world that is simulated: a small flat field, so that a tick costs little, in regions so small that
//! borders are everywhere.

use engine::{
    Command, Dialect, Landmarks, World, WorldConfig, arena::scattered, divide::divide, tick,
};
use pod::{Outline, PodState, record::Bricks};
use spatial::{
    Block, BlockBox, BlockCoord, Brick, CellCoord, partition::Owner, random::SplitMix64,
    terrain::Terrain,
};

/// Cells along the edge of the field: 96 m, so that the smallest regions divide it by nine.
const EDGE_CELLS: i32 = 6;
/// The topmost layer of soil.
const GROUND: i32 = 15;
/// Ticks of one shard before the world is divided.
const FIRST_TICKS: u32 = 2;

/// How large a world is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    pub soldiers_per_house: u32,
    pub player_count: usize,
}

impl Scale {
    /// What most runs have.
    pub const SMALL: Scale = Scale {
        soldiers_per_house: 14,
        player_count: 8,
    };
}

/// The world before anybody has divided it, as worlds are founded: so that the version before can be in it.
pub fn world(seed: u64, scale: Scale) -> World {
    let at = |x, z| BlockCoord::new(x, GROUND + 1, z);
    let config = WorldConfig {
        founding: 0,
        seed,
        soldiers_per_house: scale.soldiers_per_house,
        score_to_win: 40,
        landmarks: Landmarks {
            camps: [at(24, 48), at(72, 48)],
            banners: vec![at(48, 48), at(32, 64), at(64, 31)],
        },
    };
    let mut world = World::new(config, terrain()).speaking(Dialect::OLDEST);
    for _ in 0..FIRST_TICKS {
        tick(&mut world, &mut Vec::new());
    }
    world
}

fn terrain() -> Terrain {
    let mut terrain = Terrain::new();
    for x in 0..EDGE_CELLS {
        for z in 0..EDGE_CELLS {
            for y in 0..3 {
                terrain.insert_brick(CellCoord::new(x, y, z), brick(y));
            }
        }
    }
    terrain
}

fn brick(y: i32) -> Brick {
    Brick::uniform(if y == 0 { Block::STONE } else { Block::AIR })
}

/// Where people are.
pub fn field() -> BlockBox {
    BlockBox::new(
        BlockCoord::new(0, 0, 0),
        BlockCoord::new(EDGE_CELLS * 16 - 1, 63, EDGE_CELLS * 16 - 1),
    )
}

/// The land around the field, which nobody needs, so that some may be loaded.
pub struct Land;

impl Bricks for Land {
    fn bricks(&self, cells: &[CellCoord]) -> Vec<(CellCoord, Brick)> {
        cells.iter().map(|cell| (*cell, brick(cell.y))).collect()
    }
}

/// Some cell around the field, as a loader hands it over.
pub fn draw_load(random: &mut SplitMix64) -> Command {
    let cell = CellCoord::new(
        EDGE_CELLS + random.below(4) as i32,
        random.below(2) as i32,
        random.below(8) as i32,
    );
    Command::Terrain {
        bricks: Land.bricks(&[cell]),
    }
}

/// The world as pods, given by number and count of shards, each in its first life.
pub fn divided(world: World, pods: &[(u16, u16)], random: &mut SplitMix64) -> Vec<PodState> {
    let owners = pods
        .iter()
        .flat_map(|&(pod, shard_count)| (0..shard_count).map(move |shard| Owner { pod, shard }));
    let outline = Outline {
        members: owners.collect(),
        roster: world.frame.roster.clone(),
    };
    let mut shards = divide(world, scattered(field(), &outline.members, random));
    let found = |&(pod, _): &(u16, u16)| {
        let (own, others) = shards.drain(..).partition(|shard| shard.owner.pod == pod);
        shards = others;
        PodState::found((pod, 1), own, &outline)
    };
    pods.iter().map(found).collect()
}
