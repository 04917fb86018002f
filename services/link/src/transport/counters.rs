//! What a link counts, and what it tells of it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// What happened between this process and one peer since the first connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Statistics {
    /// Of the connection there is now.
    pub round_trip: Option<Duration>,
    /// UDP payload of the connection there is now.
    pub bytes_sent: u64,
    pub bytes_received: u64,
    pub packets_lost: u64,
    /// The largest packet that the path carries, as far as it is found out.
    pub packet_bytes_max: u16,
    pub connections: u64,
    /// Reliable messages handed to QUIC, resends included, and handed to threads.
    pub messages_sent: u64,
    pub messages_received: u64,
    /// Messages sent again after a reconnect, and those that the receiver had.
    pub resends: u64,
    pub duplicates: u64,
    /// Reliable messages that are not acknowledged, on all lanes.
    pub outbox_messages: u64,
    pub outbox_bytes: u64,
    /// Received and not yet taken by their threads.
    pub inbox_messages: u64,
    pub inbox_bytes: u64,
    pub latest_sent: u64,
    pub latest_received: u64,
    /// Dropped unsent for a newer one; given up on their way for one; dropped for want of room.
    pub latest_replaced: u64,
    pub latest_given_up: u64,
    pub latest_dropped: u64,
    /// Arrived later than a newer one of their key.
    pub latest_outdated: u64,
    pub latest_waiting: u64,
    pub latest_flights: u64,
    pub requests_sent: u64,
    pub requests_received: u64,
    /// Words of an earlier life of the peer that were refused.
    pub stale_refusals: u64,
    /// Connections closed for words that no link says.
    pub malformed: u64,
    /// Times that something waited because this process has no lease.
    pub lease_waits: u64,
}

/// The counting side of [`Statistics`].
#[derive(Debug, Default)]
pub struct Counters {
    pub connections: Counter,
    pub messages_sent: Counter,
    pub messages_received: Counter,
    pub resends: Counter,
    pub duplicates: Counter,
    pub latest_sent: Counter,
    pub latest_received: Counter,
    pub latest_replaced: Counter,
    pub latest_given_up: Counter,
    pub latest_dropped: Counter,
    pub latest_outdated: Counter,
    pub requests_sent: Counter,
    pub requests_received: Counter,
    pub stale_refusals: Counter,
    pub malformed: Counter,
    pub lease_waits: Counter,
}

/// A count that any thread adds to.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    /// What is counted; gauges are left at zero.
    pub fn read(&self) -> Statistics {
        Statistics {
            connections: self.connections.get(),
            messages_sent: self.messages_sent.get(),
            messages_received: self.messages_received.get(),
            resends: self.resends.get(),
            duplicates: self.duplicates.get(),
            latest_sent: self.latest_sent.get(),
            latest_received: self.latest_received.get(),
            latest_replaced: self.latest_replaced.get(),
            latest_given_up: self.latest_given_up.get(),
            latest_dropped: self.latest_dropped.get(),
            latest_outdated: self.latest_outdated.get(),
            requests_sent: self.requests_sent.get(),
            requests_received: self.requests_received.get(),
            stale_refusals: self.stale_refusals.get(),
            malformed: self.malformed.get(),
            lease_waits: self.lease_waits.get(),
            ..Statistics::default()
        }
    }
}
