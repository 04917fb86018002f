//! The kernels: what each is made of, and our side of it. Peers are added in `bench/peers`, on the same data.

pub mod bodies;
pub mod frames;
pub mod index;
pub mod mesh;
pub mod ray;
pub mod read;
pub mod sweep;

mod generate;
pub mod snapshots;

use crate::rounds::Entry;

/// What has no peer is measured alone.
pub const ALONE: [Entry; 6] = [
    entry("generate", generate::kernel),
    entry("frame-written", frames::written),
    entry("frame-read", frames::read),
    entry("checkpoint", frames::checkpoint),
    entry("replay", frames::replay),
    entry("snapshot-decoded", snapshots::decoded),
];

/// Our side of what has peers.
pub const OURS: [Entry; 11] = [
    entry("voxel-read", || read::Reads::new().kernel()),
    entry("voxel-read-edited", || read::Reads::edited().kernel()),
    entry("ray-cast", || ray::Rays::new().kernel()),
    entry("swept-box", || sweep::Sweeps::new().kernel()),
    entry("mesh", || mesh::Chunks::new().kernel()),
    entry("mesh-shaded", || mesh::Chunks::new().kernel_shaded()),
    entry("index-spread", || index::Scene::SPREAD.kernel()),
    entry("index-battle", || index::Scene::BATTLE.kernel()),
    entry("index-clump", || index::Scene::CLUMP.kernel()),
    entry("bodies-10000", || bodies::Moving::new(10_000).kernel()),
    entry("bodies-100000", || bodies::Moving::new(100_000).kernel()),
];

pub const fn entry(name: &'static str, make: fn() -> crate::kernel::Kernel) -> Entry {
    Entry { name, make }
}
