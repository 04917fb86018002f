//! Every bound of space, with its derivation (R10).

use crate::{
    morton,
    position::{CELL_EDGE_BLOCKS, UNITS_PER_METRE},
    terrain::NODE_EDGE_BITS,
};

/// Levels of nodes above the bricks that cover all cells: 16 bits an axis, three a level.
pub const TERRAIN_LEVEL_MAX: u32 = (morton::CODE_BITS / 3).div_ceil(NODE_EDGE_BITS);

/// The largest magnitude of a component of a ray's direction. Planes are at most 2^34
/// units away; times a length of twice this, they fit 63 bits.
pub const RAY_DIRECTION_MAX: i32 = 1 << 24;

/// Rays up to this component and this length are walked in 64 bits: a distance of 2^19 units times three
/// components takes 61, and so does a way through the largest cube of one block, 2^19 blocks.
pub const RAY_QUICK_DIRECTION_MAX: u32 = 1 << 14;
pub const RAY_QUICK_UNITS_MAX: u32 = 1 << 19;

/// The farthest that one sweep moves along an axis: 64 m a tick are 1,280 m/s.
pub const SWEEP_DELTA_UNITS_MAX: i32 = 64 * UNITS_PER_METRE;

/// Blocks along the edge of the largest chunk that is meshed: the 64 bits of a row, less one for
/// the border on each side.
pub const MESH_EDGE_MAX: usize = 62;

/// log2 of the smallest region's edge in cells: 32 m, so that what happens in a tick reaches no
/// farther than the next region.
pub const REGION_LEVEL_MIN: u8 = 1;
/// log2 of the largest region's edge in cells: 1,024 m, the edge of the world.
pub const REGION_LEVEL_MAX: u8 = 6;

/// The largest table of the cell index, 1 MB. The cells of the whole world (64 × 16 × 64) take a
/// quarter of it; rows that stand farther apart are found by searching.
pub const INDEX_SLOT_COUNT_MAX: usize = 1 << 18;

const _: () = {
    // A sweep multiplies its way by its number of pieces, a block each.
    assert!(SWEEP_DELTA_UNITS_MAX as i64 * 64 < i32::MAX as i64);
    assert!(MESH_EDGE_MAX + 2 == u64::BITS as usize);
    assert!(CELL_EDGE_BLOCKS << REGION_LEVEL_MIN == 32);
    assert!(CELL_EDGE_BLOCKS << REGION_LEVEL_MAX == 1_024);
};
