//! One tick of a pod on its way from its shards to the journal.

use std::sync::Arc;

use bytes::Bytes;
use engine::{Frame, World};
use journal::{Block, TooLarge};

use crate::{
    record::{Places, write_heard},
    state::{Said, ShardState},
};

/// What a shard did in a tick.
#[derive(Clone, Debug)]
pub struct Ticked {
    pub frame: Arc<Frame>,
    /// What it was given, as [`crate::station::Turn`] says it.
    pub places: Places,
    pub record: Vec<u8>,
    /// The shard after the tick, when a checkpoint is due: all shards of a pod then give theirs.
    pub world: Option<Box<World>>,
}

/// A frame of another pod, as it came.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub series: u64,
    pub frame: Arc<Frame>,
    pub bytes: Bytes,
}

/// See the module.
#[derive(Debug)]
pub struct Step {
    pub tick: u32,
    /// The frames of other pods that the tick reads; none until all are here.
    pub heard: Option<Vec<Arrival>>,
    /// By shard.
    pub done: Vec<Option<Done>>,
    pub is_committed: bool,
}

/// One shard's part of it.
#[derive(Debug)]
pub struct Done {
    pub places: Places,
    pub record: Vec<u8>,
    pub said: Option<Said>,
    pub state: Option<ShardState>,
}

/// What the journal is to keep of a tick.
#[derive(Clone, Debug)]
pub struct Commit {
    pub tick: u32,
    /// By shard: what it was given, as a record.
    pub given: Vec<Vec<u8>>,
    /// The frames of other pods that it read, each with the series of its lane.
    pub heard: Vec<(u64, Bytes)>,
}

impl Step {
    pub fn new(tick: u32, shard_count: usize) -> Self {
        Self {
            tick,
            heard: None,
            done: (0..shard_count).map(|_| None).collect(),
            is_committed: false,
        }
    }

    pub fn is_complete(&self) -> bool {
        self.heard.is_some() && self.done.iter().all(Option::is_some)
    }

    /// Hands over what the journal is to keep. Once, and when it is complete.
    pub fn commit(&mut self) -> Commit {
        self.is_committed = true;
        let done = self.done.iter_mut().flatten();
        let heard = self.heard.iter().flatten();
        Commit {
            tick: self.tick,
            given: done.map(|done| std::mem::take(&mut done.record)).collect(),
            heard: heard.map(|it| (it.series, it.bytes.clone())).collect(),
        }
    }
}

impl Commit {
    /// Puts the records into a journal's block.
    ///
    /// # Errors
    /// If they do not fit.
    pub fn fill(&self, block: &mut Block) -> Result<(), TooLarge> {
        let mut given = self.given.iter();
        given.try_for_each(|record| block.push(record))?;
        let mut heard = self.heard.iter();
        heard.try_for_each(|(series, frame)| {
            block.push_with(|output| write_heard(*series, frame, output))
        })
    }
}
