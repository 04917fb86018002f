//! What a process's shards were given, kept: the records of every tick in its journal, and checkpoints
//! beside it. On the relay's thread nothing of it waits; docs/invariants/recovery.md tells the protocol.

use std::{io, path::Path, task::Waker};

use journal::{Checkpointer, CommitError, Folder, Identity, JournalPort};
use pod::{Commit, PodState};

use crate::{limits::CHECKPOINTS_KEPT, runner::Writing};

/// How much of the past is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Retention {
    /// What recovery needs.
    #[default]
    Recovery,
    /// All since the start of the run, to be replayed.
    All,
}

/// A process's journal and checkpoints. Who runs the relay's loop also runs the journal's writer: see
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
        let writing = Writing {
            folder: folder.clone(),
            committer,
        };
        let kept_count = match retention {
            Retention::Recovery => CHECKPOINTS_KEPT,
            Retention::All => usize::MAX,
        };
        let checkpointer = Checkpointer::start(
            "keeper",
            folder,
            identity,
            kept_count,
            Box::new(move |tick, written| match written {
                Ok(_) => tracing::debug!(tick, "checkpoint written"),
                Err(error) => tracing::error!(tick, %error, "no checkpoint"),
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

    /// Keeps what a tick was given; there must be room. Panics if that is more than a tick can have been
    /// given.
    pub fn record(&mut self, commit: &Commit) {
        let tick = commit.tick;
        match self.port.commit_with(tick, |block| commit.fill(block)) {
            // A writer that ended is one that is being stopped.
            Ok(()) | Err(CommitError::Closed) => {}
            Err(error) => panic!("tick {tick} is not in the journal: {error}"),
        }
    }

    /// Everything up to this tick survives a crash. The waker is woken once when that, or whether there
    /// is room, has changed.
    pub fn poll_durable_tick(&self, waker: &Waker) -> u32 {
        self.port.poll_durable_tick(waker)
    }

    /// Hands a state over to be written; while one is still being written, this one is left out.
    pub fn offer(&self, state: PodState) {
        let tick = state.tick;
        let content = Box::new(move |output: &mut Vec<u8>| state.write(output));
        if self.checkpointer.offer(tick, content).is_err() {
            tracing::warn!(tick, "a checkpoint is left out: the disk is slow");
        }
    }

    /// Writes what was handed over to the end. The journal's writer must have ended.
    pub fn end(self) {
        self.checkpointer.stop();
    }
}
