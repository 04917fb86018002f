//! What a peer's server sends to each client: what ours was just measured to send.

use std::time::Duration;

use clap::Args;

/// Ticks are 50 ms apart, and so are a client's inputs.
pub const TICK: Duration = Duration::from_millis(50);
/// Bytes of an input: what a bot's datagram of the newest inputs has.
pub const INPUT_BYTES: usize = 60;

/// Means; shares of a datagram or of a byte add up from tick to tick.
#[derive(Args, Clone, Copy, PartialEq, Debug)]
pub struct Traffic {
    #[arg(long)]
    pub datagrams_per_tick: f64,
    #[arg(long)]
    pub datagram_bytes: usize,
    #[arg(long)]
    pub stream_bytes_per_tick: f64,
}

/// A stream's bytes are written in pieces of at least this: messages, not single bytes.
const STREAM_PIECE_BYTES: usize = 1_000;

/// What is due to one client.
#[derive(Clone, Copy, Debug, Default)]
pub struct Due {
    datagrams: f64,
    stream_bytes: f64,
}

impl Due {
    /// Datagrams and stream bytes to send in the next tick.
    pub fn next(&mut self, traffic: &Traffic) -> (usize, usize) {
        self.datagrams += traffic.datagrams_per_tick;
        self.stream_bytes += traffic.stream_bytes_per_tick;
        let datagrams = self.datagrams as usize;
        self.datagrams -= datagrams as f64;
        let bytes = self.stream_bytes as usize;
        if bytes < STREAM_PIECE_BYTES {
            return (datagrams, 0);
        }
        self.stream_bytes -= bytes as f64;
        (datagrams, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        let traffic = Traffic {
            datagrams_per_tick: 2.7,
            datagram_bytes: 900,
            stream_bytes_per_tick: 150.5,
        };
        let mut due = Due::default();
        let ticks: Vec<_> = (0..1_000).map(|_| due.next(&traffic)).collect();
        let datagrams: usize = ticks.iter().map(|tick| tick.0).sum();
        let bytes: usize = ticks.iter().map(|tick| tick.1).sum();
        assert!((2_699..=2_700).contains(&datagrams), "{datagrams}");
        assert!((149_500..=150_500).contains(&bytes), "{bytes}");
        assert!(
            ticks
                .iter()
                .all(|tick| tick.1 == 0 || tick.1 >= STREAM_PIECE_BYTES)
        );
    }
}
