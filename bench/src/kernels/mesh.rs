//! Meshes of 62³ voxels of generated land. All sides are given voxels and make quads; the masks that some
//! need are part of their work. No peer shades, so that ours is measured with and without.

use std::{collections::BTreeMap, hint::black_box, rc::Rc};

use spatial::{
    Block, BlockCoord, Terrain,
    limits::MESH_EDGE_MAX,
    mesh::{AmbientOcclusion, MeshBuffers, PADDED_EDGE, PADDED_VOXELS, mesh_voxels},
};

use crate::{
    kernel::{Amount, Kernel, Work},
    land, targets, times,
};

/// Chunks along each side of the square that is meshed; land differs.
const CHUNKS_EDGE: usize = 3;

/// Padded voxels of a chunk, in the order all sides share: x, then z, then y.
pub type Chunk = Vec<Block>;

/// Drawn area of each opaque block id, in block faces: how faces are merged may differ.
pub type Areas = BTreeMap<u16, u64>;

/// What is meshed.
pub struct Chunks(pub Rc<[Chunk]>);

impl Chunks {
    pub fn new() -> Self {
        let terrain = land::generate();
        let corner = BlockCoord::new(land::CORNER.x + 8, 20, land::CORNER.z + 8);
        let edge = times(CHUNKS_EDGE, 1) as i32;
        let step = MESH_EDGE_MAX as i32;
        let origins = (0..edge * edge).map(|chunk| {
            let (x, z) = (chunk % edge * step, chunk / edge * step);
            BlockCoord::new(corner.x + x, corner.y, corner.z + z)
        });
        Self(origins.map(|origin| padded(&terrain, origin)).collect())
    }

    /// Without shading, like for like.
    pub fn kernel(&self) -> Kernel {
        self.ours("mesh", AmbientOcclusion::Off)
            .for_target(targets::MESH)
    }

    /// With the shading that is drawn, beside peers that do without.
    pub fn kernel_shaded(&self) -> Kernel {
        self.ours("mesh-shaded", AmbientOcclusion::On)
    }

    fn ours(&self, name: &'static str, shading: AmbientOcclusion) -> Kernel {
        let amount = Amount {
            count: self.0.len() as u64,
            unit: "chunk",
        };
        let ours = Ours {
            shading,
            buffers: MeshBuffers::new(),
        };
        Kernel::new(name, amount, self.side(ours))
    }

    pub fn side<M: Mesher>(&self, mesher: M) -> Meshing<M> {
        Meshing {
            chunks: self.0.iter().map(|chunk| M::chunk(chunk)).collect(),
            mesher,
        }
    }
}

impl Default for Chunks {
    fn default() -> Self {
        Self::new()
    }
}

/// One side's way to mesh.
pub trait Mesher {
    /// A chunk in its own form: to translate is no part of meshing.
    type Chunk;

    fn chunk(chunk: &Chunk) -> Self::Chunk;

    fn mesh(&mut self, chunk: &Self::Chunk);

    /// Of the chunk, which was meshed last.
    fn areas(&self, chunk: &Self::Chunk) -> Areas;
}

/// A side at work.
pub struct Meshing<M: Mesher> {
    chunks: Vec<M::Chunk>,
    mesher: M,
}

impl<M: Mesher> Work for Meshing<M> {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        for chunk in &self.chunks {
            self.mesher.mesh(chunk);
        }
        tell(self.chunks.len() as i64);
    }

    fn answer(&mut self) -> Vec<i64> {
        let mut told = Vec::new();
        for chunk in &self.chunks {
            self.mesher.mesh(chunk);
            let areas = self.mesher.areas(chunk);
            told.extend(
                areas
                    .iter()
                    .flat_map(|(id, area)| [i64::from(*id), *area as i64]),
            );
        }
        told
    }
}

struct Ours {
    shading: AmbientOcclusion,
    buffers: MeshBuffers,
}

impl Mesher for Ours {
    type Chunk = Chunk;

    fn chunk(chunk: &Chunk) -> Chunk {
        chunk.clone()
    }

    fn mesh(&mut self, chunk: &Chunk) {
        mesh_voxels(chunk, MESH_EDGE_MAX, self.shading, &mut self.buffers);
        black_box(&self.buffers.opaque);
    }

    fn areas(&self, _: &Chunk) -> Areas {
        let mut areas = Areas::new();
        for quad in &self.buffers.opaque {
            let [width, height] = quad.size();
            *areas.entry(quad.block().0).or_default() += u64::from(width * height);
        }
        areas
    }
}

fn padded(terrain: &Terrain, origin: BlockCoord) -> Chunk {
    let edge = PADDED_EDGE as i32;
    let place = |index: i32| {
        let (x, z, y) = (index % edge, index / edge % edge, index / (edge * edge));
        BlockCoord::new(origin.x + x - 1, origin.y + y - 1, origin.z + z - 1)
    };
    let indices = 0..PADDED_VOXELS as i32;
    indices.map(|index| terrain.block(place(index))).collect()
}
