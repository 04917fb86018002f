//! Who waits for what at one connection.

use std::task::Waker;

use quinn_proto::{Dir, StreamId};

/// What a task can wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait {
    Connected,
    Closed,
    /// A stream that the peer opens.
    Accept(Dir),
    /// Leave to open one.
    Open(Dir),
    Readable(StreamId),
    Writable(StreamId),
    /// Nothing waits to be written to a stream any more.
    Written(StreamId),
    /// All that was written to a stream has arrived, or the peer wants no more.
    Stopped(StreamId),
}

/// A handful at most, so a plain list.
#[derive(Default)]
pub struct Waits(Vec<(Wait, Waker)>);

impl Waits {
    pub fn add(&mut self, wait: Wait, waker: &Waker) {
        let is_known = |(known, by): &(Wait, Waker)| *known == wait && by.will_wake(waker);
        if !self.0.iter().any(is_known) {
            self.0.push((wait, waker.clone()));
        }
    }

    /// Wakes who waits for this; they wait no more.
    pub fn wake(&mut self, wait: Wait) {
        let mut index = 0;
        while index < self.0.len() {
            match self.0[index].0 == wait {
                true => self.0.swap_remove(index).1.wake(),
                false => index += 1,
            }
        }
    }

    pub fn wake_all(&mut self) {
        self.0.drain(..).for_each(|(_, waker)| waker.wake());
    }

    /// Nobody waits for this any more.
    pub fn forget(&mut self, wait: Wait) {
        self.0.retain(|(known, _)| *known != wait);
    }
}
