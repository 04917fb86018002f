//! Random voxel reads over generated terrain, ours against tree64's; and bytes per voxel.

use std::hint::black_box;

use bench::{Claim, Report, medians};
use spatial::{Block, BlockCoord, Terrain, random::SplitMix64};
use tree64::{Tree64, VoxelModel};

use crate::land::{self, CORNER, EDGE_BLOCKS, SEED};

const READS_COUNT: usize = 1_000_000;

/// Adds both claims.
pub fn measure(report: &mut Report) {
    let terrain = land::generate();
    let tree = Tree64::new(&Model { terrain: &terrain });
    let places = places();
    assert_agree(&terrain, &tree, &places);
    // Each side gets the places in its own coordinates: moving them there is no part of a read.
    let blocks: Vec<_> = places.iter().map(|at| offset(*at)).collect();
    let [ours, theirs] = medians([
        &mut || {
            black_box(
                blocks
                    .iter()
                    .map(|at| u64::from(terrain.block(*at).0))
                    .sum::<u64>(),
            );
        },
        &mut || {
            black_box(
                places
                    .iter()
                    .map(|at| u64::from(peer_block(&tree, *at)))
                    .sum::<u64>(),
            );
        },
    ]);
    let nanoseconds = |time: std::time::Duration| time.as_nanos() as f64 / READS_COUNT as f64;
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    let detail = format!(
        "ours {:.1} ns, tree64 {:.1} ns",
        nanoseconds(ours),
        nanoseconds(theirs)
    );
    report.add(
        Claim::at_least(
            "random voxel read, times faster than tree64",
            ratio,
            4.0,
            "×",
        )
        .with_detail(detail),
    );
    let voxels_count = f64::from(EDGE_BLOCKS).powi(3);
    let bytes = terrain.bytes_count() as f64 / voxels_count;
    report.add(Claim::at_most(
        "generated terrain",
        bytes,
        0.6,
        "bytes per voxel",
    ));
}

/// The same blocks, as tree64 wants them; air is nothing.
struct Model<'a> {
    terrain: &'a Terrain,
}

impl VoxelModel<u16> for Model<'_> {
    fn dimensions(&self) -> [u32; 3] {
        [EDGE_BLOCKS as u32; 3]
    }

    fn access(&self, at: [usize; 3]) -> Option<u16> {
        let block = self.terrain.block(offset(at.map(|axis| axis as u32)));
        (block != Block::AIR).then_some(block.0)
    }
}

fn offset(at: [u32; 3]) -> BlockCoord {
    let [x, y, z] = at.map(|axis| axis as i32);
    BlockCoord::new(CORNER.x + x, CORNER.y + y, CORNER.z + z)
}

/// Places drawn around the ground, where a battle reads: half of them solid, half air.
fn places() -> Vec<[u32; 3]> {
    let mut random = SplitMix64::new(SEED);
    let mut place = || [random.below(256), 24 + random.below(64), random.below(256)];
    (0..READS_COUNT).map(|_| place()).collect()
}

fn peer_block(tree: &Tree64<u16>, at: [u32; 3]) -> u16 {
    tree.get_value_at(at).unwrap_or(Block::AIR.0)
}

fn assert_agree(terrain: &Terrain, tree: &Tree64<u16>, places: &[[u32; 3]]) {
    for at in places {
        assert_eq!(
            terrain.block(offset(*at)).0,
            peer_block(tree, *at),
            "at {at:?}"
        );
    }
}
