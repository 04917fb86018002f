//! What an edge does for its clients, and what a client reads.

use std::sync::Arc;

use bench::crowd;
use edge::interest::{ClientInterest, Interest};
use engine::Frame;
use gungraun::{library_benchmark, library_benchmark_group};
use protocol::snapshot::Snapshot;

const SOLDIERS_COUNT: u32 = 1_000;
/// As dense as 10,000 in a field of 256 m.
const FIELD_EDGE_BLOCKS: i32 = 80;
/// Ticks of battle before clients come.
const BATTLE_TICKS: usize = 20;
/// Ticks before the one that is counted, so that clients know each other.
const WARM_UP_TICKS: usize = 4;
const CLIENTS_COUNT: usize = 200;

/// The clients of one core, and the next frame to tell.
struct Telling {
    interest: Interest,
    clients: Vec<ClientInterest>,
    frame: Arc<Frame>,
}

impl Telling {
    /// Tells every client its tick; returns the datagrams.
    fn fill(&mut self, mut take: impl FnMut(&mut [u8])) -> u32 {
        self.interest.begin_tick(&self.frame);
        let mut datagrams_count = 0;
        for (number, client) in self.clients.iter_mut().enumerate() {
            let view = crowd::view(&self.frame, number);
            let filled = self.interest.fill(client, &view, &mut take);
            datagrams_count += filled.datagrams;
        }
        datagrams_count
    }
}

fn telling() -> Telling {
    let mut world = crowd::fight(SOLDIERS_COUNT, FIELD_EDGE_BLOCKS, BATTLE_TICKS);
    let mut telling = Telling {
        interest: Interest::new(),
        clients: (0..CLIENTS_COUNT).map(|_| crowd::client()).collect(),
        frame: crowd::next(&mut world),
    };
    for _ in 0..WARM_UP_TICKS {
        telling.fill(|_| {});
        telling.frame = crowd::next(&mut world);
    }
    telling
}

fn snapshots() -> Vec<Vec<u8>> {
    let mut snapshots = Vec::new();
    telling().fill(|message| {
        if message[0] == protocol::Kind::Snapshot as u8 {
            snapshots.push(message[protocol::Header::BYTES..].to_vec());
        }
    });
    snapshots
}

#[library_benchmark]
#[bench::of_200_clients(setup = telling)]
fn clients_told(mut telling: Telling) -> u32 {
    telling.fill(|_| {})
}

#[library_benchmark]
#[bench::of_200_clients(setup = snapshots)]
fn snapshots_decoded(snapshots: Vec<Vec<u8>>) -> usize {
    let rows = snapshots
        .iter()
        .map(|bytes| Snapshot::decode(bytes).expect("ours").row_count());
    rows.sum()
}

library_benchmark_group!(
    name = to_clients,
    benchmarks = [clients_told, snapshots_decoded]
);
