//! What one would use instead of ours: each kernel of [`bench::kernels`] with its peers beside it, on the
//! same data. Not responsible for measuring: two runners in `benches` do, by the same list.

mod bodies;
pub mod commits;
mod index;
mod mesh;
mod ray;
mod read;
mod space;
mod sweep;

use bench::{kernels::entry, rounds::Entry};

/// The kernels that have peers.
pub const COMPARED: [Entry; 11] = [
    entry("voxel-read", read::unedited),
    entry("voxel-read-edited", read::edited),
    entry("ray-cast", ray::kernel),
    entry("swept-box", sweep::kernel),
    entry("mesh", mesh::plain),
    entry("mesh-shaded", mesh::shaded),
    entry("index-spread", index::spread),
    entry("index-battle", index::battle),
    entry("index-clump", index::clump),
    entry("bodies-10000", bodies::of_10_000),
    entry("bodies-100000", bodies::of_100_000),
];
