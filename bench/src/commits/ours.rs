//! The journal, on the thread that commits and as a shard has it; and the least that a disk can be asked.

use std::{
    fs::File,
    io::Write,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use journal::{Appender, Folder, Identity, JournalPort, PlainWriter, Scanner, Turn, link};
use world::{Runner, Running, Seat, runner::Writing};

use super::{BATCH, INPUT_BYTES, INPUTS, INPUTS_PER_TICK, PLAIN_THREAD, RAW, Shape, Side, batch};

const IDENTITY: Identity = Identity { world: 1, shard: 0 };
/// A tick without end, for the executor that only writes.
const LATER: Duration = Duration::from_secs(3_600);

/// All of them that this system runs.
pub fn sides(scratch: &Path) -> Vec<Box<dyn Side>> {
    let mut sides: Vec<Box<dyn Side>> = vec![
        Box::new(Raw::new(scratch)),
        Box::new(Inline::new(scratch, BATCH, Shape::Batch)),
        Box::new(Inline::new(scratch, INPUTS, Shape::Inputs)),
        Box::new(Threaded::plain(scratch)),
    ];
    sides.extend(Threaded::uring(scratch).map(|side| Box::new(side) as Box<dyn Side>));
    sides
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
        RAW
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
            name: PLAIN_THREAD,
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
