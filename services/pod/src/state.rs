//! A pod at the end of a tick: all that it needs to go on from there as if nothing had happened. It is
//! what a checkpoint holds, what a replay brings forward, and what a newcomer is given.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use bytes::Bytes;
use engine::{
    Frame, Roster, World, checkpoint,
    divide::newcomer,
    record::{CheckpointError, Input, Record, frame},
};
use spatial::partition::Owner;

use crate::{
    limits::SAID_TICKS_KEPT,
    record::{Places, read_places, write_places},
};

/// See the module.
#[derive(Clone, Debug)]
pub struct PodState {
    pub pod: u16,
    pub tick: u32,
    /// The incarnation in which its shards began to say frames: the series of their lanes (see
    /// [`link::reliable`]) through all lives that go on from this state.
    pub series: u64,
    /// Who makes a frame of this tick, in order.
    pub members: Vec<Owner>,
    /// Of the tick before.
    pub roster: Arc<Roster>,
    /// The members of other pods whose frames of the tick before were read, with the series of their
    /// lanes: what comes next from each is its frame of this tick.
    pub heard: BTreeMap<Owner, u64>,
    /// By number.
    pub shards: Vec<ShardState>,
    pub said: SaidTicks,
}

/// One of its shards.
#[derive(Clone, Debug)]
pub struct ShardState {
    pub world: World,
    /// How far the commands of edges are in the ticks up to this one.
    pub places: Places,
}

/// What a shard said of a tick: its frame as bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    pub tick: u32,
    pub shard: u16,
    pub bytes: Bytes,
}

/// What the shards of a pod said in the last ticks, oldest first: for those who did not get it yet.
#[derive(Clone, Debug, Default)]
pub struct SaidTicks {
    kept: VecDeque<Said>,
}

impl SaidTicks {
    /// Adds what came last, and forgets what is [`SAID_TICKS_KEPT`] ticks older.
    pub fn push(&mut self, said: Said) {
        let oldest = (said.tick + 1).saturating_sub(SAID_TICKS_KEPT as u32);
        while self.kept.front().is_some_and(|said| said.tick < oldest) {
            self.kept.pop_front();
        }
        self.kept.push_back(said);
    }

    /// All that is kept of one shard.
    pub fn of_shard(&self, shard: u16) -> impl Iterator<Item = &Said> {
        self.kept.iter().filter(move |said| said.shard == shard)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Said> {
        self.kept.iter()
    }

    pub fn count(&self) -> usize {
        self.kept.len()
    }
}

/// A shard's frame of its last tick, as it is said.
pub fn say(frame: &Frame) -> Said {
    let mut bytes = Vec::new();
    frame::write(frame, &mut bytes);
    Said {
        tick: frame.tick,
        shard: frame.source.shard,
        bytes: bytes.into(),
    }
}

impl PodState {
    /// A pod of a new world, of which these are the pod's shards. Panics if they are at different ticks.
    pub fn found((pod, series): (u16, u64), worlds: Vec<World>, outline: &Outline) -> Self {
        let tick = worlds.first().map_or(0, |world| world.tick);
        assert!(worlds.iter().all(|world| world.tick == tick), "one tick");
        Self {
            pod,
            tick,
            series,
            members: outline.members.clone(),
            roster: outline.roster.clone(),
            heard: BTreeMap::new(),
            shards: worlds.into_iter().map(ShardState::new).collect(),
            said: SaidTicks::default(),
        }
        .with_last_frames()
    }

    /// A pod that joins a world, given some shard of that and what holds of its last tick. Its shards
    /// have nothing yet; they follow until they are enlisted.
    pub fn newcomer(
        (pod, series): (u16, u64),
        shard_count: u16,
        world: &World,
        outline: &Outline,
    ) -> Self {
        let shards = (0..shard_count).map(|shard| newcomer(world, Owner { pod, shard }));
        Self::found((pod, series), shards.collect(), outline)
    }

    /// Nobody has been told what a new shard begins with, and whoever ticks with it needs that.
    fn with_last_frames(mut self) -> Self {
        for shard in &self.shards {
            self.said.push(say(&shard.world.frame));
        }
        self
    }

    /// The names of its shards, in order.
    pub fn owners(&self) -> Vec<Owner> {
        let worlds = self.shards.iter().map(|shard| &shard.world);
        worlds.map(|world| world.owner).collect()
    }

    /// Whether any of its shards is waited for by others.
    pub fn is_member(&self) -> bool {
        self.members.iter().any(|owner| owner.pod == self.pod)
    }

    /// Appends the state as bytes. Of what was said it keeps two ticks: no member is farther behind.
    pub fn write(&self, output: &mut Vec<u8>) {
        (self.pod, self.tick).write(output);
        self.series.write(output);
        self.members.write(output);
        self.roster.write(output);
        let heard = self.heard.iter().map(|(source, series)| (*source, *series));
        heard.collect::<Vec<_>>().write(output);
        let said = self.said.iter().filter(|said| said.tick + 1 >= self.tick);
        let said = said.map(|it| ((it.tick, it.shard), it.bytes.to_vec()));
        said.collect::<Vec<_>>().write(output);
        (self.shards.len() as u16).write(output);
        for shard in &self.shards {
            write_places(&shard.places, output);
            checkpoint::save(&shard.world).write(output);
        }
    }

    /// The state that was written.
    ///
    /// # Errors
    /// Any [`CheckpointError`].
    pub fn read(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let mut input = Input::new(bytes);
        let (pod, tick) = Record::read(&mut input)?;
        let series = Record::read(&mut input)?;
        let members = Record::read(&mut input)?;
        let roster = Record::read(&mut input)?;
        let heard = Vec::<(Owner, u64)>::read(&mut input)?.into_iter().collect();
        let mut said = SaidTicks::default();
        for ((tick, shard), bytes) in Vec::<((u32, u16), Vec<u8>)>::read(&mut input)? {
            let bytes = bytes.into();
            said.push(Said { tick, shard, bytes });
        }
        let count = u16::read(&mut input)?;
        let shards = (0..count).map(|_| ShardState::read(&mut input));
        let state = Self {
            pod,
            tick,
            series,
            members,
            roster,
            heard,
            shards: shards.collect::<Result<_, _>>()?,
            said,
        };
        state.check()
    }

    fn check(self) -> Result<Self, CheckpointError> {
        let is_ours = |(shard, it): (u16, &ShardState)| {
            let pod = self.pod;
            it.world.tick == self.tick && it.world.owner == Owner { pod, shard }
        };
        let is_sound = (0..).zip(&self.shards).all(is_ours)
            && self.members.is_sorted_by(|member, next| member < next);
        is_sound
            .then_some(self)
            .ok_or(CheckpointError::Inconsistent)
    }
}

/// What a pod that joins is given, as bytes: some shard of the world without its bodies, and what holds
/// of its last tick.
pub fn joining(world: &World, outline: &Outline) -> Vec<u8> {
    let mut output = Vec::new();
    outline.members.write(&mut output);
    outline.roster.write(&mut output);
    let bare = newcomer(world, world.owner);
    output.extend(checkpoint::save(&bare));
    output
}

/// The pod that joins with it.
///
/// # Errors
/// Any [`CheckpointError`].
pub fn joined(
    bytes: &[u8],
    name: (u16, u64),
    shard_count: u16,
) -> Result<PodState, CheckpointError> {
    let mut input = Input::new(bytes);
    let outline = Outline {
        members: Record::read(&mut input)?,
        roster: Record::read(&mut input)?,
    };
    let world = checkpoint::load(input.rest())?;
    let state = PodState::newcomer(name, shard_count, &world, &outline);
    state.check()
}

impl ShardState {
    fn new(world: World) -> Self {
        Self {
            world,
            places: Places::new(),
        }
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let places = read_places(input)?;
        let length = u32::read(input)? as usize;
        Ok(Self {
            world: checkpoint::load(input.take(length)?)?,
            places,
        })
    }
}

/// What holds of the whole world at a tick and is in no shard's columns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outline {
    /// Who makes a frame of the tick, in order.
    pub members: Vec<Owner>,
    /// Of the tick before.
    pub roster: Arc<Roster>,
}
