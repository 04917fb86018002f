//! Boxes of blocks, and the order in which their blocks and cells are visited.

use core::ops::RangeInclusive;

use crate::position::{BlockCoord, CELL_EDGE_BLOCKS, CellCoord};

/// The blocks between two corners, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockBox {
    pub min: BlockCoord,
    pub max: BlockCoord,
}

impl BlockBox {
    /// The box between any two opposite corners, both included.
    pub fn new(corner: BlockCoord, corner_other: BlockCoord) -> Self {
        let (a, b) = (corner, corner_other);
        Self {
            min: BlockCoord::new(a.x.min(b.x), a.y.min(b.y), a.z.min(b.z)),
            max: BlockCoord::new(a.x.max(b.x), a.y.max(b.y), a.z.max(b.z)),
        }
    }

    /// The blocks of a cell.
    pub fn of_cell(cell: CellCoord) -> Self {
        let min = cell.block();
        let edge = CELL_EDGE_BLOCKS - 1;
        Self::new(
            min,
            BlockCoord::new(min.x + edge, min.y + edge, min.z + edge),
        )
    }

    /// What both hold; none if they do not touch.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (a, b) = (self, other);
        let common = Self {
            min: BlockCoord::new(
                a.min.x.max(b.min.x),
                a.min.y.max(b.min.y),
                a.min.z.max(b.min.z),
            ),
            max: BlockCoord::new(
                a.max.x.min(b.max.x),
                a.max.y.min(b.max.y),
                a.max.z.min(b.max.z),
            ),
        };
        let (min, max) = (common.min, common.max);
        (min.x <= max.x && min.y <= max.y && min.z <= max.z).then_some(common)
    }

    pub const fn contains(self, at: BlockCoord) -> bool {
        self.min.x <= at.x
            && at.x <= self.max.x
            && self.min.y <= at.y
            && at.y <= self.max.y
            && self.min.z <= at.z
            && at.z <= self.max.z
    }

    /// Every block, in brick order: x fastest, then z, then y.
    pub fn blocks(self) -> impl Iterator<Item = BlockCoord> {
        let axes = (self.min, self.max);
        points(
            axes.0.x..=axes.1.x,
            axes.0.y..=axes.1.y,
            axes.0.z..=axes.1.z,
        )
        .map(|[x, y, z]| BlockCoord::new(x, y, z))
    }

    /// Every cell that holds some of its blocks.
    pub fn cells(self) -> impl Iterator<Item = CellCoord> {
        let axes = (self.min.cell(), self.max.cell());
        points(
            axes.0.x..=axes.1.x,
            axes.0.y..=axes.1.y,
            axes.0.z..=axes.1.z,
        )
        .map(|[x, y, z]| CellCoord::new(x, y, z))
    }
}

/// All points of a box of integers: x fastest, then z, then y.
fn points(
    x: RangeInclusive<i32>,
    y: RangeInclusive<i32>,
    z: RangeInclusive<i32>,
) -> impl Iterator<Item = [i32; 3]> {
    y.flat_map(move |y| {
        let x = x.clone();
        z.clone()
            .flat_map(move |z| x.clone().map(move |x| [x, y, z]))
    })
}
