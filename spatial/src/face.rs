//! The six sides of a block.

/// A side, named by where its normal points. Axis is `index / 2` (x, y, z), and an odd index points
/// to larger coordinates.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Face {
    West = 0,
    East = 1,
    Down = 2,
    Up = 3,
    North = 4,
    South = 5,
}

impl Face {
    /// By index.
    pub const ALL: [Face; 6] = [
        Face::West,
        Face::East,
        Face::Down,
        Face::Up,
        Face::North,
        Face::South,
    ];

    pub const fn index(self) -> usize {
        self as usize
    }

    /// 0 for x, 1 for y, 2 for z.
    pub const fn axis(self) -> usize {
        self.index() / 2
    }

    pub const fn is_positive(self) -> bool {
        self.index() % 2 == 1
    }

    /// The side that faces the smaller (or larger) coordinates of an axis in `0..3`.
    pub const fn of_axis(axis: usize, is_positive: bool) -> Self {
        Self::ALL[axis * 2 + is_positive as usize]
    }

    pub const fn opposite(self) -> Self {
        Self::ALL[self.index() ^ 1]
    }

    /// One block outwards: x, y, z.
    pub const fn normal(self) -> [i32; 3] {
        let mut normal = [0; 3];
        normal[self.axis()] = if self.is_positive() { 1 } else { -1 };
        normal
    }
}
