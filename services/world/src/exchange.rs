//! What a shard has heard of the others, by tick: pure, so that the same code runs on threads, between
//! processes and in simulations.
//!
//! A tick starts when the frames of the last one are there from all who were to make one: those whom
//! the seat named. Each is taken once, whatever carries it and however often (R5): a frame is known by
//! its source and tick, and a source makes one frame a tick, the same one again after a crash.

use std::{collections::BTreeMap, sync::Arc};

use engine::Frame;
use spatial::partition::Owner;

use crate::limits::TICKS_AHEAD_MAX;

/// See the module.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Whose frames these are for.
    own: Owner,
    /// The tick whose frames are wanted next.
    tick: u32,
    /// Who makes a frame in that tick, in order.
    members: Vec<Owner>,
    /// Of that tick and later ones.
    frames: BTreeMap<(u32, Owner), Arc<Frame>>,
}

/// What became of a frame that was offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Offered {
    Kept,
    /// It was taken, or is here already.
    Known,
    /// So far ahead of this shard that there is no room: it is offered again once this one follows.
    TooEarly,
}

impl Exchange {
    /// For a shard that did `tick`, in which `members` made frames.
    pub fn new(own: Owner, tick: u32, mut members: Vec<Owner>) -> Self {
        members.sort_unstable();
        Self {
            own,
            tick,
            members,
            frames: BTreeMap::new(),
        }
    }

    /// Takes note of a frame of another shard.
    pub fn offer(&mut self, frame: Arc<Frame>) -> Offered {
        if frame.tick < self.tick || frame.source == self.own {
            return Offered::Known;
        }
        if frame.tick - self.tick > TICKS_AHEAD_MAX {
            return Offered::TooEarly;
        }
        match self.frames.entry((frame.tick, frame.source)) {
            std::collections::btree_map::Entry::Occupied(known) => {
                let is_same = known.get().hash_sum == frame.hash_sum;
                assert!(is_same, "a shard makes one frame a tick");
                Offered::Known
            }
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(frame);
                Offered::Kept
            }
        }
    }

    /// The members that this shard still waits for.
    pub fn missing(&self) -> impl Iterator<Item = Owner> + '_ {
        let others = self.members.iter().filter(|owner| **owner != self.own);
        others
            .copied()
            .filter(|owner| !self.frames.contains_key(&(self.tick, *owner)))
    }

    /// The frames of the tick, in order of their sources, if all are there; given the own one, which
    /// may be the seat's. After that the next tick's are wanted.
    pub fn take(&mut self, own: &Frame, taken: &mut Vec<Arc<Frame>>) -> bool {
        assert_eq!(own.tick, self.tick, "shards tick in step");
        if self.missing().next().is_some() {
            return false;
        }
        taken.clear();
        for owner in &self.members {
            taken.extend(self.frames.remove(&(self.tick, *owner)));
        }
        let mut seats = taken.iter().map(Arc::as_ref).chain([own]);
        let seat = seats.find(|frame| frame.is_seat);
        let members = &seat.expect("some member keeps the seat").members;
        self.members.clone_from(members);
        self.tick += 1;
        let tick = self.tick;
        self.frames.retain(|(known, _), _| *known >= tick);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(shard: u16) -> Owner {
        Owner { pod: 0, shard }
    }

    fn frame(shard: u16, tick: u32, members: &[u16]) -> Arc<Frame> {
        Arc::new(Frame {
            tick,
            source: owner(shard),
            is_seat: shard == 0,
            members: members.iter().copied().map(owner).collect(),
            hash_sum: u64::from(tick) << 16 | u64::from(shard),
            ..Frame::default()
        })
    }

    #[test]
    fn frames_come_in_any_order_and_any_number_of_times() {
        let members = [0, 1, 2];
        let mut exchange = Exchange::new(owner(1), 5, members.map(owner).to_vec());
        let mut taken = Vec::new();
        let own = |tick| frame(1, tick, &[]);
        assert_eq!(exchange.offer(frame(2, 6, &[])), Offered::Kept);
        assert_eq!(exchange.offer(frame(2, 5, &[])), Offered::Kept);
        assert_eq!(exchange.offer(frame(2, 5, &[])), Offered::Known);
        assert!(!exchange.take(&own(5), &mut taken));
        assert_eq!(exchange.missing().collect::<Vec<_>>(), [owner(0)]);
        assert_eq!(exchange.offer(frame(0, 5, &members)), Offered::Kept);
        assert!(exchange.take(&own(5), &mut taken));
        assert_eq!(taken.len(), 2);
        assert_eq!(exchange.offer(frame(2, 5, &[])), Offered::Known);
        assert!(!exchange.take(&own(6), &mut taken));
        let late = frame(0, 6 + TICKS_AHEAD_MAX + 1, &members);
        assert_eq!(exchange.offer(late), Offered::TooEarly);
        assert_eq!(
            exchange.offer(frame(1, 6, &[])),
            Offered::Known,
            "the own one"
        );
    }

    #[test]
    fn who_makes_frames_is_what_the_seat_said_last() {
        let mut exchange = Exchange::new(owner(1), 5, vec![owner(0), owner(1)]);
        let mut taken = Vec::new();
        exchange.offer(frame(0, 5, &[0, 1, 7]));
        exchange.offer(frame(7, 5, &[]));
        assert!(exchange.take(&frame(1, 5, &[]), &mut taken));
        assert_eq!(taken.len(), 1, "a follower's frame is nobody's business");
        exchange.offer(frame(0, 6, &[0, 7]));
        assert!(!exchange.take(&frame(1, 6, &[]), &mut taken));
        exchange.offer(frame(7, 6, &[]));
        assert!(exchange.take(&frame(1, 6, &[]), &mut taken));
        assert_eq!(taken.len(), 2);
    }

    #[test]
    #[should_panic(expected = "one frame a tick")]
    fn two_frames_of_one_tick_are_a_bug() {
        let mut exchange = Exchange::new(owner(1), 5, vec![owner(0), owner(1)]);
        exchange.offer(frame(0, 5, &[]));
        let other = Frame {
            hash_sum: 9,
            ..Frame::clone(&frame(0, 5, &[]))
        };
        exchange.offer(Arc::new(other));
    }
}
