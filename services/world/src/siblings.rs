//! The rings that frames go through between the threads of one process: every shard gives its frame of
//! each tick to every other, and the relay gives all shards the frames of other processes.

use std::sync::Arc;

use engine::Frame;
use pod::{Offered, Station};
use rtrb::{Consumer, Producer, PushError, RingBuffer};

use crate::{
    bell::Bell,
    limits::{FOREIGN_RING_MAX, SIBLING_RING_MAX},
};

/// A shard's rings to all others, and from them and the relay.
pub struct Siblings {
    arriving: Vec<Arrivals>,
    lanes: Vec<FrameLane>,
}

/// Where frames of others come from.
struct Arrivals {
    frames: Consumer<Arc<Frame>>,
    /// Taken from the ring while there was no room for it.
    early: Option<Arc<Frame>>,
}

/// Where frames for a shard go in.
pub struct FrameLane {
    frames: Producer<Arc<Frame>>,
    bell: Bell,
}

/// Connects shards, given by their bells, with each other and with a relay; returns their ends, and the
/// relay's lane to each.
pub fn connect(bells: &[Bell]) -> (Vec<Siblings>, Vec<FrameLane>) {
    let mut all: Vec<Siblings> = bells.iter().map(|_| Siblings::alone()).collect();
    for from in 0..bells.len() {
        for to in (0..bells.len()).filter(|to| *to != from) {
            let (lane, arrivals) = lane(SIBLING_RING_MAX, &bells[to]);
            all[from].lanes.push(lane);
            all[to].arriving.push(arrivals);
        }
    }
    let mut foreign = Vec::new();
    for (siblings, bell) in all.iter_mut().zip(bells) {
        let (lane, arrivals) = lane(FOREIGN_RING_MAX, bell);
        siblings.arriving.push(arrivals);
        foreign.push(lane);
    }
    (all, foreign)
}

fn lane(count_max: usize, bell: &Bell) -> (FrameLane, Arrivals) {
    let (frames_in, frames_out) = RingBuffer::new(count_max);
    let lane = FrameLane {
        frames: frames_in,
        bell: bell.clone(),
    };
    let arrivals = Arrivals {
        frames: frames_out,
        early: None,
    };
    (lane, arrivals)
}

impl Siblings {
    fn alone() -> Self {
        Self {
            arriving: Vec::new(),
            lanes: Vec::new(),
        }
    }

    /// Frames that wait in the fullest ring from another shard of this process.
    pub fn waiting_max(&self) -> usize {
        let siblings = self.arriving.iter().take(self.lanes.len());
        siblings.map(|it| it.frames.slots()).max().unwrap_or(0)
    }

    /// Moves what has come into the station; returns whether one of the others is gone for good.
    pub fn deliver(&mut self, station: &mut Station) -> bool {
        let mut is_abandoned = false;
        for arrivals in &mut self.arriving {
            is_abandoned |= arrivals.move_to(station);
        }
        is_abandoned
    }

    /// Whether all others have room for another frame. Those that are waited for are a tick behind at
    /// most; others may be more.
    pub fn has_room(&self) -> bool {
        self.lanes.iter().all(FrameLane::has_room)
    }

    /// Gives every other shard the own frame. Panics if there is no room.
    pub fn publish(&mut self, frame: &Arc<Frame>) {
        for lane in &mut self.lanes {
            let pushed = lane.push(frame.clone());
            pushed.expect("room is asked for first");
        }
    }
}

impl FrameLane {
    /// Whether another frame fits.
    pub fn has_room(&self) -> bool {
        !self.frames.is_full()
    }

    /// Hands a frame over and wakes the shard.
    ///
    /// # Errors
    /// The frame comes back when there is no room.
    pub fn push(&mut self, frame: Arc<Frame>) -> Result<(), Arc<Frame>> {
        let pushed = self.frames.push(frame);
        self.bell.ring();
        pushed.map_err(|PushError::Full(frame)| frame)
    }
}

impl Arrivals {
    /// Returns whether nothing will come any more.
    fn move_to(&mut self, station: &mut Station) -> bool {
        while let Some(frame) = self.early.take().or_else(|| self.frames.pop().ok()) {
            match station.handle_frame(frame.clone()) {
                Offered::Kept | Offered::Known => {}
                Offered::TooEarly => {
                    self.early = Some(frame);
                    return false;
                }
                Offered::Contradicts => panic!("a shard makes one frame a tick"),
            }
        }
        self.frames.is_abandoned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pod::Turn;
    use spatial::partition::Owner;

    fn owners(count: u16) -> Vec<Owner> {
        (0..count).map(|shard| Owner { pod: 0, shard }).collect()
    }

    fn frame(shard: u16, tick: u32) -> Arc<Frame> {
        Arc::new(Frame {
            tick,
            source: Owner { pod: 0, shard },
            is_seat: shard == 1,
            members: owners(3),
            ..Frame::default()
        })
    }

    #[test]
    fn a_tick_starts_when_everybody_published_the_last() {
        let bells = vec![Bell::default(); 3];
        let (mut all, mut foreign) = connect(&bells);
        let mut station = Station::new(owners(3)[0], 5, owners(3));
        let mut turn = Turn::default();
        station.handle_frame(frame(0, 5));
        all[1].publish(&frame(1, 5));
        assert_eq!([0, 1].map(|shard| all[shard].waiting_max()), [1, 0]);
        all[0].deliver(&mut station);
        assert!(!station.poll_turn(&mut turn));
        foreign[0].push(frame(2, 5)).expect("there is room");
        assert!(!all[0].deliver(&mut station));
        assert!(station.poll_turn(&mut turn));
        assert_eq!(turn.siblings.len(), 2);
        all.remove(2);
        assert!(all[0].deliver(&mut station), "one of the others is gone");
    }
}
