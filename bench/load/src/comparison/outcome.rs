//! What one server took for its clients in one window.

use std::{fmt, time::Duration};

use crate::{peers::Traffic, process::Usage};

/// The share of what was sent that must have arrived.
pub const DELIVERED_MIN: f64 = 0.99;

/// One server with one number of clients.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub server: &'static str,
    pub clients: usize,
    /// Of the server, in the window.
    pub ticks: u64,
    pub seconds: f64,
    pub cpu: Duration,
    /// Memory before anybody joined, and at the window's end.
    pub resident_bytes_before: u64,
    pub resident_bytes: u64,
    /// Messages that the server sent in the window, those that arrived, and their bytes.
    pub sent: u64,
    pub received: u64,
    pub received_bytes: u64,
    /// Bytes on streams in the window; none of a peer that has no streams beside.
    pub stream_bytes: u64,
    /// Bodies told, over all clients.
    pub updates: u64,
    /// Whether the server told less than it should, for lack of time: only ours does.
    pub is_short_of_time: bool,
    /// Times in ms, where they are measured: of ticks, and from an input to what came of it.
    pub tick_ms: Option<[f64; 2]>,
    pub visible_ms: Option<[f64; 2]>,
    /// All runnable threads of the machine, as a mean of the last minute.
    pub load: f64,
}

impl Outcome {
    /// What the server used between two looks.
    pub fn cpu_between(before: Usage, after: Usage) -> Duration {
        after.cpu.saturating_sub(before.cpu)
    }

    /// Why the run does not count, if it does not.
    pub fn fault(&self) -> Option<&'static str> {
        if self.delivered() < DELIVERED_MIN {
            Some("too much was lost")
        } else if self.is_short_of_time {
            Some("it told less than it should")
        } else {
            None
        }
    }

    pub fn delivered(&self) -> f64 {
        self.received as f64 / self.sent.max(1) as f64
    }

    fn client_ticks(&self) -> f64 {
        (self.clients as u64 * self.ticks).max(1) as f64
    }

    pub fn cpu_us_per_client_and_tick(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.client_ticks()
    }

    pub fn memory_kb_per_connection(&self) -> f64 {
        let grown = self
            .resident_bytes
            .saturating_sub(self.resident_bytes_before);
        grown as f64 / 1_024.0 / self.clients as f64
    }

    pub fn updates_per_client_and_tick(&self) -> f64 {
        self.updates as f64 / self.client_ticks()
    }

    pub fn bytes_per_update(&self) -> f64 {
        self.received_bytes as f64 / self.updates.max(1) as f64
    }

    /// What another server must send to move the same bytes.
    pub fn traffic(&self) -> Traffic {
        Traffic {
            datagrams_per_tick: self.sent as f64 / self.client_ticks(),
            datagram_bytes: (self.received_bytes / self.received.max(1)) as usize,
            stream_bytes_per_tick: self.stream_bytes as f64 / self.client_ticks(),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} with {} clients: {:.1} µs a client and tick, {:.1} % delivered",
            self.server,
            self.clients,
            self.cpu_us_per_client_and_tick(),
            self.delivered() * 100.0
        )
    }
}

/// See [`Outcome::load`].
pub fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split(' ').next().unwrap_or_default();
    first.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Ten clients, 100 ticks, 10 µs each.
    pub fn outcome(server: &'static str) -> Outcome {
        Outcome {
            server,
            clients: 10,
            ticks: 100,
            seconds: 5.0,
            cpu: Duration::from_millis(10),
            resident_bytes_before: 1 << 20,
            resident_bytes: 2 << 20,
            sent: 2_000,
            received: 1_990,
            received_bytes: 1_990 * 800,
            stream_bytes: 50_000,
            updates: 199_000,
            is_short_of_time: false,
            tick_ms: None,
            visible_ms: None,
            load: 1.0,
        }
    }

    #[test]
    fn figures_are_by_client_and_tick() {
        let ours = outcome("ours");
        assert!((ours.cpu_us_per_client_and_tick() - 10.0).abs() < 1e-9);
        assert!((ours.memory_kb_per_connection() - 102.4).abs() < 1e-9);
        assert!((ours.bytes_per_update() - 8.0).abs() < 1e-9);
        let traffic = ours.traffic();
        assert_eq!(traffic.datagram_bytes, 800);
        assert!((traffic.datagrams_per_tick - 2.0).abs() < 1e-9);
        assert!((traffic.stream_bytes_per_tick - 50.0).abs() < 1e-9);
    }

    #[test]
    fn what_lost_too_much_or_told_too_little_does_not_count() {
        let mut ours = outcome("ours");
        assert_eq!(ours.fault(), None);
        ours.is_short_of_time = true;
        assert!(ours.fault().is_some());
        ours.is_short_of_time = false;
        ours.received = 1_979;
        assert!(ours.fault().is_some());
    }
}
