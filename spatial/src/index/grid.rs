//! Finds an occupied cell by its place: a table over the smallest box around all of them, or a
//! search where that box is too large for a table.

use alloc::vec::Vec;

use super::CellRows;
use crate::{limits::INDEX_SLOT_COUNT_MAX, morton, position::CellCoord};

/// A slot that names no cell.
const EMPTY: u32 = u32::MAX;

/// The numbers of cells by their place.
#[derive(Clone, Default, Debug)]
pub(super) struct Grid {
    bounds: CellBounds,
    /// x fastest, then z, then y; empty when the box is too large.
    slots: Vec<u32>,
}

impl Grid {
    /// Takes on the places of the cells, all within bounds, in the order of their numbers.
    pub fn rebuild(&mut self, bounds: CellBounds, places: impl Iterator<Item = CellCoord>) {
        self.bounds = bounds;
        self.slots.clear();
        let slot_count = self.bounds.cell_count();
        if slot_count > INDEX_SLOT_COUNT_MAX as u64 {
            return;
        }
        // All there may ever be, so that bounds that grow allocate nothing; what is not written is
        // never taken from the system.
        self.slots.reserve(INDEX_SLOT_COUNT_MAX);
        self.slots.resize(slot_count as usize, EMPTY);
        for (number, place) in places.enumerate() {
            let slot = self.slot(place);
            self.slots[slot] = number as u32;
        }
    }

    /// What of a box may be occupied; none if nothing.
    pub fn clamped(&self, min: CellCoord, max: CellCoord) -> Option<CellBounds> {
        self.bounds.clamped(min, max)
    }

    pub fn find<'a>(&self, cell: CellCoord, cells: &'a [CellRows]) -> Option<&'a CellRows> {
        self.bounds.clamped(cell, cell)?;
        self.find_inside(cell, cells)
    }

    /// Visits the occupied cells of a box that [`Self::clamped`] gave, in a fixed order.
    #[inline]
    pub fn for_each<'a>(
        &self,
        area: CellBounds,
        cells: &'a [CellRows],
        mut visit: impl FnMut(&'a CellRows),
    ) {
        // Look each place up, or look at each occupied cell: whichever are fewer.
        if area.cell_count() > cells.len() as u64 {
            let is_inside = |cell: &&CellRows| area.contains(cell.cell());
            return cells.iter().filter(is_inside).for_each(visit);
        }
        for y in area.min.y..=area.max.y {
            for z in area.min.z..=area.max.z {
                for x in area.min.x..=area.max.x {
                    if let Some(cell) = self.find_inside(CellCoord::new(x, y, z), cells) {
                        visit(cell);
                    }
                }
            }
        }
    }

    #[inline]
    fn find_inside<'a>(&self, cell: CellCoord, cells: &'a [CellRows]) -> Option<&'a CellRows> {
        if self.slots.is_empty() {
            let code = morton::encode(cell);
            let number = cells.binary_search_by_key(&code, |cell| cell.code).ok()?;
            return Some(&cells[number]);
        }
        cells.get(self.slots[self.slot(cell)] as usize)
    }

    #[inline]
    fn slot(&self, cell: CellCoord) -> usize {
        let (min, edges) = (self.bounds.min, self.bounds.edges());
        let [x, y, z] = [cell.x - min.x, cell.y - min.y, cell.z - min.z].map(|axis| axis as usize);
        x + edges[0] * (z + edges[2] * y)
    }
}

/// A box of cells, both corners included; empty when they cross.
#[derive(Clone, Copy, Debug)]
pub(super) struct CellBounds {
    pub min: CellCoord,
    pub max: CellCoord,
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
    /// What it holds of the box between two cells; none if that is nothing.
    fn clamped(&self, min: CellCoord, max: CellCoord) -> Option<Self> {
        let (low, high) = (self.min, self.max);
        let min = CellCoord::new(min.x.max(low.x), min.y.max(low.y), min.z.max(low.z));
        let max = CellCoord::new(max.x.min(high.x), max.y.min(high.y), max.z.min(high.z));
        (min.x <= max.x && min.y <= max.y && min.z <= max.z).then_some(Self { min, max })
    }

    /// Cells along x, y, z.
    fn edges(&self) -> [usize; 3] {
        let (min, max) = (self.min, self.max);
        [max.x - min.x, max.y - min.y, max.z - min.z].map(|edge| (edge + 1) as usize)
    }

    fn cell_count(&self) -> u64 {
        self.edges().iter().map(|&edge| edge as u64).product()
    }

    fn contains(&self, cell: CellCoord) -> bool {
        let (min, max) = (self.min, self.max);
        (min.x..=max.x).contains(&cell.x)
            && (min.y..=max.y).contains(&cell.y)
            && (min.z..=max.z).contains(&cell.z)
    }
}
