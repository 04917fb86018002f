//! A pod as its folder holds it: the newest checkpoint that loads, and the ticks that the journal has
//! after it, run again. docs/invariants/recovery.md tells the protocol.

use std::fmt;

use engine::record::CheckpointError;
use journal::{Disk, Ending, Identity, JournalError, Scanner, checkpoint};

use crate::{record::Bricks, state::PodState};

/// A pod that is back.
pub struct Recovered {
    pub state: PodState,
    /// How the journal ended; nothing is to be written behind it before it is settled.
    pub ending: Ending,
    /// What has to be said of it.
    pub remarks: Vec<String>,
}

/// Why a pod does not come back.
#[derive(Debug)]
pub enum RecoveryError {
    Journal(JournalError),
    BadCheckpoint(CheckpointError),
    BadTick(u32, CheckpointError),
}

/// How a pod's files say whose they are.
pub fn identity(world_seed: u64, pod: u16) -> Identity {
    Identity {
        world: world_seed,
        shard: pod.into(),
    }
}

/// The pod as it was at the last tick that is whole; none in a folder without a checkpoint.
///
/// # Errors
/// If the folder cannot be used, with what to do about it.
pub fn recover<D: Disk>(
    disk: &D,
    identity: Identity,
    bricks: &impl Bricks,
) -> Result<Option<Recovered>, RecoveryError> {
    let newest = checkpoint::load_newest(disk, identity).map_err(RecoveryError::Journal)?;
    let mut remarks: Vec<String> = newest.skipped.iter().map(ToString::to_string).collect();
    let Some(checkpoint) = newest.checkpoint else {
        return Ok(None);
    };
    let mut state = PodState::read(&checkpoint.bytes).map_err(RecoveryError::BadCheckpoint)?;
    let scanner = Scanner::open(disk, identity, state.tick + 1);
    let mut scanner = scanner.map_err(RecoveryError::Journal)?;
    while let Some(read) = scanner.advance().map_err(RecoveryError::Journal)? {
        let tick = read.tick;
        let replayed = state.replay(tick, read.records, bricks);
        replayed.map_err(|error| RecoveryError::BadTick(tick, error))?;
    }
    let ending = scanner.ending();
    remarks.extend(ending.torn.iter().map(ToString::to_string));
    Ok(Some(Recovered {
        state,
        ending,
        remarks,
    }))
}

impl fmt::Display for RecoveryError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(error) => error.fmt(out),
            Self::BadCheckpoint(error) => write!(out, "no checkpoint of a pod: {error}"),
            Self::BadTick(tick, error) => write!(out, "tick {tick} is not readable: {error}"),
        }
    }
}

impl std::error::Error for RecoveryError {}
