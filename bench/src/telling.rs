//! Our side of telling a [`Swarm`] to so many clients, to the bytes of their datagrams.

use edge::interest::{ClientInterest, Interest, View};
use engine::{BodyId, Frame};
use protocol::{header, limits, own::OWN_BYTES, snapshot::Snapshot};
use spatial::position::UNITS_PER_METRE;

use crate::swarm::{BODIES_COUNT, Body, Swarm};

/// So much that every client is told of all bodies in every tick.
pub const BUDGET_BYTES_PER_SECOND: u32 = limits::BUDGET_BYTES_PER_SECOND_MAX;
/// The largest datagram; other sides may fill theirs as far.
pub const DATAGRAM_BYTES: usize = limits::DATAGRAM_BYTES_DEFAULT;

const OWN: [u8; OWN_BYTES] = [7; OWN_BYTES];

/// An edge with its clients; the first so many bodies are theirs.
pub struct Telling {
    frame: Frame,
    interest: Interest,
    clients: Vec<ClientInterest>,
    views: Vec<View<'static>>,
    outbox: Outbox,
}

/// Datagrams on their way to a socket: their bytes one behind the other, as a call that sends many wants them.
#[derive(Default)]
struct Outbox {
    bytes: Vec<u8>,
    /// Where each datagram ends.
    ends: Vec<usize>,
    /// How many datagrams there are once each client has its own.
    clients_ends: Vec<usize>,
    /// Of all datagrams so far; goes into their headers.
    number: u32,
}

/// What one tick came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Told {
    pub bytes: usize,
    pub messages: usize,
    pub updates: usize,
}

impl Telling {
    pub fn new(clients_count: usize, budget_bytes_per_second: u32) -> Self {
        let view_distance = limits::VIEW_DISTANCE_BLOCKS_DEFAULT;
        let client = || ClientInterest::new(budget_bytes_per_second, view_distance);
        Self {
            frame: Frame::default(),
            interest: Interest::new(),
            clients: (0..clients_count).map(|_| client()).collect(),
            views: Vec::with_capacity(clients_count),
            outbox: Outbox::default(),
        }
    }

    /// Takes in what the bodies have become, as a tick's frame.
    pub fn change(&mut self, swarm: &Swarm) {
        self.frame.tick += 1;
        let columns = &mut self.frame.bodies;
        fill(&mut columns.id, (0..BODIES_COUNT).map(id));
        let axis = |axis| swarm.bodies.iter().map(move |body| units(body, axis));
        fill(&mut columns.x, axis(0));
        fill(&mut columns.y, axis(1));
        fill(&mut columns.z, axis(2));
        let bodies = || swarm.bodies.iter();
        fill(
            &mut columns.yaw,
            bodies().map(|body| u16::from(body.yaw) << 8),
        );
        fill(&mut columns.pose, bodies().map(|body| body.pose));
        fill(&mut columns.health, bodies().map(|body| body.health));
        self.views.clear();
        let bodies = &self.frame.bodies;
        let rows = 0..self.clients.len();
        self.views
            .extend(rows.map(|client| view(bodies, client % BODIES_COUNT)));
    }

    /// Tells every client: all that is measured. Sorting the bodies into cells is a part of it.
    pub fn send(&mut self) {
        let Self { frame, outbox, .. } = self;
        outbox.clear();
        let [x, y, z] = [&frame.bodies.x, &frame.bodies.y, &frame.bodies.z];
        frame.cells.rebuild(x, y, z);
        self.interest.begin_tick(frame);
        for (client, view) in self.clients.iter_mut().zip(&self.views) {
            self.interest
                .fill(client, view, |message| outbox.push(message));
            outbox.clients_ends.push(outbox.ends.len());
        }
    }

    /// What the last tick came to.
    pub fn told(&self) -> Told {
        let updates = self.snapshots().map(|(_, snapshot)| snapshot.row_count());
        Told {
            bytes: self.outbox.bytes.len(),
            messages: self.outbox.ends.len(),
            updates: updates.sum(),
        }
    }

    /// Panics unless every client was told, in the last tick, of all that every body has become.
    pub fn assert_told(&self, swarm: &Swarm) {
        let mut told = vec![vec![false; BODIES_COUNT]; self.clients.len()];
        for (client, snapshot) in self.snapshots() {
            assert_eq!(snapshot.tick(), self.frame.tick);
            for row in snapshot.bodies() {
                let number = row.index as usize - 1;
                let body = &swarm.bodies[number];
                assert_eq!(row.position, [0, 1, 2].map(|axis| units(body, axis)));
                let rest = (row.yaw, row.pose, row.health);
                assert_eq!(rest, (body.yaw, body.pose, Some(body.health)));
                assert!(!told[client][number], "told twice");
                told[client][number] = true;
            }
        }
        assert!(told.iter().flatten().all(|&told| told), "not told");
    }

    /// All that was sent, each with its client's number.
    fn snapshots(&self) -> impl Iterator<Item = (usize, Snapshot<'_>)> {
        let Outbox {
            bytes,
            ends,
            clients_ends,
            ..
        } = &self.outbox;
        ends.iter().enumerate().map(|(index, &end)| {
            let start = index.checked_sub(1).map_or(0, |before| ends[before]);
            let client = clients_ends.partition_point(|&client_end| client_end <= index);
            let (header, table) = header::split(&bytes[start..end]).expect("ours");
            assert_eq!(header.kind, protocol::Kind::Snapshot);
            (client, Snapshot::decode(table).expect("ours"))
        })
    }
}

impl Outbox {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.clients_ends.clear();
    }

    fn push(&mut self, message: &mut [u8]) {
        self.number += 1;
        header::set_number(message, self.number);
        self.bytes.extend_from_slice(message);
        self.ends.push(self.bytes.len());
    }
}

fn fill<T>(column: &mut Vec<T>, values: impl Iterator<Item = T>) {
    column.clear();
    column.extend(values);
}

fn id(number: usize) -> BodyId {
    BodyId::new(number as u32 + 1, 1)
}

/// A position along an axis in the units of the wire, which are finer.
fn units(body: &Body, axis: usize) -> i32 {
    body.position_cm[axis] * UNITS_PER_METRE / 100
}

fn view(bodies: &engine::frame::BodyColumns, row: usize) -> View<'static> {
    View {
        body: bodies.id[row],
        position: bodies.position(row),
        yaw: bodies.yaw[row],
        own: Some(&OWN),
        datagram_bytes: DATAGRAM_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_is_told_of_every_body_in_every_tick() {
        let mut swarm = Swarm::default();
        let mut telling = Telling::new(30, BUDGET_BYTES_PER_SECOND);
        for _ in 0..20 {
            swarm.advance();
            telling.change(&swarm);
            telling.send();
            telling.assert_told(&swarm);
            assert_eq!(telling.told().updates, 30 * BODIES_COUNT);
        }
    }

    #[test]
    fn a_budget_holds() {
        let mut swarm = Swarm::default();
        let budget = limits::BUDGET_BYTES_PER_SECOND_DEFAULT;
        let mut telling = Telling::new(3, budget);
        let mut bytes = 0;
        for _ in 0..20 {
            swarm.advance();
            telling.change(&swarm);
            telling.send();
            bytes += telling.told().bytes;
        }
        let second = 3 * budget as usize;
        assert!((second * 9 / 10..=second + 3 * DATAGRAM_BYTES).contains(&bytes));
    }
}
