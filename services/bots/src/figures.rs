//! What is counted and timed while bots play.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::limits;

/// Times in milliseconds, to 1/100.
pub struct Times(Histogram<u64>);

/// Units of the histogram in a millisecond.
const UNITS_PER_MS: u64 = 100;

impl Times {
    fn new() -> Self {
        let top = limits::MEASURED_MS_MAX * UNITS_PER_MS;
        Self(Histogram::new_with_bounds(1, top, 3).expect("bounds of our own are good"))
    }

    pub fn record(&mut self, time: Duration) {
        let units = time.as_micros() as u64 * UNITS_PER_MS / 1_000;
        self.0.saturating_record(units.max(1));
    }

    pub fn quantile_ms(&self, quantile: f64) -> f64 {
        self.0.value_at_quantile(quantile) as f64 / UNITS_PER_MS as f64
    }

    pub fn max_ms(&self) -> f64 {
        self.0.max() as f64 / UNITS_PER_MS as f64
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// All bots' figures together.
pub struct Measured {
    /// Ticks of which a bot heard.
    pub snapshots: u64,
    /// Body rows heard.
    pub updates: u64,
    pub refusals: u64,
    /// The slowest that the world ran, as the server said.
    pub rate_permille_min: u16,
    pub snapshot_interval: Times,
    pub input_ack: Times,
    pub staleness: Times,
    pub age: Times,
    /// From the loss of a connection to the Welcome of the next.
    pub reattach: Times,
    /// How often staleness was more than the server had promised.
    pub staleness_broken: u64,
    pub trades: u64,
    pub trades_refused: u64,
    /// Steps of trades that a service did not take for now.
    pub trades_put_off: u64,
}

impl Measured {
    pub fn new() -> Self {
        Self {
            snapshots: 0,
            updates: 0,
            refusals: 0,
            rate_permille_min: 1_000,
            snapshot_interval: Times::new(),
            input_ack: Times::new(),
            staleness: Times::new(),
            age: Times::new(),
            reattach: Times::new(),
            staleness_broken: 0,
            trades: 0,
            trades_refused: 0,
            trades_put_off: 0,
        }
    }
}
