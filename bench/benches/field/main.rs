//! The whole server for 10,000 players in one fight in one place, on one core: the tick, its frame,
//! interest and encoding for every client, and real QUIC packets of it, sealed with each client's own keys
//! and handed to a sink. What is missing is the system's call that sends them. Then how that grows with the
//! crowd, and how it divides among edges.

mod packets;

use std::time::Duration;

use bench::{
    Claim, Report,
    crowd::{self, FIELD_EDGE_BLOCKS},
    is_small, median, percentile, results, targets, thread_cpu_time, times,
};
use edge::interest::{ClientInterest, Interest};
use engine::{Frame, World};

use packets::{Connection, Sink};

const CLIENTS_COUNT: u32 = 10_000;
const CROWDS: [u32; 5] = [1_000, 2_000, 5_000, 10_000, 20_000];
const EDGES: [usize; 3] = [1, 2, 4];
/// Ticks of battle before clients come.
const BATTLE_TICKS: usize = 300;
/// Ticks before measuring, so that clients know each other and every buffer has its size.
const WARM_UP_TICKS: usize = 100;
/// Odd, for the median.
const MEASURED_TICKS: usize = 101;
/// What a tick may take: the next one is due then.
const TICK_MS: f64 = 50.0;

#[expect(clippy::print_stdout, reason = "the report is for the terminal")]
fn main() {
    let mut report = Report::default();
    let mut table = String::from(
        "| clients | edges | tick of the shard | slowest edge | all on one core, p50 | p99 | packets | bytes |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let crowds = if is_small() { &[200][..] } else { &CROWDS };
    for &clients_count in crowds {
        let edges = if clients_count == CLIENTS_COUNT {
            &EDGES[..]
        } else {
            &EDGES[..1]
        };
        for &edges_count in edges {
            let measured = measure(clients_count, edges_count);
            table += &measured.row(clients_count, edges_count);
            if (clients_count, edges_count) == (CLIENTS_COUNT, 1) {
                report.add(measured.claim());
            }
        }
    }
    println!("{report}\n{table}");
}

/// What each measured tick took.
#[derive(Default)]
struct Measured {
    shard: Vec<Duration>,
    /// Of the edge that took longest.
    edge: Vec<Duration>,
    whole: Vec<Duration>,
    packets_count: u64,
    bytes_count: u64,
}

fn measure(clients_count: u32, edges_count: usize) -> Measured {
    let mut world = crowd::fight(clients_count, FIELD_EDGE_BLOCKS, times(BATTLE_TICKS, 20));
    let mut edges = Edge::share(clients_count as usize, edges_count);
    for _ in 0..times(WARM_UP_TICKS, 3) {
        let frame = crowd::next(&mut world);
        for edge in &mut edges {
            edge.tell(&frame);
        }
    }
    let frame = crowd::next(&mut world);
    edges.iter_mut().for_each(|edge| edge.assert_opens(&frame));
    let mut measured = Measured::default();
    for _ in 0..times(MEASURED_TICKS, 3) {
        measured.tick(&mut world, &mut edges);
    }
    for edge in &edges {
        measured.packets_count += edge.sink.packets_count;
        measured.bytes_count += edge.sink.bytes_count;
    }
    measured
}

impl Measured {
    fn tick(&mut self, world: &mut World, edges: &mut [Edge]) {
        let begun_at = thread_cpu_time();
        let frame = crowd::next(world);
        let told_at = thread_cpu_time();
        let mut edge_begun_at = told_at;
        let mut slowest = Duration::ZERO;
        for edge in edges {
            edge.tell(&frame);
            let now = thread_cpu_time();
            slowest = slowest.max(now - edge_begun_at);
            edge_begun_at = now;
        }
        self.shard.push(told_at - begun_at);
        self.edge.push(slowest);
        self.whole.push(edge_begun_at - begun_at);
    }

    fn row(&self, clients_count: u32, edges_count: usize) -> String {
        let per_tick = |count: u64| count / self.whole.len() as u64;
        format!(
            "| {clients_count} | {edges_count} | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} ms | {} | {} |\n",
            milliseconds(median(self.shard.clone())),
            milliseconds(median(self.edge.clone())),
            milliseconds(median(self.whole.clone())),
            milliseconds(percentile(&self.whole, 99)),
            per_tick(self.packets_count),
            per_tick(self.bytes_count),
        )
    }

    fn claim(&self) -> Claim {
        let p99 = milliseconds(percentile(&self.whole, 99));
        let detail = format!("median {:.2} ms", milliseconds(median(self.whole.clone())));
        let what = "10,000 in one field, tick to sealed packets on one core, p99";
        results::record(&targets::FIELD, p99, "./dev bench field");
        Claim::at_most(what, p99, TICK_MS, "ms").with_detail(detail)
    }
}

/// An edge with its share of the clients.
struct Edge {
    interest: Interest,
    /// Of all clients, the number of its first.
    first: usize,
    clients: Vec<ClientInterest>,
    connections: Vec<Connection>,
    sink: Sink,
}

impl Edge {
    fn share(clients_count: usize, edges_count: usize) -> Vec<Self> {
        let numbers: Vec<usize> = (0..clients_count).collect();
        let shares = numbers.chunks(clients_count.div_ceil(edges_count));
        let edge = |share: &[usize]| Self {
            interest: Interest::new(),
            first: share[0],
            clients: share.iter().map(|_| crowd::client()).collect(),
            connections: share
                .iter()
                .map(|number| Connection::new(*number))
                .collect(),
            sink: Sink::default(),
        };
        shares.map(edge).collect()
    }

    /// Tells every client of a tick; each can open what it is sent, and it is what was to be told.
    fn assert_opens(&mut self, frame: &Frame) {
        self.tell_by(frame, |connection, message, sink| {
            connection.send(message, sink);
            assert_eq!(connection.open(sink.last()), message);
        });
        self.sink = Sink::default();
    }

    /// Tells every client of a tick.
    fn tell(&mut self, frame: &Frame) {
        self.tell_by(frame, |connection, message, sink| {
            connection.send(message, sink)
        });
    }

    fn tell_by(&mut self, frame: &Frame, send: impl Fn(&mut Connection, &[u8], &mut Sink)) {
        self.interest.begin_tick(frame);
        let clients = self.clients.iter_mut().zip(&mut self.connections);
        for (number, (client, connection)) in clients.enumerate() {
            let view = crowd::view(frame, self.first + number);
            let sink = &mut self.sink;
            self.interest
                .fill(client, &view, |message| send(connection, message, sink));
        }
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
