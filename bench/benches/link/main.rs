//! What a link costs over QUIC alone: messages of 256 B and of 200 KB from one endpoint to another on
//! loopback, on a lane (numbered, deduplicated, acknowledged by the application) and on a bare stream of
//! quinn with the same settings and certificates, buffered as a careful user would, in turns.
//!
//! CPU time is the whole process's, both ends and the threads that send and receive, for a link works
//! on several: so it is not measured by the thread's clock, as the other benches are.

mod link_side;
mod raw_side;

use std::time::{Duration, Instant};

use bench::{Claim, ROUNDS_COUNT, Report, filter, process_cpu_time, times};
use bytes::Bytes;

use crate::{link_side::LinkSide, raw_side::RawSide};

/// What is sent in one round.
#[derive(Clone)]
pub struct Load {
    pub payload: Bytes,
    pub messages_count: u64,
}

/// What one round took.
#[derive(Clone, Copy)]
struct Cost {
    wall: Duration,
    cpu: Duration,
}

#[expect(clippy::print_stdout, reason = "the report is for the terminal")]
fn main() {
    let mut report = Report::default();
    let small = Load {
        payload: vec![1; 256].into(),
        messages_count: times(100_000, 1_000) as u64,
    };
    let large = Load {
        payload: vec![1; 200_000].into(),
        messages_count: times(1_000, 20) as u64,
    };
    if filter("small") {
        measure(&mut report, "lane, 256 B: CPU over a bare stream's", &small);
    }
    if filter("large") {
        measure(
            &mut report,
            "lane, 200 KB: CPU over a bare stream's",
            &large,
        );
    }
    if filter("alone") {
        let alone = Load {
            messages_count: 1,
            ..large
        };
        measure_alone(&mut report, &alone);
    }
    println!("{report}");
}

/// What many messages in a row cost.
fn measure(report: &mut Report, what: &'static str, load: &Load) {
    let [link, raw] = in_turns(load, times(ROUNDS_COUNT, 1));
    let ratio = link.cpu.as_secs_f64() / raw.cpu.as_secs_f64();
    let detail = format!("{}; bare stream: {}", told(link, load), told(raw, load));
    report.add(Claim::at_most(what, ratio, 2.0, "×").with_detail(detail));
}

/// How long one message alone takes, from its sender's thread to its receiver's and back with its
/// acknowledgement: what a tick waits for.
fn measure_alone(report: &mut Report, load: &Load) {
    let [link, raw] = in_turns(load, times(301, 3));
    let ratio = link.wall.as_secs_f64() / raw.wall.as_secs_f64();
    let [link_us, raw_us] = [link, raw].map(|cost| cost.wall.as_micros());
    let detail = format!("{link_us} µs; bare stream: {raw_us} µs");
    let what = "lane, 200 KB alone: time there and back over a bare stream's";
    report.add(Claim::at_most(what, ratio, 2.0, "×").with_detail(detail));
}

/// Medians of both sides, the link first, after one turn of each that does not count.
fn in_turns(load: &Load, rounds_count: usize) -> [Cost; 2] {
    let mut link = LinkSide::start();
    let mut raw = RawSide::start();
    cost(|| link.pass(load));
    cost(|| raw.pass(load));
    let (mut link_costs, mut raw_costs) = (Vec::new(), Vec::new());
    for _ in 0..rounds_count {
        link_costs.push(cost(|| link.pass(load)));
        raw_costs.push(cost(|| raw.pass(load)));
    }
    [median(link_costs), median(raw_costs)]
}

fn cost(pass: impl FnOnce()) -> Cost {
    let (began_at, cpu_before) = (Instant::now(), process_cpu_time());
    pass();
    Cost {
        wall: began_at.elapsed(),
        cpu: process_cpu_time() - cpu_before,
    }
}

fn median(costs: Vec<Cost>) -> Cost {
    let of = |time: fn(&Cost) -> Duration| bench::median(costs.iter().map(time).collect());
    Cost {
        wall: of(|cost| cost.wall),
        cpu: of(|cost| cost.cpu),
    }
}

fn told(cost: Cost, load: &Load) -> String {
    let count = load.messages_count as f64;
    let cpu_us = cost.cpu.as_secs_f64() * 1e6 / count;
    let per_second = count / cost.wall.as_secs_f64();
    format!("{cpu_us:.2} µs CPU a message, {per_second:.0} messages/s")
}
