//! One durable commit a tick of 10,000 inputs of 40 bytes, beside a raw append with fdatasync of as many
//! bytes, and beside redb. Waiting for the disk is what is measured, so by the wall clock; the sides
//! take turns, tick by tick, and all that was written is read back and compared.

mod peer;

use std::{
    env, fs,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process, thread,
    time::{Duration, Instant},
};

use bench::{Claim, CountingAllocator, Report, allocations_count, median, times};
use journal::{Appender, Folder, Identity, JournalPort, PlainWriter, Scanner, Turn, link};
use peer::{Redb, Shape};
use world::{Runner, Running, Seat, runner::Writing};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const INPUTS_PER_TICK: usize = 10_000;
const INPUT_BYTES: usize = 40;
const ROUNDS_COUNT: usize = 201;
const IDENTITY: Identity = Identity { world: 1, shard: 0 };
/// Ticks before allocations count, so that every buffer has its size.
const WARM_UP_TICKS: u32 = 10;
/// A tick without end, for the executor that only writes.
const LATER: Duration = Duration::from_secs(3_600);

#[expect(clippy::print_stdout, reason = "the report is for the terminal")]
fn main() {
    let scratch = Scratch::new();
    let mut sides: Vec<Box<dyn Side>> = vec![
        Box::new(Raw::new(&scratch.0)),
        Box::new(Inline::new(&scratch.0, "journal-batch", Shape::Batch)),
        Box::new(Inline::new(&scratch.0, "journal-inputs", Shape::Inputs)),
        Box::new(Threaded::plain(&scratch.0)),
        Box::new(Redb::new(&scratch.0, Shape::Batch)),
        Box::new(Redb::new(&scratch.0, Shape::Inputs)),
    ];
    sides.extend(Threaded::uring(&scratch.0).map(|side| Box::new(side) as Box<dyn Side>));
    let tick_count = times(ROUNDS_COUNT, 3) as u32;
    let mut samples = vec![Samples::default(); sides.len()];
    for tick in 1..=tick_count {
        let batch = batch(tick);
        for (side, samples) in sides.iter_mut().zip(&mut samples) {
            samples.measure(tick, || side.commit(tick, &batch));
        }
    }
    let mut measured = Vec::new();
    for (side, samples) in sides.into_iter().zip(samples) {
        measured.push((side.name(), Spread::of(samples)));
        side.check(tick_count);
    }
    println!("{}", report(&measured));
    println!("{}", table(&measured));
}

/// One way to make a tick's inputs durable.
trait Side {
    fn name(&self) -> &'static str;

    /// Returns when they are durable.
    fn commit(&mut self, tick: u32, batch: &[u8]);

    /// Reads back all that was committed.
    fn check(self: Box<Self>, tick_count: u32);
}

/// A tick's inputs, as they come from a seed.
fn batch(tick: u32) -> Vec<u8> {
    let byte =
        |index: u32| (index.wrapping_add(tick * 7_919).wrapping_mul(2_654_435_761) >> 13) as u8;
    (0..(INPUTS_PER_TICK * INPUT_BYTES) as u32)
        .map(byte)
        .collect()
}

/// An append and an fdatasync, and nothing else: of what a block takes on the disk.
struct Raw(File);

impl Raw {
    fn new(scratch: &Path) -> Self {
        Self(File::create(scratch.join("raw")).expect("the disk works"))
    }
}

impl Side for Raw {
    fn name(&self) -> &'static str {
        "raw append and fdatasync"
    }

    fn commit(&mut self, _: u32, batch: &[u8]) {
        self.0.write_all(batch).expect("the disk works");
        self.0.sync_data().expect("the disk works");
    }

    fn check(self: Box<Self>, tick_count: u32) {
        let size = self.0.metadata().expect("the disk works").len();
        assert_eq!(
            size,
            u64::from(tick_count) * (INPUTS_PER_TICK * INPUT_BYTES) as u64
        );
    }
}

/// The journal, written on the thread that commits.
struct Inline {
    name: &'static str,
    shape: Shape,
    folder: Folder,
    port: JournalPort,
    appender: Appender<Folder>,
}

impl Inline {
    fn new(scratch: &Path, name: &'static str, shape: Shape) -> Self {
        let folder = Folder::open(&scratch.join(name)).expect("the disk works");
        let (port, committer) = link(IDENTITY, 1);
        Self {
            name,
            shape,
            appender: Appender::new(folder.clone(), committer),
            folder,
            port,
        }
    }
}

impl Side for Inline {
    fn name(&self) -> &'static str {
        self.name
    }

    fn commit(&mut self, tick: u32, batch: &[u8]) {
        commit(&mut self.port, self.shape, tick, batch);
        assert_eq!(self.appender.turn(), Turn::Committed);
        assert_eq!(self.port.durable_tick(), tick);
    }

    fn check(self: Box<Self>, tick_count: u32) {
        check(&self.folder, self.shape, tick_count);
    }
}

/// The journal as a shard has it: the thread that commits hands over and waits until it is durable.
struct Threaded {
    name: &'static str,
    folder: Folder,
    port: JournalPort,
    writer: Writer,
}

enum Writer {
    Plain(PlainWriter),
    Uring(Running<fn(Instant) -> Instant>),
}

impl Threaded {
    fn plain(scratch: &Path) -> Self {
        let folder = Folder::open(&scratch.join("journal-plain")).expect("the disk works");
        let (port, committer) = link(IDENTITY, 1);
        let appender = Appender::new(folder.clone(), committer);
        let writer = PlainWriter::start("journal", appender).expect("a thread");
        Self {
            name: "journal-plain-thread",
            folder,
            port,
            writer: Writer::Plain(writer),
        }
    }

    /// Nothing where io_uring is refused.
    fn uring(scratch: &Path) -> Option<Self> {
        let folder = Folder::open(&scratch.join("journal-uring")).expect("the disk works");
        if Runner::choose(Some(folder.path())) != Runner::Uring {
            return None;
        }
        let (port, committer) = link(IDENTITY, 1);
        let writing = Writing {
            folder: folder.clone(),
            committer,
        };
        let idle: fn(Instant) -> Instant = |now| now + LATER;
        let running = Runner::Uring.start(Seat::default(), idle, Some(writing));
        Some(Self {
            name: "journal-uring",
            folder,
            port,
            writer: Writer::Uring(running.expect("it was probed")),
        })
    }
}

impl Side for Threaded {
    fn name(&self) -> &'static str {
        self.name
    }

    fn commit(&mut self, tick: u32, batch: &[u8]) {
        commit(&mut self.port, Shape::Batch, tick, batch);
        while self.port.durable_tick() < tick {
            thread::yield_now();
        }
    }

    fn check(self: Box<Self>, tick_count: u32) {
        match self.writer {
            Writer::Plain(writer) => writer.stop(),
            Writer::Uring(running) => drop(running.stop()),
        }
        check(&self.folder, Shape::Batch, tick_count);
    }
}

fn commit(port: &mut JournalPort, shape: Shape, tick: u32, batch: &[u8]) {
    let committed = port.commit_with(tick, |block| match shape {
        Shape::Batch => block.push(batch),
        Shape::Inputs => batch
            .chunks_exact(INPUT_BYTES)
            .try_for_each(|input| block.push(input)),
    });
    committed.expect("there is room");
}

fn check(folder: &Folder, shape: Shape, tick_count: u32) {
    let mut scanner = Scanner::open(folder, IDENTITY, 1).expect("it opens");
    let mut read_count = 0;
    while let Some(tick) = scanner.advance().expect("it is whole") {
        read_count += 1;
        assert_eq!(tick.tick, read_count);
        let record_count = match shape {
            Shape::Batch => 1,
            Shape::Inputs => INPUTS_PER_TICK,
        };
        assert_eq!(tick.records.len(), record_count);
        assert!(
            tick.records.flatten().eq(&batch(read_count)),
            "tick {read_count}"
        );
    }
    assert_eq!(read_count, tick_count);
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

fn report(measured: &[(&'static str, Spread)]) -> Report {
    let side = |name: &str| {
        let side = measured.iter().find(|side| side.0 == name);
        &side.expect("it was measured").1
    };
    let p50 = |name: &str| side(name).p50.as_secs_f64();
    let mut report = Report::default();
    let what = "durable commit of a tick's 10,000 inputs, against raw append and fdatasync";
    let ratio = p50("journal-batch") / p50("raw append and fdatasync");
    report.add(Claim::at_most(what, ratio, 1.2, "×"));
    let what = "the same inputs as records, against rows of redb";
    let ratio = p50("redb-inputs") / p50("journal-inputs");
    report.add(Claim::at_least(what, ratio, 5.0, "×"));
    let what = "the batch as one record, against one value of redb";
    let ratio = p50("redb-batch") / p50("journal-batch");
    report.add(Claim::at_least(what, ratio, 5.0, "×"));
    let what = "allocations after warm-up, committing and the plain writer's thread";
    let allocated = side("journal-plain-thread").allocations_count as f64;
    report.add(Claim::at_most(what, allocated, 0.0, ""));
    report
}

fn table(measured: &[(&'static str, Spread)]) -> String {
    let mut table = String::from("| side | p10 | median | p90 |\n| --- | --- | --- | --- |\n");
    for (name, spread) in measured {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let (p10, p50, p90) = (ms(spread.p10), ms(spread.p50), ms(spread.p90));
        table.push_str(&format!(
            "| {name} | {p10:.2} ms | {p50:.2} ms | {p90:.2} ms |\n"
        ));
    }
    table
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
