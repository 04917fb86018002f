//! Telling 10,000 clients about each other: interest and encoding for every one of the 10,000 fighting
//! bodies in one field of 256 × 256 m, on one core. CPU time per client and tick, bytes per body
//! update all in, and what is allocated after warm-up.

use std::time::Duration;

use bench::{
    Claim, CountingAllocator, Report, allocations_count,
    crowd::{self, BUDGET_BYTES_PER_SECOND, FIELD_EDGE_BLOCKS, VIEW_DISTANCE_BLOCKS, view},
    median, thread_cpu_time, times,
};
use edge::interest::{ClientInterest, Interest};
use engine::{Frame, world::World};
use protocol::snapshot::Snapshot;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const CLIENTS_COUNT: u32 = 10_000;
/// Ticks of battle before clients come: fights are under way.
const BATTLE_TICKS: usize = 300;
/// Ticks before measuring, so that every client's memory and every buffer has its size.
const WARM_UP_TICKS: usize = 300;
/// Ticks measured, odd for the median.
const MEASURED_TICKS: usize = 61;

#[expect(clippy::print_stdout, reason = "the report is for the terminal")]
fn main() {
    let mut fanout = Fanout::new(crowd::fight(
        CLIENTS_COUNT,
        FIELD_EDGE_BLOCKS,
        times(BATTLE_TICKS, 100),
    ));
    for _ in 0..times(WARM_UP_TICKS, 2) {
        fanout.tick();
    }
    fanout.start_measuring();
    for _ in 0..times(MEASURED_TICKS, 3) {
        fanout.tick();
    }
    println!("{}", fanout.report());
}

/// All clients of one core.
struct Fanout {
    world: World,
    interest: Interest,
    /// Each body has one; they come in no order of space, as sessions do.
    clients: Vec<ClientInterest>,
    ticks: Vec<Duration>,
    allocations_count: u64,
    datagrams_count: u64,
    bytes_count: u64,
    updates_count: u64,
    events_bytes_count: u64,
}

impl Fanout {
    fn new(world: World) -> Self {
        Self {
            world,
            interest: Interest::new(),
            clients: (0..CLIENTS_COUNT).map(|_| crowd::client()).collect(),
            ticks: Vec::new(),
            allocations_count: 0,
            datagrams_count: 0,
            bytes_count: 0,
            updates_count: 0,
            events_bytes_count: 0,
        }
    }

    fn start_measuring(&mut self) {
        self.ticks.clear();
        self.allocations_count = 0;
        self.datagrams_count = 0;
        self.bytes_count = 0;
        self.updates_count = 0;
        self.events_bytes_count = 0;
    }

    fn tick(&mut self) {
        let frame = crowd::next(&mut self.world);
        let allocations_before = allocations_count();
        let start = thread_cpu_time();
        self.interest.begin_tick(&frame);
        for (number, client) in self.clients.iter_mut().enumerate() {
            let filled = self.interest.fill(client, &view(&frame, number), |_| {});
            self.datagrams_count += u64::from(filled.datagrams);
        }
        self.ticks.push(thread_cpu_time() - start);
        self.allocations_count += allocations_count() - allocations_before;
        self.count_one(&frame);
    }

    /// Reads what one client of this tick was sent, outside of the time that is measured.
    fn count_one(&mut self, frame: &Frame) {
        let number = frame.tick as usize % self.clients.len();
        let Self {
            bytes_count,
            updates_count,
            events_bytes_count,
            ..
        } = self;
        let client = &mut self.clients[number];
        self.interest.fill(
            client,
            &view(frame, number),
            |message| match Snapshot::decode(&message[protocol::Header::BYTES..]) {
                Ok(snapshot) if message[0] == protocol::Kind::Snapshot as u8 => {
                    *bytes_count += message.len() as u64;
                    *updates_count += snapshot.row_count() as u64;
                }
                _ => *events_bytes_count += message.len() as u64,
            },
        );
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        let client_count = self.clients.len() as f64;
        let microseconds = |time: Duration| time.as_secs_f64() * 1e6 / client_count;
        let datagrams = self.datagrams_count as f64 / client_count / self.ticks.len() as f64;
        let least = self.ticks.iter().min().copied().unwrap_or_default();
        let detail = format!(
            "least {:.2} µs; {datagrams:.2} datagrams, {BUDGET_BYTES_PER_SECOND} B/s, view {VIEW_DISTANCE_BLOCKS} m",
            microseconds(least)
        );
        let time = microseconds(median(self.ticks.clone()));
        let what = "interest and encoding per client and tick, 10,000 clients";
        report.add(Claim::at_most(what, time, 3.0, "µs").with_detail(detail));
        let each = self.bytes_count as f64 / self.updates_count.max(1) as f64;
        let detail = format!(
            "{} updates in {} B; events took {} B beside",
            self.updates_count, self.bytes_count, self.events_bytes_count
        );
        let what = "snapshot bytes per body update, all in";
        report.add(Claim::at_most(what, each, 14.0, "B").with_detail(detail));
        let what = "allocations after warm-up";
        report.add(Claim::at_most(what, self.allocations_count as f64, 0.0, ""));
        report
    }
}
