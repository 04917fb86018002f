//! Who stood where in the last tick, on all shards, in tiles of 4 m and one list for each house: finds the
//! nearest enemy and the neighbours in the way by looking at a few entries only.
//!
//! Scratch: made from the frames at the start of every `think`, kept by nobody. Finer than the frame's
//! cells of 16 m, because in a press a cell holds hundreds.

use alloc::{sync::Arc, vec::Vec};

use spatial::{BlockCoord, Position};

use super::lineup::{Lineup, Run};
use crate::{
    frame::{Frame, House},
    generate::layout::FIELD,
    history::Sight,
    id::BodyId,
};

/// log2 of a tile's edge in position units.
const TILE_BITS: u32 = 14;
/// A tile's edge.
const TILE_METRES: i32 = 4;
/// Tiles beyond the field on each side; whoever is farther out stands in the outermost.
const MARGIN: i32 = 4;
const COLUMN_COUNT: i32 = (FIELD.max_x - FIELD.min_x + 1) / 4 + 2 * MARGIN;
const ROW_COUNT: i32 = (FIELD.max_z - FIELD.min_z + 1) / 4 + 2 * MARGIN;
const TILE_COUNT: usize = (COLUMN_COUNT * ROW_COUNT) as usize;
/// Tiles along the edge of a block of tiles, whose counts let a search skip it: 16 m.
const BLOCK_EDGE: i32 = 4;
const BLOCK_TILE_COUNT: usize = (BLOCK_EDGE * BLOCK_EDGE) as usize;
const BLOCK_COLUMN_COUNT: i32 = COLUMN_COUNT / BLOCK_EDGE;
const BLOCK_ROW_COUNT: i32 = ROW_COUNT / BLOCK_EDGE;
const _: () = assert!(COLUMN_COUNT % BLOCK_EDGE == 0 && ROW_COUNT % BLOCK_EDGE == 0);
/// Behind all tiles of both houses: where the dead are put, whom nobody looks for.
const GRAVE: usize = 2 * TILE_COUNT;
/// Entries looked at in one tile at most: a press of hundreds in 16 m² costs no more than this.
const ENTRIES_PER_TILE_MAX: usize = 12;

/// A living body of the last tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Entry {
    pub feet: Position,
    pub id: BodyId,
}

/// An entry and where it is on the level from whom asks, in 1/64 m: coarse enough that squares fit
/// 32 bits anywhere on the field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Near {
    pub entry: Entry,
    pub x: i32,
    pub z: i32,
    pub square: u32,
}

/// A metre in the unit of [`Near`].
pub const NEAR_METRE: i32 = 64;
/// From position units to the unit of [`Near`].
const NEAR_BITS: u32 = 6;

/// The living bodies of a tick by house and tile.
#[derive(Clone, Debug, Default)]
pub struct Crowd {
    /// By house and tile: where its entries start; then where the dead do, and the end.
    starts: Vec<u32>,
    entries: Vec<Entry>,
    /// By house and block of tiles: how many stand there.
    block_counts: Vec<u32>,
    lineup: Lineup,
    /// By frame and row: the place in `starts`.
    keys: Vec<u32>,
    /// By frame: where its keys start.
    keys_starts: Vec<usize>,
}

impl Crowd {
    /// Sorts the living bodies of all shards into tiles; in a tile they stand in the order that one
    /// frame of them all would have.
    pub fn rebuild(&mut self, sight: &Sight) {
        let frames = sight.frames();
        self.lineup.rebuild(frames);
        self.find_keys(frames);
        self.count();
        self.place(frames);
        let firsts = self.starts[..=GRAVE].iter().step_by(BLOCK_TILE_COUNT);
        let ends = firsts.clone().skip(1);
        self.block_counts.clear();
        self.block_counts
            .extend(firsts.zip(ends).map(|(first, end)| end - first));
    }

    /// The nearest body of a house within some metres; none much higher or lower.
    pub fn nearest(&self, house: House, from: Position, reach_metres: i32) -> Option<Near> {
        let (column, row) = tile_of(from);
        let ring_max = (reach_metres - 1) / TILE_METRES + 1;
        let square_max = square_of(reach_metres);
        if !self.is_anyone_near(house, column, row, ring_max) {
            return None;
        }
        let mut best: Option<Near> = None;
        for ring in 0..=ring_max {
            if best.is_some_and(|near| near.square <= square_of((ring - 1) * TILE_METRES)) {
                break;
            }
            for_each_on_ring(column, row, ring, |tile| {
                for near in self.in_tile(house, tile, from) {
                    if near.square <= square_max && best.is_none_or(|old| is_nearer(near, old)) {
                        best = Some(near);
                    }
                }
            });
        }
        best
    }

    /// Visits bodies of a house in the tiles within a distance (1/4096 m) along each axis, a bounded
    /// number of each tile.
    pub fn for_each_around(
        &self,
        house: House,
        from: Position,
        reach: i32,
        mut visit: impl FnMut(Near),
    ) {
        let corner = |by: i32| tile_of(Position::new(from.x + by, from.y, from.z + by));
        let (min, max) = (corner(-reach), corner(reach));
        for row in min.1..=max.1 {
            for column in min.0..=max.0 {
                let tile = tile_index(column, row);
                self.in_tile(house, tile, from).for_each(&mut visit);
            }
        }
    }

    /// Bodies of a house in the 3 × 3 tiles around a place: 12 m square.
    pub fn count_around(&self, house: House, place: Position) -> u32 {
        let (column, row) = tile_of(place);
        let mut count = 0;
        for ring in 0..=1 {
            for_each_on_ring(column, row, ring, |tile| {
                count += self.range(house, tile).len() as u32;
            });
        }
        count
    }

    /// Living bodies of both houses in the tile of a block of the field.
    pub fn count_at(&self, [x, z]: [i32; 2]) -> u32 {
        let (column, row) = tile_of(BlockCoord::new(x, 0, z).position());
        let tile = tile_index(column, row);
        let houses = [House::Red, House::Blue].into_iter();
        houses
            .map(|house| self.range(house, tile).len() as u32)
            .sum()
    }

    /// Some body of a house within a distance, chosen by `chance` among all in one of the nearest
    /// blocks of tiles: what an archer aims at. None beyond the distance.
    pub fn any_within(
        &self,
        house: House,
        from: Position,
        reach_metres: i32,
        chance: u32,
    ) -> Option<Near> {
        let (column, row) = tile_of(from);
        let ring_max = (reach_metres - 1) / TILE_METRES + 1;
        if !self.is_anyone_near(house, column, row, ring_max) {
            return None;
        }
        for ring in 0..=ring_max {
            let mut seen = 0;
            for_each_on_ring(column, row, ring, |tile| {
                seen += self.range(house, tile).len() as u32;
            });
            if seen == 0 {
                continue;
            }
            let near = self.pick_on_ring(house, (column, row, ring), from, chance % seen)?;
            return (near.square <= square_of(reach_metres)).then_some(near);
        }
        None
    }

    fn pick_on_ring(
        &self,
        house: House,
        (column, row, ring): (i32, i32, i32),
        from: Position,
        mut number: u32,
    ) -> Option<Near> {
        let mut picked = None;
        for_each_on_ring(column, row, ring, |tile| {
            let range = self.range(house, tile);
            let count = range.len() as u32;
            if picked.is_none() && number < count {
                let entry = self.entries[range.start + number as usize];
                picked = Some(Near::of(entry, from));
            }
            number = number.wrapping_sub(count);
        });
        picked
    }

    fn find_keys(&mut self, frames: &[Arc<Frame>]) {
        self.keys.clear();
        self.keys_starts.clear();
        for frame in frames {
            self.keys_starts.push(self.keys.len());
            let bodies = &frame.bodies;
            let columns = bodies.x.iter().zip(&bodies.z);
            let columns = columns.zip(&bodies.house).zip(&bodies.health);
            self.keys
                .extend(columns.map(|(((&x, &z), &house), &health)| {
                    let (column, row) = tile_of(Position::new(x, 0, z));
                    let place = place_of(House::of(house), tile_index(column, row));
                    (if health > 0 { place } else { GRAVE }) as u32
                }));
        }
    }

    /// Leaves in `starts`, one place behind its own, where each place's entries start.
    fn count(&mut self) {
        self.starts.clear();
        self.starts.resize(GRAVE + 3, 0);
        for &key in &self.keys {
            self.starts[key as usize + 2] += 1;
        }
        let mut total = 0;
        for start in &mut self.starts {
            total += *start;
            *start = total;
        }
    }

    /// Puts everybody in its place; every start moves on to where the next place's is, and so to its own.
    fn place(&mut self, frames: &[Arc<Frame>]) {
        self.entries.resize(self.keys.len(), Entry::default());
        for Run { frame, rows } in self.lineup.runs() {
            let keys = &self.keys[self.keys_starts[*frame]..];
            let bodies = &frames[*frame].bodies;
            let rows = rows.clone();
            let columns = bodies.x[rows.clone()].iter().zip(&bodies.y[rows.clone()]);
            let columns = columns.zip(&bodies.z[rows.clone()]);
            let columns = columns.zip(&bodies.id[rows.clone()]).zip(&keys[rows]);
            for ((((&x, &y), &z), &id), &key) in columns {
                let start = &mut self.starts[key as usize + 1];
                let feet = Position::new(x, y, z);
                self.entries[*start as usize] = Entry { feet, id };
                *start += 1;
            }
        }
    }

    fn is_anyone_near(&self, house: House, column: i32, row: i32, ring_max: i32) -> bool {
        let columns = (column - ring_max).max(0) / BLOCK_EDGE
            ..=(column + ring_max).min(COLUMN_COUNT - 1) / BLOCK_EDGE;
        let mut rows =
            (row - ring_max).max(0) / BLOCK_EDGE..=(row + ring_max).min(ROW_COUNT - 1) / BLOCK_EDGE;
        rows.any(|row| {
            let mut columns = columns.clone();
            columns.any(|column| {
                self.block_counts[block_of(house, column * BLOCK_EDGE, row * BLOCK_EDGE)] > 0
            })
        })
    }

    /// The entries of a tile, at most [`ENTRIES_PER_TILE_MAX`] of them, spread over all.
    fn in_tile(&self, house: House, tile: usize, from: Position) -> impl Iterator<Item = Near> {
        let entries = &self.entries[self.range(house, tile)];
        let stride = entries.len().div_ceil(ENTRIES_PER_TILE_MAX).max(1);
        let near = entries.iter().step_by(stride);
        near.map(move |&entry| Near::of(entry, from))
            .filter(move |near| (near.entry.feet.y - from.y).abs() < 4 << 12)
    }

    #[inline]
    fn range(&self, house: House, tile: usize) -> core::ops::Range<usize> {
        let place = place_of(house, tile);
        self.starts[place] as usize..self.starts[place + 1] as usize
    }
}

impl Near {
    #[inline]
    fn of(entry: Entry, from: Position) -> Self {
        let x = (entry.feet.x - from.x) >> NEAR_BITS;
        let z = (entry.feet.z - from.z) >> NEAR_BITS;
        let square = (x.wrapping_mul(x) as u32).wrapping_add(z.wrapping_mul(z) as u32);
        Self {
            entry,
            x,
            z,
            square,
        }
    }

    /// In 1/64 m.
    #[inline]
    pub fn distance(&self) -> i32 {
        self.square.isqrt() as i32
    }
}

/// Nearer; of two equally near the one of the lower id, so that no order of visits decides.
fn is_nearer(near: Near, old: Near) -> bool {
    (near.square, near.entry.id) < (old.square, old.entry.id)
}

/// The square of some metres in the unit of [`Near`].
const fn square_of(metres: i32) -> u32 {
    if metres <= 0 {
        return 0;
    }
    ((metres * NEAR_METRE) as u32).pow(2)
}

#[inline]
fn tile_of(place: Position) -> (i32, i32) {
    let column = (place.x - (FIELD.min_x << 12)) >> TILE_BITS;
    let row = (place.z - (FIELD.min_z << 12)) >> TILE_BITS;
    (
        (column + MARGIN).clamp(0, COLUMN_COUNT - 1),
        (row + MARGIN).clamp(0, ROW_COUNT - 1),
    )
}

#[inline]
fn tile_index(column: i32, row: i32) -> usize {
    let (column, row) = (column as u32, row as u32);
    const EDGE: u32 = BLOCK_EDGE as u32;
    let block = (row / EDGE) * BLOCK_COLUMN_COUNT as u32 + column / EDGE;
    let tile = (row % EDGE) * EDGE + column % EDGE;
    (block * BLOCK_TILE_COUNT as u32 + tile) as usize
}

#[inline]
fn place_of(house: House, tile: usize) -> usize {
    house as usize * TILE_COUNT + tile
}

#[inline]
fn block_of(house: House, column: i32, row: i32) -> usize {
    let block = (row / BLOCK_EDGE) * BLOCK_COLUMN_COUNT + column / BLOCK_EDGE;
    (house as i32 * BLOCK_COLUMN_COUNT * BLOCK_ROW_COUNT + block) as usize
}

/// Visits the tiles of a square ring; ring 0 is the tile itself.
#[inline]
fn for_each_on_ring(column: i32, row: i32, ring: i32, mut visit: impl FnMut(usize)) {
    for z in row - ring..=row + ring {
        if !(0..ROW_COUNT).contains(&z) {
            continue;
        }
        let is_edge = (z - row).abs() == ring;
        let stride = if is_edge { 1 } else { 2 * ring };
        for x in (column - ring..=column + ring).step_by(stride.max(1) as usize) {
            if (0..COLUMN_COUNT).contains(&x) {
                visit(tile_index(x, z));
            }
        }
    }
}
