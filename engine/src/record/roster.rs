//! The roster beside frames that come as bytes, which hold only what changed of it.

use alloc::sync::Arc;

use crate::frame::{Frame, Roster};

/// The roster of some tick. It goes on with the seat's frame of each tick, whichever shard keeps the
/// seat: so there is one of these for all sources that somebody reads, not one for each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RosterKeeper {
    roster: Arc<Roster>,
    tick: u32,
}

impl RosterKeeper {
    /// Begins with the roster as it was at the end of a tick.
    pub fn new(roster: Arc<Roster>, tick: u32) -> Self {
        Self { roster, tick }
    }

    /// The tick whose roster this is.
    pub fn tick(&self) -> u32 {
        self.tick
    }

    /// Whether the roster is what the seat's frame of a tick builds on, or has that already.
    pub fn is_ready_for(&self, tick: u32) -> bool {
        tick <= self.tick + 1
    }

    /// Goes on with the seat's frame, read from bytes; returns the roster that belongs to it. Panics
    /// unless it is ready for its tick.
    pub fn follow(&mut self, frame: &Frame) -> Arc<Roster> {
        assert!(self.is_ready_for(frame.tick), "the seat's frames in a row");
        if frame.tick > self.tick {
            let roster = Arc::make_mut(&mut self.roster);
            let changes = frame.roster_changes.iter();
            changes.for_each(|change| roster.change(change));
            self.tick = frame.tick;
        }
        self.roster.clone()
    }

    /// Goes on with the seat's frame of this process, which has its roster.
    pub fn see(&mut self, frame: &Frame) {
        if frame.tick > self.tick {
            self.roster = frame.roster.clone();
            self.tick = frame.tick;
        }
    }
}
