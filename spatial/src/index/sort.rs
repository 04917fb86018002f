//! The radix sort of rows by the Morton code of their cell.

use alloc::vec::Vec;

use crate::{morton, position::Position};

/// Bits sorted by in one pass. A field of 256 × 256 m takes one pass, 1,024 × 1,024 m takes two,
/// and the counters (16 KB) stay in the first-level cache.
const DIGIT_BITS: u32 = 12;
const DIGIT_COUNT: usize = 1 << DIGIT_BITS;

/// A row and what it is sorted by.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Keyed {
    pub code: u64,
    pub row: u32,
}

/// Buffers that are kept from sort to sort.
#[derive(Clone, Default, Debug)]
pub(super) struct Sorter {
    keys: Vec<Keyed>,
    keys_next: Vec<Keyed>,
    counts: Vec<u32>,
}

impl Sorter {
    /// Rows in order of their cells' codes; those of one cell in order of row.
    pub fn sort(&mut self, x: &[i32], y: &[i32], z: &[i32]) -> &[Keyed] {
        let different = self.read(x, y, z);
        for shift in (0..morton::CODE_BITS).step_by(DIGIT_BITS as usize) {
            // Where all codes agree there is nothing to sort by.
            if digit(different, shift) != 0 {
                self.pass(shift);
            }
        }
        &self.keys
    }

    /// Takes on the rows; returns the bits in which their codes differ.
    fn read(&mut self, x: &[i32], y: &[i32], z: &[i32]) -> u64 {
        let (mut any, mut all) = (0, u64::MAX);
        self.keys.clear();
        let positions = x.iter().zip(y).zip(z).enumerate();
        self.keys.extend(positions.map(|(row, ((&x, &y), &z))| {
            let code = morton::encode_position(Position::new(x, y, z));
            any |= code;
            all &= code;
            Keyed {
                code,
                row: row as u32,
            }
        }));
        any & !all
    }

    /// One stable counting sort by one digit.
    fn pass(&mut self, shift: u32) {
        self.counts.clear();
        self.counts.resize(DIGIT_COUNT, 0);
        for keyed in &self.keys {
            self.counts[digit(keyed.code, shift)] += 1;
        }
        let mut start = 0;
        for count in &mut self.counts {
            start += core::mem::replace(count, start);
        }
        self.keys_next.resize(self.keys.len(), Keyed::default());
        for keyed in &self.keys {
            let place = &mut self.counts[digit(keyed.code, shift)];
            self.keys_next[*place as usize] = *keyed;
            *place += 1;
        }
        core::mem::swap(&mut self.keys, &mut self.keys_next);
    }
}

#[inline]
fn digit(code: u64, shift: u32) -> usize {
    (code >> shift) as usize % DIGIT_COUNT
}
