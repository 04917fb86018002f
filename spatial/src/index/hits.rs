//! What a query has found.

use alloc::vec::Vec;

use super::rounded::LANES;

const BLOCKS: usize = 4;
const ROUND: u32 = 8;

pub(super) struct Hits<'a> {
    pub found: &'a mut Vec<u32>,
    rows: [[u32; LANES]; BLOCKS],
    starts: [usize; BLOCKS],
    block_count: usize,
    near: u64,
    far: u64,
}

pub(super) struct Block<'a> {
    pub start: usize,
    pub rows: &'a [u32; LANES],
}

impl<'a> Hits<'a> {
    #[inline]
    pub fn new(found: &'a mut Vec<u32>) -> Self {
        Self {
            found,
            rows: [[0; LANES]; BLOCKS],
            starts: [0; BLOCKS],
            block_count: 0,
            near: 0,
            far: 0,
        }
    }

    #[inline]
    pub fn is_full(&self) -> bool {
        self.block_count == BLOCKS
    }

    #[inline]
    pub fn push(&mut self, block: Block, bits: u32) {
        let number = self.block_count % BLOCKS;
        self.rows[number] = *block.rows;
        self.starts[number] = block.start;
        self.block_count += 1;
        self.near = self.near >> LANES | u64::from(bits) << 48;
        self.far = self.far >> LANES | u64::from(bits >> LANES) << 48;
    }

    /// Drops the last lanes
    #[inline]
    pub fn cut(&mut self, count: usize) {
        let kept = u64::MAX >> count;
        self.near &= kept;
        self.far |= !kept;
    }

    #[inline]
    pub fn flush(&mut self, is_within: impl Fn(usize) -> bool) {
        if self.block_count == 0 {
            return;
        }
        let unused = (BLOCKS - self.block_count) * LANES;
        let mut near = self.near >> unused;
        let mut unsettled = !(self.near | self.far) >> unused;
        while unsettled != 0 {
            let lane = unsettled.trailing_zeros() as usize;
            unsettled &= unsettled - 1;
            let place = self.starts[lane / LANES] + lane % LANES;
            near |= u64::from(is_within(place)) << lane;
        }
        let count = near.count_ones();
        let len = self.found.len() + count as usize;
        let rows = self.rows.as_flattened();
        self.found.extend((0..count.next_multiple_of(ROUND)).map(|_| {
            let lane = near.trailing_zeros() as usize;
            near &= near.wrapping_sub(1);
            rows[lane % (BLOCKS * LANES)]
        }));
        self.found.truncate(len);
        self.block_count = 0;
    }
}
