//! A chunk's mesh, ours against binary-greedy-meshing, on the same 62³ voxels of the same generated
//! land. The peer does no ambient occlusion, so that ours is measured with and without. Both are given
//! voxels and make quads; the masks that either needs are part of its work.

use std::{
    collections::{BTreeMap, BTreeSet},
    hint::black_box,
};

use bench::{Claim, Report, medians};
use binary_greedy_meshing::{Mesher, compute_opaque_mask, compute_transparent_mask};
use spatial::{
    Block, BlockCoord, Terrain,
    limits::MESH_EDGE_MAX,
    mesh::{AmbientOcclusion, MeshBuffers, PADDED_EDGE, PADDED_VOXELS, mesh_voxels},
};

use crate::land;

/// Chunks along each side of the square that is meshed; land differs.
const CHUNKS_EDGE: i32 = 3;

/// Adds a claim with shading off, like for like, and one with it on.
pub fn measure(report: &mut Report) {
    let terrain = land::generate();
    let chunks = chunks(&terrain);
    let (mut ours, mut peer) = (MeshBuffers::new(), Peer::new());
    for chunk in &chunks {
        assert_agree(chunk, &mut ours, &mut peer);
    }
    let mut shaded = MeshBuffers::new();
    let [plain, with_shading, theirs] = medians([
        &mut || mesh_all(&chunks, AmbientOcclusion::Off, &mut ours),
        &mut || mesh_all(&chunks, AmbientOcclusion::On, &mut shaded),
        &mut || chunks.iter().for_each(|chunk| peer.mesh(chunk)),
    ]);
    let microseconds = |time: std::time::Duration| time.as_secs_f64() * 1e6 / chunks.len() as f64;
    let (plain, with_shading, theirs) = (
        microseconds(plain),
        microseconds(with_shading),
        microseconds(theirs),
    );
    let what = "chunk mesh of 62³, no shading, times binary-greedy-meshing's time";
    let detail = format!("ours {plain:.0} µs, theirs {theirs:.0} µs");
    report.add(Claim::at_most(what, plain / theirs, 1.5, "×").with_detail(detail));
    let what = "chunk mesh of 62³, with ambient occlusion, times binary-greedy-meshing's time";
    let detail = format!("ours {with_shading:.0} µs; theirs {theirs:.0} µs and without");
    report.add(Claim::at_most(what, with_shading / theirs, 1.5, "×").with_detail(detail));
}

/// Padded voxels of a chunk, in the order both sides share: x, then z, then y.
struct Chunk {
    blocks: Vec<Block>,
    /// The same, as the peer wants them.
    ids: Vec<u16>,
}

fn chunks(terrain: &Terrain) -> Vec<Chunk> {
    let corner = BlockCoord::new(land::CORNER.x + 8, 20, land::CORNER.z + 8);
    let step = MESH_EDGE_MAX as i32;
    let origins = (0..CHUNKS_EDGE * CHUNKS_EDGE).map(|chunk| {
        let (x, z) = (chunk % CHUNKS_EDGE * step, chunk / CHUNKS_EDGE * step);
        BlockCoord::new(corner.x + x, corner.y, corner.z + z)
    });
    origins.map(|origin| padded(terrain, origin)).collect()
}

fn padded(terrain: &Terrain, origin: BlockCoord) -> Chunk {
    let edge = PADDED_EDGE as i32;
    let place = |index: i32| {
        let (x, z, y) = (index % edge, index / edge % edge, index / (edge * edge));
        BlockCoord::new(origin.x + x - 1, origin.y + y - 1, origin.z + z - 1)
    };
    let blocks: Vec<Block> = (0..PADDED_VOXELS as i32)
        .map(|index| terrain.block(place(index)))
        .collect();
    let ids = blocks.iter().map(|block| block.0).collect();
    Chunk { blocks, ids }
}

fn mesh_all(chunks: &[Chunk], shading: AmbientOcclusion, buffers: &mut MeshBuffers) {
    for chunk in chunks {
        mesh_voxels(&chunk.blocks, MESH_EDGE_MAX, shading, buffers);
        black_box(&buffers.opaque);
    }
}

/// The peer, with the set of blocks that it must know.
struct Peer {
    mesher: Mesher<MESH_EDGE_MAX>,
    see_through: BTreeSet<u16>,
}

impl Peer {
    fn new() -> Self {
        let ids = 1..spatial::block::TABLE.len() as u16;
        let see_through = ids.filter(|id| Block(*id).is_see_through()).collect();
        Self {
            mesher: Mesher::new(),
            see_through,
        }
    }

    fn mesh(&mut self, chunk: &Chunk) {
        let opaque = compute_opaque_mask::<MESH_EDGE_MAX>(&chunk.ids, &self.see_through);
        let see_through = compute_transparent_mask::<MESH_EDGE_MAX>(&chunk.ids, &self.see_through);
        self.mesher.clear();
        self.mesher.fast_mesh(&chunk.ids, &opaque, &see_through);
        black_box(&self.mesher.quads);
    }
}

/// Drawn area of each opaque block id, in block faces: how the faces are merged may differ.
type Areas = BTreeMap<u16, u64>;

fn areas_of_ours(buffers: &MeshBuffers) -> Areas {
    let mut areas = Areas::new();
    for quad in &buffers.opaque {
        let [width, height] = quad.size();
        *areas.entry(quad.block().0).or_default() += u64::from(width * height);
    }
    areas
}

fn areas_of_peer(peer: &Peer) -> Areas {
    let mut areas = Areas::new();
    for quad in peer.mesher.quads.iter().flatten() {
        let id = quad.voxel_id() as u16;
        if !peer.see_through.contains(&id) {
            *areas.entry(id).or_default() += quad.width() * quad.height();
        }
    }
    areas
}

fn assert_agree(chunk: &Chunk, ours: &mut MeshBuffers, peer: &mut Peer) {
    mesh_voxels(&chunk.blocks, MESH_EDGE_MAX, AmbientOcclusion::Off, ours);
    peer.mesh(chunk);
    assert_eq!(
        areas_of_ours(ours),
        areas_of_peer(peer),
        "both draw the same faces"
    );
}
