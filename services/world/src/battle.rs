//! The battle that a shard runs: its part of the engine's world and the loader that feeds it terrain.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use engine::{
    Command, Frame, World, WorldConfig, checkpoint,
    divide::{balanced, divide},
    happenings::REFUSAL_REASON_COUNT,
    tick_beside,
};
use journal::checkpointer::Content;
use spatial::{Terrain, partition::Owner};

use crate::{host::Simulation, loader::Loader};

/// Names of what the engine refuses, in the order of its `RefusalReason`.
const REFUSALS: [&str; REFUSAL_REASON_COUNT] = [
    "refused_too_fast",
    "refused_out_of_range",
    "refused_replayed",
    "refused_out_of_reach",
    "refused_no_line_of_sight",
    "refused_blocked",
    "refused_empty",
    "refused_view_too_old",
    "refused_world_full",
];

/// What a new battle is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BattleConfig {
    pub seed: u64,
    pub soldiers_per_house: u32,
}

/// See the module.
pub struct Battle {
    world: World,
    loader: Loader,
}

impl Battle {
    /// A new battle, its field generated and its first tick done: takes some hundred milliseconds.
    pub fn new(config: BattleConfig) -> Self {
        let mut loader = Loader::new(config.seed);
        let layout = loader.generator().layout().clone();
        let config = WorldConfig {
            seed: config.seed,
            soldiers_per_house: config.soldiers_per_house,
            score_to_win: engine::balance::score_to_win(config.soldiers_per_house),
            landmarks: layout.landmarks(),
        };
        let mut world = World::new(config, Terrain::new());
        let mut commands = vec![loader.load_field()];
        // Terrain that one tick takes in is there from the next one on.
        engine::tick(&mut world, &mut commands);
        engine::tick(&mut world, &mut commands);
        Self { world, loader }
    }

    /// A battle that goes on from a world that was kept.
    pub fn of_world(world: World) -> Self {
        let mut loader = Loader::new(world.config.seed);
        loader.mark_known(world.terrain.bricks().map(|(cell, _)| cell));
        Self { world, loader }
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    pub fn into_world(self) -> World {
        self.world
    }

    /// One battle as many shards of pod 0, each with its part of the field.
    pub fn divide(self, shard_count: usize) -> Vec<Self> {
        if shard_count == 1 && self.world.is_whole() {
            return vec![self];
        }
        let shards = divide(self.world, balanced(&owners(shard_count)));
        let battle = |world| Self {
            world,
            loader: self.loader.share(),
        };
        shards.into_iter().map(battle).collect()
    }

    pub fn config(&self) -> BattleConfig {
        BattleConfig {
            seed: self.world.config.seed,
            soldiers_per_house: self.world.config.soldiers_per_house,
        }
    }
}

/// The shards of a process that is the whole world.
pub fn owners(shard_count: usize) -> Vec<Owner> {
    let shards = 0..shard_count as u16;
    shards.map(|shard| Owner { pod: 0, shard }).collect()
}

impl Simulation for Battle {
    fn tick_count(&self) -> u32 {
        self.world.tick
    }

    fn frame(&self) -> Arc<Frame> {
        self.world.frame.clone()
    }

    fn tick(
        &mut self,
        commands: &mut Vec<Command>,
        siblings: &[Arc<Frame>],
        phases: &mut Vec<(&'static str, Duration)>,
    ) -> Arc<Frame> {
        let begun_at = Instant::now();
        commands.extend(self.loader.drain());
        let mut phase_at = Instant::now();
        phases.push(("load", phase_at - begun_at));
        let frame = tick_beside(&mut self.world, commands, siblings, |phase| {
            let now = Instant::now();
            phases.push((phase.name(), now - phase_at));
            phase_at = now;
        });
        let world = &self.world;
        let is_ours = |cell| world.owns(cell) && !world.terrain.is_loaded(cell);
        self.loader
            .look_around(world.history.newest().frames(), is_ours);
        phases.push(("look", phase_at.elapsed()));
        frame
    }

    fn checkpoint(&self) -> Content {
        let world = self.world.clone();
        Box::new(move |output| output.extend(checkpoint::save(&world)))
    }

    fn counts(&self) -> Vec<(&'static str, u64)> {
        let counters = &self.world.happenings.counters;
        let refused = REFUSALS.into_iter().zip(counters.refused_count);
        let dropped = [
            ("events_over_limit", counters.events_dropped_count),
            ("effects_late", counters.effects_late_count),
            ("effects_over_limit", counters.effects_dropped_count),
            ("forwarded_over_limit", counters.forwarded_dropped_count),
            ("partition_refused", counters.partition_refused_count),
            ("conservation_faults", counters.conservation_faults_count),
        ];
        refused.chain(dropped).collect()
    }
}
