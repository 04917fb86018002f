//! Who is muted by a moderator, until when and why; and who waits for having said too much.

use std::collections::HashMap;

use crate::limits::MUTES_MAX;

/// A moderator's word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mute {
    /// Since 1970.
    pub until_ms: u64,
    pub reason: String,
    /// Of all words about this account; the greatest holds.
    pub revision: u64,
}

/// All that hold, by account, and some that are over.
#[derive(Clone, Debug, Default)]
pub struct Mutes(HashMap<u64, Mute>);

impl Mutes {
    /// The newest word about an account holds; whether this is it.
    pub fn set(&mut self, account: u64, mute: Mute, now_ms: u64) -> bool {
        let known = self.0.get(&account);
        if known.is_some_and(|known| known.revision >= mute.revision) {
            return false;
        }
        if self.0.len() >= MUTES_MAX {
            self.0.retain(|_, mute| mute.until_ms > now_ms);
        }
        if self.0.len() >= MUTES_MAX
            && let Some(first) = self.ending_first()
        {
            self.0.remove(&first);
        }
        self.0.insert(account, mute);
        true
    }

    /// The mute that holds for an account now.
    pub fn holding(&self, account: u64, now_ms: u64) -> Option<&Mute> {
        self.0.get(&account).filter(|mute| mute.until_ms > now_ms)
    }

    fn ending_first(&self) -> Option<u64> {
        let ends = self
            .0
            .iter()
            .map(|(account, mute)| (mute.until_ms, *account));
        ends.min().map(|(_, account)| account)
    }
}

/// Accounts that said too much, and until when they wait.
#[derive(Clone, Debug, Default)]
pub struct Hushes(HashMap<u64, u64>);

impl Hushes {
    /// When too many wait, this one need not: its own connection's rate still holds.
    pub fn hush(&mut self, account: u64, until_ms: u64, now_ms: u64) {
        if self.0.len() >= MUTES_MAX {
            self.0.retain(|_, until_ms| *until_ms > now_ms);
        }
        if self.0.len() < MUTES_MAX {
            self.0.insert(account, until_ms);
        }
    }

    pub fn holding(&self, account: u64, now_ms: u64) -> Option<u64> {
        let until_ms = self.0.get(&account).copied();
        until_ms.filter(|until_ms| *until_ms > now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(until_ms: u64, revision: u64) -> Mute {
        let reason = "rude".into();
        Mute {
            until_ms,
            reason,
            revision,
        }
    }

    #[test]
    fn a_mute_ends_by_its_time_or_a_word() {
        let mut mutes = Mutes::default();
        assert!(mutes.set(7, until(100, 1), 0));
        assert_eq!(mutes.holding(7, 99), Some(&until(100, 1)));
        assert_eq!(mutes.holding(7, 100), None);
        assert!(mutes.set(7, until(500, 3), 100));
        assert!(mutes.set(7, until(0, 4), 100));
        assert_eq!(mutes.holding(7, 101), None);
    }

    #[test]
    fn an_elder_word_that_comes_late_changes_nothing() {
        let mut mutes = Mutes::default();
        assert!(mutes.set(7, until(0, 2), 0));
        assert!(!mutes.set(7, until(500, 1), 0));
        assert!(!mutes.set(7, until(500, 2), 0), "nor the same twice");
        assert_eq!(mutes.holding(7, 1), None);
    }

    #[test]
    fn when_too_many_are_muted_the_shortest_goes_first() {
        let mut mutes = Mutes::default();
        for account in 0..=MUTES_MAX as u64 {
            mutes.set(account, until(1_000 + account, 1), 0);
        }
        assert_eq!(mutes.holding(0, 1), None);
        assert!(mutes.holding(1, 1).is_some() && mutes.0.len() == MUTES_MAX);
    }
}
