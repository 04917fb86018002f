//! Copies the voxels of a box out of the terrain, brick by brick.

use super::{PADDED_EDGE, PADDED_VOXELS};
use crate::{
    block::Block,
    block_box::BlockBox,
    brick::{BRICK_VOXELS, voxel_index},
    position::BlockCoord,
    terrain::Terrain,
};

/// The one block that a box is made of, if the bricks around it are.
pub(super) fn uniform_block(terrain: &Terrain, area: BlockBox) -> Option<Block> {
    let first = terrain.leaf(area.min.cell()).0.as_uniform()?;
    let mut cells = area.cells();
    cells
        .all(|cell| terrain.leaf(cell).0.as_uniform() == Some(first))
        .then_some(first)
}

/// Writes the voxels of a box of at most 64 blocks an edge, its lowest at index 0.
pub(super) fn gather(terrain: &Terrain, area: BlockBox, voxels: &mut [Block]) {
    assert!(voxels.len() == PADDED_VOXELS, "a padded volume");
    let mut scratch = [Block::AIR; BRICK_VOXELS];
    for cell in area.cells() {
        let brick = terrain.leaf(cell).0;
        let part = BlockBox::of_cell(cell)
            .intersection(area)
            .expect("a cell of the area");
        match brick.as_uniform() {
            Some(block) => for_each_row(part, area.min, |_, target| voxels[target].fill(block)),
            None => {
                brick.unpack(&mut scratch);
                for_each_row(part, area.min, |start, target| {
                    let source = voxel_index(start);
                    let length = target.len();
                    voxels[target].copy_from_slice(&scratch[source..source + length]);
                });
            }
        }
    }
}

/// Visits the rows along x of a part of a cell: where each starts, and its range in the volume.
fn for_each_row(
    part: BlockBox,
    origin: BlockCoord,
    mut visit: impl FnMut(BlockCoord, core::ops::Range<usize>),
) {
    let length = (part.max.x - part.min.x + 1) as usize;
    for y in part.min.y..=part.max.y {
        for z in part.min.z..=part.max.z {
            let offset = [part.min.x - origin.x, y - origin.y, z - origin.z];
            let [x, row_y, row_z] = offset.map(|axis| axis as usize);
            let target = x + PADDED_EDGE * (row_z + PADDED_EDGE * row_y);
            visit(BlockCoord::new(part.min.x, y, z), target..target + length);
        }
    }
}
