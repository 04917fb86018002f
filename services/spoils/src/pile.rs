//! Spoils that were heard of and are to be put down. Pure.

use std::collections::BTreeMap;

use engine::{SessionId, spoils::Sealed};

use crate::limits::{BATCH_MAX, WAITING_MAX};

/// See the module. In order of sessions, so that two who put down the same wait for each other in one order.
#[derive(Debug, Default)]
pub struct Pile {
    waiting: BTreeMap<SessionId, Sealed>,
    /// In somebody's hands, in order.
    taken: Vec<Sealed>,
}

impl Pile {
    /// Hears of spoils, most often not for the first time. A session has one sealed half, so a later one says
    /// that the earlier one is kept. What strangers have is nobody's.
    pub fn hear(&mut self, told: &Sealed) {
        let is_new = !told.session.is_stranger() && !self.is_taken(told);
        let is_room = self.waiting.len() < WAITING_MAX || self.waiting.contains_key(&told.session);
        if is_new && is_room {
            self.waiting.insert(told.session, *told);
        }
    }

    fn is_taken(&self, told: &Sealed) -> bool {
        let place = self
            .taken
            .binary_search_by_key(&told.session, |it| it.session);
        place.is_ok_and(|place| self.taken[place].seal == told.seal)
    }

    /// Some of what waits; more may be taken when that was given back.
    pub fn take(&mut self) -> Option<Vec<Sealed>> {
        assert!(self.taken.is_empty(), "one batch at a time");
        while self.taken.len() < BATCH_MAX
            && let Some((_, sealed)) = self.waiting.pop_first()
        {
            self.taken.push(sealed);
        }
        (!self.taken.is_empty()).then(|| self.taken.clone())
    }

    /// What was taken is put down.
    pub fn settle(&mut self) -> Vec<Sealed> {
        std::mem::take(&mut self.taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(session: u64, seal: u32) -> Sealed {
        Sealed {
            session: SessionId(session),
            seal,
            ..Sealed::default()
        }
    }

    fn count(pile: &Pile) -> usize {
        pile.waiting.len() + pile.taken.len()
    }

    #[test]
    fn what_is_told_again_is_taken_once_until_it_is_settled() {
        let mut pile = Pile::default();
        for told in [told(2, 7), told(1, 5), told(2, 7), told(1, 6)] {
            pile.hear(&told);
        }
        pile.hear(&told(SessionId::STRANGER_BIT | 3, 1));
        let batch = vec![told(1, 6), told(2, 7)];
        assert_eq!(pile.take(), Some(batch.clone()));
        pile.hear(&told(2, 7));
        assert_eq!(count(&pile), 2, "it is in hand");
        pile.hear(&told(2, 9));
        assert_eq!(pile.settle(), batch);
        pile.hear(&told(1, 6));
        assert_eq!(pile.take(), Some(vec![told(1, 6), told(2, 9)]));
    }

    #[test]
    fn a_pile_takes_no_more_than_there_is_room_for() {
        let mut pile = Pile::default();
        for session in 0..WAITING_MAX as u64 + 10 {
            pile.hear(&told(session, 1));
        }
        assert_eq!(count(&pile), WAITING_MAX);
        pile.hear(&told(3, 2));
        let batch = pile.take().expect("a full pile");
        assert_eq!((batch.len(), batch[3].seal), (BATCH_MAX, 2));
        pile.settle();
        pile.hear(&told(WAITING_MAX as u64, 1));
        assert_eq!(count(&pile), WAITING_MAX - BATCH_MAX + 1);
    }
}
