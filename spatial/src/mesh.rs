//! Greedy meshing: the visible faces of a chunk of blocks, merged to as few rectangles (quads) as a
//! greedy walk finds, with ambient occlusion at their corners. Bit masks hold a row of up to 64
//! voxels in one word, so that faces and shading are found for a whole row at once.
//!
//! A chunk is a cube of up to [`MESH_EDGE_MAX`] blocks. It is read with a border of one block, so that
//! faces and shading agree with the neighbouring chunks. Faces against what is not loaded are not
//! drawn. Opaque blocks and those that can be seen through come out apart; water, glass and leaves
//! each hide their own kind only. Textures, lighting and draw order are the browser's.
//!
//! # A quad
//! Two `u32`, lowest bits first, offsets in blocks from the chunk's origin:
//!
//! | `place` | bits | | `look` | bits | |
//! | --- | --- | --- | --- | --- | --- |
//! | x | 0..6 | lowest block | block id | 0..16 | see [`crate::block::TABLE`] |
//! | y | 6..12 | lowest block | face | 16..19 | index of [`Face`]: -x, +x, -y, +y, -z, +z |
//! | z | 12..18 | lowest block | light | 19..27 | 4 corners × 2 bits |
//! | width | 18..24 | along u, 1..=62 | | 27..32 | zero |
//! | height | 24..30 | along v, 1..=62 | | | |
//! | | 30..32 | zero | | | |
//!
//! The axes of a face: x faces have u = z and v = y; y faces have u = x and v = z; z faces have
//! u = x and v = y. A corner is `(x, y, z)`, plus one along the normal's axis if the face points to
//! larger coordinates, plus width along u and height along v where the corner is high. Light of the
//! corners, lowest bits first: (low u, low v), (high u, low v), (high u, high v), (low u, high v);
//! 3 is open, 0 is the darkest. Where the light of opposite corners (0 + 2 against 1 + 3) differs,
//! the diagonal of the two triangles should join the brighter pair.

mod gather;
mod masks;
mod plane;

use alloc::{boxed::Box, vec, vec::Vec};
use core::ops::Range;

use crate::{
    block::Block, block_box::BlockBox, face::Face, limits::MESH_EDGE_MAX, position::BlockCoord,
    terrain::Terrain,
};
use masks::{Layer, Masks, Rows};
use plane::{Plane, PlaneAxes, Shading};

/// Voxels along the edge of the padded volume, whatever the chunk's edge is.
pub const PADDED_EDGE: usize = MESH_EDGE_MAX + 2;
/// Voxels in the padded volume.
pub const PADDED_VOXELS: usize = PADDED_EDGE * PADDED_EDGE * PADDED_EDGE;

/// A rectangle of equal faces; the module's head has its layout.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[repr(C)]
pub struct Quad {
    pub place: u32,
    pub look: u32,
}

impl Quad {
    /// x, y, z of its lowest block in the chunk.
    pub const fn offset(self) -> [u32; 3] {
        [self.place & 63, self.place >> 6 & 63, self.place >> 12 & 63]
    }

    /// Along u and v, in blocks.
    pub const fn size(self) -> [u32; 2] {
        [self.place >> 18 & 63, self.place >> 24 & 63]
    }

    pub const fn block(self) -> Block {
        Block(self.look as u16)
    }

    pub const fn face(self) -> Face {
        Face::ALL[(self.look >> 16 & 7) as usize]
    }

    /// Of the corners, in the order of the module's head; 3 is open.
    pub const fn light(self) -> [u32; 4] {
        let light = self.look >> 19;
        [light & 3, light >> 2 & 3, light >> 4 & 3, light >> 6 & 3]
    }
}

/// Whether faces are shaded where they meet other blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AmbientOcclusion {
    #[default]
    On,
    /// All corners are open, and more faces merge.
    Off,
}

/// The quads of one chunk, and the memory to make them in; used again for chunk after chunk.
pub struct MeshBuffers {
    pub opaque: Vec<Quad>,
    pub see_through: Vec<Quad>,
    masks: Masks,
    voxels: Box<[Block]>,
}

impl MeshBuffers {
    pub fn new() -> Self {
        Self {
            opaque: Vec::new(),
            see_through: Vec::new(),
            masks: Masks::new(),
            voxels: vec![Block::AIR; PADDED_VOXELS].into_boxed_slice(),
        }
    }
}

impl Default for MeshBuffers {
    fn default() -> Self {
        Self::new()
    }
}

/// Meshes the cube of `edge` blocks from an origin on. Panics when the edge is not in
/// `1..=`[`MESH_EDGE_MAX`].
pub fn mesh_chunk(terrain: &Terrain, origin: BlockCoord, edge: usize, buffers: &mut MeshBuffers) {
    assert!((1..=MESH_EDGE_MAX).contains(&edge), "edge out of range");
    buffers.opaque.clear();
    buffers.see_through.clear();
    let high = edge as i32;
    let padded = BlockBox {
        min: BlockCoord::new(origin.x - 1, origin.y - 1, origin.z - 1),
        max: BlockCoord::new(origin.x + high, origin.y + high, origin.z + high),
    };
    if gather::uniform_block(terrain, padded).is_some() {
        return;
    }
    let mut voxels = core::mem::take(&mut buffers.voxels);
    gather::gather(terrain, padded, &mut voxels);
    mesh_voxels(&voxels, edge, AmbientOcclusion::On, buffers);
    buffers.voxels = voxels;
}

/// Meshes voxels given with their border: [`PADDED_VOXELS`] of them, of which those with all axes
/// in `0..edge + 2` count, at `x + 64 z + 4096 y`. Panics when a size is wrong.
pub fn mesh_voxels(
    voxels: &[Block],
    edge: usize,
    occlusion: AmbientOcclusion,
    buffers: &mut MeshBuffers,
) {
    assert!((1..=MESH_EDGE_MAX).contains(&edge), "edge out of range");
    let voxels = voxels.as_array().expect("a padded volume");
    buffers.opaque.clear();
    buffers.see_through.clear();
    buffers.masks.read(voxels, edge);
    let masks = &buffers.masks;
    let mut chunk = Chunk {
        voxels,
        edge,
        masks,
        shading: Shading::open(),
        occlusion,
    };
    chunk.mesh_group(masks.opaque(), &mut buffers.opaque);
    for kind in masks.kinds.iter().filter(|kind| kind.is_present) {
        chunk.mesh_group(&kind.rows, &mut buffers.see_through);
    }
}

/// A chunk being meshed.
struct Chunk<'a> {
    voxels: &'a [Block; PADDED_VOXELS],
    edge: usize,
    masks: &'a Masks,
    /// Of the plane being meshed; stays open without occlusion.
    shading: Shading,
    occlusion: AmbientOcclusion,
}

impl Chunk<'_> {
    /// Meshes the blocks of one group, which do not show faces to each other.
    fn mesh_group(&mut self, own: &Rows, quads: &mut Vec<Quad>) {
        let uneven = self.uneven_layers(own);
        for face in Face::ALL {
            let axes = PlaneAxes::of(face);
            let is_upright = face.axis() != 1;
            let rows = if is_upright {
                uneven.clone()
            } else {
                1..self.edge + 1
            };
            for layer in 1..=self.edge {
                if !is_upright && self.is_hidden(own, layer, axes.front(layer)) {
                    continue;
                }
                if let Some(plane) = self.visible(own, &axes, layer, rows.clone()) {
                    self.mesh_plane(plane, &axes, quads);
                }
            }
        }
    }

    /// From the first to the last y whose layer may have faces to its sides.
    fn uneven_layers(&self, own: &Rows) -> Range<usize> {
        let is_uneven = |y: &usize| !self.is_hidden(own, *y, *y);
        let first = (1..=self.edge).find(is_uneven).unwrap_or(1);
        let last = (1..=self.edge).rfind(is_uneven).unwrap_or(0);
        first..last + 1
    }

    /// Whether no block of a layer shows a face to another layer.
    fn is_hidden(&self, own: &Rows, layer: usize, front: usize) -> bool {
        own.layer(layer) == Layer::Empty || self.masks.hides.layer(front) == Layer::Full
    }

    /// The faces of a layer that show; none if none do.
    fn visible(
        &self,
        own: &Rows,
        axes: &PlaneAxes,
        layer: usize,
        rows: Range<usize>,
    ) -> Option<Plane> {
        let own = own.along(axes.face);
        let hides = self.masks.hides.along(axes.face);
        let inside = ((1 << self.edge) - 1) << 1;
        let mut plane = Plane::empty(layer, rows.clone());
        let mut any = 0;
        for v in rows {
            let row = axes.row(layer, v);
            let row_front = axes.row(axes.front(layer), v);
            let bits = own[row] & !(hides[row_front] | own[row_front]) & inside;
            plane.bits[v] = bits;
            any |= bits;
        }
        (any != 0).then_some(plane)
    }

    fn mesh_plane(&mut self, mut plane: Plane, axes: &PlaneAxes, quads: &mut Vec<Quad>) {
        if self.occlusion == AmbientOcclusion::On {
            let occluders = self.masks.opaque().along(axes.face);
            let front = axes.front(plane.layer);
            self.shading.read(&plane, |v| occluders[axes.row(front, v)]);
        }
        plane.merge(self.voxels, axes, &self.shading, quads);
    }
}
