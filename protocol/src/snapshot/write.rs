//! Lays out a snapshot's bytes: fixed head, then the columns one behind the other.

use alloc::vec::Vec;

use super::columns::{CellRows, SnapshotColumns};
use crate::{
    header::{Header, Kind},
    own::OWN_BYTES,
};

/// What one datagram tells.
#[derive(Clone, Copy, Default)]
pub struct SnapshotParts<'a> {
    pub tick: u32,
    pub base: [i16; 3],
    /// The player's own state, encoded.
    pub own: Option<&'a [u8; OWN_BYTES]>,
    /// Cells whose rows are told exactly.
    pub near: &'a [CellRows],
    /// Cells whose rows are told roughly.
    pub far: &'a [CellRows],
}

// Where things lie, counted from the start of the table's bytes (behind the header).
const VTABLE_AT: usize = 4;
const FIELD_COUNT: usize = 11;
const VTABLE_BYTES: usize = 4 + 2 * FIELD_COUNT;
const TABLE_AT: usize = 32;
const TICK_AT: usize = 4;
const BASE_AT: usize = 8;
/// The first of the columns' offsets; they stand in the order of `Slot`.
const SLOTS_AT: usize = 16;
const SLOT_COUNT: usize = 8;
const OWN_AT: usize = SLOTS_AT + 4 * SLOT_COUNT;
const HEAD_BYTES: usize = TABLE_AT + OWN_AT;

/// The columns, in the order of the schema, which is also the order they are written in.
#[derive(Clone, Copy)]
enum Slot {
    Cells,
    IdLow,
    IdHigh,
    Yaw,
    Pose,
    Offset,
    Health,
    OffsetFar,
}

/// What there is to tell in one snapshot, for its size.
#[derive(Clone, Copy, Default)]
pub struct SnapshotSize {
    pub cell_count: usize,
    pub rows_near: usize,
    pub rows_far: usize,
    pub has_own: bool,
    pub has_id_high: bool,
}

impl SnapshotSize {
    /// Bytes of the whole message, header included, at most: each column may be padded by 3 bytes.
    /// Grows evenly with the rows, which [`Self::bytes`] does not.
    pub const fn bytes_max(self) -> usize {
        let row_bytes = if self.has_id_high { 5 } else { 4 };
        let rows = row_bytes * (self.rows_near + self.rows_far);
        let columns = 4 * self.cell_count + rows + 7 * self.rows_near + 3 * self.rows_far;
        self.head_bytes() + columns + (4 + 3) * SLOT_COUNT
    }

    /// Bytes of the whole message, header included.
    pub const fn bytes(self) -> usize {
        let rows = self.rows_near + self.rows_far;
        let cells = column_bytes(4 * self.cell_count);
        let mut bytes = self.head_bytes() + cells + column_bytes(2 * rows) + 2 * column_bytes(rows);
        if self.has_id_high {
            bytes += column_bytes(rows);
        }
        if self.rows_near > 0 {
            bytes += column_bytes(6 * self.rows_near) + column_bytes(self.rows_near);
        }
        if self.rows_far > 0 {
            bytes += column_bytes(3 * self.rows_far);
        }
        bytes
    }

    /// With so many rows of one more cell.
    pub const fn with(mut self, row_count: usize, is_near: bool) -> Self {
        self.cell_count += 1;
        if is_near {
            self.rows_near += row_count;
        } else {
            self.rows_far += row_count;
        }
        self
    }

    const fn head_bytes(self) -> usize {
        Header::BYTES + HEAD_BYTES + if self.has_own { OWN_BYTES } else { 0 }
    }
}

/// A column with its length before it and what pads it behind.
const fn column_bytes(bytes: usize) -> usize {
    4 + bytes.next_multiple_of(4)
}

impl SnapshotParts<'_> {
    /// Replaces what `message` holds by this snapshot; the header's number is left at zero.
    pub fn write(&self, columns: &SnapshotColumns, message: &mut Vec<u8>) {
        let near = (self.near, rows(self.near));
        let far = (self.far, rows(self.far));
        self.write_head(columns, near.1 > 0, far.1 > 0, message);
        self.write_cells(message);
        let mut writer = ColumnWriter { near, far, message };
        writer.all(Slot::IdLow, 2, &columns.id_low);
        if columns.has_id_high() {
            writer.all(Slot::IdHigh, 1, &columns.id_high);
        }
        writer.all(Slot::Yaw, 1, &columns.yaw);
        writer.all(Slot::Pose, 1, &columns.pose);
        if near.1 > 0 {
            let [x, y, z] = &columns.offset;
            writer.some(Slot::Offset, near, 2, &[x, y, z]);
            writer.some(Slot::Health, near, 1, &[&columns.health]);
        }
        if far.1 > 0 {
            let [x, y, z] = &columns.offset_far;
            writer.some(Slot::OffsetFar, far, 1, &[x, y, z]);
        }
    }

    fn write_head(
        &self,
        columns: &SnapshotColumns,
        has_near: bool,
        has_far: bool,
        message: &mut Vec<u8>,
    ) {
        let table_bytes = OWN_AT + if self.own.is_some() { OWN_BYTES } else { 0 };
        let slot = |slot: Slot, is_there: bool| (SLOTS_AT + 4 * slot as usize) * is_there as usize;
        let vtable: [usize; 2 + FIELD_COUNT] = [
            VTABLE_BYTES,
            table_bytes,
            TICK_AT,
            BASE_AT,
            OWN_AT * self.own.is_some() as usize,
            slot(Slot::Cells, true),
            slot(Slot::IdLow, true),
            slot(Slot::IdHigh, columns.has_id_high()),
            slot(Slot::Yaw, true),
            slot(Slot::Pose, true),
            slot(Slot::Offset, has_near),
            slot(Slot::Health, has_near),
            slot(Slot::OffsetFar, has_far),
        ];
        let mut head = [0; HEAD_BYTES];
        put_u32(&mut head, 0, TABLE_AT as u32);
        for (index, entry) in vtable.into_iter().enumerate() {
            let at = VTABLE_AT + 2 * index;
            head[at..at + 2].copy_from_slice(&(entry as u16).to_le_bytes());
        }
        put_u32(&mut head, TABLE_AT, (TABLE_AT - VTABLE_AT) as u32);
        put_u32(&mut head, TABLE_AT + TICK_AT, self.tick);
        for (axis, value) in self.base.into_iter().enumerate() {
            let at = TABLE_AT + BASE_AT + 2 * axis;
            head[at..at + 2].copy_from_slice(&value.to_le_bytes());
        }
        message.clear();
        let (kind, number) = (Kind::Snapshot, 0);
        message.extend_from_slice(&Header { kind, number }.encode());
        message.extend_from_slice(&head);
        message.extend_from_slice(self.own.map_or(&[][..], |own| own));
    }

    fn write_cells(&self, message: &mut Vec<u8>) {
        let cell_count = self.near.len() + self.far.len();
        start_column(message, Slot::Cells, cell_count);
        for cell in self.near.iter().chain(self.far) {
            let [x, y, z] = cell.relative.map(|axis| axis as u8);
            message.extend_from_slice(&[x, y, z, cell.row_count]);
        }
    }
}

type Rows<'a> = (&'a [CellRows], usize);

struct ColumnWriter<'a> {
    near: Rows<'a>,
    far: Rows<'a>,
    message: &'a mut Vec<u8>,
}

impl ColumnWriter<'_> {
    /// A column that both near and far rows have.
    fn all(&mut self, slot: Slot, row_bytes: usize, column: &[u8]) {
        start_column(self.message, slot, self.near.1 + self.far.1);
        copy_rows(self.message, self.near.0, row_bytes, column);
        copy_rows(self.message, self.far.0, row_bytes, column);
        pad(self.message);
    }

    /// Columns one behind the other in one vector, that only these rows have.
    fn some(&mut self, slot: Slot, rows: Rows<'_>, row_bytes: usize, columns: &[&[u8]]) {
        start_column(self.message, slot, rows.1 * columns.len());
        for column in columns {
            copy_rows(self.message, rows.0, row_bytes, column);
        }
        pad(self.message);
    }
}

/// Writes a column's length and, in the table, how far the column is from its slot.
fn start_column(message: &mut Vec<u8>, slot: Slot, count: usize) {
    let slot_at = Header::BYTES + TABLE_AT + SLOTS_AT + 4 * slot as usize;
    let column_at = message.len();
    put_u32(message, slot_at, (column_at - slot_at) as u32);
    message.extend_from_slice(&(count as u32).to_le_bytes());
}

fn copy_rows(message: &mut Vec<u8>, cells: &[CellRows], row_bytes: usize, column: &[u8]) {
    for cell in cells {
        let start = cell.row_first as usize * row_bytes;
        let end = start + usize::from(cell.row_count) * row_bytes;
        message.extend_from_slice(&column[start..end]);
    }
}

/// The next column's length stands at a multiple of 4.
fn pad(message: &mut Vec<u8>) {
    let missing = message.len().next_multiple_of(4) - message.len();
    message.extend_from_slice(&[0; 3][..missing]);
}

fn put_u32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn rows(cells: &[CellRows]) -> usize {
    cells.iter().map(|cell| usize::from(cell.row_count)).sum()
}
