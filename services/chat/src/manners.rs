//! What is kept of one player while it is here: how much it said lately, and whom it does not want to hear.

use std::collections::HashMap;

use crate::{
    channel::Channel,
    limits::{
        HAMMER_MS, HAMMER_MS_MAX, IGNORED_MAX, MANNERS_MAX, MESSAGE_PERIOD_MS, MESSAGES_BURST,
        SLOW_MODE_MS_MAX,
    },
    refusal::Refusal,
};

/// How much a player said lately.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manners {
    /// When all that was said is paid for, a period a message: the generic cell rate algorithm.
    paid_at_ms: u64,
    /// When it last said something in each channel.
    said_at_ms: [u64; Channel::ALL.len()],
}

impl Manners {
    /// Counts one message, unless that is too many or comes too soon in a channel whose messages are to be
    /// `slow_ms` apart.
    ///
    /// # Errors
    /// [`Refusal::TooFast`] or [`Refusal::SlowMode`].
    pub fn take(&mut self, channel: Channel, slow_ms: u64, now_ms: u64) -> Result<(), Refusal> {
        const AHEAD_MS: u64 = (MESSAGES_BURST - 1) * MESSAGE_PERIOD_MS;
        if self.paid_at_ms > now_ms + AHEAD_MS {
            let hammered = self.paid_at_ms + HAMMER_MS;
            self.paid_at_ms = hammered
                .min(now_ms + AHEAD_MS + HAMMER_MS_MAX)
                .max(self.paid_at_ms);
            return Err(Refusal::TooFast {
                until_ms: self.paid_at_ms - AHEAD_MS,
            });
        }
        let said_at_ms = &mut self.said_at_ms[channel as usize];
        if slow_ms > 0 && now_ms < *said_at_ms + slow_ms {
            return Err(Refusal::SlowMode {
                until_ms: *said_at_ms + slow_ms,
            });
        }
        *said_at_ms = now_ms;
        self.paid_at_ms = self.paid_at_ms.max(now_ms) + MESSAGE_PERIOD_MS;
        Ok(())
    }
}

impl Manners {
    /// When nothing that was said counts any more, neither for the rate nor in the slowest of channels.
    fn rests_at_ms(&self) -> u64 {
        let said_at_ms = self.said_at_ms.iter().max().copied().unwrap_or(0);
        self.paid_at_ms.max(said_at_ms + SLOW_MODE_MS_MAX)
    }

    fn is_at_rest(&self, now_ms: u64) -> bool {
        self.rests_at_ms() <= now_ms
    }
}

/// The manners of accounts that left, for when they come back.
#[derive(Clone, Debug, Default)]
pub struct Absent(HashMap<u64, Manners>);

impl Absent {
    pub fn keep(&mut self, account: u64, manners: Manners, now_ms: u64) {
        if manners.is_at_rest(now_ms) {
            return;
        }
        if self.0.len() >= MANNERS_MAX {
            self.0.retain(|_, manners| !manners.is_at_rest(now_ms));
        }
        if self.0.len() >= MANNERS_MAX
            && let Some(nearest) = self.nearest_to_rest()
        {
            self.0.remove(&nearest);
        }
        self.0.insert(account, manners);
    }

    pub fn take(&mut self, account: u64) -> Manners {
        self.0.remove(&account).unwrap_or_default()
    }

    fn nearest_to_rest(&self) -> Option<u64> {
        let rests = self
            .0
            .iter()
            .map(|(account, manners)| (manners.rests_at_ms(), *account));
        rests.min().map(|(_, account)| account)
    }
}

/// Sessions that a player does not want to hear.
#[derive(Clone, Debug, Default)]
pub struct IgnoreList(Vec<u64>);

impl IgnoreList {
    /// Whether `session` is to be heard no more, or again.
    ///
    /// # Errors
    /// [`Refusal::ListFull`].
    pub fn set(&mut self, session: u64, is_ignored: bool) -> Result<(), Refusal> {
        match (self.0.binary_search(&session), is_ignored) {
            (Ok(place), false) => drop(self.0.remove(place)),
            (Err(_), true) if self.0.len() >= IGNORED_MAX => return Err(Refusal::ListFull),
            (Err(place), true) => self.0.insert(place, session),
            (Ok(_), true) | (Err(_), false) => {}
        }
        Ok(())
    }

    pub fn contains(&self, session: u64) -> bool {
        self.0.binary_search(&session).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spatial::random::SplitMix64;

    const START_MS: u64 = 1_790_000_000_000;

    #[test]
    fn a_flood_is_let_through_at_the_rate_and_no_faster() {
        for seed in 0..200 {
            let mut random = SplitMix64::new(seed);
            let mut manners = Manners::default();
            let mut now_ms = START_MS;
            let mut taken_at = Vec::new();
            for _ in 0..400 {
                now_ms += u64::from(random.below(900));
                if manners.take(Channel::Global, 0, now_ms).is_ok() {
                    taken_at.push(now_ms);
                }
            }
            // In any window there are at most a burst and what the rate allows in it.
            for (first, start_ms) in taken_at.iter().enumerate() {
                for (last, end_ms) in taken_at.iter().enumerate().skip(first) {
                    let most = MESSAGES_BURST + (end_ms - start_ms) / MESSAGE_PERIOD_MS;
                    assert!((last - first + 1) as u64 <= most, "seed {seed}");
                }
            }
        }
    }

    #[test]
    fn who_waits_as_told_is_heard() {
        let mut manners = Manners::default();
        let mut now_ms = START_MS;
        for _ in 0..100 {
            while manners.take(Channel::Global, 0, now_ms).is_ok() {}
            let refusal = manners
                .take(Channel::Global, 0, now_ms)
                .expect_err("too fast");
            assert!(
                (now_ms + 1..=now_ms + HAMMER_MS_MAX + HAMMER_MS).contains(&refusal.until_ms())
            );
            now_ms = refusal.until_ms();
            assert_eq!(manners.take(Channel::Global, 0, now_ms), Ok(()));
        }
    }

    #[test]
    fn hammering_makes_the_wait_longer_but_not_endless() {
        let mut manners = Manners::default();
        let mut until_ms = 0;
        for _ in 0..10_000 {
            if let Err(refusal) = manners.take(Channel::Global, 0, START_MS) {
                assert!(refusal.until_ms() >= until_ms);
                until_ms = refusal.until_ms();
            }
        }
        assert_eq!(until_ms, START_MS + HAMMER_MS_MAX);
    }

    #[test]
    fn slow_mode_holds_for_its_channel_alone() {
        let mut manners = Manners::default();
        assert_eq!(manners.take(Channel::Global, 9_000, START_MS), Ok(()));
        let refusal = Refusal::SlowMode {
            until_ms: START_MS + 9_000,
        };
        assert_eq!(
            manners.take(Channel::Global, 9_000, START_MS + 8_999),
            Err(refusal)
        );
        assert_eq!(manners.take(Channel::House, 0, START_MS + 8_999), Ok(()));
        assert_eq!(
            manners.take(Channel::Global, 9_000, START_MS + 9_000),
            Ok(())
        );
    }

    #[test]
    fn coming_back_is_no_way_around_the_rate() {
        let mut absent = Absent::default();
        let mut manners = Manners::default();
        while manners.take(Channel::Global, 0, START_MS).is_ok() {}
        absent.keep(7, manners, START_MS);
        let mut again = absent.take(7);
        assert!(again.take(Channel::Global, 0, START_MS).is_err());
        assert!(absent.take(8).take(Channel::Global, 0, START_MS).is_ok());
        for account in 0..=MANNERS_MAX as u64 {
            absent.keep(account, manners, START_MS);
        }
        assert_eq!(absent.0.len(), MANNERS_MAX);
    }

    #[test]
    fn coming_back_is_no_way_around_slow_mode() {
        let mut absent = Absent::default();
        let mut manners = Manners::default();
        assert_eq!(
            manners.take(Channel::Global, SLOW_MODE_MS_MAX, START_MS),
            Ok(())
        );
        let back_ms = START_MS + SLOW_MODE_MS_MAX - 1;
        absent.keep(7, manners, START_MS + 5_000);
        let mut again = absent.take(7);
        assert!(
            again
                .take(Channel::Global, SLOW_MODE_MS_MAX, back_ms)
                .is_err()
        );
        absent.keep(7, manners, START_MS + SLOW_MODE_MS_MAX);
        assert!(absent.0.is_empty(), "nothing of it counts any more");
    }

    #[test]
    fn a_list_of_the_ignored_is_bounded() {
        let mut list = IgnoreList::default();
        for session in (0..IGNORED_MAX as u64).rev() {
            assert_eq!(list.set(session, true), Ok(()));
        }
        assert_eq!(list.set(3, true), Ok(()), "twice is once");
        assert_eq!(list.set(1_000, true), Err(Refusal::ListFull));
        assert_eq!(list.set(3, false), Ok(()));
        assert!(!list.contains(3) && list.contains(4));
        assert_eq!(list.set(1_000, true), Ok(()));
    }
}
