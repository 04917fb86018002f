//! The frames kept, and the world as a player saw it: between two of them, at most 500 ms ago.

use alloc::{sync::Arc, vec::Vec};
use core::ops::Range;

use spatial::{Position, position::UNITS_PER_METRE, terrain::Terrain};

use crate::{
    frame::{Frame, House},
    id::BodyId,
    input::PlayerInput,
    limits::{FRAMES_KEPT, REWIND_TICKS_MAX},
};

/// A body is looked for this far around where it stood in the older frame: farther than any moves
/// in a tick, except by returning from death.
const MOVE_MAX: i32 = 3 * UNITS_PER_METRE;

/// The frames of the last [`FRAMES_KEPT`] ticks.
#[derive(Clone, Debug)]
pub struct History {
    /// By tick modulo [`FRAMES_KEPT`].
    frames: Vec<Arc<Frame>>,
    tick_newest: u32,
    tick_oldest: u32,
}

/// How long before the present tick something is seen, in 1/256 of a tick; at least one tick.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Lag(pub u16);

/// Why a player's view is not what it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ViewFault {
    /// Older than 500 ms: tested as 500 ms old.
    TooOld(Lag),
    /// Of a tick that was not published yet.
    Future,
}

/// The world at some moment of the last ticks.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    older: &'a Frame,
    newer: &'a Frame,
    /// From the older to the newer, in 1/256.
    fraction: i32,
}

/// A living body as it was seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SeenBody {
    pub id: BodyId,
    pub house: House,
    pub feet: Position,
    pub height: i32,
    pub health: u8,
}

impl Lag {
    /// The newest frame: all that a soldier sees.
    pub const NEWEST: Lag = Lag(256);
    pub const MAX: Lag = Lag((REWIND_TICKS_MAX * 256) as u16);

    /// The lag of what a player saw when it made an input that is applied at `tick`.
    pub fn of_input(input: &PlayerInput, tick: u32) -> Result<Lag, ViewFault> {
        if input.view_tick == 0 {
            return Ok(Lag::NEWEST);
        }
        let seen = (input.view_tick as u64) << 8 | input.view_fraction as u64;
        let now = (tick as u64) << 8;
        if seen >= now {
            return Err(ViewFault::Future);
        }
        match now - seen {
            lag if lag > Lag::MAX.0 as u64 => Err(ViewFault::TooOld(Lag::MAX)),
            // Part of the way to a frame that is being made now: the newest there is.
            lag => Ok(Lag(lag as u16).max(Lag::NEWEST)),
        }
    }
}

impl History {
    /// Starts with one frame.
    pub fn new(first: Frame) -> Self {
        let tick = first.tick;
        let mut frames: Vec<Arc<Frame>> = (0..FRAMES_KEPT)
            .map(|_| Arc::new(Frame::with_room()))
            .collect();
        frames[tick as usize % FRAMES_KEPT] = Arc::new(first);
        Self {
            frames,
            tick_newest: tick,
            tick_oldest: tick,
        }
    }

    /// Of frames of ticks in a row, oldest first. Panics when there is none.
    pub fn of_frames(frames: impl Iterator<Item = Frame>) -> Self {
        let mut frames = frames;
        let mut history = Self::new(frames.next().expect("a history has a frame"));
        frames.for_each(|frame| history.publish(Arc::new(frame)));
        history
    }

    pub fn newest(&self) -> &Arc<Frame> {
        &self.frames[self.tick_newest as usize % FRAMES_KEPT]
    }

    /// The frame of a tick, if it is still kept.
    pub fn frame(&self, tick: u32) -> Option<&Arc<Frame>> {
        (self.tick_oldest..=self.tick_newest)
            .contains(&tick)
            .then(|| &self.frames[tick as usize % FRAMES_KEPT])
    }

    /// The frames kept, oldest first.
    pub fn frames(&self) -> impl Iterator<Item = &Arc<Frame>> {
        (self.tick_oldest..=self.tick_newest).map(|tick| &self.frames[tick as usize % FRAMES_KEPT])
    }

    /// Storage for the next tick's frame: that of the oldest, unless a reader still holds it, in
    /// which case it is new. Given back by [`Self::publish`].
    pub fn storage(&mut self) -> (Arc<Frame>, bool) {
        let newest = self.newest().clone();
        let place = (self.tick_newest + 1) as usize % FRAMES_KEPT;
        let mut oldest = core::mem::replace(&mut self.frames[place], newest);
        let is_held = Arc::get_mut(&mut oldest).is_none();
        if is_held {
            oldest = Arc::new(Frame::with_room());
        }
        (oldest, is_held)
    }

    /// Keeps the next tick's frame as the newest.
    pub fn publish(&mut self, frame: Arc<Frame>) {
        assert_eq!(frame.tick, self.tick_newest + 1, "a frame a tick");
        self.tick_newest = frame.tick;
        self.frames[self.tick_newest as usize % FRAMES_KEPT] = frame;
        let tick_oldest = (self.tick_newest + 1).saturating_sub(FRAMES_KEPT as u32);
        self.tick_oldest = self.tick_oldest.max(tick_oldest);
    }

    /// The world as it was seen at `tick` with a lag; as old as it is kept, if that is too old.
    pub fn seen(&self, lag: Lag, tick: u32) -> Seen<'_> {
        let moment = ((tick as u64) << 8).saturating_sub(lag.0 as u64);
        let tick_older = ((moment >> 8) as u32).clamp(self.tick_oldest, self.tick_newest);
        let tick_newer = (tick_older + 1).min(self.tick_newest);
        Seen {
            older: &self.frames[tick_older as usize % FRAMES_KEPT],
            newer: &self.frames[tick_newer as usize % FRAMES_KEPT],
            fraction: (moment & 0xff) as i32,
        }
    }
}

impl<'a> Seen<'a> {
    /// The blocks as they were seen.
    pub fn terrain(&self) -> &'a Terrain {
        &self.older.terrain
    }

    /// Visits the living bodies whose feet are within a distance along each axis, in no meaningful
    /// order; some a little farther away too.
    pub fn each_near(&self, centre: Position, reach: i32, mut visit: impl FnMut(SeenBody)) {
        let reach_wide = if self.fraction == 0 {
            reach
        } else {
            reach + MOVE_MAX
        };
        let bodies = &self.older.bodies;
        self.older.each_rows_near(centre, reach_wide, |rows| {
            for row in rows {
                let is_near = bodies.x[row].abs_diff(centre.x) <= reach_wide as u32
                    && bodies.z[row].abs_diff(centre.z) <= reach_wide as u32
                    && bodies.y[row].abs_diff(centre.y) <= reach_wide as u32;
                if is_near && bodies.health[row] > 0 {
                    visit(self.body(row));
                }
            }
        });
    }

    /// A row of the older frame, moved on towards where it is in the newer one.
    fn body(&self, row: usize) -> SeenBody {
        let bodies = &self.older.bodies;
        SeenBody {
            id: bodies.id[row],
            house: House::of(bodies.house[row]),
            feet: self.feet(row),
            height: bodies.height(row),
            health: bodies.health[row],
        }
    }

    fn feet(&self, row: usize) -> Position {
        let start = self.older.bodies.position(row);
        if self.fraction == 0 {
            return start;
        }
        let Some(row_newer) = self.newer.row(self.older.bodies.id[row]) else {
            return start;
        };
        let end = self.newer.bodies.position(row_newer);
        let way = [end.x - start.x, end.y - start.y, end.z - start.z];
        if way.iter().any(|axis| axis.abs() > MOVE_MAX) {
            // It returned from death elsewhere: nobody saw it in between.
            return start;
        }
        let part = way.map(|axis| (axis * self.fraction) >> 8);
        Position::new(start.x + part[0], start.y + part[1], start.z + part[2])
    }
}

impl Frame {
    /// Visits the rows of each cell within a distance along each axis.
    pub fn each_rows_near(
        &self,
        centre: Position,
        reach: i32,
        mut visit: impl FnMut(Range<usize>),
    ) {
        let corner = |by: i32| {
            let axes = [centre.x, centre.y, centre.z].map(|axis| axis.saturating_add(by));
            Position::new(axes[0], axes[1], axes[2])
        };
        self.cells
            .for_each_cell_in_box(corner(-reach), corner(reach), |cell| {
                visit(cell.start as usize..cell.end as usize);
            });
    }
}
