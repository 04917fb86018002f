//! The line of those who wait for room: in the order of since when they wait, by whatever connection. A session
//! stands in it once. Times are given, in milliseconds since 1970.
//!
//! Not responsible for who may say since when it waits: the registry says.

use std::collections::VecDeque;

use engine::SessionId;

use crate::{limits, token::Known};

/// Where somebody stands. Of those who wait since the same time who came first is before the others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Spot {
    pub since_ms: u64,
    /// No two spots of a line have the same, ever.
    number: u64,
}

/// See the module.
#[derive(Default)]
pub struct Line {
    /// In order; at most [`limits::WAITING_MAX`].
    waiting: VecDeque<(Spot, Known)>,
    next_number: u64,
}

impl Line {
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Since when one has to wait to be the last, which is no earlier than now.
    pub fn end_ms(&self, now_ms: u64) -> u64 {
        let last = self.waiting.back();
        last.map_or(now_ms, |(spot, _)| now_ms.max(spot.since_ms))
    }

    /// Takes somebody in who waits since then. One that waits already leaves its spot for this one, which is as
    /// good at least: whoever holds the old one has lost it. None when the line is full.
    pub fn enter(&mut self, known: Known, since_ms: u64) -> Option<Spot> {
        let elder = self.leave_session(known.session);
        if self.waiting.len() >= limits::WAITING_MAX {
            return None;
        }
        let spot = Spot {
            since_ms: elder.map_or(since_ms, |elder| since_ms.min(elder.since_ms)),
            number: self.next_number,
        };
        self.next_number += 1;
        let index = self.waiting.partition_point(|(other, _)| *other < spot);
        self.waiting.insert(index, (spot, known));
        Some(spot)
    }

    /// How many are before a spot; none if nobody stands there any more.
    pub fn ahead_count(&self, spot: Spot) -> Option<usize> {
        let found = self.waiting.binary_search_by_key(&spot, |(spot, _)| *spot);
        found.ok()
    }

    /// Gives a spot up; nothing if nobody stands there any more.
    pub fn leave(&mut self, spot: Spot) {
        if let Some(index) = self.ahead_count(spot) {
            self.waiting.remove(index);
        }
    }

    /// Gives up all spots of an account.
    pub fn leave_account(&mut self, account: u64) {
        self.waiting.retain(|(_, known)| known.account != account);
    }

    fn leave_session(&mut self, session: SessionId) -> Option<Spot> {
        let mut waiting = self.waiting.iter();
        let index = waiting.position(|(_, known)| known.session == session)?;
        let (spot, _) = self.waiting.remove(index)?;
        Some(spot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spatial::random::SplitMix64;

    fn known(number: u32) -> Known {
        Known {
            session: SessionId(number.into()),
            account: u64::from(number) / 2,
        }
    }

    /// The same line, as plainly as can be: who waits since when, in the order in which they came.
    #[derive(Default)]
    struct Twin(Vec<(Known, u64, Spot)>);

    impl Twin {
        fn enter(&mut self, known: Known, since_ms: u64, spot: Spot) {
            let elder = self.0.iter().position(|(it, ..)| *it == known);
            let elder = elder.map(|index| self.0.remove(index));
            let since_ms = elder.map_or(since_ms, |(_, elder_ms, _)| since_ms.min(elder_ms));
            self.0.push((known, since_ms, spot));
        }

        fn in_order(&self) -> Vec<Spot> {
            let mut waiting = self.0.clone();
            waiting.sort_by_key(|(_, since_ms, _)| *since_ms);
            waiting.into_iter().map(|(.., spot)| spot).collect()
        }
    }

    #[test]
    fn all_stand_by_since_when_they_wait_and_each_once() {
        for seed in 0..300 {
            let mut random = SplitMix64::new(seed);
            let (mut line, mut twin, mut lost) = (Line::default(), Twin::default(), Vec::new());
            for _ in 0..200 {
                let known = known(random.below(20));
                match random.below(8) {
                    0 => {
                        line.leave_account(known.account);
                        twin.0.retain(|(it, ..)| it.account != known.account);
                    }
                    1 if !twin.0.is_empty() => {
                        let index = random.below(twin.0.len() as u32) as usize;
                        let (.., spot) = twin.0.remove(index);
                        line.leave(spot);
                        lost.push(spot);
                    }
                    _ => {
                        let since_ms = u64::from(random.below(50));
                        let spot = line.enter(known, since_ms).expect("there is room");
                        twin.enter(known, since_ms, spot);
                    }
                }
                let order: Vec<_> = line.waiting.iter().map(|(spot, _)| *spot).collect();
                assert_eq!(order, twin.in_order(), "seed {seed}");
                assert!(lost.iter().all(|spot| line.ahead_count(*spot).is_none()));
            }
            let order = twin.in_order();
            let places = order.iter().map(|spot| line.ahead_count(*spot));
            assert!(places.eq((0..order.len()).map(Some)), "seed {seed}");
        }
    }

    #[test]
    fn the_end_is_behind_all_whatever_the_clock_does() {
        let mut line = Line::default();
        assert_eq!(line.end_ms(7), 7);
        for now_ms in [1_000, 2_000, 500, 0, 2_001] {
            let end_ms = line.end_ms(now_ms);
            let spot = line.enter(known(now_ms as u32), end_ms);
            let ahead_count = line.ahead_count(spot.expect("there is room"));
            assert_eq!(ahead_count, Some(line.len() - 1));
        }
    }

    #[test]
    fn a_full_line_takes_in_only_who_stands_in_it() {
        let mut line = Line::default();
        let count = limits::WAITING_MAX as u32;
        let first = line.enter(known(0), 0).expect("there is room");
        assert!((1..count).all(|number| line.enter(known(number), 1).is_some()));
        assert_eq!(line.enter(known(count), 0), None);
        let again = line.enter(known(0), 9).expect("it stands there");
        assert_eq!(line.len(), limits::WAITING_MAX);
        assert_eq!(line.ahead_count(first), None);
        assert_eq!(line.ahead_count(again), Some(0), "it lost nothing");
    }
}
