//! Ground and noise that several tests stand on.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::sync::Arc;

use engine::{
    Attachment, BlockTarget, BodyId, Buttons, Command, Landmarks, PlayerInput, SessionId, Slot,
    World, WorldConfig, arena,
    drops::Loot,
    effect::{Change, Effect, EffectTarget, Origin, sequence},
    spoils::Thing,
};
use spatial::{
    Block, BlockBox, BlockCoord, Brick, CellCoord, Position,
    partition::{Owner, Partition},
    random::SplitMix64,
    terrain::Terrain,
};

/// What [`lay`] has lie.
pub const LOOT: Loot = Loot([Some((Thing::GoldCoin, 4)), Some((Thing::Bread, 1))]);

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

/// A world on flat ground whose camps are near the middle.
pub fn flat_world(seed: u64, soldiers_per_house: u32) -> World {
    let config = WorldConfig {
        founding: 0,
        seed,
        soldiers_per_house,
        score_to_win: 1_000_000,
        landmarks: Landmarks {
            camps: [
                BlockCoord::new(20, GROUND + 1, 32),
                BlockCoord::new(44, GROUND + 1, 32),
            ],
            banners: vec![BlockCoord::new(32, GROUND + 1, 32)],
        },
    };
    World::new(config, flat_terrain(4))
}

/// Regions of [`flat_terrain`] of 4 × 4 cells dealt out to so many shards by chance.
pub fn scattered(shard_count: u16, random: &mut SplitMix64) -> Partition {
    let field = BlockBox::new(BlockCoord::new(0, 0, 0), BlockCoord::new(63, 63, 63));
    let owners: Vec<Owner> = (0..shard_count)
        .map(|shard| Owner { pod: 0, shard })
        .collect();
    arena::scattered(field, &owners, random)
}

/// Has an effect arrive in the next tick.
pub fn send(world: &mut World, effect: Effect) {
    Arc::make_mut(&mut world.frame).effects.push(effect);
}

/// Has something lie at a place in the next tick.
pub fn lay(world: &mut World, id: u32, finder: BodyId, at: Position) {
    send(
        world,
        Effect {
            target: EffectTarget::of_cell(at.cell()),
            source: finder,
            sequence: sequence(Origin::Loot, id),
            change: Change::Lay { loot: LOOT, at },
        },
    );
}

/// Inputs of players who run, fight and build at random, now and then with nonsense.
pub struct Crowd {
    random: SplitMix64,
    sequences: Vec<u32>,
    buttons: Vec<u16>,
    slots: Vec<u8>,
}

impl Crowd {
    pub fn new(seed: u64, count: usize) -> Self {
        Self {
            random: SplitMix64::new(seed),
            sequences: vec![0; count],
            buttons: vec![0; count],
            slots: vec![0; count],
        }
    }

    /// Everyone comes in.
    pub fn join(&self, commands: &mut Vec<Command>) {
        for number in 0..self.sequences.len() {
            commands.push(Command::Join {
                session: SessionId(number as u64 + 1),
                attachment: Attachment::default(),
                name: format!("player {number}"),
                house: 255,
            });
        }
    }

    /// One input of everyone, as seen in the frame before `tick`.
    pub fn act(&mut self, tick: u32, world: &World, commands: &mut Vec<Command>) {
        for number in 0..self.sequences.len() {
            if self.random.chance(1, 8) {
                self.buttons[number] = self.random.below(1 << 11) as u16;
                self.slots[number] = self.random.below(10) as u8;
            }
            self.sequences[number] += 1;
            let session = SessionId(number as u64 + 1);
            let position = world
                .players
                .slot_of(session)
                .and_then(|slot| world.bodies.row(world.players.get(slot).body))
                .map_or(standing(32, GROUND, 32), |row| {
                    world.bodies.motion[row].position
                });
            let input = self.input(number, tick, position.block());
            commands.push(Command::Input {
                session,
                attachment: Attachment::default(),
                input,
            });
        }
    }

    fn input(&mut self, number: usize, tick: u32, near: BlockCoord) -> PlayerInput {
        let random = &mut self.random;
        let mut around = || random.between(-3, 3);
        let block = BlockCoord::new(near.x + around(), near.y + around(), near.z + around());
        PlayerInput {
            sequence: self.sequences[number],
            view_tick: tick.saturating_sub(1 + random.below(13)),
            view_fraction: random.below(256) as u8,
            buttons: Buttons(self.buttons[number]),
            yaw: random.next_u32() as u16,
            pitch: random.between(-16_384, 16_384) as i16,
            slot: Slot(self.slots[number]),
            target: Some(BlockTarget {
                block,
                face: random.below(6) as u8,
            }),
            respawn_banner: random.below(3) as u8,
        }
    }
}
