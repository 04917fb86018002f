//! Columns of cells: what terrain is sent by. A column is 16 × 16 blocks from the bottom of the world
//! to its top, so one message brings all that stands at a place.

use engine::generate::{
    CELLS_HIGH,
    layout::{WORLD_EDGE, WORLD_HEIGHT},
};
use spatial::{CellCoord, position::CELL_EDGE_BLOCKS};

/// Columns along an edge of the world.
pub const COLUMN_EDGE: i32 = WORLD_EDGE / CELL_EDGE_BLOCKS;
/// Cells in a column.
pub const COLUMN_CELLS: i32 = CELLS_HIGH;
/// Columns in the world.
pub const COLUMN_COUNT: usize = (COLUMN_EDGE * COLUMN_EDGE) as usize;

const _: () = assert!(WORLD_HEIGHT == COLUMN_CELLS * CELL_EDGE_BLOCKS);

/// A column inside of the world, by its place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Column {
    pub x: u8,
    pub z: u8,
}

impl Column {
    /// The column of a place in units of cells; none outside of the world.
    pub fn at(x: i32, z: i32) -> Option<Self> {
        let edge = 0..COLUMN_EDGE;
        (edge.contains(&x) && edge.contains(&z)).then_some(Self {
            x: x as u8,
            z: z as u8,
        })
    }

    pub fn of(cell: CellCoord) -> Option<Self> {
        Self::at(cell.x, cell.z)
    }

    /// Its number, below [`COLUMN_COUNT`].
    pub fn index(self) -> usize {
        usize::from(self.z) * COLUMN_EDGE as usize + usize::from(self.x)
    }

    pub fn from_index(index: usize) -> Self {
        assert!(index < COLUMN_COUNT, "an index of a column");
        Self {
            x: (index % COLUMN_EDGE as usize) as u8,
            z: (index / COLUMN_EDGE as usize) as u8,
        }
    }

    /// Its cells, from the bottom up.
    pub fn cells(self) -> impl Iterator<Item = CellCoord> {
        (0..COLUMN_CELLS).map(move |y| CellCoord::new(self.x.into(), y, self.z.into()))
    }

    /// Square of the distance between middles, in columns.
    pub fn distance_squared(self, other: Column) -> i32 {
        let x = i32::from(self.x) - i32::from(other.x);
        let z = i32::from(self.z) - i32::from(other.z);
        x * x + z * z
    }
}

/// A set of columns: one bit each, 512 bytes.
#[derive(Clone)]
pub struct ColumnSet(Box<[u64; COLUMN_COUNT / 64]>);

impl ColumnSet {
    pub fn new() -> Self {
        Self(Box::new([0; COLUMN_COUNT / 64]))
    }

    pub fn contains(&self, column: Column) -> bool {
        let index = column.index();
        self.0[index / 64] & (1 << (index % 64)) != 0
    }

    pub fn insert(&mut self, column: Column) {
        let index = column.index();
        self.0[index / 64] |= 1 << (index % 64);
    }

    pub fn remove(&mut self, column: Column) {
        let index = column.index();
        self.0[index / 64] &= !(1 << (index % 64));
    }

    /// All of them in the order of their numbers; empty words cost next to nothing.
    pub fn iter(&self) -> impl Iterator<Item = Column> {
        self.0.iter().enumerate().flat_map(|(place, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest.checked_sub(1)?;
                Some(Column::from_index(place * 64 + bit))
            })
        })
    }
}

impl Default for ColumnSet {
    fn default() -> Self {
        Self::new()
    }
}

/// Offsets of columns, near first, out to `radius` columns.
pub fn offsets_near_first(radius: i32) -> Vec<[i8; 2]> {
    let range = -radius..=radius;
    let mut offsets: Vec<[i8; 2]> = range
        .clone()
        .flat_map(|z| range.clone().map(move |x| [x as i8, z as i8]))
        .filter(|[x, z]| length_squared([*x, *z]) <= radius * radius)
        .collect();
    offsets.sort_by_key(|offset| (length_squared(*offset), *offset));
    offsets
}

/// Square of an offset's length, in columns.
pub fn length_squared([x, z]: [i8; 2]) -> i32 {
    i32::from(x) * i32::from(x) + i32::from(z) * i32::from(z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let mut set = ColumnSet::new();
        let all: Vec<Column> = (0..COLUMN_COUNT)
            .step_by(7)
            .map(Column::from_index)
            .collect();
        all.iter().for_each(|column| set.insert(*column));
        assert_eq!(set.iter().collect::<Vec<_>>(), all);
        set.remove(all[3]);
        assert!(!set.contains(all[3]) && set.contains(all[4]));
    }

    #[test]
    fn columns_end_with_the_world() {
        assert_eq!(Column::at(-1, 0), None);
        assert_eq!(Column::at(0, COLUMN_EDGE), None);
        let last = Column::at(COLUMN_EDGE - 1, COLUMN_EDGE - 1).expect("inside");
        assert_eq!(last.index(), COLUMN_COUNT - 1);
        assert_eq!(last.cells().count(), COLUMN_CELLS as usize);
    }

    #[test]
    fn near_comes_first_and_nothing_is_left_out() {
        let offsets = offsets_near_first(16);
        assert_eq!(offsets[0], [0, 0]);
        assert!(offsets.is_sorted_by_key(|offset| length_squared(*offset)));
        assert_eq!(offsets.len(), 797);
    }
}
