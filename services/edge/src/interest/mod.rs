//! Interest: what each client is told of the bodies and events around it, tick by tick, within its
//! budget of bytes. The bound on how stale anything in view can get, and why it holds, is in
//! [`policy`].
//!
//! All that clients share is worked out once a tick: the encoded columns (`cells`), what is seen
//! from each cell (`views`) and the events near it (`events`). A client then costs a walk over the
//! cells in its view and the copying of its bytes.
//!
//! Pure: no clock, no I/O, no threads. Each edge thread has one [`Interest`] for all of its clients.
//! It is not responsible for terrain, appearances or anything else that goes over streams.

mod cells;
mod client;
mod events;
mod memory;
mod own;
mod packer;
pub mod policy;
mod views;

use engine::{Frame, limits::TICK_RATE_HZ as RATE};
use protocol::limits::DATAGRAM_BYTES_MAX;

pub use client::{ClientInterest, View};
pub use own::own_state;

use crate::limits::DATAGRAM_BYTES_MIN;
use cells::TickCells;
use client::{DueLists, Tick};
use events::TickEvents;
use packer::{Packer, PackerBuffers, PackerHead};
use policy::Slowing;
use views::Views;

/// Ticks in a second.
const TICK_RATE_HZ: usize = RATE as usize;

/// What all clients of an edge thread share in a tick.
#[derive(Default)]
pub struct Interest {
    cells: TickCells,
    views: Views,
    events: TickEvents,
    lists: DueLists,
    buffers: PackerBuffers,
    slowing: Slowing,
}

/// What a client's tick came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Filled {
    pub datagrams: u32,
    pub bytes: u32,
}

impl Interest {
    pub fn new() -> Self {
        Self::default()
    }

    /// What clients are told less often from the next tick on.
    pub fn set_slowing(&mut self, slowing: Slowing) {
        self.slowing = slowing;
    }

    /// Keeps the events of a frame that clients will not be told of by itself, because a newer one
    /// is there already: they are told with that one.
    pub fn skip_tick(&mut self, frame: &Frame) {
        self.events.skip(frame);
    }

    /// Takes in the frame that clients are told of from now on.
    pub fn begin_tick(&mut self, frame: &Frame) {
        self.cells.set(frame);
        self.views.clear(self.cells.spans.len());
        self.events.set(frame, self.cells.spans.len());
    }

    /// Tells one client about this tick: hands its datagrams to `sink`, all but the number in their
    /// headers, which the sink may write ([`protocol::header::set_number`]).
    ///
    /// Call it once per client and tick. The first datagram always is a snapshot, with the own state
    /// where the view has one.
    pub fn fill(
        &mut self,
        client: &mut ClientInterest,
        view: &View<'_>,
        mut sink: impl FnMut(&mut [u8]),
    ) -> Filled {
        client.warm();
        let datagram_bytes = view
            .datagram_bytes
            .clamp(DATAGRAM_BYTES_MIN, DATAGRAM_BYTES_MAX);
        let from = view.position.cell();
        let span = self.cells.find(from);
        let mut filled = Filled::default();
        let mut count = |message: &mut [u8]| {
            filled.datagrams += 1;
            filled.bytes += message.len() as u32;
            sink(message);
        };
        let budget_bytes_per_tick = self
            .slowing
            .budget_bytes_per_tick(client.budget_bytes_per_tick());
        let allowance = budget_bytes_per_tick / policy::EVENTS_SHARE;
        let allowance = allowance.min(datagram_bytes);
        let told = self.events.choose(view, span, allowance);
        let budget = client.earn(budget_bytes_per_tick, datagram_bytes);
        let head = PackerHead {
            columns: &self.cells.columns,
            tick: self.cells.tick,
            base: [from.x as i16, from.y as i16, from.z as i16],
            own: view.own,
            datagram_bytes,
        };
        let rows_budget = budget.saturating_sub(told.bytes());
        let mut packer = Packer::new(head, &mut self.buffers, rows_budget, &mut count);
        let seen = self.views.of(&self.cells, from, span);
        let (entries, looks) = self.views.within(&seen, client.view_cells());
        let mut tick = Tick {
            cells: &self.cells,
            entries,
            looks,
            lists: &mut self.lists,
            from,
            span,
            facing: views::facing(view.yaw),
            slowing: self.slowing,
            payload_bytes: policy::payload_bytes_per_tick(budget_bytes_per_tick, datagram_bytes),
        };
        client.tell(&mut tick, &mut packer);
        packer.finish();
        self.events.send(told, &mut count);
        client.spend(filled.bytes as usize);
        filled
    }

    /// Indices of the bodies that the client filled last was told of, some of them twice.
    pub fn bodies_told(&self) -> impl Iterator<Item = u32> {
        let rows = self.buffers.rows.iter().cloned().flatten();
        rows.map(|row| self.cells.body_index(row))
    }
}
