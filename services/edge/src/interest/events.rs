//! Which events a client is told of: the nearest to its cell, chosen and encoded once for all who
//! stand there, and those that involve its own body, whatever their distance.

mod rows;

use std::ops::Range;

use engine::Frame;
use protocol::{
    Encoder,
    event::{Events, events_bytes_max},
};
use spatial::{CellCoord, Position};

use super::client::View;
use crate::limits;
use rows::{Happening, happening};

/// How far an event is told.
const DISTANCE_MAX: i64 = limits::EVENT_DISTANCE_METRES << spatial::position::UNIT_BITS;

/// The events of a tick.
#[derive(Default)]
pub struct TickEvents {
    tick: u32,
    happenings: Vec<Happening>,
    /// Of frames that were skipped since the last one told.
    skipped: Vec<Happening>,
    /// Bodies and the happenings that involve them, sorted.
    involved: Vec<(u32, u32)>,
    /// By span of the cell: the message made for it.
    made: Vec<Option<Made>>,
    /// The bytes of all messages made in this tick.
    bytes: Vec<u8>,
    /// The happenings in each message made.
    chosen: Vec<u32>,
    nearest: Vec<(i64, u32)>,
    message: Events,
    encoder: Encoder,
}

/// A message for all clients in a cell.
#[derive(Clone, Copy, Default)]
struct Made {
    count_max: usize,
    bytes: (u32, u32),
    chosen: (u32, u32),
}

/// The messages for one client; either may be empty.
#[derive(Clone, Default)]
pub struct Told {
    near: Range<usize>,
    own: Range<usize>,
}

impl Told {
    pub fn bytes(&self) -> usize {
        self.near.len() + self.own.len()
    }
}

impl TickEvents {
    /// Keeps a skipped frame's events for the next one.
    pub fn skip(&mut self, frame: &Frame) {
        self.skipped
            .extend(frame.events.iter().filter_map(happening));
    }

    pub fn set(&mut self, frame: &Frame, span_count: usize) {
        self.tick = frame.tick;
        self.happenings.clear();
        self.happenings.append(&mut self.skipped);
        self.happenings
            .extend(frame.events.iter().filter_map(happening));
        self.involved.clear();
        for (index, happening) in self.happenings.iter().enumerate() {
            let bodies = happening.bodies.iter().filter(|&&body| body != 0);
            self.involved
                .extend(bodies.map(|&body| (body, index as u32)));
        }
        self.involved.sort_unstable();
        self.made.clear();
        self.made.resize(span_count, None);
        self.bytes.clear();
        self.chosen.clear();
    }

    /// Chooses a client's events within an allowance of bytes.
    pub fn choose(&mut self, view: &View<'_>, span: Option<u32>, allowance: usize) -> Told {
        if self.happenings.is_empty() {
            return Told::default();
        }
        let cell = view.position.cell();
        let made = self.near(
            cell,
            span,
            count_max(allowance).min(limits::EVENTS_NEAR_MAX),
        );
        let near = made.bytes.0 as usize..made.bytes.1 as usize;
        let own = self.own(view, made, allowance - near.len());
        Told { near, own }
    }

    /// Hands the chosen messages on.
    pub fn send(&mut self, told: Told, sink: &mut impl FnMut(&mut [u8])) {
        for bytes in [told.near, told.own] {
            if !bytes.is_empty() {
                sink(&mut self.bytes[bytes]);
            }
        }
    }

    fn near(&mut self, cell: CellCoord, span: Option<u32>, count_max: usize) -> Made {
        let made = span.and_then(|span| self.made[span as usize]);
        if let Some(made) = made.filter(|made| made.count_max == count_max) {
            return made;
        }
        let chosen = self.choose_near(cell, count_max);
        let made = Made {
            count_max,
            bytes: self.encode(cell, chosen.clone()),
            chosen: (chosen.start as u32, chosen.end as u32),
        };
        if let Some(span) = span {
            self.made[span as usize] = Some(made);
        }
        made
    }

    /// The nearest happenings and those that concern all, into `chosen`.
    fn choose_near(&mut self, cell: CellCoord, count_max: usize) -> Range<usize> {
        let corner = cell.position();
        let half = 1 << (spatial::position::CELL_UNIT_BITS - 1);
        let middle = Position::new(corner.x + half, corner.y + half, corner.z + half);
        self.nearest.clear();
        for (index, happening) in self.happenings.iter().enumerate() {
            let distance = happening
                .position
                .map_or(0, |place| distance_squared(place, middle));
            if distance <= DISTANCE_MAX * DISTANCE_MAX {
                self.nearest.push((distance, index as u32));
            }
        }
        if self.nearest.len() > count_max {
            self.nearest.select_nth_unstable(count_max);
            self.nearest.truncate(count_max);
        }
        let start = self.chosen.len();
        self.chosen
            .extend(self.nearest.iter().map(|&(_, index)| index));
        start..self.chosen.len()
    }

    /// What involves the client's body and is not in the message for its cell.
    fn own(&mut self, view: &View<'_>, near: Made, allowance: usize) -> Range<usize> {
        let first = self
            .involved
            .partition_point(|&(body, _)| body < view.body.0);
        let start = self.chosen.len();
        let known = near.chosen.0 as usize..near.chosen.1 as usize;
        let count_max = count_max(allowance).min(limits::EVENTS_OWN_MAX);
        for at in first..self.involved.len() {
            let (body, index) = self.involved[at];
            if body != view.body.0 || self.chosen.len() - start == count_max {
                break;
            }
            let is_known = self.chosen[known.clone()].contains(&index);
            if !is_known && !self.chosen[start..].contains(&index) {
                self.chosen.push(index);
            }
        }
        let bytes = self.encode(view.position.cell(), start..self.chosen.len());
        bytes.0 as usize..bytes.1 as usize
    }

    fn encode(&mut self, base: CellCoord, chosen: Range<usize>) -> (u32, u32) {
        let start = self.bytes.len() as u32;
        if chosen.is_empty() {
            return (start, start);
        }
        self.message.tick = self.tick;
        self.message.base = [base.x as i16, base.y as i16, base.z as i16];
        self.message.rows.clear();
        let chosen = self.chosen[chosen].iter();
        let rows = chosen.map(|&index| self.happenings[index as usize].row(base));
        self.message.rows.extend(rows);
        self.message.rows.sort_by_key(|row| !row.kind.flies());
        let message = self.encoder.datagram(&self.message, 0);
        self.bytes.extend_from_slice(message);
        (start, self.bytes.len() as u32)
    }
}

/// As many events as surely fit into so many bytes.
fn count_max(bytes: usize) -> usize {
    const EMPTY: usize = events_bytes_max(0, 0);
    bytes.saturating_sub(EMPTY) / (events_bytes_max(1, 1) - EMPTY)
}

fn distance_squared(a: Position, b: Position) -> i64 {
    let square = |a: i32, b: i32| (i64::from(a) - i64::from(b)).pow(2);
    square(a.x, b.x) + square(a.y, b.y) + square(a.z, b.z)
}
