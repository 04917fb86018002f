//! What was published of the last ticks, by all shards, and the world as a player saw it: between
//! two ticks, at most 500 ms ago.

use alloc::{collections::VecDeque, sync::Arc, vec, vec::Vec};
use core::ops::Range;

use spatial::{Position, position::UNITS_PER_METRE, terrain::Terrain};

use crate::{
    frame::{BodyColumns, Frame, House},
    id::BodyId,
    input::PlayerInput,
    limits::{FRAMES_KEPT, REWIND_TICKS_MAX},
};

/// A body is looked for this far around where it stood in the older frame: farther than any moves
/// in a tick, except by returning from death.
const MOVE_MAX: i32 = 3 * UNITS_PER_METRE;
/// Own frames kept as storage at most: those that slow readers may hold, twice over.
const SPARE_MAX: usize = 2 * FRAMES_KEPT;

/// All that was published of one tick: a frame of each shard, this shard's own first.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    frames: Vec<Arc<Frame>>,
    /// Which of them is the seat's.
    seat: usize,
}

/// The sights of the last [`FRAMES_KEPT`] ticks.
#[derive(Debug)]
pub struct History {
    /// By tick modulo [`FRAMES_KEPT`].
    sights: Vec<Sight>,
    tick_oldest: u32,
    /// One after the newest.
    tick_next: u32,
    /// Own frames that are seen no more, oldest first: storage for new ones.
    spare: VecDeque<Arc<Frame>>,
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
    older: &'a Sight,
    newer: &'a Sight,
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

/// The bodies of the world in one tick, over all shards.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Conservation {
    pub created_count: u64,
    pub destroyed_count: u64,
    pub alive_count: u64,
    /// Of those alive, how many were crossing from one shard to another.
    pub in_flight_count: u64,
}

impl Conservation {
    /// Whether nobody is lost and nobody is twice (R4).
    pub fn holds(&self) -> bool {
        self.created_count.checked_sub(self.destroyed_count) == Some(self.alive_count)
    }
}

impl Sight {
    pub fn conservation(&self) -> Conservation {
        let mut sum = Conservation::default();
        for frame in &self.frames {
            sum.created_count += frame.tally.created_count;
            sum.destroyed_count += frame.tally.destroyed_count;
            sum.alive_count += frame.bodies.count() as u64;
            sum.in_flight_count += frame.handoffs.bodies.len() as u64;
        }
        sum
    }

    /// Panics unless all are of one tick and just one is the seat's.
    fn fill(&mut self, own: Arc<Frame>, siblings: &[Arc<Frame>]) {
        let tick = own.tick;
        self.frames.clear();
        self.frames.push(own);
        self.frames.extend(siblings.iter().cloned());
        assert!(
            self.frames.iter().all(|frame| frame.tick == tick),
            "shards tick in step"
        );
        let mut seats = (0..self.frames.len()).filter(|&place| self.frames[place].is_seat);
        self.seat = seats.next().expect("some shard keeps the seat");
        assert!(seats.next().is_none(), "one shard keeps the seat (R4)");
    }

    pub fn tick(&self) -> u32 {
        self.own().tick
    }

    /// This shard's own.
    pub fn own(&self) -> &Arc<Frame> {
        &self.frames[0]
    }

    pub fn frames(&self) -> &[Arc<Frame>] {
        &self.frames
    }

    /// What the seat says: banners, round, roster, partition.
    pub fn seat(&self) -> &Frame {
        &self.frames[self.seat]
    }

    /// Every shard's own copy holds the same.
    pub fn terrain(&self) -> &Terrain {
        &self.own().terrain
    }

    /// The frame and the row that a body stands in.
    pub fn find(&self, id: BodyId) -> Option<(&Frame, usize)> {
        self.frames
            .iter()
            .find_map(|frame| Some((&**frame, frame.row(id)?)))
    }
}

/// Without the storage, which stays the original's.
impl Clone for History {
    fn clone(&self) -> Self {
        Self {
            sights: self.sights.clone(),
            tick_oldest: self.tick_oldest,
            tick_next: self.tick_next,
            spare: VecDeque::new(),
        }
    }
}

impl History {
    /// Empty; what it sees first is of this tick.
    pub fn new(tick_first: u32) -> Self {
        Self {
            sights: vec![Sight::default(); FRAMES_KEPT],
            tick_oldest: tick_first,
            tick_next: tick_first,
            spare: (0..FRAMES_KEPT)
                .map(|_| Arc::new(Frame::with_room()))
                .collect(),
        }
    }

    /// What was published of the last tick. Panics before it has seen any.
    pub fn newest(&self) -> &Sight {
        assert!(self.tick_next > self.tick_oldest, "a tick was seen");
        self.at(self.tick_next - 1)
    }

    /// What was published of a tick, if it is still kept.
    pub fn sight(&self, tick: u32) -> Option<&Sight> {
        (self.tick_oldest..self.tick_next)
            .contains(&tick)
            .then(|| self.at(tick))
    }

    fn at(&self, tick: u32) -> &Sight {
        &self.sights[tick as usize % FRAMES_KEPT]
    }

    /// Storage for the next own frame: one that no reader holds any more, else a new one (true).
    pub fn storage(&mut self) -> (Arc<Frame>, bool) {
        for _ in 0..self.spare.len() {
            let mut frame = self.spare.pop_front().expect("as many as counted");
            if Arc::get_mut(&mut frame).is_some() {
                return (frame, false);
            }
            self.spare.push_back(frame);
        }
        (Arc::new(Frame::with_room()), true)
    }

    /// Keeps what was published of the next tick as the newest. Panics if it is of another.
    pub fn see(&mut self, own: Arc<Frame>, siblings: &[Arc<Frame>]) {
        assert_eq!(own.tick, self.tick_next, "a frame a tick");
        let sight = &mut self.sights[self.tick_next as usize % FRAMES_KEPT];
        if !sight.frames.is_empty() && self.spare.len() < SPARE_MAX {
            self.spare.push_back(sight.frames.swap_remove(0));
        }
        sight.fill(own, siblings);
        self.tick_next += 1;
        let tick_oldest = self.tick_next.saturating_sub(FRAMES_KEPT as u32);
        self.tick_oldest = self.tick_oldest.max(tick_oldest);
    }

    /// The world as it was seen at `tick` with a lag; as old as it is kept, if that is too old.
    pub fn seen(&self, lag: Lag, tick: u32) -> Seen<'_> {
        let moment = ((tick as u64) << 8).saturating_sub(lag.0 as u64);
        let tick_newest = self.newest().tick();
        let tick_older = ((moment >> 8) as u32).clamp(self.tick_oldest, tick_newest);
        Seen {
            older: self.at(tick_older),
            newer: self.at((tick_older + 1).min(tick_newest)),
            fraction: (moment & 0xff) as i32,
        }
    }
}

impl<'a> Seen<'a> {
    /// The blocks as they were seen.
    pub fn terrain(&self) -> &'a Terrain {
        self.older.terrain()
    }

    /// Visits the living bodies whose feet are within a distance along each axis, in no meaningful
    /// order; some a little farther away too.
    pub fn each_near(&self, centre: Position, reach: i32, mut visit: impl FnMut(SeenBody)) {
        let reach_wide = if self.fraction == 0 {
            reach
        } else {
            reach + MOVE_MAX
        };
        for frame in &self.older.frames {
            self.each_near_in(frame, centre, reach_wide, &mut visit);
        }
    }

    fn each_near_in(
        &self,
        frame: &Frame,
        centre: Position,
        reach: i32,
        visit: &mut impl FnMut(SeenBody),
    ) {
        let bodies = &frame.bodies;
        frame.each_rows_near(centre, reach, |rows| {
            for row in rows {
                let is_near = bodies.x[row].abs_diff(centre.x) <= reach as u32
                    && bodies.z[row].abs_diff(centre.z) <= reach as u32
                    && bodies.y[row].abs_diff(centre.y) <= reach as u32;
                if is_near && bodies.health[row] > 0 {
                    visit(self.body(bodies, row));
                }
            }
        });
    }

    /// A row of the older tick, moved on towards where it is in the newer one.
    fn body(&self, bodies: &BodyColumns, row: usize) -> SeenBody {
        SeenBody {
            id: bodies.id[row],
            house: House::of(bodies.house[row]),
            feet: self.feet(bodies, row),
            height: bodies.height(row),
            health: bodies.health[row],
        }
    }

    fn feet(&self, bodies: &BodyColumns, row: usize) -> Position {
        let start = bodies.position(row);
        if self.fraction == 0 {
            return start;
        }
        let Some((frame, row_newer)) = self.newer.find(bodies.id[row]) else {
            return start;
        };
        let end = frame.bodies.position(row_newer);
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
