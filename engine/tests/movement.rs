//! Properties of the movement step over random ground and random inputs.

mod common;

use common::{GROUND, flat_terrain, rough_terrain, standing};
use engine::{
    Buttons, Motion, angle,
    balance::{RUN_SPEED, WALK_SPEED},
    movement::{MovementInput, body_box, step},
};
use spatial::{BlockCoord, random::SplitMix64, terrain::Terrain};

fn motion_at(x: i32, y: i32, z: i32) -> Motion {
    let position = standing(x, y, z);
    Motion {
        position,
        fall_from_y: position.y,
        ..Motion::default()
    }
}

fn input(buttons: u16, yaw: u16) -> MovementInput {
    MovementInput {
        buttons: Buttons(buttons),
        yaw,
    }
}

/// Steps on with keys that are held for a while, as people do.
fn walk_randomly(motion: &mut Motion, terrain: &Terrain, random: &mut SplitMix64) {
    let held = input(random.below(1 << 11) as u16, random.next_u32() as u16);
    for _ in 0..random.below(20) {
        let before = motion.position;
        step(motion, held, terrain);
        let body = body_box(motion.has(Motion::FLAG_CROUCHED));
        assert!(
            body.is_free(terrain, motion.position),
            "from {before:?} into a block at {motion:?}"
        );
    }
}

#[test]
fn no_body_ends_inside_a_block() {
    for seed in 0..40 {
        let mut random = SplitMix64::new(seed);
        let terrain = rough_terrain(2, &mut random);
        let mut motion = motion_at(16, GROUND + 10, 16);
        for _ in 0..100 {
            walk_randomly(&mut motion, &terrain, &mut random);
        }
    }
}

#[test]
fn the_same_inputs_lead_to_the_same_place() {
    let walk = || {
        let mut random = SplitMix64::new(5);
        let terrain = rough_terrain(2, &mut random);
        let mut motion = motion_at(16, GROUND + 10, 16);
        for _ in 0..200 {
            walk_randomly(&mut motion, &terrain, &mut random);
        }
        motion
    };
    assert_eq!(walk(), walk());
}

#[test]
fn gaits_reach_their_speed_in_every_direction() {
    let terrain = flat_terrain(4);
    for yaw in (0..=u16::MAX).step_by(1_237) {
        for (buttons, speed) in [
            (Buttons::FORWARD, WALK_SPEED),
            (Buttons::FORWARD | Buttons::RIGHT, WALK_SPEED),
            (Buttons::FORWARD | Buttons::RUN, RUN_SPEED),
        ] {
            let mut motion = motion_at(32, GROUND + 1, 32);
            for _ in 0..20 {
                step(&mut motion, input(buttons, yaw), &terrain);
            }
            let [x, _, z] = motion.velocity;
            let reached = angle::length([x, 0, z]);
            assert!((reached - speed).abs() < 8, "{reached} at {yaw}");
            assert!(motion.has(Motion::FLAG_GROUNDED));
        }
    }
}

#[test]
fn a_jump_clears_one_block_and_not_two() {
    let terrain = flat_terrain(2);
    let mut motion = motion_at(16, GROUND + 1, 16);
    step(&mut motion, input(0, 0), &terrain);
    let outcome = step(&mut motion, input(Buttons::JUMP, 0), &terrain);
    assert!(outcome.has_jumped);
    let mut top = motion.position.y;
    for _ in 0..30 {
        step(&mut motion, input(0, 0), &terrain);
        top = top.max(motion.position.y);
    }
    let risen = top - standing(0, GROUND + 1, 0).y;
    assert!(
        (4_096 + 512..4_096 + 2_048).contains(&risen),
        "rose {risen}"
    );
    assert_eq!(motion.position.y, standing(0, GROUND + 1, 0).y);
}

#[test]
fn a_crouched_body_does_not_walk_off_an_edge() {
    let mut terrain = flat_terrain(2);
    for x in 10..20 {
        for z in 10..20 {
            for y in GROUND + 1..GROUND + 8 {
                terrain.set(BlockCoord::new(x, y, z), spatial::Block::STONE);
            }
        }
    }
    for seed in 0..50 {
        let mut random = SplitMix64::new(seed);
        let mut motion = motion_at(15, GROUND + 8, 15);
        step(&mut motion, input(0, 0), &terrain);
        for _ in 0..40 {
            let keys = Buttons::CROUCH | (random.below(16) as u16);
            let held = input(keys, random.next_u32() as u16);
            for _ in 0..20 {
                step(&mut motion, held, &terrain);
            }
        }
        assert_eq!(
            motion.position.y,
            standing(0, GROUND + 8, 0).y,
            "seed {seed}"
        );
    }
}
