//! What an end of a peer has counted, and the thread that answers for it.

use std::{
    io::{self, BufRead, Write},
    process,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use serde_json::json;

/// Since the start, of this end.
#[derive(Default)]
pub struct Counts {
    pub connections: AtomicU64,
    pub ticks: AtomicU64,
    /// Messages that belong to ticks, or inputs.
    pub sent: AtomicU64,
    pub received: AtomicU64,
    /// Bytes of those received.
    pub received_bytes: AtomicU64,
    /// Bytes that came on streams beside them.
    pub stream_bytes: AtomicU64,
}

pub static COUNTS: Counts = Counts {
    connections: AtomicU64::new(0),
    ticks: AtomicU64::new(0),
    sent: AtomicU64::new(0),
    received: AtomicU64::new(0),
    received_bytes: AtomicU64::new(0),
    stream_bytes: AtomicU64::new(0),
};

pub fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

/// Answers from a thread of its own until the input ends, and this process with it, however far it is.
pub fn answer() {
    thread::spawn(|| {
        for line in io::stdin().lock().lines() {
            if line.is_err() || say(&counted()).is_err() {
                break;
            }
        }
        process::exit(0);
    });
}

/// Says a line to who started this end.
pub fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

fn counted() -> String {
    let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    json!({
        "connections": of(&COUNTS.connections),
        "ticks": of(&COUNTS.ticks),
        "sent": of(&COUNTS.sent),
        "received": of(&COUNTS.received),
        "received_bytes": of(&COUNTS.received_bytes),
        "stream_bytes": of(&COUNTS.stream_bytes),
    })
    .to_string()
}
