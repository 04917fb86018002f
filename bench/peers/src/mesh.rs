//! binary-greedy-meshing and block-mesh beside our mesh.

use std::{collections::BTreeSet, hint::black_box};

use bench::{
    kernel::Kernel,
    kernels::mesh::{Areas, Chunk, Chunks, Mesher},
};
use binary_greedy_meshing as binary;
use block_mesh::{
    GreedyQuadsBuffer, MergeVoxel, RIGHT_HANDED_Y_UP_CONFIG, Voxel, VoxelVisibility, greedy_quads,
    ndshape::{ConstShape, ConstShape3u32},
};
use spatial::{Block, limits::MESH_EDGE_MAX, mesh::PADDED_EDGE};

pub fn plain() -> Kernel {
    let chunks = Chunks::new();
    compared(chunks.kernel(), &chunks)
}

pub fn shaded() -> Kernel {
    let chunks = Chunks::new();
    compared(chunks.kernel_shaded(), &chunks)
}

fn compared(kernel: Kernel, chunks: &Chunks) -> Kernel {
    let kernel = kernel.beside("binary-greedy-meshing", chunks.side(Binary::new()));
    kernel.beside("block-mesh", chunks.side(Greedy::new()))
}

/// The peer, with the set of blocks that it must know.
struct Binary {
    mesher: binary::Mesher<MESH_EDGE_MAX>,
    see_through: BTreeSet<u16>,
}

impl Binary {
    fn new() -> Self {
        let ids = 1..spatial::block::TABLE.len() as u16;
        let see_through = ids.filter(|id| Block(*id).is_see_through()).collect();
        Self {
            mesher: binary::Mesher::new(),
            see_through,
        }
    }
}

impl Mesher for Binary {
    type Chunk = Vec<u16>;

    fn chunk(chunk: &Chunk) -> Vec<u16> {
        chunk.iter().map(|block| block.0).collect()
    }

    fn mesh(&mut self, chunk: &Vec<u16>) {
        let opaque = binary::compute_opaque_mask::<MESH_EDGE_MAX>(chunk, &self.see_through);
        let other = binary::compute_transparent_mask::<MESH_EDGE_MAX>(chunk, &self.see_through);
        self.mesher.clear();
        self.mesher.fast_mesh(chunk, &opaque, &other);
        black_box(&self.mesher.quads);
    }

    fn areas(&self, _: &Vec<u16>) -> Areas {
        let mut areas = Areas::new();
        for quad in self.mesher.quads.iter().flatten() {
            let id = quad.voxel_id() as u16;
            if !self.see_through.contains(&id) {
                *areas.entry(id).or_default() += quad.width() * quad.height();
            }
        }
        areas
    }
}

/// The shape of a chunk with its border.
type Padded = ConstShape3u32<64, 64, 64>;

/// A block as block-mesh looks at it; what is visible is decided once, when the chunk is translated.
#[derive(Clone, Copy)]
struct Seen {
    id: u16,
    visibility: VoxelVisibility,
}

impl Voxel for Seen {
    fn get_visibility(&self) -> VoxelVisibility {
        self.visibility
    }
}

impl MergeVoxel for Seen {
    type MergeValue = u16;

    fn merge_value(&self) -> u16 {
        self.id
    }
}

struct Greedy(GreedyQuadsBuffer);

impl Greedy {
    fn new() -> Self {
        Self(GreedyQuadsBuffer::new(Padded::SIZE as usize))
    }
}

impl Mesher for Greedy {
    type Chunk = Vec<Seen>;

    fn chunk(chunk: &Chunk) -> Vec<Seen> {
        let seen = chunk.iter().map(|block| Seen {
            id: block.0,
            visibility: match *block {
                Block::AIR | Block::VOID => VoxelVisibility::Empty,
                block if block.is_see_through() => VoxelVisibility::Translucent,
                _ => VoxelVisibility::Opaque,
            },
        });
        seen.collect()
    }

    fn mesh(&mut self, chunk: &Vec<Seen>) {
        let faces = &RIGHT_HANDED_Y_UP_CONFIG.faces;
        let (min, max) = ([0; 3], [PADDED_EDGE as u32 - 1; 3]);
        greedy_quads(chunk, &Padded {}, min, max, faces, &mut self.0);
        black_box(&self.0.quads);
    }

    fn areas(&self, chunk: &Vec<Seen>) -> Areas {
        let mut areas = Areas::new();
        for quad in self.0.quads.groups.iter().flatten() {
            let voxel = chunk[Padded::linearize(quad.minimum) as usize];
            if voxel.visibility == VoxelVisibility::Opaque {
                *areas.entry(voxel.id).or_default() += u64::from(quad.width * quad.height);
            }
        }
        areas
    }
}
