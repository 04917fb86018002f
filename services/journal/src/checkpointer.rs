//! Writes checkpoints on a thread of its own and of low priority. What is handed over is a function
//! that makes the bytes there, so that the thread that ticks only clones what it shares copy-on-write.
//!
//! One checkpoint at a time: while one is being written the next is refused ([`Busy`]), and its owner
//! offers a later state instead.

use std::{
    fmt, io, mem,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
};

use rustix::{process::setpriority_process, thread::gettid};

use crate::{checkpoint, disk::Disk, error::JournalError, segment::Identity};

/// What its thread yields to all others with (nice).
const NICE: i32 = 10;

/// Makes a checkpoint's content, on the checkpointer's thread.
pub type Content = Box<dyn FnOnce(&mut Vec<u8>) + Send>;

/// How a checkpoint went, told on the checkpointer's thread.
pub type Report = Box<dyn FnMut(u32, Result<checkpoint::Deleted, JournalError>) + Send>;

/// One checkpoint is still being written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Busy;

impl fmt::Display for Busy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        "a checkpoint is still being written".fmt(out)
    }
}

impl std::error::Error for Busy {}

/// A running checkpointer. Dropping it lets it finish what it has, without waiting.
pub struct Checkpointer {
    jobs: Option<SyncSender<(u32, Content)>>,
    thread: Option<JoinHandle<()>>,
    durable_tick: Arc<AtomicU32>,
}

struct Writer<D> {
    disk: D,
    identity: Identity,
    kept_count: usize,
    report: Report,
    durable_tick: Arc<AtomicU32>,
}

impl Checkpointer {
    /// Starts the thread, of this name; it keeps the newest `kept_count` checkpoints. `report` hears of
    /// every checkpoint that was taken, and what was deleted for it.
    ///
    /// # Errors
    /// If half-written checkpoints cannot be removed, or the system gives no thread.
    pub fn start<D: Disk + Send + 'static>(
        name: &str,
        disk: D,
        identity: Identity,
        kept_count: usize,
        report: Report,
    ) -> io::Result<Self> {
        checkpoint::discard_unfinished(&disk)?;
        // One waits for the thread to come round to it; more would be older than they need be.
        let (jobs, waiting) = sync_channel(1);
        let durable_tick = Arc::new(AtomicU32::new(0));
        let writer = Writer {
            disk,
            identity,
            kept_count,
            report,
            durable_tick: durable_tick.clone(),
        };
        let thread = thread::Builder::new().name(name.into());
        let thread = thread.spawn(move || writer.run(&waiting))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            durable_tick,
        })
    }

    /// Hands over a checkpoint of the state after this tick. Never waits.
    ///
    /// # Errors
    /// If one still waits to be written.
    pub fn offer(&self, tick: u32, content: Content) -> Result<(), Busy> {
        let jobs = self.jobs.as_ref().expect("it runs until it is dropped");
        match jobs.try_send((tick, content)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(Busy),
            Err(TrySendError::Disconnected(_)) => panic!("the checkpointer's thread panicked"),
        }
    }

    /// The tick of the newest checkpoint that this one wrote; 0 for none.
    pub fn durable_tick(&self) -> u32 {
        self.durable_tick.load(Ordering::Acquire)
    }

    /// Writes what it was handed, and ends.
    pub fn stop(mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the checkpointer does not panic");
        }
    }
}

impl<D: Disk> Writer<D> {
    fn run(mut self, jobs: &Receiver<(u32, Content)>) {
        // Linux keeps a priority per thread. A system that refuses leaves it at the others'.
        let _ = setpriority_process(Some(gettid()), NICE);
        for (tick, content) in jobs {
            let mut bytes = Vec::new();
            content(&mut bytes);
            let result = self.write(tick, &bytes);
            drop(mem::take(&mut bytes));
            (self.report)(tick, result);
        }
    }

    fn write(&self, tick: u32, bytes: &[u8]) -> Result<checkpoint::Deleted, JournalError> {
        let written = checkpoint::write(&self.disk, self.identity, tick, bytes);
        written.map_err(JournalError::io("write", &checkpoint::file_name(tick)))?;
        self.durable_tick.store(tick, Ordering::Release);
        checkpoint::retain(&self.disk, self.kept_count)
    }
}
