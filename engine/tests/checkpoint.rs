//! A saved world goes on as if nothing had happened, and bytes that are no world are refused.

mod common;

use common::{Crowd, flat_world};
use engine::{World, checkpoint, tick};
use spatial::random::SplitMix64;

/// A battle some way in, and its crowd.
fn battle(seed: u64, ticks: u32) -> (World, Crowd) {
    let mut world = flat_world(seed, 15);
    let mut crowd = Crowd::new(seed, 16);
    let mut commands = Vec::new();
    crowd.join(&mut commands);
    for number in 1..=ticks {
        crowd.act(number, &world, &mut commands);
        tick(&mut world, &mut commands);
    }
    (world, crowd)
}

#[test]
fn a_loaded_world_goes_on_with_the_same_hashes() {
    for (seed, ticks) in [(1, 1), (2, 7), (3, 90), (4, 333)] {
        let (mut world, mut crowd) = battle(seed, ticks);
        let mut loaded = checkpoint::load(&checkpoint::save(&world)).expect("it was just saved");
        assert_eq!(loaded.frame.hash, world.frame.hash, "seed {seed}");
        for number in 1..=200 {
            let mut commands = Vec::new();
            crowd.act(ticks + number, &world, &mut commands);
            let frame_loaded = tick(&mut loaded, &mut commands.clone());
            let frame = tick(&mut world, &mut commands);
            assert_eq!(frame_loaded.hash, frame.hash, "seed {seed}, tick {number}");
        }
    }
}

#[test]
fn saving_what_was_loaded_gives_the_same_bytes() {
    let (world, _) = battle(9, 120);
    let bytes = checkpoint::save(&world);
    let loaded = checkpoint::load(&bytes).expect("it was just saved");
    assert!(checkpoint::save(&loaded) == bytes);
}

#[test]
fn no_prefix_of_a_checkpoint_is_one() {
    let (world, _) = battle(5, 40);
    let bytes = checkpoint::save(&world);
    for length in (0..bytes.len() - 200_000.min(bytes.len()))
        .step_by(997)
        .chain(0..300)
    {
        // A prefix that ends within the terrain may be a smaller terrain.
        if let Ok(loaded) = checkpoint::load(&bytes[..length]) {
            assert!(loaded.terrain.brick_count() < world.terrain.brick_count());
        }
    }
}

#[test]
fn damaged_checkpoints_neither_panic_at_once_nor_later() {
    let (world, _) = battle(6, 60);
    let bytes = checkpoint::save(&world);
    let mut random = SplitMix64::new(6);
    let mut loaded_count = 0;
    for _ in 0..400 {
        let mut damaged = bytes.clone();
        for _ in 0..=random.below(4) {
            let place = random.below(damaged.len() as u32) as usize;
            damaged[place] = random.next_u32() as u8;
        }
        if let Ok(mut loaded) = checkpoint::load(&damaged) {
            loaded_count += 1;
            for _ in 0..3 {
                if !loaded.is_whole() {
                    break;
                }
                tick(&mut loaded, &mut Vec::new());
            }
        }
    }
    assert!(
        loaded_count > 20,
        "only {loaded_count} were whole enough to go on"
    );
}
