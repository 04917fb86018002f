//! A world that the version before wrote goes on as it would have there, and speaks a newer dialect on all
//! shards at once, when it is told to.
//!
//! `golden/dialect-1.*` were written by the version before the second dialect: a battle of 24 soldiers and six
//! players on flat ground after 1,165 ticks, as a checkpoint, and that tick's frame.

mod common;

use common::{Crowd, GROUND, flat_world, lay, scattered, standing};
use engine::{
    BodyId, Command, Dialect, World, checkpoint,
    cluster::Cluster,
    limits::DROPS_SWEEP_TICKS,
    record::{CheckpointError, frame},
    tick,
};
use spatial::{Block, BlockCoord, random::SplitMix64};

const CHECKPOINT: &[u8] = include_bytes!("golden/dialect-1.checkpoint");
const FRAME: &[u8] = include_bytes!("golden/dialect-1.frame");
/// Of the world's 200th tick after the checkpoint, in which nobody said anything, as the version before had it.
const HASH_LATER: u64 = 0x7157_f42c_59de_1b9c;

#[test]
fn what_the_version_before_wrote_is_written_the_same() {
    let world = checkpoint::load(CHECKPOINT).expect("it is of an older dialect");
    assert_eq!(world.dialect, Dialect::OLDEST);
    assert!(checkpoint::save(&world) == CHECKPOINT);
    let read = frame::read(FRAME).expect("it is of an older dialect");
    assert_eq!(read.dialect, Dialect::OLDEST);
    let mut bytes = Vec::new();
    frame::write(&read, &mut bytes);
    assert!(bytes == FRAME);
}

#[test]
fn a_world_of_the_version_before_ticks_as_it_did_there() {
    let mut world = checkpoint::load(CHECKPOINT).expect("it is of an older dialect");
    for _ in 0..200 {
        tick(&mut world, &mut Vec::new());
    }
    assert_eq!(world.frame.hash, HASH_LATER);
}

#[test]
fn what_speaks_no_dialect_of_ours_is_refused() {
    for version in [0, 1, 3, 6, 255] {
        let damaged = [&[version], &FRAME[1..]].concat();
        let refusal = frame::read(&damaged).err();
        assert_eq!(refusal, Some(CheckpointError::BadVersion), "{version}");
    }
    for version in [0, 1, 4, 7, 255] {
        let damaged = [&CHECKPOINT[..7], &[version], &CHECKPOINT[8..]].concat();
        let refusal = checkpoint::load(&damaged).err();
        assert_eq!(refusal, Some(CheckpointError::BadVersion), "{version}");
    }
}

/// A pool in each quarter of the field, something at its bottom, and players and soldiers around.
fn pools() -> World {
    let mut world = flat_world(12, 40).speaking(Dialect::OLDEST);
    for (id, (x, z)) in (1..).zip([(8, 8), (8, 50), (50, 8), (50, 50)]) {
        for depth in 0..6 {
            let block = BlockCoord::new(x, GROUND - depth, z);
            world.terrain.set(block, Block::WATER);
        }
        lay(&mut world, id, BodyId::NOBODY, standing(x, GROUND - 5, z));
    }
    world
}

/// Also through checkpoints, one of them of the very tick.
#[test]
fn all_shards_speak_a_newer_dialect_from_the_same_tick_on() {
    const TOLD: u32 = 300;
    let mut world = pools();
    let mut crowd = Crowd::new(12, 12);
    let mut script = Vec::new();
    for number in 1..=600 {
        let mut commands = Vec::new();
        if number == 1 {
            crowd.join(&mut commands);
        }
        if number == TOLD {
            let dialect = Dialect::NEWEST;
            commands.push(Command::Speak { dialect });
        }
        crowd.act(number, &world, &mut commands);
        let given = commands.clone();
        let frame = tick(&mut world, &mut commands);
        assert_eq!(frame.dialect, spoken_after(number, TOLD), "tick {number}");
        script.push((given, frame.hash, frame.drops.clone()));
    }
    let has_risen = |depth: i32| {
        let y = standing(0, GROUND - depth, 0).y;
        let risen = world.drops.all().iter().filter(|it| it.position.y > y);
        risen.count()
    };
    assert!(has_risen(1) > 0, "something floats");
    for shard_count in [2, 3, 8] {
        let partition = scattered(shard_count, &mut SplitMix64::new(shard_count.into()));
        let mut cluster = Cluster::new(pools(), partition);
        for (number, (commands, hash, drops)) in (1..).zip(&script) {
            let whole = cluster.tick(&mut commands.clone());
            assert_eq!(whole.hash, *hash, "{shard_count} shards, tick {number}");
            for shard in cluster.shards() {
                let owner = shard.owner;
                assert_eq!(shard.drops, *drops, "{owner:?}, tick {number}");
                let spoken = spoken_after(number - 1, TOLD);
                assert_eq!(shard.dialect, spoken, "{owner:?}, tick {number}");
            }
            if number % 50 == 0 {
                cluster.save_and_load().expect("they were just saved");
            }
        }
    }
}

/// What the world speaks from the tick after this one on.
fn spoken_after(tick: u32, told: u32) -> Dialect {
    match tick < told {
        true => Dialect::OLDEST,
        false => Dialect::NEWEST,
    }
}

#[test]
fn a_word_of_an_older_dialect_changes_nothing() {
    let mut world = flat_world(13, 0);
    let dialect = Dialect::OLDEST;
    for _ in 0..2 {
        tick(&mut world, &mut vec![Command::Speak { dialect }]);
        assert_eq!(world.frame.dialect, Dialect::NEWEST);
    }
}

/// A rule of what all shards keep alike: the version before would have it lie at the bottom.
#[test]
fn what_lies_in_water_floats_once_the_world_speaks_so() {
    const DEPTH: i32 = 9;
    let mut world = flat_world(14, 0).speaking(Dialect::OLDEST);
    for depth in 0..DEPTH {
        let block = BlockCoord::new(30, GROUND - depth, 30);
        world.terrain.set(block, Block::WATER);
    }
    let bottom = standing(30, GROUND + 1 - DEPTH, 30);
    lay(&mut world, 1, BodyId::NOBODY, standing(30, GROUND + 6, 30));
    let rest = |world: &mut World, sweeps: u32| {
        (0..=sweeps * DROPS_SWEEP_TICKS).for_each(|_| drop(tick(world, &mut Vec::new())));
        world.drops.all()[0].position
    };
    assert_eq!(rest(&mut world, 2), bottom);
    let dialect = Dialect::NEWEST;
    tick(&mut world, &mut vec![Command::Speak { dialect }]);
    assert_eq!(rest(&mut world, 3), standing(30, GROUND + 1, 30), "it rose");
    lay(&mut world, 2, BodyId::NOBODY, standing(30, GROUND + 6, 30));
    rest(&mut world, 1);
    let all = world.drops.all();
    assert!(all.iter().all(|drop| drop.position == all[0].position));
}
