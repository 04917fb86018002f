//! One durable commit a tick of 10,000 inputs of 40 bytes, beside a raw append with fdatasync of as many
//! bytes, and beside stores that are added. Waiting for the disk is what is measured, so by the wall
//! clock; the sides take turns, tick by tick, and all that was written is read back and compared.

mod ours;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    time::{Duration, Instant},
};

use crate::{Claim, Report, allocations_count, median, results, targets, times};

pub const INPUTS_PER_TICK: usize = 10_000;
pub const INPUT_BYTES: usize = 40;
const ROUNDS_COUNT: usize = 201;
/// Ticks before allocations count, so that every buffer has its size.
const WARM_UP_TICKS: u32 = 10;
const RAW: &str = "raw append and fdatasync";
const BATCH: &str = "journal-batch";
const INPUTS: &str = "journal-inputs";
const PLAIN_THREAD: &str = "journal-plain-thread";
const COMMAND: &str = "./dev bench journal";

/// How a tick's inputs are stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// All as one.
    Batch,
    /// Each by itself.
    Inputs,
}

/// One way to make a tick's inputs durable.
pub trait Side {
    fn name(&self) -> &'static str;

    /// Returns when they are durable.
    fn commit(&mut self, tick: u32, batch: &[u8]);

    /// Reads back all that was committed.
    fn check(self: Box<Self>, tick_count: u32);
}

/// A tick's inputs, as they come from a seed.
pub fn batch(tick: u32) -> Vec<u8> {
    let byte =
        |index: u32| (index.wrapping_add(tick * 7_919).wrapping_mul(2_654_435_761) >> 13) as u8;
    (0..(INPUTS_PER_TICK * INPUT_BYTES) as u32)
        .map(byte)
        .collect()
}

/// A side of a store that one would use instead, beside the journal's that stores in the same shape.
pub struct Peer {
    pub shape: Shape,
    pub side: Box<dyn Side>,
}

/// Measures our sides and the peers, which are made in a folder of this bench; prints what came of it.
#[expect(clippy::print_stdout, reason = "the report is for the terminal")]
pub fn measure(make_peers: impl FnOnce(&Path) -> Vec<Peer>) {
    let scratch = Scratch::new();
    let mut shapes = Vec::new();
    let mut sides = ours::sides(&scratch.0);
    for Peer { shape, side } in make_peers(&scratch.0) {
        shapes.push((side.name(), shape));
        sides.push(side);
    }
    let measured = take_turns(sides);
    let report = Measured(measured);
    println!("{}", report.report(&shapes));
    println!("{}", report.table());
}

fn take_turns(mut sides: Vec<Box<dyn Side>>) -> Vec<(&'static str, Spread)> {
    let tick_count = times(ROUNDS_COUNT, 3) as u32;
    let mut samples = vec![Samples::default(); sides.len()];
    for tick in 1..=tick_count {
        let batch = batch(tick);
        for (side, samples) in sides.iter_mut().zip(&mut samples) {
            samples.measure(tick, || side.commit(tick, &batch));
        }
    }
    let checked = sides.into_iter().zip(samples).map(|(side, samples)| {
        let name = side.name();
        side.check(tick_count);
        (name, Spread::of(samples))
    });
    checked.collect()
}

/// What the commits of one side took.
#[derive(Clone, Default)]
struct Samples {
    times: Vec<Duration>,
    allocations_count: u64,
}

impl Samples {
    fn measure(&mut self, tick: u32, commit: impl FnOnce()) {
        let allocations_before = allocations_count();
        let begun_at = Instant::now();
        commit();
        let taken = begun_at.elapsed();
        if tick > WARM_UP_TICKS {
            self.allocations_count += allocations_count() - allocations_before;
        }
        self.times.push(taken);
    }
}

/// Times of one side, and what it allocated after warm-up.
struct Spread {
    p10: Duration,
    p50: Duration,
    p90: Duration,
    allocations_count: u64,
}

impl Spread {
    fn of(samples: Samples) -> Self {
        let mut times = samples.times;
        times.sort_unstable();
        Self {
            p10: times[times.len() / 10],
            p90: times[times.len() * 9 / 10],
            p50: median(times),
            allocations_count: samples.allocations_count,
        }
    }
}

/// All sides, by name.
struct Measured(Vec<(&'static str, Spread)>);

impl Measured {
    fn side(&self, name: &str) -> &Spread {
        let side = self.0.iter().find(|side| side.0 == name);
        &side.expect("it was measured").1
    }

    fn p50(&self, name: &str) -> f64 {
        self.side(name).p50.as_secs_f64()
    }

    fn report(&self, peers: &[(&'static str, Shape)]) -> Report {
        let mut report = Report::default();
        let ratio = self.p50(BATCH) / self.p50(RAW);
        results::record(&targets::JOURNAL_RAW, ratio, COMMAND);
        let what = "durable commit of a tick's 10,000 inputs, against raw append and fdatasync";
        report.add(Claim::at_most(what, ratio, 1.2, "×"));
        let shapes = [
            (Shape::Inputs, INPUTS, targets::JOURNAL_RECORDS),
            (Shape::Batch, BATCH, targets::JOURNAL_BATCH),
        ];
        for (shape, ours, target) in shapes {
            let peers = peers.iter().filter(|peer| peer.1 == shape);
            let best = peers.map(|peer| self.p50(peer.0)).min_by(f64::total_cmp);
            let Some(ratio) = best.map(|best| best / self.p50(ours)) else {
                continue;
            };
            results::record(&target, ratio, COMMAND);
            report.add(Claim::at_least(target.work, ratio, target.at_least, "×"));
        }
        // Stores that work in the background allocate meanwhile.
        if peers.is_empty() {
            let what = "allocations after warm-up, committing and the plain writer's thread";
            let allocated = self.side(PLAIN_THREAD).allocations_count as f64;
            report.add(Claim::at_most(what, allocated, 0.0, ""));
        }
        report
    }

    fn table(&self) -> String {
        let mut table = String::from("| side | p10 | median | p90 |\n| --- | --- | --- | --- |\n");
        for (name, spread) in &self.0 {
            let ms = |time: Duration| time.as_secs_f64() * 1e3;
            let (p10, p50, p90) = (ms(spread.p10), ms(spread.p50), ms(spread.p90));
            table.push_str(&format!(
                "| {name} | {p10:.2} ms | {p50:.2} ms | {p90:.2} ms |\n"
            ));
        }
        table
    }
}

/// A folder on the disk of temporary files, gone with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let path = env::temp_dir().join(format!("voxelheim-bench-journal-{}", process::id()));
        fs::create_dir_all(&path).expect("the system has room for a folder");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
