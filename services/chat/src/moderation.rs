//! Who is muted by a moderator, until when and why.

use std::collections::HashMap;

use crate::limits::MUTES_MAX;

/// A moderator's word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mute {
    /// Since 1970.
    pub until_ms: u64,
    pub reason: String,
}

/// All that hold, by session.
#[derive(Clone, Debug, Default)]
pub struct Mutes(HashMap<u64, Mute>);

impl Mutes {
    /// The newest word about a session holds.
    pub fn mute(&mut self, session: u64, mute: Mute, now_ms: u64) {
        if self.0.len() >= MUTES_MAX {
            self.0.retain(|_, mute| mute.until_ms > now_ms);
        }
        if self.0.len() >= MUTES_MAX
            && let Some(first) = self.ending_first()
        {
            self.0.remove(&first);
        }
        self.0.insert(session, mute);
    }

    pub fn unmute(&mut self, session: u64) {
        self.0.remove(&session);
    }

    /// The mute that holds for a session now.
    pub fn holding(&self, session: u64, now_ms: u64) -> Option<&Mute> {
        self.0.get(&session).filter(|mute| mute.until_ms > now_ms)
    }

    fn ending_first(&self) -> Option<u64> {
        let ends = self
            .0
            .iter()
            .map(|(session, mute)| (mute.until_ms, *session));
        ends.min().map(|(_, session)| session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(until_ms: u64) -> Mute {
        Mute {
            until_ms,
            reason: "rude".into(),
        }
    }

    #[test]
    fn a_mute_ends_by_its_time_or_a_word() {
        let mut mutes = Mutes::default();
        mutes.mute(7, until(100), 0);
        assert_eq!(mutes.holding(7, 99), Some(&until(100)));
        assert_eq!(mutes.holding(7, 100), None);
        mutes.mute(7, until(500), 100);
        mutes.unmute(7);
        assert_eq!(mutes.holding(7, 101), None);
    }

    #[test]
    fn when_too_many_are_muted_the_shortest_goes_first() {
        let mut mutes = Mutes::default();
        for session in 0..=MUTES_MAX as u64 {
            mutes.mute(session, until(1_000 + session), 0);
        }
        assert_eq!(mutes.holding(0, 1), None);
        assert!(mutes.holding(1, 1).is_some() && mutes.0.len() == MUTES_MAX);
    }
}
