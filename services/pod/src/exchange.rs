//! The frames that are here of all who make one, by tick: pure, so that the same code runs on threads,
//! between processes and in simulations.
//!
//! A tick starts when the frames of the last one are there from all who were to make one: those whom
//! the seat named. Each is taken once, whatever carries it and however often (R5): a frame is known by
//! its source and tick, and a source makes one frame a tick, the same one again after a crash.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use engine::Frame;
use spatial::partition::Owner;

use crate::limits::TICKS_AHEAD_MAX;

/// See the module.
#[derive(Clone, Debug)]
pub struct Exchange {
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
    /// So far ahead that there is no room: it is to be offered again later.
    TooEarly,
    /// Its source has said something else of this tick before: one of the two is not who it says.
    Contradicts,
}

impl Exchange {
    /// For one that has all before `tick`, in which `members` make frames.
    pub fn new(tick: u32, mut members: Vec<Owner>) -> Self {
        members.sort_unstable();
        Self {
            tick,
            members,
            frames: BTreeMap::new(),
        }
    }

    /// The tick whose frames are wanted next.
    pub fn tick(&self) -> u32 {
        self.tick
    }

    /// Who makes a frame in that tick, in order.
    pub fn members(&self) -> &[Owner] {
        &self.members
    }

    /// Whether somebody has gone on already from the tick whose frames are wanted.
    pub fn is_behind(&self) -> bool {
        let newest = self.frames.last_key_value();
        newest.is_some_and(|((tick, _), _)| *tick > self.tick)
    }

    /// Frames that wait.
    pub fn count(&self) -> usize {
        self.frames.len()
    }

    /// Takes note of a frame.
    pub fn offer(&mut self, frame: Arc<Frame>) -> Offered {
        if frame.tick < self.tick {
            return Offered::Known;
        }
        if frame.tick - self.tick > TICKS_AHEAD_MAX {
            return Offered::TooEarly;
        }
        match self.frames.entry((frame.tick, frame.source)) {
            Entry::Occupied(known) if known.get().hash_sum == frame.hash_sum => Offered::Known,
            Entry::Occupied(_) => Offered::Contradicts,
            Entry::Vacant(place) => {
                place.insert(frame);
                Offered::Kept
            }
        }
    }

    /// The members whose frames are still waited for.
    pub fn missing(&self) -> impl Iterator<Item = Owner> + '_ {
        let members = self.members.iter().copied();
        members.filter(|owner| !self.frames.contains_key(&(self.tick, *owner)))
    }

    /// The frames of the tick, in order of their sources, if all are there. After that the next
    /// tick's are wanted.
    pub fn take(&mut self, taken: &mut Vec<Arc<Frame>>) -> bool {
        if self.missing().next().is_some() {
            return false;
        }
        taken.clear();
        for owner in &self.members {
            taken.extend(self.frames.remove(&(self.tick, *owner)));
        }
        let seat = taken.iter().find(|frame| frame.is_seat);
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
        let mut exchange = Exchange::new(5, members.map(owner).to_vec());
        let mut taken = Vec::new();
        assert_eq!(exchange.offer(frame(2, 6, &[])), Offered::Kept);
        assert_eq!(exchange.offer(frame(2, 5, &[])), Offered::Kept);
        assert_eq!(exchange.offer(frame(2, 5, &[])), Offered::Known);
        assert_eq!(exchange.offer(frame(1, 5, &[])), Offered::Kept);
        assert!(!exchange.take(&mut taken));
        assert!(exchange.is_behind());
        assert_eq!(exchange.missing().collect::<Vec<_>>(), [owner(0)]);
        assert_eq!(exchange.offer(frame(0, 5, &members)), Offered::Kept);
        assert!(exchange.take(&mut taken));
        assert_eq!((taken.len(), exchange.tick()), (3, 6));
        assert_eq!(exchange.offer(frame(2, 5, &[])), Offered::Known);
        assert!(!exchange.take(&mut taken));
        let early = frame(0, 6 + TICKS_AHEAD_MAX + 1, &members);
        assert_eq!(exchange.offer(early), Offered::TooEarly);
    }

    #[test]
    fn who_makes_frames_is_what_the_seat_said_last() {
        let mut exchange = Exchange::new(5, vec![owner(0), owner(1)]);
        let mut taken = Vec::new();
        exchange.offer(frame(0, 5, &[0, 1, 7]));
        exchange.offer(frame(1, 5, &[]));
        exchange.offer(frame(7, 5, &[]));
        assert!(exchange.take(&mut taken));
        assert_eq!(taken.len(), 2, "a follower's frame is nobody's business");
        exchange.offer(frame(0, 6, &[0, 7]));
        exchange.offer(frame(1, 6, &[]));
        assert!(!exchange.take(&mut taken));
        exchange.offer(frame(7, 6, &[]));
        assert!(exchange.take(&mut taken));
        assert_eq!(taken.len(), 3);
        assert_eq!(exchange.members(), [owner(0), owner(7)]);
    }

    #[test]
    fn two_frames_of_one_tick_contradict_each_other() {
        let mut exchange = Exchange::new(5, vec![owner(0), owner(1)]);
        exchange.offer(frame(0, 5, &[]));
        let other = Frame {
            hash_sum: 9,
            ..Frame::clone(&frame(0, 5, &[]))
        };
        assert_eq!(exchange.offer(Arc::new(other)), Offered::Contradicts);
    }
}
