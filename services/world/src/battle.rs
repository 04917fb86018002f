//! The battle that a shard runs: the engine's world and the loader that feeds it terrain.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use engine::{
    Command, Frame, World, WorldConfig,
    checkpoint::{self, CheckpointError},
    happenings::REFUSAL_REASON_COUNT,
    tick_beside,
};
use spatial::Terrain;

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

    /// A battle that was saved.
    ///
    /// # Errors
    /// If the bytes are no checkpoint of this version.
    pub fn load(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let world = checkpoint::load(bytes)?;
        let mut loader = Loader::new(world.config.seed);
        loader.mark_known(world.terrain.bricks().map(|(cell, _)| cell));
        Ok(Self { world, loader })
    }

    /// The battle as bytes, for [`Self::load`].
    pub fn save(&self) -> Vec<u8> {
        checkpoint::save(&self.world)
    }

    pub fn config(&self) -> BattleConfig {
        BattleConfig {
            seed: self.world.config.seed,
            soldiers_per_house: self.world.config.soldiers_per_house,
        }
    }
}

impl Simulation for Battle {
    fn tick(
        &mut self,
        commands: &mut Vec<Command>,
        phases: &mut Vec<(&'static str, Duration)>,
    ) -> Arc<Frame> {
        let begun_at = Instant::now();
        commands.extend(self.loader.drain());
        let mut phase_at = Instant::now();
        phases.push(("load", phase_at - begun_at));
        let frame = tick_beside(&mut self.world, commands, &[], |phase| {
            let now = Instant::now();
            phases.push((phase.name(), now - phase_at));
            phase_at = now;
        });
        self.loader.look_around(&frame);
        phases.push(("look", phase_at.elapsed()));
        frame
    }

    fn counts(&self) -> Vec<(&'static str, u64)> {
        let counters = &self.world.happenings.counters;
        let refused = REFUSALS.into_iter().zip(counters.refused_count);
        let dropped = [
            ("events_over_limit", counters.events_dropped_count),
            ("effects_late", counters.effects_late_count),
            ("effects_over_limit", counters.effects_dropped_count),
        ];
        refused.chain(dropped).collect()
    }
}
