//! The rings between the shards of one process, and from what brings the frames of other processes:
//! each shard gives its frame of every tick to each other, and starts a tick when it holds everybody's
//! last one.

use std::sync::Arc;

use engine::Frame;
use pod::exchange::{Exchange, Offered};
use rtrb::{Consumer, Producer, RingBuffer};
use spatial::partition::Owner;

use crate::{bell::Bell, limits::SIBLING_RING_MAX};

/// A shard's rings to all others, and what came by them.
pub struct Siblings {
    exchange: Exchange,
    arriving: Vec<Arrivals>,
    lanes: Vec<Lane>,
}

/// Where frames of others come from.
struct Arrivals {
    frames: Consumer<Arc<Frame>>,
    /// Taken from the ring while there was no room for it.
    early: Option<Arc<Frame>>,
}

/// Where the own frames go.
struct Lane {
    frames: Producer<Arc<Frame>>,
    bell: Bell,
}

/// Connects shards, given by name and bell, with each other. All did `tick`, and are all there are.
pub fn connect(shards: &[(Owner, Bell)], tick: u32) -> Vec<Siblings> {
    let members: Vec<Owner> = shards.iter().map(|(owner, _)| *owner).collect();
    let alone = |_: &(Owner, Bell)| Siblings {
        exchange: Exchange::new(tick, members.clone()),
        arriving: Vec::new(),
        lanes: Vec::new(),
    };
    let mut all: Vec<Siblings> = shards.iter().map(alone).collect();
    for from in 0..shards.len() {
        for to in (0..shards.len()).filter(|to| *to != from) {
            let (producer, consumer) = RingBuffer::new(SIBLING_RING_MAX);
            all[from].lanes.push(Lane {
                frames: producer,
                bell: shards[to].1.clone(),
            });
            all[to].arriving.push(Arrivals {
                frames: consumer,
                early: None,
            });
        }
    }
    all
}

/// Whether a shard may start its tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gathered {
    All,
    /// Some have not published yet; they wake who waits.
    Waiting,
    /// Some are gone for good.
    Abandoned,
}

impl Siblings {
    /// Fills `frames` with what all others published in the tick of the own last frame, if that is
    /// there.
    pub fn gather(&mut self, own: &Arc<Frame>, frames: &mut Vec<Arc<Frame>>) -> Gathered {
        self.exchange.offer(own.clone());
        let mut is_abandoned = false;
        for arrivals in &mut self.arriving {
            is_abandoned |= arrivals.move_to(&mut self.exchange);
        }
        match self.exchange.take(frames) {
            true => {
                frames.retain(|frame| frame.source != own.source);
                Gathered::All
            }
            false if is_abandoned => Gathered::Abandoned,
            false => Gathered::Waiting,
        }
    }

    /// Gives everybody the own frame. They are a tick behind at most, so there is room.
    pub fn publish(&mut self, frame: &Arc<Frame>) {
        for lane in &mut self.lanes {
            let pushed = lane.frames.push(frame.clone());
            pushed.expect("nobody is two ticks behind");
            lane.bell.ring();
        }
    }
}

impl Arrivals {
    /// Returns whether nothing will come any more.
    fn move_to(&mut self, exchange: &mut Exchange) -> bool {
        while let Some(frame) = self.early.take().or_else(|| self.frames.pop().ok()) {
            match exchange.offer(frame.clone()) {
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

    fn shards(count: u16) -> Vec<(Owner, Bell)> {
        (0..count)
            .map(|shard| (Owner { pod: 0, shard }, Bell::default()))
            .collect()
    }

    fn frame(shard: u16, tick: u32) -> Arc<Frame> {
        Arc::new(Frame {
            tick,
            source: Owner { pod: 0, shard },
            is_seat: shard == 1,
            members: shards(3).into_iter().map(|(owner, _)| owner).collect(),
            ..Frame::default()
        })
    }

    #[test]
    fn a_tick_starts_when_everybody_published_the_last() {
        let mut all = connect(&shards(3), 5);
        let mut frames = Vec::new();
        all[1].publish(&frame(1, 5));
        let own = frame(0, 5);
        assert_eq!(all[0].gather(&own, &mut frames), Gathered::Waiting);
        all[2].publish(&frame(2, 5));
        assert_eq!(all[0].gather(&own, &mut frames), Gathered::All);
        assert_eq!(frames.len(), 2);
        let own = frame(0, 6);
        assert_eq!(all[0].gather(&own, &mut frames), Gathered::Waiting);
        all.remove(2);
        assert_eq!(all[0].gather(&own, &mut frames), Gathered::Abandoned);
    }

    #[test]
    fn a_shard_alone_waits_for_nobody() {
        let mut alone = connect(&shards(1), 9).remove(0);
        let mut frames = vec![frame(1, 1)];
        let own = Arc::new(Frame {
            tick: 9,
            is_seat: true,
            ..Frame::default()
        });
        assert_eq!(alone.gather(&own, &mut frames), Gathered::All);
        assert!(frames.is_empty());
    }
}
