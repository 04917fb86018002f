//! The plain writer: one thread per journal, ordinary files. One write and one fdatasync per group of
//! ticks; it sleeps while nothing waits.

use std::{
    io,
    sync::Arc,
    task::{Poll, Wake, Waker},
    thread::{self, JoinHandle, Thread},
    time::Instant,
};

use crate::{
    appender::{Appender, Turn},
    disk::Disk,
    limits::RETRY_AFTER,
    link::Closer,
};

/// A running writer. Dropping it ends it as [`Self::stop`] does, without waiting.
pub struct PlainWriter {
    closer: Closer,
    thread: Option<JoinHandle<()>>,
}

impl PlainWriter {
    /// Starts the writer on a thread of this name.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start<D>(name: &str, mut appender: Appender<D>) -> io::Result<Self>
    where
        D: Disk + Send + 'static,
        D::File: Send,
    {
        let closer = appender.committer().closer();
        let thread = thread::Builder::new().name(name.into());
        let thread = thread.spawn(move || run(&mut appender))?;
        Ok(Self {
            closer,
            thread: Some(thread),
        })
    }

    /// Takes no more ticks, writes what waits, once if the disk fails, and ends.
    pub fn stop(mut self) {
        self.closer.close();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the journal's writer does not panic");
        }
    }
}

impl Drop for PlainWriter {
    fn drop(&mut self) {
        self.closer.close();
    }
}

/// A waker that unparks the thread this is called on.
pub fn thread_waker() -> Waker {
    Waker::from(Arc::new(Unpark(thread::current())))
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn run<D: Disk>(appender: &mut Appender<D>) {
    let waker = thread_waker();
    loop {
        // Read first: what was sent before the end is seen by the turn.
        let is_closed = appender.committer().is_closed();
        match appender.turn() {
            Turn::Committed => {}
            Turn::Idle | Turn::Failed if is_closed => return,
            Turn::Idle => sleep(appender, &waker),
            Turn::Failed => sleep_before_retry(appender, &waker),
        }
    }
}

fn sleep<D: Disk>(appender: &mut Appender<D>, waker: &Waker) {
    while appender.committer().poll_wake(waker) == Poll::Pending {
        thread::park();
    }
}

/// Ticks that come meanwhile wake it and wait; only the end is not waited for.
fn sleep_before_retry<D: Disk>(appender: &mut Appender<D>, waker: &Waker) {
    let retry_at = Instant::now() + RETRY_AFTER;
    loop {
        let _ = appender.committer().poll_wake(waker);
        let left = retry_at.saturating_duration_since(Instant::now());
        if appender.committer().is_closed() || left.is_zero() {
            return;
        }
        thread::park_timeout(left);
    }
}
