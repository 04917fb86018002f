//! The cell index: entity rows in Morton order of the cell they are in, rebuilt every tick by a
//! radix sort, so that an octree node is one contiguous range of them; beside it a sort by columns
//! with a copy of the positions, for queries by radius. It does not know what a row stands for.
//!
//! Rebuilding reuses all buffers: after warm-up it allocates nothing (R8).

mod columns;
mod grid;
mod rounded;
mod sort;

use alloc::vec::Vec;
use core::ops::Range;

use crate::{
    morton,
    position::{CellCoord, Position},
};
use columns::Columns;
use grid::{CellBounds, Grid};
use sort::Sorter;

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

    const fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Rows by the cell they are in.
#[derive(Clone, Default, Debug)]
pub struct CellIndex {
    rows: Vec<u32>,
    cells: Vec<CellRows>,
    columns: Columns,
    grid: Grid,
    sorter: Sorter,
    /// Storage of [`Self::renumber`]: by old number, the new one.
    places: Vec<u32>,
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
        // As many as there may be, so that a crowd that spreads allocates nothing.
        self.cells.reserve(sorted.len());
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
        let extent = Extent::of([x, y, z]);
        self.columns.rebuild([x, y, z], &extent);
        let places = self.cells.iter().map(|cell| {
            let row = self.rows[cell.start as usize] as usize;
            Position::new(x[row], y[row], z[row]).cell()
        });
        self.grid.rebuild(extent.cells(), places);
    }

    /// Numbers the rows anew in the order of [`Self::rows`], for a caller who has put its own
    /// columns in that order: then the rows of each cell are the range `start..end` of them.
    pub fn renumber(&mut self) {
        self.places.clear();
        self.places.resize(self.rows.len(), 0);
        for (place, row) in self.rows.iter_mut().enumerate() {
            self.places[*row as usize] = place as u32;
            *row = place as u32;
        }
        self.columns.renumber(&self.places);
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
        self.grid.find(cell, &self.cells)
    }

    /// The rows in a cell, ascending.
    pub fn rows_of(&self, cell: CellCoord) -> &[u32] {
        self.find(cell).map_or(&[], |cell| &self.rows[cell.range()])
    }

    /// Visits the occupied cells that overlap the box between two positions, both included, in a
    /// fixed order, which is not Morton order.
    #[inline]
    pub fn for_each_cell_in_box(&self, min: Position, max: Position, visit: impl FnMut(&CellRows)) {
        if let Some(area) = self.grid.clamped(min.cell(), max.cell()) {
            self.grid.for_each(area, &self.cells, visit);
        }
    }

    /// Visits every row whose cell overlaps the box: all rows in the box, and some near it.
    pub fn for_each_in_box(&self, min: Position, max: Position, mut visit: impl FnMut(u32)) {
        self.for_each_cell_in_box(min, max, |cell| {
            self.rows[cell.range()].iter().for_each(|&row| visit(row));
        });
    }

    /// Appends every row at most `radius_units` (1/4096 m) from the centre, in a fixed order. Fastest up
    /// to 64 m (see `rounded`).
    pub fn rows_within(&self, centre: Position, radius_units: u32, found: &mut Vec<u32>) {
        self.columns.collect_within(centre, radius_units, found);
    }
}

/// The smallest box around all rows.
struct Extent {
    low: [i32; 3],
    high: [i32; 3],
    row_count: usize,
}

impl Extent {
    fn of(positions: [&[i32]; 3]) -> Self {
        let ends = positions.map(|axis| {
            let first = axis.first().copied().unwrap_or(0);
            let widened = |(low, high): (i32, i32), &at: &i32| (low.min(at), high.max(at));
            axis.iter().fold((first, first), widened)
        });
        Self {
            low: ends.map(|(low, _)| low),
            high: ends.map(|(_, high)| high),
            row_count: positions[0].len(),
        }
    }

    fn cells(&self) -> CellBounds {
        if self.row_count == 0 {
            return CellBounds::default();
        }
        let cell = |[x, y, z]: [i32; 3]| Position::new(x, y, z).cell();
        CellBounds {
            min: cell(self.low),
            max: cell(self.high),
        }
    }

    /// How far it reaches along x, y, z.
    fn reach(&self) -> [u32; 3] {
        [0, 1, 2].map(|axis| self.high[axis].abs_diff(self.low[axis]))
    }
}
