//! Pauses between attempts: each twice the last, and never the same for two peers that failed together.

use std::time::Duration;

use crate::limits::{DIAL_PAUSE_FIRST, DIAL_PAUSE_MAX};

/// See the module. Holds no clock and no randomness of its own.
#[derive(Debug, Default)]
pub struct Backoff {
    attempts_count: u32,
}

impl Backoff {
    /// The next pause, from half of its length to all of it as `random` falls.
    pub fn pause(&mut self, random: u64) -> Duration {
        let doubled = DIAL_PAUSE_FIRST.saturating_mul(1 << self.attempts_count.min(16));
        self.attempts_count = self.attempts_count.saturating_add(1);
        let full_us = doubled.min(DIAL_PAUSE_MAX).as_micros() as u64;
        let half_us = full_us / 2;
        Duration::from_micros(half_us + random % (full_us - half_us + 1))
    }

    /// The last attempt went well.
    pub fn reset(&mut self) {
        self.attempts_count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_begin_anew() {
        let mut backoff = Backoff::default();
        let shortest: Vec<_> = (0..40).map(|_| backoff.pause(0)).collect();
        assert_eq!(shortest[0], DIAL_PAUSE_FIRST / 2);
        assert_eq!(shortest[1], shortest[0] * 2);
        assert_eq!(shortest[39], DIAL_PAUSE_MAX / 2);
        backoff.reset();
        assert!(backoff.pause(0) <= DIAL_PAUSE_FIRST);
    }

    #[test]
    fn the_draw_spreads_over_the_upper_half() {
        let draw = |random| Backoff::default().pause(random);
        assert_eq!(draw(0), DIAL_PAUSE_FIRST / 2);
        let span_us = DIAL_PAUSE_FIRST.as_micros() as u64 / 2;
        assert_eq!(draw(span_us), DIAL_PAUSE_FIRST);
        assert_ne!(draw(7), draw(8));
    }
}
