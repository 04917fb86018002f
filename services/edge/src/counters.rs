//! What the edges count, for `/status` and `/metrics`. Relaxed atomics: each edge thread adds, the
//! HTTP routes read; no reader needs two of them to agree.

use std::{
    array,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{limits::EDGES_MAX, work::Work};

/// Why something was dropped or somebody refused. The order is that of [`CAUSES`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Cause {
    /// A client's message over its rate.
    MessageRate,
    /// A datagram that does not parse.
    DatagramMalformed,
    /// Bytes on a stream or WebSocket that do not parse; the session is closed.
    MessageMalformed,
    /// An input that found the ring to the shard full.
    InputRingFull,
    /// A datagram that the connection could not take.
    DatagramQueueFull,
    /// A session closed because it read too slowly.
    SlowClient,
    /// A session closed because it sent too much.
    Flood,
    /// A connection refused before its Hello: too many pending.
    HandshakeRefused,
    /// A connection that did not become a session in time, or broke before.
    HandshakeFailed,
    /// A Hello refused: version, name, rate or capacity.
    JoinRefused,
    /// Words that the rules of chat refused.
    ChatRefused,
    /// Words that a client was not told because it reads too slowly.
    ChatUnheard,
    /// Words that found the queue to another edge or to the services full.
    ChatUnrelayed,
}

/// Names of the causes, as `/status` and `/metrics` show them.
pub const CAUSES: [&str; 13] = [
    "message_rate",
    "datagram_malformed",
    "message_malformed",
    "input_ring_full",
    "datagram_queue_full",
    "slow_client",
    "flood",
    "handshake_refused",
    "handshake_failed",
    "join_refused",
    "chat_refused",
    "chat_unheard",
    "chat_unrelayed",
];

/// How a session reaches us. The order is that of [`TRANSPORTS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Transport {
    /// A browser over WebTransport.
    Browser,
    /// A native client over bare QUIC.
    Native,
    /// A browser over WebSocket.
    Socket,
}

pub const TRANSPORTS: [&str; 3] = ["webtransport", "quic", "websocket"];

/// Counters of all edge threads together, and what each does.
pub struct Counters {
    /// By the index of the edge; of those that there are not nothing is counted.
    pub works: [Work; EDGES_MAX],
    drops: [AtomicU64; CAUSES.len()],
    sessions: [AtomicU64; TRANSPORTS.len()],
    pub bytes_out: AtomicU64,
    pub bytes_in: AtomicU64,
    pub datagrams_out: AtomicU64,
    pub datagrams_in: AtomicU64,
    pub terrain_bytes_out: AtomicU64,
    pub joined: AtomicU64,
    pub resumed: AtomicU64,
    /// Words that were taken here, and how often some were told to a client.
    pub chat_said: AtomicU64,
    pub chat_heard: AtomicU64,
    /// Time an edge spends telling one frame to all its sessions: sum in µs, and how many.
    pub fan_out_us: AtomicU64,
    pub fan_out_count: AtomicU64,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            works: array::from_fn(|_| Work::default()),
            drops: array::from_fn(|_| AtomicU64::default()),
            sessions: array::from_fn(|_| AtomicU64::default()),
            bytes_out: AtomicU64::default(),
            bytes_in: AtomicU64::default(),
            datagrams_out: AtomicU64::default(),
            datagrams_in: AtomicU64::default(),
            terrain_bytes_out: AtomicU64::default(),
            joined: AtomicU64::default(),
            resumed: AtomicU64::default(),
            chat_said: AtomicU64::default(),
            chat_heard: AtomicU64::default(),
            fan_out_us: AtomicU64::default(),
            fan_out_count: AtomicU64::default(),
        }
    }
}

impl Counters {
    pub fn drop_one(&self, cause: Cause) {
        self.drop_many(cause, 1);
    }

    pub fn drop_many(&self, cause: Cause, count: u64) {
        add(&self.drops[cause as usize], count);
    }

    pub fn drops(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        CAUSES.iter().copied().zip(self.drops.iter().map(read))
    }

    pub fn sessions(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        TRANSPORTS
            .iter()
            .copied()
            .zip(self.sessions.iter().map(read))
    }

    /// Counts a session for as long as the guard lives.
    pub fn session(self: &std::sync::Arc<Self>, transport: Transport) -> SessionGuard {
        add(&self.sessions[transport as usize], 1);
        SessionGuard {
            counters: self.clone(),
            transport,
        }
    }
}

/// See [`Counters::session`].
pub struct SessionGuard {
    counters: std::sync::Arc<Counters>,
    transport: Transport,
}

impl Drop for SessionGuard {
    fn drop(&mut self) {
        self.counters.sessions[self.transport as usize].fetch_sub(1, Ordering::Relaxed);
    }
}

pub fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

pub fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}
