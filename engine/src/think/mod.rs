//! Soldiers: what those bodies do that no player steers.
//!
//! `survey` and `navigation` know the ground, `crowd` who stands where, `soldier` decides. Thinking
//! writes intents only: bodies are moved by `movement` and strike by `act`, like players' bodies.

pub mod aim;
pub mod crowd;
pub mod navigation;
pub mod soldier;
pub mod survey;

mod lineup;
mod objective;
mod stale;
mod steer;

use alloc::vec::Vec;

use spatial::BlockCoord;

use self::{
    crowd::Crowd,
    navigation::{GOAL_COUNT, Goals, Navigation},
    soldier::{DECISION_TICKS, Scene, Soldier},
};
use crate::{
    body::{Attack, NONE},
    generate::layout::BANNER_COUNT,
    record::{CheckpointError, Input, Record},
    world::World,
};

/// What soldiers know together.
#[derive(Clone, Debug, Default)]
pub struct Thought {
    pub navigation: Navigation,
    crowd: Crowd,
}

/// The crowd is made anew by every tick.
impl Record for Thought {
    fn write(&self, output: &mut Vec<u8>) {
        self.navigation.write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Ok(Self {
            navigation: Record::read(input)?,
            crowd: Crowd::default(),
        })
    }
}

/// Lets soldiers decide, a quarter of them in each tick; the others keep their keys.
pub fn phase(world: &mut World) {
    let goals = goals(world);
    let thought = &mut world.thought;
    let sight = world.history.newest();
    thought.crowd.rebuild(sight);
    let (navigation, crowd) = (&mut thought.navigation, &thought.crowd);
    navigation.advance(world.tick, &world.terrain, &goals, crowd);
    let scene = Scene {
        seed: world.config.seed,
        tick: world.tick,
        roster: &sight.seat().roster,
        crowd: &thought.crowd,
        navigation: &thought.navigation,
        terrain: &world.terrain,
        banners: &sight.seat().banners,
        goals: &goals,
    };
    let bodies = &mut world.bodies;
    for row in 0..bodies.count() {
        if bodies.player[row] != NONE || !bodies.combat[row].is_alive() {
            continue;
        }
        let id = bodies.id[row];
        if !(world.tick.wrapping_add(id.index())).is_multiple_of(DECISION_TICKS) {
            bodies.intent[row].attack = Attack::None;
            continue;
        }
        let soldier = Soldier {
            id,
            motion: &bodies.motion[row],
            combat: &bodies.combat[row],
        };
        (bodies.intent[row], bodies.mind[row]) = soldier::decide(&scene, soldier, bodies.mind[row]);
    }
}

/// The banners' feet and the camps; a world with fewer banners has camps instead.
fn goals(world: &World) -> Goals {
    let landmarks = &world.config.landmarks;
    let place = |goal: usize| -> BlockCoord {
        match landmarks.banners.get(goal) {
            Some(&banner) if goal < BANNER_COUNT => banner,
            _ => landmarks.camps[goal.saturating_sub(BANNER_COUNT).min(1)],
        }
    };
    core::array::from_fn::<_, GOAL_COUNT, _>(place)
}
