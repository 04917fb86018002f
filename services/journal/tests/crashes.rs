//! A disk that fails and crashes, over many seeds: whatever was reported durable is recovered, in order
//! and as it was given, and a journal is never refused for what a crash does. The naive twin is a list.

mod common;

use common::{IDENTITY, Random, Tick, borrowed, read_back, write_groups};
use journal::{
    Appender, Checkpoint, CommitError, Disk, DiskFile, JournalPort, State, Turn, checkpoint,
    limits::{CHECKPOINTS_KEPT, QUEUE_BLOCKS_MAX},
    link, segment,
    simulated::{Faults, SimulatedDisk},
};
use std::io::{self, IoSlice};

const SEGMENT_BYTES_MAX: u64 = 40_000;
const LIVES: usize = 6;
const STEPS: usize = 40;

/// One shard's life after life on one disk.
struct Run<D> {
    /// Where faults come from.
    simulated: SimulatedDisk,
    /// What the journal writes to: the same, or a broken one on top.
    disk: D,
    random: Random,
    /// The naive twin: every tick since 1 that may come back.
    ticks: Vec<Tick>,
    /// The last tick that was reported durable.
    promised: u32,
    /// What its journals make room for ahead.
    room_bytes: u64,
}

impl<D: Disk + Clone> Run<D> {
    fn new(seed: u64, wrap: impl Fn(SimulatedDisk) -> D) -> Self {
        let simulated = SimulatedDisk::new(seed);
        Self {
            disk: wrap(simulated.clone()),
            simulated,
            random: Random(seed),
            ticks: Vec::new(),
            promised: 0,
            room_bytes: [0, 12_288, 30_000][seed as usize % 3],
        }
    }

    /// Some lives; what is wrong, if anything is.
    fn live(&mut self) -> Result<(), String> {
        for _ in 0..LIVES {
            let mut next_tick = self.recover()?;
            if self.random.happens(50) {
                // What was recovered once stays, also when the power fails at once.
                self.simulated.crash();
                let again = self.recover()?;
                if again != next_tick {
                    return Err(format!("tick {next_tick} came, then only {again}"));
                }
                next_tick = again;
            }
            self.ticks.truncate(next_tick as usize - 1);
            self.promised = next_tick - 1;
            self.work(next_tick);
            if self.random.happens(70) {
                self.simulated.crash();
            }
        }
        Ok(())
    }

    /// Recovers as a shard does; returns its next tick.
    fn recover(&mut self) -> Result<u32, String> {
        self.simulated.set_faults(Faults::default());
        let newest = checkpoint::load_newest(&self.disk, IDENTITY).map_err(|e| e.to_string())?;
        if let Some(skipped) = newest.skipped.first() {
            return Err(skipped.to_string());
        }
        let base = newest
            .checkpoint
            .map_or(Ok(0), |checkpoint| self.check(&checkpoint))?;
        let read = read_back(&self.disk, base + 1).map_err(|error| error.to_string());
        let (read, ending) = read?;
        let last_tick = ending.next_tick - 1;
        if last_tick < self.promised {
            return Err(format!(
                "{} was durable, {last_tick} came back",
                self.promised
            ));
        }
        if read != self.ticks[base as usize..last_tick as usize] {
            return Err(format!("ticks {base} to {last_tick} came back otherwise"));
        }
        ending
            .settle(&self.disk)
            .map_err(|error| error.to_string())?;
        Ok(ending.next_tick)
    }

    fn check(&self, checkpoint: &Checkpoint) -> Result<u32, String> {
        if checkpoint.bytes != state(&self.ticks[..checkpoint.tick as usize]) {
            return Err(format!(
                "checkpoint {} came back otherwise",
                checkpoint.tick
            ));
        }
        Ok(checkpoint.tick)
    }

    /// Commits ticks and writes checkpoints while the disk fails now and then.
    fn work(&mut self, next_tick: u32) {
        self.simulated.set_faults(Faults {
            short_write: self.random.below(300) as u32,
            write_error: self.random.below(200) as u32,
            sync_error: self.random.below(200) as u32,
            name_error: self.random.below(200) as u32,
        });
        let (mut port, committer) = link(IDENTITY, next_tick);
        let committer = committer.with_segment_bytes_max(SEGMENT_BYTES_MAX);
        let committer = committer.with_room_bytes(self.room_bytes);
        let mut appender = Appender::new(self.disk.clone(), committer);
        for _ in 0..STEPS {
            match self.random.below(10) {
                0..=5 => self.commit(&mut port),
                6..=8 => drop(appender.turn()),
                _ => self.checkpoint(),
            }
        }
        self.promised = self.promised.max(port.durable_tick());
    }

    fn commit(&mut self, port: &mut JournalPort) {
        let tick = self.ticks.len() as u32 + 1;
        let records = self.random.records(3_000);
        match port.commit(tick, &borrowed(&records)) {
            Ok(()) => self.ticks.push((tick, records)),
            Err(error) => assert_eq!(error, CommitError::Full),
        }
    }

    fn checkpoint(&mut self) {
        let tick = self.ticks.len() as u32;
        let content = state(&self.ticks);
        let written = checkpoint::write(&self.disk, IDENTITY, tick, &content);
        if written.is_ok() {
            self.promised = self.promised.max(tick);
            // A disk that fails here deletes less.
            let _ = checkpoint::retain(&self.disk, CHECKPOINTS_KEPT);
        }
    }
}

/// What a shard's state is to these tests: a sum of each tick it was given, some sectors of them.
fn state(ticks: &[Tick]) -> Vec<u8> {
    let add = |sum: u64, byte: &u8| sum.wrapping_mul(31).wrapping_add(u64::from(*byte) + 1);
    let sum = |tick: &Tick| tick.1.iter().flatten().fold(u64::from(tick.0), add);
    let sums = ticks.iter().map(|tick| sum(tick).to_le_bytes());
    sums.flat_map(|sum| sum.repeat(8)).collect()
}

#[test]
fn whatever_was_reported_durable_is_recovered() {
    for seed in 0..300 {
        let mut run = Run::new(seed, |disk| disk);
        if let Err(wrong) = run.live() {
            panic!("seed {seed}: {wrong}");
        }
    }
}

/// A disk whose fdatasync does nothing, as some say it does.
#[derive(Clone)]
struct Lying(SimulatedDisk);

struct LyingFile(<SimulatedDisk as Disk>::File);

impl Disk for Lying {
    type File = LyingFile;

    fn names(&self) -> io::Result<Vec<String>> {
        self.0.names()
    }

    fn open(&self, name: &str) -> io::Result<LyingFile> {
        self.0.open(name).map(LyingFile)
    }

    fn create(&self, name: &str) -> io::Result<LyingFile> {
        self.0.create(name).map(LyingFile)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.remove(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        self.0.sync_names()
    }
}

impl DiskFile for LyingFile {
    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(bytes, offset)
    }

    fn write_at(&mut self, parts: &[IoSlice<'_>], offset: u64) -> io::Result<usize> {
        self.0.write_at(parts, offset)
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.0.truncate(size)
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The check itself is checked: a writer whose syncs do nothing must be caught, and often.
#[test]
fn a_disk_that_lies_is_caught() {
    let is_caught = |seed: &u64| Run::new(*seed, Lying).live().is_err();
    let caught_count = (0..20).filter(is_caught).count();
    assert!(caught_count >= 15, "caught {caught_count} of 20");
}

#[test]
fn a_full_disk_is_said_refuses_when_the_queue_is_full_and_goes_on_when_there_is_room() {
    let disk = SimulatedDisk::new(1);
    disk.set_space(30_000);
    let (mut port, committer) = link(IDENTITY, 1);
    let mut appender = Appender::new(disk.clone(), committer);
    let mut tick = 0;
    while matches!(port.state(), State::Healthy) {
        tick += 1;
        assert_eq!(port.commit(tick, &[&[7; 5_000]]), Ok(()));
        appender.turn();
    }
    let durable = port.durable_tick();
    assert!(durable > 0 && durable < tick, "{durable} of {tick}");
    let State::Failing { error, .. } = port.state() else {
        panic!("the disk is full");
    };
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    while port.has_room() {
        tick += 1;
        assert_eq!(port.commit(tick, &[&[7; 5_000]]), Ok(()));
    }
    assert_eq!(tick - durable, QUEUE_BLOCKS_MAX as u32);
    assert_eq!(port.commit(tick + 1, &[]), Err(CommitError::Full));
    assert_eq!(appender.turn(), Turn::Failed);
    assert!(matches!(
        port.state(),
        State::Failing {
            attempt_count: 2,
            ..
        }
    ));
    assert_eq!(port.durable_tick(), durable);

    disk.set_space(usize::MAX);
    while appender.turn() == Turn::Committed {}
    assert!(matches!(port.state(), State::Healthy));
    assert_eq!(port.durable_tick(), tick);
    assert_eq!(port.commit(tick + 1, &[]), Ok(()));
    disk.crash();
    let (read, _) = read_back(&disk, 1).expect("it is whole");
    assert_eq!(read.len(), tick as usize);
}

/// What a full disk does to the room ahead is no failure: what fits goes on.
#[test]
fn a_disk_without_room_ahead_takes_the_ticks_that_fit() {
    let disk = SimulatedDisk::new(1);
    disk.set_space(30_000);
    let (mut port, committer) = link(IDENTITY, 1);
    let mut appender = Appender::new(disk.clone(), committer.with_room_bytes(28_000));
    for tick in 1..=6 {
        port.commit(tick, &[b"a record"]).expect("there is room");
        assert_eq!(appender.turn(), Turn::Committed);
    }
    assert!(matches!(port.state(), State::Healthy));
    assert_eq!(disk.names().expect("the disk works").len(), 1);
    disk.crash();
    let (read, _) = read_back(&disk, 1).expect("it is whole");
    assert_eq!(read.len(), 6);
}

#[test]
fn ticks_that_wait_go_out_with_one_sync() {
    let disk = SimulatedDisk::new(1);
    let (mut port, committer) = link(IDENTITY, 1);
    let mut appender = Appender::new(disk.clone(), committer);
    for tick in 1..=10 {
        port.commit(tick, &[b"a record"]).expect("there is room");
    }
    assert_eq!(appender.turn(), Turn::Committed);
    assert_eq!(appender.turn(), Turn::Idle);
    assert_eq!((port.durable_tick(), disk.sync_count()), (10, 1));
    let latencies: Vec<_> = port.latencies().collect();
    assert_eq!(latencies.len(), 1);
    assert_eq!(latencies[0].tick_count, 10);
}

#[test]
fn a_skipped_tick_begins_a_segment_and_reads_as_missing() {
    let disk = SimulatedDisk::new(1);
    let (mut port, committer) = link(IDENTITY, 1);
    let mut appender = Appender::new(disk.clone(), committer);
    for tick in [1, 2, 7, 8] {
        port.commit(tick, &[b"a record"]).expect("there is room");
    }
    while appender.turn() == Turn::Committed {}
    assert_eq!(port.durable_tick(), 8);
    assert_eq!(read_back(&disk, 7).expect("these are there").0.len(), 2);
    let error = read_back(&disk, 1).expect_err("ticks 3 to 6 are missing");
    assert!(
        error.to_string().contains("ticks 3 to 6 are missing"),
        "{error}"
    );
}

/// A failed sync left tick 3 in the first segment, and the second, where it went instead, was torn. It
/// is given up, and must not come back when that second segment is removed.
#[test]
fn what_was_given_up_never_comes_back() {
    let disk = SimulatedDisk::new(1);
    let groups = [1, 2, 3].map(|tick| vec![(tick, vec![b"a record".to_vec()])]);
    write_groups(&disk, &groups, u64::MAX);
    disk.set_content(&segment::file_name(3), b"torn".to_vec());
    for _ in 0..2 {
        let (read, ending) = read_back(&disk, 1).expect("a torn tail is no damage");
        assert_eq!((read.len(), ending.next_tick), (2, 3));
        ending.settle(&disk).expect("the disk works");
        disk.crash();
    }
    assert_eq!(
        disk.names().expect("the disk works"),
        [segment::file_name(1)]
    );
}
