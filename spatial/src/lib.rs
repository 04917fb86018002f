//! Space: fixed-point positions, cells, Morton codes, voxel bricks, the sparse octree above them,
//! regions and their partition, the cell-ordered entity index, and the geometry that reads them.
//!
//! Pure (R3): no clock, no I/O, no threads, no floats. It knows nothing of bodies, players or bytes
//! on a wire beyond its own serialised bricks.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod block;
pub mod block_box;
pub mod brick;
pub mod codec;
pub mod face;
pub mod index;
pub mod limits;
pub mod mesh;
pub mod morton;
mod packed;
pub mod partition;
pub mod position;
pub mod random;
pub mod ray;
pub mod region;
pub mod sweep;
pub mod terrain;

pub use block::Block;
pub use block_box::BlockBox;
pub use brick::Brick;
pub use face::Face;
pub use position::{BlockCoord, CellCoord, Position};
pub use terrain::Terrain;
