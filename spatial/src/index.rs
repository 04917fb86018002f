//! The cell index: entity rows in Morton order of the cell they are in, rebuilt every tick by a
//! radix sort. Rows near each other in space are near each other in memory, and an area is a few
//! contiguous ranges. It keeps its own sorted copy of the positions, so that a query reads
//! straight through memory; it does not know what a row stands for.
//!
//! Rebuilding reuses all buffers: after warm-up it allocates nothing (R8).

mod directory;
mod sort;

use alloc::vec::Vec;

use crate::{
    morton,
    position::{CELL_UNIT_BITS, CellCoord, Position},
};
use directory::Directory;
use sort::Sorter;

/// The largest radius of a query, so that squares of distances fit 63 bits: 262,144 m.
pub const RADIUS_UNITS_MAX: u32 = 1 << 30;

/// An occupied cell and where its rows are in [`CellIndex::rows`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CellRows {
    /// The cell's Morton code.
    pub code: u64,
    pub start: u32,
    pub end: u32,
}

impl CellRows {
    pub const fn cell(&self) -> CellCoord {
        morton::decode(self.code)
    }

    pub const fn count(&self) -> usize {
        (self.end - self.start) as usize
    }

    const fn range(&self) -> core::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Rows by the cell they are in.
#[derive(Clone, Default, Debug)]
pub struct CellIndex {
    rows: Vec<u32>,
    /// Positions in the order of `rows`.
    x: Vec<i32>,
    y: Vec<i32>,
    z: Vec<i32>,
    cells: Vec<CellRows>,
    directory: Directory,
    /// The smallest box of cells around all rows.
    bounds: CellBounds,
    sorter: Sorter,
}

impl CellIndex {
    pub fn new() -> Self {
        Self::default()
    }

    /// Indexes rows `0..x.len()` anew by their positions. Panics when the columns differ in length.
    pub fn rebuild(&mut self, x: &[i32], y: &[i32], z: &[i32]) {
        assert!(
            x.len() == y.len() && x.len() == z.len(),
            "columns of one table"
        );
        let sorted = self.sorter.sort(x, y, z);
        self.rows.clear();
        self.rows.extend(sorted.iter().map(|keyed| keyed.row));
        self.cells.clear();
        for (place, keyed) in sorted.iter().enumerate() {
            match self.cells.last_mut() {
                Some(cell) if cell.code == keyed.code => cell.end += 1,
                _ => self.cells.push(CellRows {
                    code: keyed.code,
                    start: place as u32,
                    end: place as u32 + 1,
                }),
            }
        }
        gather(&mut self.x, x, &self.rows);
        gather(&mut self.y, y, &self.rows);
        gather(&mut self.z, z, &self.rows);
        self.bounds = CellBounds::around(&self.cells);
        self.directory.rebuild(&self.cells);
    }

    /// Numbers the rows anew in the order of [`Self::rows`], for a caller who has put its own
    /// columns in that order: then the rows of each cell are the range `start..end` of them.
    pub fn renumber(&mut self) {
        for (place, row) in self.rows.iter_mut().enumerate() {
            *row = place as u32;
        }
    }

    /// All rows, cells in Morton order, ascending in each cell.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The occupied cells in Morton order.
    pub fn cells(&self) -> &[CellRows] {
        &self.cells
    }

    /// A cell, if anything is in it.
    pub fn find(&self, cell: CellCoord) -> Option<&CellRows> {
        let code = morton::try_encode(cell)?;
        self.cell_of_code(code)
    }

    /// The rows in a cell, ascending.
    pub fn rows_of(&self, cell: CellCoord) -> &[u32] {
        self.find(cell).map_or(&[], |cell| &self.rows[cell.range()])
    }

    /// The occupied cells that overlap the box between two positions, both included. They come in
    /// a fixed order, which is not Morton order.
    pub fn cells_in_box(&self, min: Position, max: Position) -> impl Iterator<Item = &CellRows> {
        let area = self.bounds.clamped(min.cell(), max.cell());
        // Look each cell up, or look at each occupied cell: whichever are fewer.
        let is_vast = area.is_some_and(|area| area.cell_count() > self.cells.len() as u64);
        let (vast, small) = if is_vast { (area, None) } else { (None, area) };
        let looked_up = small.into_iter().flat_map(CellBounds::codes);
        let looked_up = looked_up.filter_map(|code| self.cell_of_code(code));
        let looked_at = vast.into_iter().flat_map(|area| {
            let cells = self.cells.iter();
            cells.filter(move |cell| area.contains(cell.cell()))
        });
        looked_up.chain(looked_at)
    }

    /// Visits every row whose cell overlaps the box: all rows in the box, and some near it.
    pub fn for_each_in_box(&self, min: Position, max: Position, mut visit: impl FnMut(u32)) {
        for cell in self.cells_in_box(min, max) {
            self.rows[cell.range()].iter().for_each(|&row| visit(row));
        }
    }

    /// Appends every row at most `radius_units` (1/4096 m) from the centre, in a fixed order.
    /// Panics when the radius is beyond [`RADIUS_UNITS_MAX`].
    pub fn rows_within(&self, centre: Position, radius_units: u32, found: &mut Vec<u32>) {
        assert!(radius_units <= RADIUS_UNITS_MAX, "radius out of range");
        let radius = radius_units as i32;
        let corner = |by: i32| {
            let axes = [centre.x, centre.y, centre.z].map(|axis| axis.saturating_add(by));
            Position::new(axes[0], axes[1], axes[2])
        };
        for cell in self.cells_in_box(corner(-radius), corner(radius)) {
            match overlap(cell.cell(), centre, radius_units) {
                Overlap::None => {}
                Overlap::Some => self.append_within(cell, centre, radius_units, found),
                Overlap::All => found.extend_from_slice(&self.rows[cell.range()]),
            }
        }
    }

    /// Branch-free: every row is written, and the end moves on only past those that are near.
    fn append_within(
        &self,
        cell: &CellRows,
        centre: Position,
        radius_units: u32,
        found: &mut Vec<u32>,
    ) {
        let range = cell.range();
        let found_before = found.len();
        found.resize(found_before + range.len(), 0);
        let target = &mut found[found_before..];
        let positions = self.x[range.clone()]
            .iter()
            .zip(&self.y[range.clone()])
            .zip(&self.z[range.clone()]);
        let radius_squared = u64::from(radius_units) * u64::from(radius_units);
        let mut near_count = 0;
        for (&row, ((&x, &y), &z)) in self.rows[range].iter().zip(positions) {
            target[near_count] = row;
            let distance_squared = square(x, centre.x) + square(y, centre.y) + square(z, centre.z);
            near_count += usize::from(distance_squared <= radius_squared);
        }
        found.truncate(found_before + near_count);
    }

    fn cell_of_code(&self, code: u64) -> Option<&CellRows> {
        self.directory.find(code, &self.cells)
    }
}

/// How much of a cell lies within a radius.
enum Overlap {
    None,
    Some,
    All,
}

fn overlap(cell: CellCoord, centre: Position, radius_units: u32) -> Overlap {
    let low = cell.position();
    let edge = (1 << CELL_UNIT_BITS) - 1;
    let (mut nearest, mut farthest) = (0, 0);
    for (low, centre) in [(low.x, centre.x), (low.y, centre.y), (low.z, centre.z)] {
        let high = low + edge;
        nearest += square(centre.clamp(low, high), centre);
        farthest += square(low, centre).max(square(high, centre));
    }
    let radius_squared = u64::from(radius_units) * u64::from(radius_units);
    if farthest <= radius_squared {
        Overlap::All
    } else if nearest <= radius_squared {
        Overlap::Some
    } else {
        Overlap::None
    }
}

/// The square of a difference; below 2^64 / 3 for what a query meets, whose differences stay
/// below [`RADIUS_UNITS_MAX`] and a cell.
#[inline]
fn square(value: i32, other: i32) -> u64 {
    let difference = u64::from(value.abs_diff(other));
    difference * difference
}

fn gather(target: &mut Vec<i32>, source: &[i32], rows: &[u32]) {
    target.clear();
    target.extend(rows.iter().map(|&row| source[row as usize]));
}

/// A box of cells, both corners included; empty when they cross.
#[derive(Clone, Copy, Debug)]
struct CellBounds {
    min: CellCoord,
    max: CellCoord,
}

impl Default for CellBounds {
    fn default() -> Self {
        Self {
            min: CellCoord::new(0, 0, 0),
            max: CellCoord::new(-1, -1, -1),
        }
    }
}

impl CellBounds {
    fn around(cells: &[CellRows]) -> Self {
        let Some(first) = cells.first() else {
            return Self::default();
        };
        let mut bounds = Self {
            min: first.cell(),
            max: first.cell(),
        };
        for cell in cells.iter().map(CellRows::cell) {
            let (min, max) = (bounds.min, bounds.max);
            bounds.min = CellCoord::new(min.x.min(cell.x), min.y.min(cell.y), min.z.min(cell.z));
            bounds.max = CellCoord::new(max.x.max(cell.x), max.y.max(cell.y), max.z.max(cell.z));
        }
        bounds
    }

    /// What it holds of the box between two cells; none if that is nothing.
    fn clamped(&self, min: CellCoord, max: CellCoord) -> Option<Self> {
        let (low, high) = (self.min, self.max);
        let min = CellCoord::new(min.x.max(low.x), min.y.max(low.y), min.z.max(low.z));
        let max = CellCoord::new(max.x.min(high.x), max.y.min(high.y), max.z.min(high.z));
        (min.x <= max.x && min.y <= max.y && min.z <= max.z).then_some(Self { min, max })
    }

    /// How many cells it holds; it must not be empty.
    fn cell_count(&self) -> u64 {
        let edge = |min: i32, max: i32| (max - min + 1) as u64;
        let (min, max) = (self.min, self.max);
        edge(min.x, max.x) * edge(min.y, max.y) * edge(min.z, max.z)
    }

    fn contains(&self, cell: CellCoord) -> bool {
        let (min, max) = (self.min, self.max);
        (min.x..=max.x).contains(&cell.x)
            && (min.y..=max.y).contains(&cell.y)
            && (min.z..=max.z).contains(&cell.z)
    }

    /// The Morton codes of its cells: x fastest, then z, then y.
    fn codes(self) -> impl Iterator<Item = u64> {
        let (min, max) = (self.min, self.max);
        (min.y..=max.y).flat_map(move |y| {
            (min.z..=max.z).flat_map(move |z| {
                (min.x..=max.x).map(move |x| morton::encode(CellCoord::new(x, y, z)))
            })
        })
    }
}
