//! One layer of faces that all look the same way: its shading, and merging it to quads.

use alloc::vec::Vec;
use core::ops::Range;

use super::{PADDED_EDGE, PADDED_VOXELS, Quad};
use crate::{block::Block, face::Face};

/// How the axes of a plane lie in the padded volume: bits along u, rows along v.
pub(super) struct PlaneAxes {
    pub face: Face,
    /// Steps between voxels along u, v and the layer axis.
    strides: [usize; 3],
    /// Steps between rows of bits along v and the layer axis.
    row_strides: [usize; 2],
    /// Shifts of u, v and the layer in a quad's `place`.
    shifts: [u32; 3],
}

impl PlaneAxes {
    pub fn of(face: Face) -> Self {
        const EDGE: usize = PADDED_EDGE;
        let (x, y, z) = (1, EDGE * EDGE, EDGE);
        let (strides, row_strides, shifts) = match face {
            Face::West | Face::East => ([z, y, x], [EDGE, 1], [12, 6, 0]),
            Face::Down | Face::Up => ([x, z, y], [1, EDGE], [0, 12, 6]),
            Face::North | Face::South => ([x, y, z], [EDGE, 1], [0, 6, 12]),
        };
        Self {
            face,
            strides,
            row_strides,
            shifts,
        }
    }

    /// Where the bits of a row are.
    #[inline]
    pub fn row(&self, layer: usize, v: usize) -> usize {
        v * self.row_strides[0] + layer * self.row_strides[1]
    }

    /// The layer that the faces look at.
    #[inline]
    pub fn front(&self, layer: usize) -> usize {
        if self.face.is_positive() {
            layer + 1
        } else {
            layer - 1
        }
    }

    #[inline]
    fn voxel(&self, layer: usize, u: usize, v: usize) -> usize {
        // The remainder changes nothing; it spares a check of each access.
        (u * self.strides[0] + v * self.strides[1] + layer * self.strides[2]) % PADDED_VOXELS
    }
}

/// The faces still to be merged, a bit each; coordinates are those of the padded volume.
pub(super) struct Plane {
    pub layer: usize,
    /// Where there may be faces, along v.
    rows: Range<usize>,
    pub bits: [u64; PADDED_EDGE],
}

/// A rectangle in a plane.
struct Area {
    u: usize,
    v: usize,
    width: usize,
    height: usize,
}

impl Plane {
    pub fn empty(layer: usize, rows: Range<usize>) -> Self {
        Self {
            layer,
            rows,
            bits: [0; PADDED_EDGE],
        }
    }

    /// Covers all faces by rectangles of one block and one shading: as wide as can be, then as high.
    pub fn merge(
        &mut self,
        voxels: &[Block; PADDED_VOXELS],
        axes: &PlaneAxes,
        shading: &Shading,
        quads: &mut Vec<Quad>,
    ) {
        for v in self.rows.clone() {
            while self.bits[v] != 0 {
                let u = self.bits[v].trailing_zeros() as usize;
                let block = voxels[axes.voxel(self.layer, u, v)];
                let is_same = |u, v| voxels[axes.voxel(self.layer, u, v)] == block;
                let width = self.width(u, v, shading, &is_same);
                let mask = ((1 << width) - 1) << u;
                let height = self.height(u..u + width, v, shading, &is_same);
                for row in &mut self.bits[v..v + height] {
                    *row &= !mask;
                }
                let area = Area {
                    u,
                    v,
                    width,
                    height,
                };
                quads.push(self.quad(&area, axes, block, shading.light(u, v)));
            }
        }
    }

    /// How far the faces to the right are the same.
    fn width(
        &self,
        u: usize,
        v: usize,
        shading: &Shading,
        is_same: &impl Fn(usize, usize) -> bool,
    ) -> usize {
        let joined = self.bits[v] & self.bits[v] >> 1 & shading.same_next[v];
        let width_max = 1 + (joined >> u).trailing_ones() as usize;
        (1..width_max)
            .find(|&width| !is_same(u + width, v))
            .unwrap_or(width_max)
    }

    /// How many rows from this one on are the same over a width.
    fn height(
        &self,
        across: Range<usize>,
        v: usize,
        shading: &Shading,
        is_same: &impl Fn(usize, usize) -> bool,
    ) -> usize {
        let mask = ((1 << across.len()) - 1) << across.start;
        let is_row_same = |row: usize| {
            self.bits[row] & mask == mask
                && shading.is_same(v, row, mask)
                && across.clone().all(|u| is_same(u, row))
        };
        let row_end = (v + 1..self.rows.end).find(|&row| !is_row_same(row));
        row_end.unwrap_or(self.rows.end) - v
    }

    fn quad(&self, area: &Area, axes: &PlaneAxes, block: Block, light: u32) -> Quad {
        let [shift_u, shift_v, shift_layer] = axes.shifts;
        // The border is not part of the chunk.
        let place = (area.u as u32 - 1) << shift_u
            | (area.v as u32 - 1) << shift_v
            | (self.layer as u32 - 1) << shift_layer;
        Quad {
            place: place | (area.width as u32) << 18 | (area.height as u32) << 24,
            look: u32::from(block.0) | (axes.face.index() as u32) << 16 | light << 19,
        }
    }
}

/// How dark the corners of a plane's faces are: eight bits a face, each in a word of its own for a
/// whole row. Corner c has its low bit in word 2 c and its high bit in 2 c + 1.
pub(super) struct Shading {
    rows: [[u64; 8]; PADDED_EDGE],
    /// Whether a face is shaded like the next one along u.
    same_next: [u64; PADDED_EDGE],
}

impl Shading {
    /// No corner is dark, of any plane.
    pub const fn open() -> Self {
        Self {
            rows: [[0; 8]; PADDED_EDGE],
            same_next: [!0; PADDED_EDGE],
        }
    }

    /// Takes on what stands in the layer in front of the faces. Rows without faces stay stale.
    pub fn read(&mut self, plane: &Plane, occluders: impl Fn(usize) -> u64) {
        for v in plane.rows.clone().filter(|&v| plane.bits[v] != 0) {
            let around = [occluders(v - 1), occluders(v), occluders(v + 1)];
            let row = darkness(around);
            let different = row.iter().fold(0, |bits, word| bits | (word ^ word >> 1));
            self.rows[v] = row;
            self.same_next[v] = !different;
        }
    }

    fn is_same(&self, v: usize, v_other: usize, mask: u64) -> bool {
        let pairs = self.rows[v].iter().zip(&self.rows[v_other]);
        pairs.fold(0, |bits, (word, other)| bits | (word ^ other)) & mask == 0
    }

    /// The light of a face's corners as a quad holds it.
    fn light(&self, u: usize, v: usize) -> u32 {
        let bit = |(place, word): (usize, &u64)| ((word >> u & 1) as u32) << place;
        let dark: u32 = self.rows[v].iter().enumerate().map(bit).sum();
        // Darkness is 3 less light, which for two bits is the complement.
        dark ^ 0xff
    }
}

/// The darkness of a row of faces, from the rows in front of it below, level and above along v.
fn darkness([below, level, above]: [u64; 3]) -> [u64; 8] {
    let corners = [
        (level << 1, below, below << 1),
        (level >> 1, below, below >> 1),
        (level >> 1, above, above >> 1),
        (level << 1, above, above << 1),
    ];
    let mut row = [0; 8];
    for (corner, (side, side_other, between)) in corners.into_iter().enumerate() {
        // Two sides shut a corner in, whatever stands between them.
        let shut = side & side_other;
        row[2 * corner] = (side ^ side_other ^ between) | shut;
        row[2 * corner + 1] = shut | between & (side | side_other);
    }
    row
}
