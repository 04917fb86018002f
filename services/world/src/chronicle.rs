//! What a shard was given, kept: the commands of every tick in its journal, and checkpoints beside it.
//! On the shard's thread nothing of it waits; docs/invariants/recovery.md tells the protocol.
//!
//! Terrain is not kept as bricks but as the cells that were taken in: the seed makes them again.

use std::{io, path::Path};

use engine::{
    Command,
    generate::Generator,
    record::{CheckpointError, Input},
};
use journal::{Checkpointer, CommitError, Folder, Identity, JournalPort, checkpointer::Content};

use crate::{
    limits::{CHECKPOINT_TICKS, CHECKPOINTS_KEPT},
    runner::Writing,
};

/// How much of the past is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Retention {
    /// What recovery needs.
    #[default]
    Recovery,
    /// All since the start of the run, to be replayed.
    All,
}

/// A shard's journal and checkpoints. Who runs the shard's loop also runs the journal's writer: see
/// [`Self::take_writing`].
pub struct Chronicle {
    port: JournalPort,
    checkpointer: Checkpointer,
    writing: Option<Writing>,
    is_told_of_failure: bool,
}

impl Chronicle {
    /// Goes on in a folder that holds a checkpoint of the tick before `next_tick`.
    ///
    /// # Errors
    /// If the folder cannot be used, or the system gives no thread.
    pub fn begin(
        path: &Path,
        identity: Identity,
        next_tick: u32,
        retention: Retention,
    ) -> io::Result<Self> {
        let folder = Folder::open(path)?;
        let (port, committer) = journal::link(identity, next_tick);
        let shard = identity.shard;
        let writing = Writing {
            folder: folder.clone(),
            committer,
        };
        let kept_count = match retention {
            Retention::Recovery => CHECKPOINTS_KEPT,
            Retention::All => usize::MAX,
        };
        let checkpointer = Checkpointer::start(
            &format!("keeper-{shard}"),
            folder,
            identity,
            kept_count,
            Box::new(move |tick, written| match written {
                Ok(_) => tracing::debug!(shard, tick, "checkpoint written"),
                Err(error) => tracing::error!(shard, tick, %error, "no checkpoint"),
            }),
        )?;
        Ok(Self {
            port,
            checkpointer,
            writing: Some(writing),
            is_told_of_failure: false,
        })
    }

    /// What the journal's writer needs, once.
    pub(crate) fn take_writing(&mut self) -> Option<Writing> {
        self.writing.take()
    }

    /// Whether a tick would be taken now; if not, the disk is seconds behind and the world waits.
    pub fn has_room(&mut self) -> bool {
        self.tell_of_failure();
        self.port.has_room()
    }

    /// Says once that the disk fails, and once that it does no more.
    fn tell_of_failure(&mut self) {
        match (self.port.state(), self.is_told_of_failure) {
            (journal::State::Failing { error, .. }, false) => {
                tracing::error!(%error, "the journal cannot be written: the world will wait for it");
                self.is_told_of_failure = true;
            }
            (journal::State::Healthy, true) => {
                tracing::info!("the journal can be written again");
                self.is_told_of_failure = false;
            }
            _ => {}
        }
    }

    /// Keeps what a tick took; there must be room. Panics if that is more than a tick can have been
    /// given.
    pub fn record(&mut self, tick: u32, commands: &[Command]) {
        let committed = self.port.commit_with(tick, |block| {
            for command in commands {
                block.push_with(|output| pod::record::write_command(command, output))?;
            }
            Ok(())
        });
        match committed {
            // A writer that ended is one that is being stopped.
            Ok(()) | Err(CommitError::Closed) => {}
            Err(error) => panic!("tick {tick} is not in the journal: {error}"),
        }
    }

    /// Everything up to this tick survives a crash.
    pub fn durable_tick(&self) -> u32 {
        self.port.durable_tick()
    }

    /// Whether a checkpoint is to be taken after this tick.
    pub fn is_checkpoint_due(&self, tick: u32) -> bool {
        tick.is_multiple_of(CHECKPOINT_TICKS)
    }

    /// Hands a state over to be written; while one is still being written, this one is left out.
    pub fn offer(&self, tick: u32, content: Content) {
        if self.checkpointer.offer(tick, content).is_err() {
            tracing::warn!(tick, "a checkpoint is left out: the disk is slow");
        }
    }

    /// Writes a last checkpoint. The journal's writer must have ended.
    pub fn end(self, tick: u32, content: Content) {
        if self.checkpointer.offer(tick, content).is_err() {
            tracing::warn!("the last checkpoint is left out: the journal has all");
        }
        self.checkpointer.stop();
    }
}

/// A command as it was recorded; terrain is generated anew.
///
/// # Errors
/// Any [`CheckpointError`].
pub fn read_record(record: &[u8], generator: &Generator) -> Result<Command, CheckpointError> {
    pod::record::read_command(&mut Input::new(record), generator)
}
