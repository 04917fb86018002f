//! The coordinate spaces, each a type of its own. `y` is up; `x` grows east, `z` grows south.
//!
//! | type | unit | made from |
//! | --- | --- | --- |
//! | [`Position`] | 1/4096 m | the simulation |
//! | [`BlockCoord`] | 1 m | `position >> 12` |
//! | [`CellCoord`] | 16 m | `position >> 16`, `block >> 4` |

/// Position units in a metre.
pub const UNITS_PER_METRE: i32 = 1 << UNIT_BITS;
/// log2 of [`UNITS_PER_METRE`].
pub const UNIT_BITS: u32 = 12;
/// log2 of the blocks along a cell's edge.
pub const CELL_BLOCK_BITS: u32 = 4;
/// Blocks along a cell's edge.
pub const CELL_EDGE_BLOCKS: i32 = 1 << CELL_BLOCK_BITS;
/// log2 of the position units along a cell's edge; a `u16` holds an offset in a cell exactly.
pub const CELL_UNIT_BITS: u32 = UNIT_BITS + CELL_BLOCK_BITS;

/// A point in the world, in 1/4096 m. The range is ±524,288 m.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Position {
    pub x: i32,
    pub y: i32,
    pub z: i32,
}

/// A block (1 m cube), by its lowest corner in metres.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct BlockCoord {
    pub x: i32,
    pub y: i32,
    pub z: i32,
}

/// A cell (16 m cube), by its lowest corner in units of 16 m. Each axis fits an `i16`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct CellCoord {
    pub x: i32,
    pub y: i32,
    pub z: i32,
}

impl Position {
    pub const fn new(x: i32, y: i32, z: i32) -> Self {
        Self { x, y, z }
    }

    /// The block that holds this point.
    pub const fn block(self) -> BlockCoord {
        BlockCoord::new(
            self.x >> UNIT_BITS,
            self.y >> UNIT_BITS,
            self.z >> UNIT_BITS,
        )
    }

    /// The cell that holds this point.
    pub const fn cell(self) -> CellCoord {
        CellCoord::new(
            self.x >> CELL_UNIT_BITS,
            self.y >> CELL_UNIT_BITS,
            self.z >> CELL_UNIT_BITS,
        )
    }

    /// The offset in [`Self::cell`], as it goes on the wire.
    pub const fn cell_offset(self) -> [u16; 3] {
        [self.x as u16, self.y as u16, self.z as u16]
    }
}

impl BlockCoord {
    pub const fn new(x: i32, y: i32, z: i32) -> Self {
        Self { x, y, z }
    }

    /// The cell that holds this block.
    pub const fn cell(self) -> CellCoord {
        CellCoord::new(
            self.x >> CELL_BLOCK_BITS,
            self.y >> CELL_BLOCK_BITS,
            self.z >> CELL_BLOCK_BITS,
        )
    }

    /// The lowest corner of this block.
    pub const fn position(self) -> Position {
        Position::new(
            self.x << UNIT_BITS,
            self.y << UNIT_BITS,
            self.z << UNIT_BITS,
        )
    }
}

impl CellCoord {
    pub const fn new(x: i32, y: i32, z: i32) -> Self {
        Self { x, y, z }
    }

    /// The lowest corner of this cell.
    pub const fn position(self) -> Position {
        Position::new(
            self.x << CELL_UNIT_BITS,
            self.y << CELL_UNIT_BITS,
            self.z << CELL_UNIT_BITS,
        )
    }

    /// The lowest block of this cell.
    pub const fn block(self) -> BlockCoord {
        BlockCoord::new(
            self.x << CELL_BLOCK_BITS,
            self.y << CELL_BLOCK_BITS,
            self.z << CELL_BLOCK_BITS,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_positions_fall_in_the_cell_below() {
        let position = Position::new(-1, 0, 65_536);
        assert_eq!(position.cell(), CellCoord::new(-1, 0, 1));
        assert_eq!(position.block(), BlockCoord::new(-1, 0, 16));
        assert_eq!(position.cell_offset(), [65_535, 0, 0]);
    }
}
