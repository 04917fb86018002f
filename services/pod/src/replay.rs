//! A pod's ticks, run again from what its journal holds: recovery, and replays of one pod's part.

use std::sync::Arc;

use engine::{
    Command, Frame, Phase,
    record::{CheckpointError, roster::RosterKeeper},
    tick_beside,
};
use spatial::partition::Owner;

use crate::{
    exchange::{Exchange, Offered},
    record::{self, Bricks, Given, Record},
    state::{PodState, ShardState, say},
};

/// A tick's records, read.
#[derive(Debug, Default)]
pub struct Inputs {
    /// By shard.
    given: Vec<Given>,
    heard: Vec<(u64, Box<Frame>)>,
}

impl PodState {
    /// Runs the next tick, given the records of it.
    ///
    /// # Errors
    /// If they are not records of that tick of this pod; the state is then of no use.
    pub fn replay<'a>(
        &mut self,
        tick: u32,
        records: impl Iterator<Item = &'a [u8]>,
        bricks: &impl Bricks,
    ) -> Result<(), CheckpointError> {
        self.advance(tick, Inputs::read(records, bricks)?, |_| {})?;
        for shard in &self.shards {
            self.said.push(say(&shard.world.frame));
        }
        Ok(())
    }

    /// The same for one who only looks: what the shards said is not kept. `has_ended` is told of every
    /// phase of every shard.
    ///
    /// # Errors
    /// As of [`Self::replay`].
    pub fn advance(
        &mut self,
        tick: u32,
        inputs: Inputs,
        mut has_ended: impl FnMut(Phase),
    ) -> Result<(), CheckpointError> {
        if tick != self.tick + 1 || inputs.given.len() != self.shards.len() {
            return Err(CheckpointError::Inconsistent);
        }
        let frames = self.gather(inputs.heard)?;
        for (shard, given) in self.shards.iter_mut().zip(inputs.given) {
            shard.tick(given, &frames, &mut has_ended);
        }
        self.tick = tick;
        Ok(())
    }

    /// The frames that the tick reads; notes what they say of the world.
    fn gather(
        &mut self,
        heard: Vec<(u64, Box<Frame>)>,
    ) -> Result<Vec<Arc<Frame>>, CheckpointError> {
        let mut exchange = Exchange::new(self.tick, std::mem::take(&mut self.members));
        let mut rosters = RosterKeeper::new(self.roster.clone(), self.tick.saturating_sub(1));
        self.heard.clear();
        for shard in &self.shards {
            exchange.offer(shard.world.frame.clone());
        }
        for (series, mut frame) in heard {
            if frame.tick != self.tick {
                return Err(CheckpointError::Inconsistent);
            }
            if frame.is_seat {
                frame.roster = rosters.follow(&frame);
            }
            self.heard.insert(frame.source, series);
            if exchange.offer(frame.into()) != Offered::Kept {
                return Err(CheckpointError::Inconsistent);
            }
        }
        let mut frames = Vec::new();
        if !exchange.take(&mut frames) {
            return Err(CheckpointError::Inconsistent);
        }
        self.members = exchange.members().to_vec();
        let seat = frames.iter().find(|frame| frame.is_seat);
        self.roster = seat.expect("some member keeps the seat").roster.clone();
        Ok(frames)
    }
}

impl ShardState {
    fn tick(&mut self, given: Given, frames: &[Arc<Frame>], has_ended: impl FnMut(Phase)) {
        self.places.extend(given.places);
        let mut commands: Vec<Command> = given.commands;
        let siblings = others(frames, self.world.owner);
        tick_beside(&mut self.world, &mut commands, &siblings, has_ended);
    }
}

/// All frames but a shard's own.
pub fn others(frames: &[Arc<Frame>], own: Owner) -> Vec<Arc<Frame>> {
    let others = frames.iter().filter(|frame| frame.source != own);
    others.cloned().collect()
}

impl Inputs {
    /// # Errors
    /// If they are not what a tick was given.
    pub fn read<'a>(
        records: impl Iterator<Item = &'a [u8]>,
        bricks: &impl Bricks,
    ) -> Result<Self, CheckpointError> {
        let mut inputs = Self::default();
        for bytes in records {
            match record::read(bytes, bricks)? {
                Record::Given(given) => inputs.given.push(given),
                Record::Heard { series, frame } => inputs.heard.push((series, frame)),
            }
        }
        let numbers = inputs.given.iter().map(|given| given.shard);
        match numbers.eq(0..inputs.given.len() as u16) {
            true => Ok(inputs),
            false => Err(CheckpointError::Inconsistent),
        }
    }
}
