//! Which parts of the survey may be out of date: those near a change of the terrain. Scratch: whoever does
//! not know takes all of it for out of date, and finds the same.
//!
//! The floors of a row are looked at one tick before its steps, and the row before it is a tick older
//! still. So what is found near a change may rest on a neighbour's floor of before: a part is looked at
//! again a second time, a round later. After that nothing would be found that is not known.

use alloc::{vec, vec::Vec};
use core::ops::Range;

use spatial::BlockBox;

use super::survey::{COLUMN_COUNT, ROW_COUNT, SQUARE_BLOCKS};
use crate::generate::layout::FIELD;

/// Squares of a row that are looked at together.
const PART_SQUARES: usize = 16;
const PART_COUNT: usize = COLUMN_COUNT.div_ceil(PART_SQUARES);
const _: () = assert!(PART_COUNT <= u16::BITS as usize);

/// Some parts of a row, by bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parts(u16);

/// See the module.
#[derive(Clone, Debug)]
pub struct Stale {
    /// By row: the parts to look at the next time, and the time after that.
    due: Vec<[Parts; 2]>,
}

impl Default for Stale {
    fn default() -> Self {
        Self {
            due: vec![[Parts::ALL; 2]; ROW_COUNT],
        }
    }
}

impl Parts {
    pub const ALL: Self = Self(((1_u32 << PART_COUNT) - 1) as u16);

    /// The columns of each.
    pub fn columns(self) -> impl Iterator<Item = Range<usize>> {
        let parts = (0..PART_COUNT).filter(move |part| self.0 >> part & 1 != 0);
        parts.map(|part| {
            let start = part * PART_SQUARES;
            start..(start + PART_SQUARES).min(COLUMN_COUNT)
        })
    }

    fn of_columns(low: i32, high: i32) -> Self {
        let part = |column: i32| column.clamp(0, COLUMN_COUNT as i32 - 1) as usize / PART_SQUARES;
        (part(low)..=part(high)).fold(Self(0), |parts, part| Self(parts.0 | 1 << part))
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Stale {
    /// Blocks have changed: a look at a square sees those of the squares around it, and floors of the
    /// row after it, which the first row is to the last.
    pub fn touch(&mut self, blocks: BlockBox) {
        let column = |x: i32| (x - FIELD.min_x).div_euclid(SQUARE_BLOCKS);
        let row = |z: i32| (z - FIELD.min_z).div_euclid(SQUARE_BLOCKS);
        let parts = Parts::of_columns(column(blocks.min.x) - 1, column(blocks.max.x) + 1);
        let rows = row(blocks.min.z).max(-1)..=row(blocks.max.z).min(ROW_COUNT as i32);
        for row in rows {
            for near in row - 1..=row + 1 {
                let due = &mut self.due[near.rem_euclid(ROW_COUNT as i32) as usize];
                *due = due.map(|due| due.with(parts));
            }
        }
    }

    /// What to look at in a row now.
    pub fn take(&mut self, row: usize) -> Parts {
        let [now, later] = self.due[row];
        self.due[row] = [later, Parts(0)];
        now
    }
}
