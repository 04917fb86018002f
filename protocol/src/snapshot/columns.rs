//! The columns of all bodies of a tick, encoded once and copied from for every client.

use alloc::vec::Vec;

/// Bodies of a tick, in parallel slices; units as in WIRE.md before the wire rounds them.
#[derive(Clone, Copy)]
pub struct Bodies<'a> {
    /// Body indices, 24 bits each.
    pub index: &'a [u32],
    /// 1/4096 m.
    pub x: &'a [i32],
    pub y: &'a [i32],
    pub z: &'a [i32],
    /// 65,536 to a full turn.
    pub yaw: &'a [u16],
    pub pose: &'a [u8],
    pub health: &'a [u8],
}

/// Columns as the wire has them: 16-bit ones as pairs of bytes, lowest first.
#[derive(Clone, Debug, Default)]
pub struct SnapshotColumns {
    pub(super) id_low: Vec<u8>,
    /// Empty while every index is below 65,536.
    pub(super) id_high: Vec<u8>,
    pub(super) yaw: Vec<u8>,
    pub(super) pose: Vec<u8>,
    pub(super) health: Vec<u8>,
    /// x, y, z, 1/4096 m.
    pub(super) offset: [Vec<u8>; 3],
    /// x, y, z, 1/16 m.
    pub(super) offset_far: [Vec<u8>; 3],
}

/// Rows of one cell that stand together in [`SnapshotColumns`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CellRows {
    /// The cell, relative to the snapshot's base.
    pub relative: [i8; 3],
    pub row_count: u8,
    pub row_first: u32,
}

impl SnapshotColumns {
    /// Encodes a tick's bodies; what was there before is gone, its memory is used again.
    pub fn set(&mut self, bodies: &Bodies<'_>) {
        let index_max = bodies.index.iter().copied().max().unwrap_or(0);
        pairs(
            &mut self.id_low,
            bodies.index.iter().map(|&index| index as u16),
        );
        self.id_high.clear();
        if index_max > u32::from(u16::MAX) {
            let high = bodies.index.iter().map(|&index| (index >> 16) as u8);
            self.id_high.extend(high);
        }
        self.yaw.clear();
        self.yaw
            .extend(bodies.yaw.iter().map(|&yaw| (yaw >> 8) as u8));
        copy(&mut self.pose, bodies.pose);
        copy(&mut self.health, bodies.health);
        for (axis, values) in [bodies.x, bodies.y, bodies.z].into_iter().enumerate() {
            pairs(
                &mut self.offset[axis],
                values.iter().map(|&value| value as u16),
            );
            self.offset_far[axis].clear();
            self.offset_far[axis].extend(values.iter().map(|&value| (value >> 8) as u8));
        }
    }

    /// Whether rows carry the high byte of their index.
    pub fn has_id_high(&self) -> bool {
        !self.id_high.is_empty()
    }
}

fn pairs(column: &mut Vec<u8>, values: impl ExactSizeIterator<Item = u16>) {
    column.clear();
    column.resize(2 * values.len(), 0);
    for (pair, value) in column.as_chunks_mut().0.iter_mut().zip(values) {
        *pair = value.to_le_bytes();
    }
}

fn copy(column: &mut Vec<u8>, values: &[u8]) {
    column.clear();
    column.extend_from_slice(values);
}
