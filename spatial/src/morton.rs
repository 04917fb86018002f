//! Morton codes of cells: the bits of x, y and z interleaved, so that cells near each other in space
//! are mostly near each other in order, and every octree node is one contiguous range of codes.
//!
//! Bit `3 n` of a code is bit `n` of x, `3 n + 1` of y, `3 n + 2` of z, each axis biased by 32,768
//! so that the order holds across zero. A code takes [`CODE_BITS`] bits.

use crate::position::{CELL_UNIT_BITS, CellCoord, Position};

/// Bits in a code: 16 per axis.
pub const CODE_BITS: u32 = 48;

/// Added to an axis to make it unsigned.
const BIAS: i32 = 1 << 15;

/// The code of a cell. Panics when an axis is out of `i16`'s range.
pub const fn encode(cell: CellCoord) -> u64 {
    try_encode(cell).expect("cells of positions fit an i16 on each axis")
}

/// The code of the cell that holds a position; every position's cell has one.
#[inline]
pub const fn encode_position(position: Position) -> u64 {
    spread_axis(position.x) | spread_axis(position.y) << 1 | spread_axis(position.z) << 2
}

/// The bits of an axis of a position, in cells, made unsigned and spread.
const fn spread_axis(axis: i32) -> u64 {
    let [low, high] = (((axis >> CELL_UNIT_BITS) + BIAS) as u16).to_le_bytes();
    SPREAD_BYTES[low as usize] as u64 | (SPREAD_BYTES[high as usize] as u64) << 24
}

/// The code of a cell, or none when an axis is out of `i16`'s range.
#[inline]
pub const fn try_encode(cell: CellCoord) -> Option<u64> {
    let x = cell.x.wrapping_add(BIAS) as u32;
    let y = cell.y.wrapping_add(BIAS) as u32;
    let z = cell.z.wrapping_add(BIAS) as u32;
    if (x | y | z) >> 16 != 0 {
        return None;
    }
    Some(spread(x as u64) | spread(y as u64) << 1 | spread(z as u64) << 2)
}

/// The cell of a code. Bits above [`CODE_BITS`] are ignored.
#[inline]
pub const fn decode(code: u64) -> CellCoord {
    CellCoord::new(
        gather(code) as i32 - BIAS,
        gather(code >> 1) as i32 - BIAS,
        gather(code >> 2) as i32 - BIAS,
    )
}

/// Which bits hold an axis once it is spread by groups of 8, 4, 2 and 1 bits.
const GROUPS: [u64; 4] = [
    0x0000_0000_ff00_00ff,
    0x0000_00f0_0f00_f00f,
    0x0000_0c30_c30c_30c3,
    0x0000_2492_4924_9249,
];

/// Moves bit `n` of 16 to bit `3 n`.
const fn spread(value: u64) -> u64 {
    let value = (value | value << 16) & GROUPS[0];
    let value = (value | value << 8) & GROUPS[1];
    let value = (value | value << 4) & GROUPS[2];
    (value | value << 2) & GROUPS[3]
}

/// [`spread`] of each byte, for what is done with every row in every tick.
const SPREAD_BYTES: [u32; 256] = {
    let mut bytes = [0; 256];
    let mut byte = 0;
    while byte < bytes.len() {
        bytes[byte] = spread(byte as u64) as u32;
        byte += 1;
    }
    bytes
};

/// Moves bit `3 n` to bit `n`, the inverse of [`spread`].
const fn gather(code: u64) -> u64 {
    let value = code & GROUPS[3];
    let value = (value | value >> 2) & GROUPS[2];
    let value = (value | value >> 4) & GROUPS[1];
    let value = (value | value >> 8) & GROUPS[0];
    (value | value >> 16) & 0xffff
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    /// Bit by bit, as the head of this file says.
    fn encode_slowly(cell: CellCoord) -> u64 {
        let axes = [cell.x, cell.y, cell.z].map(|axis| (axis + BIAS) as u64);
        (0..CODE_BITS).fold(0, |code, bit| {
            code | ((axes[bit as usize % 3] >> (bit / 3)) & 1) << bit
        })
    }

    #[test]
    fn agrees_with_the_naive_interleaving_and_decodes() {
        let mut random = SplitMix64::new(1);
        let mut axis = || random.between(-32_768, 32_767);
        for _ in 0..10_000 {
            let cell = CellCoord::new(axis(), axis(), axis());
            assert_eq!(encode(cell), encode_slowly(cell));
            assert_eq!(decode(encode(cell)), cell);
            assert_eq!(encode_position(cell.position()), encode(cell));
        }
    }

    #[test]
    fn order_holds_along_each_axis() {
        for low in [-32_768, -1, 0, 1_000] {
            assert!(encode(CellCoord::new(low, 5, 9)) < encode(CellCoord::new(low + 1, 5, 9)));
            assert!(encode(CellCoord::new(5, low, 9)) < encode(CellCoord::new(5, low + 1, 9)));
            assert!(encode(CellCoord::new(5, 9, low)) < encode(CellCoord::new(5, 9, low + 1)));
        }
    }

    #[test]
    fn cells_out_of_range_have_no_code() {
        for far in [i32::MIN, -32_769, 32_768, i32::MAX] {
            assert_eq!(try_encode(CellCoord::new(far, 0, 0)), None);
            assert_eq!(try_encode(CellCoord::new(0, 0, far)), None);
        }
        assert_eq!(
            try_encode(CellCoord::new(-32_768, -32_768, -32_768)),
            Some(0)
        );
    }
}
