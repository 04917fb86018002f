//! Finds an occupied cell by its code: open addressing over the list of cells. Its layout is never
//! walked, so it decides no order.

use alloc::vec::Vec;

use super::CellRows;

/// A slot that names no cell.
const EMPTY: u32 = u32::MAX;
/// 2^64 divided by the golden ratio: multiplying spreads near codes over the table.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Slots with numbers of cells, at most half of them in use.
#[derive(Clone, Default, Debug)]
pub(super) struct Directory {
    slots: Vec<u32>,
}

impl Directory {
    pub fn rebuild(&mut self, cells: &[CellRows]) {
        let slot_count = (cells.len() * 2).next_power_of_two().max(2);
        self.slots.clear();
        self.slots.resize(slot_count, EMPTY);
        for (number, cell) in cells.iter().enumerate() {
            let mut slot = self.first_slot(cell.code);
            while self.slots[slot] != EMPTY {
                slot = (slot + 1) % slot_count;
            }
            self.slots[slot] = number as u32;
        }
    }

    pub fn find<'a>(&self, code: u64, cells: &'a [CellRows]) -> Option<&'a CellRows> {
        if self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut slot = self.first_slot(code);
        loop {
            let number = self.slots[slot & mask];
            if number == EMPTY {
                return None;
            }
            let cell = &cells[number as usize];
            if cell.code == code {
                return Some(cell);
            }
            slot += 1;
        }
    }

    fn first_slot(&self, code: u64) -> usize {
        let bits = self.slots.len().trailing_zeros();
        (code.wrapping_mul(SPREAD) >> (u64::BITS - bits)) as usize
    }
}
