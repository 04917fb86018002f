//! Packs row ranges into full datagrams, within what a client may be sent in this tick.

use std::ops::Range;

use protocol::{
    own::OWN_BYTES,
    snapshot::{CellRows, SnapshotColumns, SnapshotParts, snapshot_bytes},
};

use super::policy::{CELL_HEADER_BYTES, ROW_BYTES_FAR, ROW_BYTES_NEAR};

/// Buffers that every client's packing uses again.
#[derive(Default)]
pub struct PackerBuffers {
    near: Vec<CellRows>,
    far: Vec<CellRows>,
    message: Vec<u8>,
}

/// What all datagrams of a client in a tick share.
pub struct PackerHead<'a> {
    pub columns: &'a SnapshotColumns,
    pub tick: u32,
    pub base: [i16; 3],
    /// Goes into the first datagram.
    pub own: Option<&'a [u8; OWN_BYTES]>,
    pub datagram_bytes: usize,
}

/// Packs one client's tick.
pub struct Packer<'a, Sink> {
    head: PackerHead<'a>,
    buffers: &'a mut PackerBuffers,
    sink: Sink,
    /// Bytes that may still be sent in this tick, the open datagram not yet counted.
    budget: usize,
    /// Bytes of rows and cell headers that still fit into the open datagram; none is open at 0.
    room: usize,
    /// Bytes of rows and cell headers so far.
    pub payload: usize,
    /// Bytes of datagrams so far.
    pub sent: usize,
}

impl<'a, Sink: FnMut(&mut [u8])> Packer<'a, Sink> {
    /// Opens the first datagram. It is opened however small the budget, since it tells the client
    /// of its own body.
    pub fn new(
        head: PackerHead<'a>,
        buffers: &'a mut PackerBuffers,
        budget: usize,
        sink: Sink,
    ) -> Self {
        let mut packer = Self {
            head,
            buffers,
            sink,
            budget,
            room: 0,
            payload: 0,
            sent: 0,
        };
        packer.open();
        packer
    }

    /// Adds rows of one cell; what did not fit any more is returned.
    pub fn add(&mut self, relative: [i8; 3], mut rows: Range<u32>, is_near: bool) -> Range<u32> {
        let row_bytes = if is_near {
            ROW_BYTES_NEAR
        } else {
            ROW_BYTES_FAR
        };
        let row_bytes = row_bytes + usize::from(self.head.columns.has_id_high());
        while !rows.is_empty() {
            let fitting = self.room.saturating_sub(CELL_HEADER_BYTES) / row_bytes;
            if fitting == 0 {
                if !self.open_next() {
                    break;
                }
                continue;
            }
            let count = fitting
                .min(rows.len())
                .min(protocol::limits::ROWS_PER_CELL_MAX);
            self.push(relative, rows.start, count as u8, is_near);
            rows.start += count as u32;
            self.room -= CELL_HEADER_BYTES + count * row_bytes;
            self.payload += CELL_HEADER_BYTES + count * row_bytes;
        }
        rows
    }

    /// Whether nothing more fits in this tick.
    pub fn is_full(&self) -> bool {
        self.room < CELL_HEADER_BYTES + ROW_BYTES_NEAR + 1 && self.budget < self.head.datagram_bytes
    }

    /// Sends the open datagram.
    pub fn finish(&mut self) {
        let parts = SnapshotParts {
            tick: self.head.tick,
            base: self.head.base,
            own: self.head.own.take(),
            near: &self.buffers.near,
            far: &self.buffers.far,
        };
        if parts.own.is_none() && parts.near.is_empty() && parts.far.is_empty() {
            return;
        }
        parts.write(self.head.columns, &mut self.buffers.message);
        self.sent += self.buffers.message.len();
        self.budget = self.budget.saturating_sub(self.buffers.message.len());
        self.buffers.near.clear();
        self.buffers.far.clear();
        self.room = 0;
        (self.sink)(&mut self.buffers.message);
    }

    fn push(&mut self, relative: [i8; 3], row_first: u32, row_count: u8, is_near: bool) {
        let cells = if is_near {
            &mut self.buffers.near
        } else {
            &mut self.buffers.far
        };
        cells.push(CellRows {
            relative,
            row_count,
            row_first,
        });
    }

    /// Sends the open datagram and opens another, if a full one may still be sent: what is left of
    /// a budget waits for the next tick, because small datagrams cost as much as full ones.
    fn open_next(&mut self) -> bool {
        self.finish();
        let may = self.budget >= self.head.datagram_bytes;
        if may {
            self.open();
        }
        may
    }

    fn open(&mut self) {
        self.buffers.near.clear();
        self.buffers.far.clear();
        let has_id_high = self.head.columns.has_id_high();
        let fixed = snapshot_bytes(0, 0, 0, self.head.own.is_some(), has_id_high);
        let bytes = self.head.datagram_bytes.min(self.budget);
        self.room = bytes.saturating_sub(fixed);
    }
}
