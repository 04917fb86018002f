//! How long ticks and their phases take, over the last minute.

use hdrhistogram::Histogram;

use crate::limits::{TICK_US_MAX, TIMING_SLICE_TICKS, TIMING_SLICES};

/// A distribution, in µs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
}

impl Spread {
    /// Of two, the slower in every respect.
    pub fn or_slower(self, other: Self) -> Self {
        Self {
            p50: self.p50.max(other.p50),
            p99: self.p99.max(other.p99),
            max: self.max.max(other.max),
        }
    }
}

/// Durations of one thing over the last minute: a ring of slices, so that old ones fall out.
pub struct Timing {
    slices: Vec<Histogram<u32>>,
    current: usize,
    recorded_in_slice: u32,
}

impl Timing {
    pub fn new() -> Self {
        let empty = Histogram::new_with_bounds(1, TICK_US_MAX, 2).expect("the bounds are in range");
        Self {
            slices: vec![empty; TIMING_SLICES],
            current: 0,
            recorded_in_slice: 0,
        }
    }

    /// Adds one duration, in µs.
    pub fn record(&mut self, duration_us: u64) {
        if self.recorded_in_slice == TIMING_SLICE_TICKS {
            self.current = (self.current + 1) % TIMING_SLICES;
            self.slices[self.current].reset();
            self.recorded_in_slice = 0;
        }
        self.slices[self.current].saturating_record(duration_us.clamp(1, TICK_US_MAX));
        self.recorded_in_slice += 1;
    }

    pub fn spread(&self) -> Spread {
        let mut all = self.slices[0].clone();
        for slice in &self.slices[1..] {
            all.add(slice).expect("all slices have the same bounds");
        }
        Spread {
            p50: all.value_at_quantile(0.50),
            p99: all.value_at_quantile(0.99),
            max: all.max(),
        }
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_last_minute_and_forgets_what_is_older() {
        let mut timing = Timing::new();
        timing.record(5_000_000);
        assert!(timing.spread().max >= 5_000_000);
        for duration_us in 0..TIMING_SLICE_TICKS * TIMING_SLICES as u32 {
            timing.record(u64::from(duration_us % 100) + 1);
        }
        let spread = timing.spread();
        assert!(
            (50..=51).contains(&spread.p50) && spread.max == 100,
            "{spread:?}"
        );
        timing.record(u64::MAX);
        assert!(timing.spread().max >= TICK_US_MAX);
    }
}
