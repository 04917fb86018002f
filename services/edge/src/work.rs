//! What each edge's thread does and how long it takes, for `/metrics`. Relaxed atomics, which that thread
//! alone writes: in sums, so that a reader who looks twice knows of the time between.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::{
    counters::{add, read},
    limits::CLIENTS_PER_TIMED,
};

/// Parts of an edge's work. The order is that of [`PARTS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Part {
    /// Taking frames in and making what all clients share: encoded cells, news, edits.
    Share,
    /// Choosing, copying and queueing what one client is told of bodies and events.
    Interest,
    /// What one client is told reliably: news, appearances, how things stand.
    Control,
    /// Land and edits for one client.
    Terrain,
    /// Handing over what came, building packets and giving them to the system; only of our own loop.
    Send,
    /// Taking packets from the system and reading them; only of our own loop.
    Receive,
}

/// Names of the parts, as `/metrics` shows them.
pub const PARTS: [&str; 6] = ["share", "interest", "control", "terrain", "send", "receive"];

/// Bounded queues of an edge. The order is that of [`QUEUES`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Queue {
    /// Frames that the relay has for this edge, as the newest is taken.
    Frames,
    /// Joins and leaves that found a shard's ring full.
    Retries,
    /// Messages on the control stream of the client that has most.
    Control,
    /// The same on terrain streams.
    Terrain,
}

pub const QUEUES: [&str; 4] = ["frames", "retries", "control", "terrain"];

/// One edge's.
#[derive(Default)]
pub struct Work {
    part_ns: [AtomicU64; PARTS.len()],
    depths: [AtomicU64; QUEUES.len()],
    pub frames_told: AtomicU64,
    /// Datagrams handed to the transport, and their bytes.
    pub datagrams: AtomicU64,
    pub datagram_bytes: AtomicU64,
    /// The system's calls that sent and received, and what they sent; only of our own loop.
    pub send_calls: AtomicU64,
    pub receive_calls: AtomicU64,
    pub packets: AtomicU64,
    pub packet_bytes: AtomicU64,
    /// Packets that the system refused.
    pub packets_refused: AtomicU64,
    /// Of this thread, the transport's included.
    pub allocations: AtomicU64,
}

impl Work {
    pub fn spent(&self, part: Part, time: Duration) {
        add(&self.part_ns[part as usize], time.as_nanos() as u64);
    }

    /// All that was spent so far.
    pub fn set_spent(&self, part: Part, time: Duration) {
        set(&self.part_ns[part as usize], time.as_nanos() as u64);
    }

    /// How full a queue is now.
    pub fn depth(&self, queue: Queue, count: usize) {
        set(&self.depths[queue as usize], count as u64);
    }

    pub fn part_us(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let us = self.part_ns.iter().map(|ns| read(ns) / 1_000);
        PARTS.into_iter().zip(us)
    }

    pub fn depths(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        QUEUES.into_iter().zip(self.depths.iter().map(read))
    }

    /// For the client at this place in a frame's order: runs for one in [`CLIENTS_PER_TIMED`], which counts
    /// for all. Looking at the clock for each would cost a hundredth of their time.
    pub fn stopwatch(&self, place: usize) -> Stopwatch<'_> {
        let is_timed = place.is_multiple_of(CLIENTS_PER_TIMED);
        Stopwatch {
            work: self,
            lap_at: is_timed.then(Instant::now),
        }
    }
}

/// What somebody else sums up.
pub fn set(counter: &AtomicU64, sum: u64) {
    counter.store(sum, Ordering::Relaxed);
}

/// See [`Work::stopwatch`].
pub struct Stopwatch<'a> {
    work: &'a Work,
    lap_at: Option<Instant>,
}

impl Stopwatch<'_> {
    /// What was done since the last lap belongs to this part.
    pub fn lap(&mut self, part: Part) {
        let Some(lap_at) = &mut self.lap_at else {
            return;
        };
        let now = Instant::now();
        self.work
            .spent(part, (now - *lap_at) * CLIENTS_PER_TIMED as u32);
        *lap_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_under_their_names() {
        let work = Work::default();
        work.spent(Part::Send, Duration::from_micros(3));
        work.spent(Part::Send, Duration::from_micros(4));
        work.depth(Queue::Retries, 9);
        work.depth(Queue::Retries, 2);
        assert!(work.part_us().any(|part| part == ("send", 7)));
        assert!(work.depths().any(|queue| queue == ("retries", 2)));
    }

    #[test]
    fn one_client_is_timed_for_all() {
        let work = Work::default();
        for place in 1..CLIENTS_PER_TIMED {
            work.stopwatch(place).lap(Part::Interest);
        }
        assert!(work.part_us().all(|(_, us)| us == 0));
        let mut watch = work.stopwatch(CLIENTS_PER_TIMED);
        watch.lap_at = watch.lap_at.map(|at| at - Duration::from_millis(1));
        watch.lap(Part::Interest);
        let interest = work.part_us().find(|(name, _)| *name == "interest");
        assert!(interest.is_some_and(|(_, us)| us >= 1_000 * CLIENTS_PER_TIMED as u64));
    }
}
