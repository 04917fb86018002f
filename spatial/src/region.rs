//! Regions: the octree nodes that space is divided by among shards. A region is a cube with an edge
//! of 32 m to 1,024 m, named by its level and the Morton code of its first cell; its cells are one
//! contiguous range of codes. Who owns it is [`crate::partition`]'s.

use core::{fmt, ops::Range};

use crate::{
    block_box::BlockBox,
    limits::{REGION_LEVEL_MAX, REGION_LEVEL_MIN},
    morton,
    position::{CELL_EDGE_BLOCKS, CellCoord},
};

/// Regions that one is split into.
pub const CHILD_COUNT: usize = 8;

/// The name of a region. Ordered by its first cell, then by level.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RegionId {
    code: u64,
    level: u8,
}

/// As operators name it: [`RegionId::to_bits`] in hexadecimal.
impl fmt::Display for RegionId {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{:x}", self.to_bits())
    }
}

impl RegionId {
    /// The region of a level that holds a cell; none if the level or the cell is out of range.
    pub const fn of_cell(cell: CellCoord, level: u8) -> Option<Self> {
        match morton::try_encode(cell) {
            Some(code) if REGION_LEVEL_MIN <= level && level <= REGION_LEVEL_MAX => {
                Some(Self::at(code, level))
            }
            _ => None,
        }
    }

    /// Reads [`Self::to_bits`]; none if no region has this name.
    pub const fn from_bits(bits: u64) -> Option<Self> {
        let level = (bits >> morton::CODE_BITS) as u16;
        let code = bits & ((1 << morton::CODE_BITS) - 1);
        if level < REGION_LEVEL_MIN as u16 || level > REGION_LEVEL_MAX as u16 {
            return None;
        }
        let region = Self::at(code, level as u8);
        if region.code == code {
            Some(region)
        } else {
            None
        }
    }

    /// The name as one number: the level above 48 bits of code.
    pub const fn to_bits(self) -> u64 {
        (self.level as u64) << morton::CODE_BITS | self.code
    }

    /// log2 of the edge in cells, [`REGION_LEVEL_MIN`] to [`REGION_LEVEL_MAX`].
    pub const fn level(self) -> u8 {
        self.level
    }

    /// The edge in metres.
    pub const fn edge_metres(self) -> i32 {
        CELL_EDGE_BLOCKS << self.level
    }

    /// The Morton codes of its cells.
    pub const fn codes(self) -> Range<u64> {
        self.code..self.code + self.cell_count()
    }

    pub const fn cell_count(self) -> u64 {
        1 << (3 * self.level)
    }

    /// Its lowest cell along every axis.
    pub const fn first_cell(self) -> CellCoord {
        morton::decode(self.code)
    }

    pub fn contains(self, cell: CellCoord) -> bool {
        morton::try_encode(cell).is_some_and(|code| self.codes().contains(&code))
    }

    /// Its blocks.
    pub fn blocks(self) -> BlockBox {
        let last = morton::decode(self.codes().end - 1);
        let (low, high) = (self.first_cell(), last);
        BlockBox {
            min: low.block(),
            max: BlockBox::of_cell(high).max,
        }
    }

    /// The region that it is an eighth of; none above [`REGION_LEVEL_MAX`].
    pub const fn parent(self) -> Option<Self> {
        if self.level == REGION_LEVEL_MAX {
            return None;
        }
        Some(Self::at(self.code, self.level + 1))
    }

    /// Its eighths in Morton order; none below [`REGION_LEVEL_MIN`].
    pub fn children(self) -> Option<[Self; CHILD_COUNT]> {
        if self.level == REGION_LEVEL_MIN {
            return None;
        }
        let level = self.level - 1;
        let child = |number: usize| Self::at(self.code + ((number as u64) << (3 * level)), level);
        Some(core::array::from_fn(child))
    }

    /// Whether both touch by a face, an edge or a corner, and share no cell.
    pub fn is_neighbour(self, other: Self) -> bool {
        let (low, high) = (self.edges(), other.edges());
        let pairs = || low.iter().zip(&high);
        let touches = pairs().all(|(a, b)| a.start <= b.end && b.start <= a.end);
        let overlaps = pairs().all(|(a, b)| a.start < b.end && b.start < a.end);
        touches && !overlaps
    }

    /// The cells along x, y, z.
    fn edges(self) -> [Range<i32>; 3] {
        let first = self.first_cell();
        [first.x, first.y, first.z].map(|axis| axis..axis + (1 << self.level))
    }

    const fn at(code: u64, level: u8) -> Self {
        Self {
            code: code & (!0 << (3 * level)),
            level,
        }
    }
}
