//! The battle that a shard runs: its part of the engine's world and the loader that feeds it terrain.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use engine::{
    Command, Dialect, Frame, World, WorldConfig,
    divide::{balanced, divide},
    happenings::REFUSAL_REASON_COUNT,
    tick_beside,
};
use pod::{Outline, PodState};
use spatial::{Terrain, partition::Owner};

use crate::loader::Loader;

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
    /// Drawn for each new world.
    pub founding: u128,
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
        Self::speaking(config, Dialect::default())
    }

    /// The same in an older dialect.
    pub fn speaking(config: BattleConfig, dialect: Dialect) -> Self {
        let mut loader = Loader::new(config.seed);
        let layout = loader.generator().layout().clone();
        let config = WorldConfig {
            founding: config.founding,
            seed: config.seed,
            soldiers_per_house: config.soldiers_per_house,
            score_to_win: engine::balance::score_to_win(config.soldiers_per_house),
            landmarks: layout.landmarks(),
        };
        let mut world = World::new(config, Terrain::new()).speaking(dialect);
        let mut commands = vec![loader.load_field()];
        // Terrain that one tick takes in is there from the next one on.
        engine::tick(&mut world, &mut commands);
        engine::tick(&mut world, &mut commands);
        Self { world, loader }
    }

    /// The shards of a process, as battles that go on from there; they share the threads that generate
    /// terrain.
    pub fn of_worlds(worlds: Vec<World>) -> Vec<Self> {
        let Some(first) = worlds.first() else {
            return Vec::new();
        };
        let mut loader = Loader::new(first.config.seed);
        loader.mark_known(first.terrain.bricks().map(|(cell, _)| cell));
        let battle = |world| Self {
            world,
            loader: loader.share(),
        };
        worlds.into_iter().map(battle).collect()
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    pub fn into_world(self) -> World {
        self.world
    }

    pub fn config(&self) -> BattleConfig {
        BattleConfig {
            founding: self.world.config.founding,
            seed: self.world.config.seed,
            soldiers_per_house: self.world.config.soldiers_per_house,
        }
    }
}

/// A world as a process that is all of it, with so many shards of the pod, in whose life of this number
/// they begin.
pub fn divided(world: World, (pod, series): (u16, u64), shard_count: usize) -> PodState {
    let outline = Outline {
        members: owners(pod, shard_count),
        roster: world.frame.roster.clone(),
    };
    let shards = divide(world, balanced(&outline.members));
    PodState::found((pod, series), shards, &outline)
}

/// The shards of a pod.
pub fn owners(pod: u16, shard_count: usize) -> Vec<Owner> {
    let shards = 0..shard_count as u16;
    shards.map(|shard| Owner { pod, shard }).collect()
}

/// What a shard's loop does with it.
impl Battle {
    /// Terrain that was generated since the last call: a command like any other.
    pub(crate) fn loaded(&mut self) -> Option<Command> {
        self.loader.drain()
    }

    /// Applies the commands, advances one tick beside what the other shards published of the last one,
    /// and publishes its frame. `phases` gets the name and duration of every phase.
    pub(crate) fn tick(
        &mut self,
        commands: &mut Vec<Command>,
        siblings: &[Arc<Frame>],
        phases: &mut Vec<(&'static str, Duration)>,
    ) -> Arc<Frame> {
        let mut phase_at = Instant::now();
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

    /// What it counted since its start, by name.
    pub(crate) fn counts(&self) -> Vec<(&'static str, u64)> {
        let counters = &self.world.happenings.counters;
        let refused = REFUSALS.into_iter().zip(counters.refused_count);
        let dropped = [
            ("events_over_limit", counters.events_dropped_count),
            ("effects_late", counters.effects_late_count),
            ("effects_over_limit", counters.effects_dropped_count),
            ("forwarded_over_limit", counters.forwarded_dropped_count),
            ("estates_lost", counters.estates_lost_count),
            ("spoils_unknown", counters.spoils_unknown_count),
            ("partition_refused", counters.partition_refused_count),
            ("conservation_faults", counters.conservation_faults_count),
        ];
        refused.chain(dropped).collect()
    }
}
