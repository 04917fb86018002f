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

/// An occupied cell as seen from another.
#[derive(Clone, Copy, Debug)]
pub struct ViewEntry {
    /// Index into [`TickCells::spans`].
    pub span: u32,
    pub slot: u16,
    /// Square of the distance on the map, in cells.
    pub distance_squared: u16,
    pub relative: [i8; 3],
    pub period: u8,
    /// By facing: whether it is behind one who looks there.
    pub behind: u8,
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
}

/// The facing nearest to a yaw.
pub fn facing(yaw: u16) -> u8 {
    (yaw.wrapping_add(1 << 12) >> 13) as u8
}

/// A column of cells as seen from one.
#[derive(Clone, Copy)]
struct Offset {
    x: i8,
    z: i8,
    behind: u8,
    distance_squared: u16,
}

/// The cell in a slot as seen from another; none when nothing is in it or it is too far.
pub fn entry(cells: &TickCells, slot: u16, from: CellCoord) -> Option<ViewEntry> {
    let span = cells.span_index(slot)?;
    let cell = cells.spans[span as usize].cell;
    let in_view = -VIEW_CELLS_MAX..=VIEW_CELLS_MAX;
    let (x, z) = (cell.x - from.x, cell.z - from.z);
    if !in_view.contains(&x) || !in_view.contains(&z) {
        return None;
    }
    view_entry(cells, span, from, offset(x, z))
}

fn view_entry(cells: &TickCells, span: u32, from: CellCoord, offset: Offset) -> Option<ViewEntry> {
    let Span { cell, slot, .. } = cells.spans[span as usize];
    let y = i8::try_from(cell.y - from.y).ok()?;
    let distance_squared = i32::from(offset.distance_squared) + i32::from(y) * i32::from(y);
    Some(ViewEntry {
        span,
        slot,
        distance_squared: offset.distance_squared,
        relative: [offset.x, y, offset.z],
        period: policy::period(distance_squared) as u8,
        behind: offset.behind,
        is_near: policy::is_near(distance_squared),
    })
}

/// Views of this tick, made when first asked for.
pub struct Views {
    offsets: Vec<Offset>,
    entries: Vec<ViewEntry>,
    /// By span of the cell they are seen from.
    made: Vec<Option<(u32, u32)>>,
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
            made: Vec::new(),
        }
    }
}

impl Views {
    /// Forgets the views of the tick before.
    pub fn clear(&mut self, span_count: usize) {
        self.entries.clear();
        self.made.clear();
        self.made.resize(span_count, None);
    }

    /// The entries seen from a cell, nearest columns first; read them by [`Self::entries`].
    pub fn of(&mut self, cells: &TickCells, cell: CellCoord, span: Option<u32>) -> Range<usize> {
        let made = span.and_then(|span| self.made[span as usize]);
        let (start, end) = made.unwrap_or_else(|| self.make(cells, cell));
        if let Some(span) = span {
            self.made[span as usize] = Some((start, end));
        }
        start as usize..end as usize
    }

    pub fn entries(&self, range: Range<usize>) -> &[ViewEntry] {
        &self.entries[range]
    }

    fn make(&mut self, cells: &TickCells, from: CellCoord) -> (u32, u32) {
        let start = self.entries.len() as u32;
        for offset in &self.offsets {
            let (x, z) = (from.x + i32::from(offset.x), from.z + i32::from(offset.z));
            let seen = cells.column(x, z);
            let seen = seen.filter_map(|span| view_entry(cells, span, from, *offset));
            self.entries.extend(seen);
        }
        (start, self.entries.len() as u32)
    }
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
