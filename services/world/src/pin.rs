//! A plain thread, pinned to a core if asked, that runs a loop of turns: the twin of [`crate::uring`]
//! where io_uring is not permitted. Its journal has a thread of its own ([`journal::PlainWriter`]).

use std::{
    io,
    sync::atomic::{AtomicBool, Ordering},
    sync::mpsc::sync_channel,
    task::Waker,
    thread::{self, JoinHandle},
    time::Instant,
};

use journal::plain::thread_waker;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::{bell::Bell, runner::Turn};

/// Whether shards' threads stay on cores of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pinning {
    /// The system moves threads as it likes.
    Off,
    /// Shard n stays on the n-th core that this process may use, if there is one more for the edges.
    #[default]
    Auto,
}

impl Pinning {
    /// The core of a process's shard, given how many shards it has.
    pub fn core_of(self, place: usize, shard_count: usize) -> Option<usize> {
        let cores = match self {
            Self::Off => return None,
            Self::Auto => cores().unwrap_or_default(),
        };
        match cores.len() > shard_count {
            true => cores.get(place).copied(),
            false => {
                tracing::info!(shard = place, "too few cores to keep one for this shard");
                None
            }
        }
    }
}

/// The cores that this process may run on, in order.
///
/// # Errors
/// The system's.
pub fn cores() -> io::Result<Vec<usize>> {
    let set = sched_getaffinity(None)?;
    Ok((0..CpuSet::MAX_CPU)
        .filter(|core| set.is_set(*core))
        .collect())
}

/// Pins this thread to the core. Threads that it starts later are pinned with it.
fn pin_this_thread(core: usize) -> io::Result<()> {
    let mut set = CpuSet::new();
    if core >= CpuSet::MAX_CPU {
        return Err(io::Error::other(format!("no core has the number {core}")));
    }
    set.set(core);
    Ok(sched_setaffinity(None, &set)?)
}

/// A thread that was seen to start.
#[derive(Debug)]
pub struct Pinned<R>(JoinHandle<Option<R>>);

impl<R> Pinned<R> {
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// If it panicked.
    pub fn join(self) -> thread::Result<R> {
        let result = self.0.join()?;
        Ok(result.expect("what did not start was never handed out"))
    }
}

/// Starts a thread that first prepares and then runs; what it prepared never leaves it.
///
/// # Errors
/// If there is no thread, or preparing failed.
pub(crate) fn spawn<P, R: Send + 'static>(
    name: &str,
    prepare: impl FnOnce() -> io::Result<P> + Send + 'static,
    run: impl FnOnce(P) -> R + Send + 'static,
) -> io::Result<Pinned<R>> {
    let (told, started) = sync_channel(1);
    let thread = thread::Builder::new().name(name.into());
    let thread = thread.spawn(move || {
        let prepared = prepare();
        let (prepared, outcome) = match prepared {
            Ok(prepared) => (Some(prepared), Ok(())),
            Err(error) => (None, Err(error)),
        };
        told.send(outcome).expect("who starts a thread hears of it");
        prepared.map(run)
    })?;
    match started.recv() {
        Ok(outcome) => outcome.map(|()| Pinned(thread)),
        Err(_) => Err(io::Error::other(format!(
            "thread {name} panicked as it started"
        ))),
    }
}

/// Runs a future-free main function on a thread of this name, pinned to the core if there is one.
///
/// # Errors
/// If there is no thread or no such core.
pub fn run_pinned<R: Send + 'static>(
    name: &str,
    core: Option<usize>,
    main: impl FnOnce() -> R + Send + 'static,
) -> io::Result<Pinned<R>> {
    let pin = move || core.map_or(Ok(()), pin_this_thread);
    spawn(name, pin, move |()| main())
}

/// Takes turns until told to stop.
pub(crate) fn run_turns<T: Turn>(turn: &mut T, bell: &Bell, stop: &AtomicBool) {
    let waker = thread_waker();
    while !stop.load(Ordering::Acquire) {
        let due_at = turn.turn(Instant::now());
        sleep_until(due_at, bell, &waker);
    }
    bell.retire();
}

/// Sleeps until then, or until the bell rings.
fn sleep_until(due_at: Instant, bell: &Bell, waker: &Waker) {
    while bell.poll(waker).is_pending() {
        let left = due_at.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        thread::park_timeout(left);
    }
}
