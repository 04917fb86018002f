//! What can be seen from a cell: worked out once for all clients who stand in it.

use std::ops::Range;

use spatial::CellCoord;

use super::{
    cells::{Span, TickCells},
    policy,
};

/// Cells along a view, at most: 256 m.
pub const VIEW_CELLS_MAX: i32 =
    protocol::limits::VIEW_DISTANCE_BLOCKS_MAX as i32 / spatial::position::CELL_EDGE_BLOCKS;

/// Slots whose due times share a line of a client's memory; they are looked at together.
const SLOTS_PER_LINE: u16 = 32;

/// Directions a facing is rounded to; one bit each in [`ViewEntry::behind`].
const FACING_COUNT: usize = 8;
/// The middles of these directions, from north clockwise, scaled by 7.
const FACINGS: [[i32; 2]; FACING_COUNT] = [
    [0, -7],
    [5, -5],
    [7, 0],
    [5, 5],
    [0, 7],
    [-5, 5],
    [-7, 0],
    [-5, -5],
];

/// An occupied cell as seen from another. 16 bytes.
#[derive(Clone, Copy, Debug)]
pub struct ViewEntry {
    pub row_first: u32,
    pub row_count: u16,
    pub slot: u16,
    pub relative: [i8; 3],
    period: u8,
    /// By facing: whether it is behind one who looks there.
    behind: u8,
    pub is_near: bool,
}

impl ViewEntry {
    /// How often one who looks there is told of it, in units of the client's clock.
    pub fn period(&self, facing: u8) -> u32 {
        let period = u32::from(self.period);
        if self.behind >> facing & 1 == 0 {
            period
        } else {
            policy::period_behind(period)
        }
    }

    pub fn is_own(&self) -> bool {
        self.relative == [0; 3]
    }

    pub fn rows(&self) -> Range<u32> {
        self.row_first..self.row_first + u32::from(self.row_count)
    }
}

/// The facing nearest to a yaw.
pub fn facing(yaw: u16) -> u8 {
    (yaw.wrapping_add(1 << 12) >> 13) as u8
}

/// A column of cells as seen from one.
#[derive(Clone, Copy, Default)]
struct Offset {
    x: i8,
    z: i8,
    behind: u8,
    distance_squared: u16,
}

/// An entry that is looked at in this tick: near ones always, others in turns. 4 bytes, for every client
/// walks them.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub slot: u16,
    /// Among the entries.
    pub entry: u16,
}

/// Where some of what is seen from a cell is, nearest first, and how many are within each distance in cells.
#[derive(Clone, Copy)]
struct Reach {
    start: u32,
    counts: [u16; VIEW_CELLS_MAX as usize + 1],
}

impl Reach {
    fn range(&self, cells: usize) -> Range<usize> {
        let start = self.start as usize;
        start..start + usize::from(self.counts[cells])
    }
}

/// What is seen from a cell.
#[derive(Clone, Copy)]
pub struct Seen {
    entries: Reach,
    looks: Reach,
}

/// Views of this tick, made when first asked for.
pub struct Views {
    /// All columns that can be in view, nearest first.
    offsets: Vec<Offset>,
    entries: Vec<ViewEntry>,
    looks: Vec<Look>,
    /// By span of the cell they are seen from.
    made: Vec<Option<Seen>>,
}

impl Default for Views {
    fn default() -> Self {
        let axis = || -VIEW_CELLS_MAX..=VIEW_CELLS_MAX;
        let all = axis().flat_map(|x| axis().map(move |z| offset(x, z)));
        let radius_squared = (VIEW_CELLS_MAX * VIEW_CELLS_MAX) as u16;
        let in_view = |offset: &Offset| offset.distance_squared <= radius_squared;
        let mut offsets: Vec<Offset> = all.filter(in_view).collect();
        offsets.sort_by_key(|offset| offset.distance_squared);
        Self {
            offsets,
            entries: Vec::new(),
            looks: Vec::new(),
            made: Vec::new(),
        }
    }
}

impl Views {
    /// Forgets the views of the tick before.
    pub fn clear(&mut self, span_count: usize) {
        self.entries.clear();
        self.looks.clear();
        self.made.clear();
        self.made.resize(span_count, None);
    }

    /// What is seen from a cell, nearest columns first.
    pub fn of(&mut self, cells: &TickCells, cell: CellCoord, span: Option<u32>) -> Seen {
        if let Some(seen) = span.and_then(|span| self.made[span as usize]) {
            return seen;
        }
        let seen = self.make(cells, cell);
        if let Some(span) = span {
            self.made[span as usize] = Some(seen);
        }
        seen
    }

    /// The entries within so many cells, and those of them that are looked at in this tick.
    pub fn within(&self, seen: &Seen, cells: usize) -> (&[ViewEntry], &[Look]) {
        let entries = &self.entries[seen.entries.range(cells)];
        (entries, &self.looks[seen.looks.range(cells)])
    }

    fn make(&mut self, cells: &TickCells, from: CellCoord) -> Seen {
        let starts = [self.entries.len(), self.looks.len()];
        let mut counts = [[0; VIEW_CELLS_MAX as usize + 1]; 2];
        let mut ring = 0;
        for offset in &self.offsets {
            while usize::from(offset.distance_squared) > ring * ring {
                counts[0][ring] = count(self.entries.len() - starts[0]);
                counts[1][ring] = count(self.looks.len() - starts[1]);
                ring += 1;
            }
            let is_brisk = ring <= policy::BRISK_CELLS;
            let (x, z) = (from.x + i32::from(offset.x), from.z + i32::from(offset.z));
            for span in cells.column(x, z) {
                if let Some(entry) = entry(cells.spans[span as usize], from, *offset) {
                    if is_brisk || is_turn(entry.slot, cells.tick) {
                        self.looks.push(Look {
                            slot: entry.slot,
                            entry: count(self.entries.len() - starts[0]),
                        });
                    }
                    self.entries.push(entry);
                }
            }
        }
        counts[0][ring..].fill(count(self.entries.len() - starts[0]));
        counts[1][ring..].fill(count(self.looks.len() - starts[1]));
        let reach = |of: usize| Reach {
            start: starts[of] as u32,
            counts: counts[of],
        };
        Seen {
            entries: reach(0),
            looks: reach(1),
        }
    }
}

/// Whether far cells of this slot are looked at in this tick.
fn is_turn(slot: u16, tick: u32) -> bool {
    slot / SLOTS_PER_LINE % policy::LOOK_TICKS == tick as u16 % policy::LOOK_TICKS
}

/// As many entries as there are slots at most.
fn count(entry_count: usize) -> u16 {
    u16::try_from(entry_count).expect("each entry has a slot of its own")
}

/// The cell in a slot as seen from another; none when nothing is in it or it is farther away, on the
/// map, than so many cells.
pub fn look(cells: &TickCells, slot: u16, from: CellCoord, cells_max: usize) -> Option<ViewEntry> {
    let span = cells.spans[cells.span_index(slot)? as usize];
    let (x, z) = (span.cell.x - from.x, span.cell.z - from.z);
    let is_in_reach = x.abs() <= VIEW_CELLS_MAX && z.abs() <= VIEW_CELLS_MAX;
    let is_in_view = is_in_reach && (x * x + z * z) as usize <= cells_max * cells_max;
    is_in_view.then(|| entry(span, from, offset(x, z)))?
}

fn entry(span: Span, from: CellCoord, offset: Offset) -> Option<ViewEntry> {
    let y = i8::try_from(span.cell.y - from.y).ok()?;
    let distance_squared = i32::from(offset.distance_squared) + i32::from(y) * i32::from(y);
    Some(ViewEntry {
        row_first: span.row_first,
        row_count: (span.row_end - span.row_first) as u16,
        slot: span.slot,
        relative: [offset.x, y, offset.z],
        period: policy::period(distance_squared) as u8,
        behind: offset.behind,
        is_near: policy::is_near(distance_squared),
    })
}

fn offset(x: i32, z: i32) -> Offset {
    let is_behind = |facing: &[i32; 2]| facing[0] * x + facing[1] * z < 0;
    let behind = FACINGS.iter().enumerate();
    let behind = behind.map(|(bit, facing)| u8::from(is_behind(facing)) << bit);
    Offset {
        x: x as i8,
        z: z as i8,
        behind: behind.sum(),
        distance_squared: (x * x + z * z) as u16,
    }
}

const _: () = assert!(size_of::<ViewEntry>() == 16);
const _: () = assert!(
    engine::limits::BODIES_MAX <= u16::MAX as usize,
    "rows of a cell are u16"
);
const _: () = assert!(VIEW_CELLS_MAX < 128, "offsets are i8");
const _: () = assert!(policy::PERIOD_MAX < 256, "periods are u8");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_turns_with_the_facing() {
        let south = offset(0, 5);
        assert_eq!(south.behind >> facing(0) & 1, 1, "looking north");
        assert_eq!(south.behind >> facing(32_768) & 1, 0, "looking south");
        assert_eq!(south.behind >> facing(65_535) & 1, 1, "a hair from north");
        assert_eq!(offset(5, 0).behind >> facing(16_384) & 1, 0, "looking east");
        assert_eq!(offset(0, 0).behind, 0);
    }
}
