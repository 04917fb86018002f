//! The rings between the shards of one process: each gives its frame of every tick to each other, and
//! starts a tick when it holds everybody's last one.

use std::sync::{Arc, OnceLock};
use std::thread::Thread;

use engine::Frame;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::limits::SIBLING_RING_MAX;

/// Wakes a shard's thread that waits for others; known once that thread runs.
#[derive(Clone, Default)]
pub struct ShardWaker(Arc<OnceLock<Thread>>);

impl ShardWaker {
    /// Called by the thread to be woken, once.
    pub fn is_me(&self) {
        let _ = self.0.set(std::thread::current());
    }

    pub fn wake(&self) {
        if let Some(thread) = self.0.get() {
            thread.unpark();
        }
    }
}

/// A shard's rings to all others.
#[derive(Default)]
pub struct Siblings {
    lanes: Vec<Lane>,
}

struct Lane {
    frames_in: Consumer<Arc<Frame>>,
    frames_out: Producer<Arc<Frame>>,
    waker: ShardWaker,
    /// Taken from the ring, until all others' are there.
    next: Option<Arc<Frame>>,
}

/// Connects each of some shards, given by their wakers, with each other.
pub fn connect(wakers: &[ShardWaker]) -> Vec<Siblings> {
    let mut all: Vec<Siblings> = wakers.iter().map(|_| Siblings::default()).collect();
    for first in 0..wakers.len() {
        for second in first + 1..wakers.len() {
            let (there, arriving_there) = RingBuffer::new(SIBLING_RING_MAX);
            let (back, arriving_back) = RingBuffer::new(SIBLING_RING_MAX);
            all[first].lanes.push(Lane {
                frames_in: arriving_back,
                frames_out: there,
                waker: wakers[second].clone(),
                next: None,
            });
            all[second].lanes.push(Lane {
                frames_in: arriving_there,
                frames_out: back,
                waker: wakers[first].clone(),
                next: None,
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
    /// Fills `frames` with everybody's of a tick, if they are all there.
    pub fn gather(&mut self, tick: u32, frames: &mut Vec<Arc<Frame>>) -> Gathered {
        let mut gathered = Gathered::All;
        for lane in &mut self.lanes {
            if lane.next.is_none() {
                lane.next = lane.frames_in.pop().ok();
            }
            match &lane.next {
                Some(frame) => assert_eq!(frame.tick, tick, "shards tick in step"),
                None if lane.frames_in.is_abandoned() => return Gathered::Abandoned,
                None => gathered = Gathered::Waiting,
            }
        }
        if gathered == Gathered::All {
            frames.clear();
            frames.extend(self.lanes.iter_mut().filter_map(|lane| lane.next.take()));
        }
        gathered
    }

    /// Gives everybody the own frame. They are a tick behind at most, so there is room.
    pub fn publish(&mut self, frame: &Arc<Frame>) {
        for lane in &mut self.lanes {
            let pushed = lane.frames_out.push(frame.clone());
            pushed.expect("nobody is two ticks behind");
            lane.waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(tick: u32) -> Arc<Frame> {
        Arc::new(Frame {
            tick,
            ..Frame::default()
        })
    }

    #[test]
    fn a_tick_starts_when_everybody_published_the_last() {
        let wakers = [(); 3].map(|()| ShardWaker::default());
        let mut all = connect(&wakers);
        let mut frames = Vec::new();
        all[1].publish(&frame(5));
        assert_eq!(all[0].gather(5, &mut frames), Gathered::Waiting);
        all[2].publish(&frame(5));
        assert_eq!(all[0].gather(5, &mut frames), Gathered::All);
        assert_eq!(frames.len(), 2);
        assert_eq!(all[0].gather(6, &mut frames), Gathered::Waiting);
        all.remove(2);
        assert_eq!(all[0].gather(6, &mut frames), Gathered::Abandoned);
    }

    #[test]
    fn a_shard_alone_waits_for_nobody() {
        let mut alone = connect(&[ShardWaker::default()]).remove(0);
        let mut frames = vec![frame(1)];
        assert_eq!(alone.gather(9, &mut frames), Gathered::All);
        assert!(frames.is_empty());
    }
}
