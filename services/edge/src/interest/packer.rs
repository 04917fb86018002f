//! Packs row ranges into full datagrams, within what a client may be sent in this tick.

use std::ops::Range;

use protocol::{
    limits::ROWS_PER_CELL_MAX,
    own::OWN_BYTES,
    snapshot::{CellRows, SnapshotColumns, SnapshotParts, SnapshotSize},
};

use super::policy::{CELL_HEADER_BYTES, ROW_BYTES_FAR, ROW_BYTES_NEAR};

/// Buffers that every client's packing uses again.
#[derive(Default)]
pub struct PackerBuffers {
    near: Vec<CellRows>,
    far: Vec<CellRows>,
    message: Vec<u8>,
    /// All rows packed for the client.
    pub rows: Vec<Range<u32>>,
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
    /// Bytes that the open datagram may have; none is open at 0.
    bytes_max: usize,
    /// What the open datagram holds.
    size: SnapshotSize,
    /// Bytes of rows and cell headers so far.
    pub payload: usize,
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
        buffers.rows.clear();
        let mut packer = Self {
            head,
            buffers,
            sink,
            budget,
            bytes_max: 0,
            size: SnapshotSize::default(),
            payload: 0,
        };
        packer.open();
        packer
    }

    /// Adds rows of one cell; what did not fit any more is returned.
    pub fn add(&mut self, relative: [i8; 3], mut rows: Range<u32>, is_near: bool) -> Range<u32> {
        while !rows.is_empty() {
            let count = self.fitting(rows.len().min(ROWS_PER_CELL_MAX), is_near);
            if count == 0 {
                if !self.open_next() {
                    break;
                }
                continue;
            }
            self.push(relative, rows.start, count, is_near);
            rows.start += count as u32;
        }
        rows
    }

    /// Whether nothing more fits in this tick.
    pub fn is_full(&self) -> bool {
        self.budget < self.head.datagram_bytes && self.fitting(1, true) == 0
    }

    /// Sends the open datagram.
    pub fn finish(&mut self) {
        let is_full = self.bytes_max == self.head.datagram_bytes && self.fitting(1, true) == 0;
        self.finish_padded(is_full);
    }

    /// Bytes of rows and cell headers that surely still fit into the open datagram.
    fn room(&self) -> usize {
        self.bytes_max.saturating_sub(self.size.bytes_max())
    }

    /// How many rows of one cell, of so many, still fit into the open datagram.
    fn fitting(&self, row_count: usize, is_near: bool) -> usize {
        let surely = self.room().saturating_sub(CELL_HEADER_BYTES) / self.row_bytes(is_near);
        if surely >= row_count {
            return row_count;
        }
        // Columns are padded by less than the worst case, so the last rows are worth a closer look.
        let fits = |count: &usize| self.size.with(*count, is_near).bytes() <= self.bytes_max;
        (surely + 1..=row_count)
            .take_while(fits)
            .last()
            .unwrap_or(surely)
    }

    fn row_bytes(&self, is_near: bool) -> usize {
        let row_bytes = if is_near {
            ROW_BYTES_NEAR
        } else {
            ROW_BYTES_FAR
        };
        row_bytes + usize::from(self.size.has_id_high)
    }

    fn push(&mut self, relative: [i8; 3], row_first: u32, row_count: usize, is_near: bool) {
        let cells = if is_near {
            &mut self.buffers.near
        } else {
            &mut self.buffers.far
        };
        cells.push(CellRows {
            relative,
            row_count: row_count as u8,
            row_first,
        });
        let rows = row_first..row_first + row_count as u32;
        self.buffers.rows.push(rows);
        self.size = self.size.with(row_count, is_near);
        self.payload += CELL_HEADER_BYTES + row_count * self.row_bytes(is_near);
    }

    /// Sends the open datagram and opens another, if a full one may still be sent: what is left of
    /// a budget waits for the next tick, because small datagrams cost as much as full ones.
    fn open_next(&mut self) -> bool {
        let is_full = self.bytes_max == self.head.datagram_bytes;
        self.finish_padded(is_full);
        let may = self.budget >= self.head.datagram_bytes;
        if may {
            self.open();
        }
        may
    }

    /// Sends the open datagram. A full one is padded to its full size, which is some bytes at most:
    /// datagrams of one size, with a smaller one behind them, go out in one call to the system.
    fn finish_padded(&mut self, is_full: bool) {
        let parts = SnapshotParts {
            tick: self.head.tick,
            base: self.head.base,
            own: self.head.own.take(),
            near: &self.buffers.near,
            far: &self.buffers.far,
        };
        let bytes_min = if is_full { self.bytes_max } else { 0 };
        self.bytes_max = 0;
        if parts.own.is_none() && parts.near.is_empty() && parts.far.is_empty() {
            return;
        }
        let message = &mut self.buffers.message;
        parts.write(self.head.columns, message);
        message.resize(message.len().max(bytes_min), 0);
        self.budget = self.budget.saturating_sub(message.len());
        self.buffers.near.clear();
        self.buffers.far.clear();
        (self.sink)(&mut self.buffers.message);
    }

    fn open(&mut self) {
        self.buffers.near.clear();
        self.buffers.far.clear();
        self.size = SnapshotSize {
            has_own: self.head.own.is_some(),
            has_id_high: self.head.columns.has_id_high(),
            ..SnapshotSize::default()
        };
        self.bytes_max = self.head.datagram_bytes.min(self.budget);
    }
}
