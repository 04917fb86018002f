//! How much one client may send, and how much damage it may do before it is shown out.

use std::time::Instant;

use crate::{limits, rate::TokenBucket};

/// What to do with what came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Keep,
    /// Drop it and count it.
    Drop,
    /// Close the session: it did this too often.
    Close,
}

/// The allowances of one session.
pub struct Meter {
    messages: TokenBucket,
    bytes: TokenBucket,
    drops: TokenBucket,
    malformed: TokenBucket,
}

impl Meter {
    pub fn new(now: Instant) -> Self {
        let forgiven = limits::MALFORMED_FORGIVEN_PER_SECOND;
        Self {
            messages: TokenBucket::new(limits::MESSAGES_PER_SECOND, limits::MESSAGES_BURST, now),
            bytes: TokenBucket::new(
                limits::MESSAGE_BYTES_PER_SECOND,
                limits::MESSAGE_BYTES_BURST,
                now,
            ),
            drops: TokenBucket::new(forgiven, limits::FLOOD_DROPS_MAX, now),
            malformed: TokenBucket::new(forgiven, limits::MALFORMED_MAX, now),
        }
    }

    /// A message of `bytes_count` bytes came.
    pub fn message(&mut self, bytes_count: usize, now: Instant) -> Verdict {
        let bytes_count = u32::try_from(bytes_count).unwrap_or(u32::MAX);
        let is_within = self.messages.take(1, now) && self.bytes.take(bytes_count, now);
        match is_within {
            true => Verdict::Keep,
            false => one_more(&mut self.drops, now),
        }
    }

    /// A datagram came that does not parse.
    pub fn malformed(&mut self, now: Instant) -> Verdict {
        one_more(&mut self.malformed, now)
    }
}

fn one_more(allowance: &mut TokenBucket, now: Instant) -> Verdict {
    match allowance.take(1, now) {
        true => Verdict::Drop,
        false => Verdict::Close,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn an_ordinary_client_is_never_over() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        for message in 0..20 * 600 {
            let now = start + Duration::from_millis(message * 50);
            assert_eq!(meter.message(400, now), Verdict::Keep, "input");
            assert_eq!(meter.message(16, now), Verdict::Keep, "ping");
        }
    }

    #[test]
    fn a_flood_is_dropped_and_then_closed() {
        let now = Instant::now();
        let mut meter = Meter::new(now);
        let verdicts: Vec<Verdict> = (0..2_000).map(|_| meter.message(10, now)).collect();
        let count = |wanted| {
            verdicts
                .iter()
                .filter(|verdict| **verdict == wanted)
                .count()
        };
        assert_eq!(count(Verdict::Keep), limits::MESSAGES_BURST as usize);
        assert_eq!(count(Verdict::Drop), limits::FLOOD_DROPS_MAX as usize);
        assert!(verdicts.is_sorted_by_key(|verdict| *verdict as u8));
        let huge = Meter::new(now).message(limits::MESSAGE_BYTES_BURST as usize + 1, now);
        assert_eq!(huge, Verdict::Drop);
    }

    #[test]
    fn damage_is_forgiven_with_time() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        for second in 0..1_000 {
            let now = start + Duration::from_secs(second);
            assert_eq!(meter.malformed(now), Verdict::Drop);
        }
        let now = start + Duration::from_secs(1_000);
        assert!((0..limits::MALFORMED_MAX + 2).any(|_| meter.malformed(now) == Verdict::Close));
    }
}
