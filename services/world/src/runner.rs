//! Runs a loop of turns on a thread of its own: on a glommio executor where io_uring is permitted, on a
//! plain pinned thread elsewhere. Chosen once, at start, by trying; both take the same loop and journal.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};

use journal::{Appender, Committer, Folder, PlainWriter};

use crate::{
    bell::Bell,
    pin::{self, Pinned},
    uring,
};

/// A loop: what takes one turn after another and never waits in one.
pub trait Turn: Send + 'static {
    /// Does what is due at `now`, and says when to be called next. It is called earlier when its
    /// [`Bell`] rings.
    fn turn(&mut self, now: Instant) -> Instant;
}

impl<F: FnMut(Instant) -> Instant + Send + 'static> Turn for F {
    fn turn(&mut self, now: Instant) -> Instant {
        self(now)
    }
}

/// Where loops run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Runner {
    /// On a glommio executor; the journal is written by a task beside the loop.
    Uring,
    /// On a plain thread; the journal is written by another.
    Plain,
}

/// Which thread a loop gets.
#[derive(Clone, Debug, Default)]
pub struct Seat {
    pub name: String,
    /// Nothing leaves it to the system.
    pub core: Option<usize>,
    /// Rings the loop; whoever shall wake it gets a clone.
    pub bell: Bell,
}

/// A journal to write beside a loop, whose other end the loop has.
pub struct Writing {
    pub folder: Folder,
    pub committer: Committer,
}

/// A running loop.
pub struct Running<T> {
    thread: Pinned<T>,
    stop: Arc<AtomicBool>,
    bell: Bell,
    writer: Option<PlainWriter>,
}

impl Runner {
    /// Tries io_uring, on the file system of the journal's folder if there is one, and says in the log
    /// what came of it.
    pub fn choose(folder: Option<&Path>) -> Self {
        match uring::probe(folder) {
            Ok(()) => {
                tracing::info!("shards run on io_uring executors (glommio)");
                Self::Uring
            }
            Err(refusal) => {
                tracing::info!(%refusal, "shards run on plain threads with ordinary file I/O");
                Self::Plain
            }
        }
    }

    /// Starts the loop, and the writer of its journal. Start it from a thread that is not pinned: the
    /// plain writer's thread runs where this one may.
    ///
    /// # Errors
    /// If there is no thread or no such core, or if the executor is refused after all.
    pub fn start<T: Turn>(
        self,
        seat: Seat,
        turn: T,
        writing: Option<Writing>,
    ) -> io::Result<Running<T>> {
        let stop = Arc::new(AtomicBool::new(false));
        let bell = seat.bell.clone();
        let (thread, writer) = match self {
            Self::Uring => (uring::start(seat, turn, writing, stop.clone())?, None),
            Self::Plain => start_plain(seat, turn, writing, stop.clone())?,
        };
        Ok(Running {
            thread,
            stop,
            bell,
            writer,
        })
    }
}

fn start_plain<T: Turn>(
    seat: Seat,
    mut turn: T,
    writing: Option<Writing>,
    stop: Arc<AtomicBool>,
) -> io::Result<(Pinned<T>, Option<PlainWriter>)> {
    let start_writer = |writing: Writing| {
        let appender = Appender::new(writing.folder, writing.committer);
        PlainWriter::start(&format!("{}-journal", seat.name), appender)
    };
    let writer = writing.map(start_writer).transpose()?;
    let thread = pin::run_pinned(&seat.name, seat.core, move || {
        pin::run_turns(&mut turn, &seat.bell, &stop);
        turn
    })?;
    Ok((thread, writer))
}

impl<T> Running<T> {
    /// Rings the loop.
    pub fn bell(&self) -> Bell {
        self.bell.clone()
    }

    /// Whether the loop ended by itself, which only a bug of ours does.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Ends the loop between two turns, writes what waits for the journal (once, if the disk fails), and
    /// gives back what took the turns.
    ///
    /// # Errors
    /// If the loop panicked.
    pub fn stop(self) -> thread::Result<T> {
        self.stop.store(true, Ordering::Release);
        self.bell.ring();
        let turn = self.thread.join();
        if let Some(writer) = self.writer {
            writer.stop();
        }
        turn
    }
}
