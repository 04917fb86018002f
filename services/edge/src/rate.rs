//! Token buckets: how many of something may happen in a second, and how many at once.

use std::time::Instant;

/// A token bucket in integers: tokens are kept in millionths.
#[derive(Clone, Copy, Debug)]
pub struct TokenBucket {
    per_second: u32,
    burst: u32,
    microtokens: u64,
    refilled_at: Instant,
}

const MICROTOKENS: u64 = 1_000_000;

impl TokenBucket {
    /// A full bucket.
    pub fn new(per_second: u32, burst: u32, now: Instant) -> Self {
        Self {
            per_second,
            burst,
            microtokens: u64::from(burst) * MICROTOKENS,
            refilled_at: now,
        }
    }

    /// Takes `tokens` if they are there, all or none.
    pub fn take(&mut self, tokens: u32, now: Instant) -> bool {
        self.refill(now);
        let wanted = u64::from(tokens) * MICROTOKENS;
        if self.microtokens < wanted {
            return false;
        }
        self.microtokens -= wanted;
        true
    }

    /// Tokens there are now, rounded down.
    pub fn level(&mut self, now: Instant) -> u32 {
        self.refill(now);
        (self.microtokens / MICROTOKENS) as u32
    }

    fn refill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.refilled_at);
        let gained = (elapsed.as_micros() as u64).saturating_mul(u64::from(self.per_second));
        let full = u64::from(self.burst) * MICROTOKENS;
        self.microtokens = self.microtokens.saturating_add(gained).min(full);
        self.refilled_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn gives_the_burst_at_once_and_the_rate_after() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(10, 3, start);
        assert!((0..3).all(|_| bucket.take(1, start)));
        assert!(!bucket.take(1, start));
        let taken = (0..1_000u64)
            .filter(|step| bucket.take(1, start + Duration::from_millis(step * 10)))
            .count();
        assert!(
            (98..=100).contains(&taken),
            "10 a second for 10 s, got {taken}"
        );
    }

    #[test]
    fn never_holds_more_than_the_burst() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(u32::MAX, 5, start);
        let later = start + Duration::from_secs(1_000_000);
        assert_eq!(bucket.level(later), 5);
        assert!(!bucket.take(6, later));
        assert!(bucket.take(5, later));
    }
}
