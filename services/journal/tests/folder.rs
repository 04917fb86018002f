//! The journal on a real folder: the plain writer's thread, rotation, checkpoints and what they free,
//! a second process, and a whole recovery.

mod common;

use common::{IDENTITY, Random, Scratch, Tick, borrowed, read_back};
use journal::{
    Appender, Busy, Checkpointer, CommitError, Disk, Folder, Identity, JournalError, PlainWriter,
    Scanner, checkpoint, link, segment,
};
use std::{
    fs, io,
    path::Path,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

const SEGMENT_BYTES_MAX: u64 = 30_000;
/// How long a test waits for what must come; generous, since the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// Commits ticks with the plain writer and stops it; returns what it gave.
fn write_ticks(folder: &Folder, from: u32, count: u32) -> Vec<Tick> {
    let (mut port, committer) = link(IDENTITY, from);
    let committer = committer.with_segment_bytes_max(SEGMENT_BYTES_MAX);
    let appender = Appender::new(folder.clone(), committer);
    let writer = PlainWriter::start("journal", appender).expect("a thread");
    let mut random = Random(u64::from(from));
    let mut ticks = Vec::new();
    for tick in from..from + count {
        let records = random.records(2_000);
        assert_eq!(port.commit(tick, &borrowed(&records)), Ok(()));
        if tick.is_multiple_of(4) {
            wait_until("it is durable", || port.durable_tick() == tick);
        }
        ticks.push((tick, records));
    }
    writer.stop();
    assert_eq!(
        port.durable_tick(),
        from + count - 1,
        "stopping writes what waits"
    );
    assert_eq!(port.commit(from + count, &[]), Err(CommitError::Closed));
    let latencies: Vec<_> = port.latencies().collect();
    let tick_count: u32 = latencies.iter().map(|latency| latency.tick_count).sum();
    assert_eq!(tick_count, count, "every tick is in one commit");
    ticks
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun_at = Instant::now();
    while !is_so() {
        assert!(begun_at.elapsed() < PATIENCE, "waited in vain until {what}");
        thread::yield_now();
    }
}

fn segment_count(path: &Path) -> usize {
    let names = fs::read_dir(path).expect("the folder is there");
    let names = names.map(|entry| entry.expect("it can be read").file_name());
    names
        .filter(|name| name.to_str().and_then(segment::first_tick).is_some())
        .count()
}

#[test]
fn ticks_come_back_through_segments_and_restarts() {
    let scratch = Scratch::new("journal-restarts");
    let folder = Folder::open(scratch.path()).expect("a folder");
    let mut ticks = write_ticks(&folder, 1, 150);
    assert!(segment_count(scratch.path()) > 3, "the journal rotates");
    for _ in 0..3 {
        let (read, ending) = read_back(&folder, 1).expect("it is whole");
        assert!(read == ticks, "other records");
        assert_eq!(ending.torn, None);
        ending.settle(&folder).expect("the disk works");
        ticks.extend(write_ticks(&folder, ending.next_tick, 20));
    }
    let reader = Folder::open_to_read(scratch.path()).expect("reading needs no lock");
    assert!(
        read_back(&reader, 1).expect("it is whole").0 == ticks,
        "other records"
    );
}

#[test]
fn a_second_writer_is_refused_and_a_first_that_ended_is_not() {
    let scratch = Scratch::new("journal-lock");
    let folder = Folder::open(scratch.path()).expect("a folder");
    let error = Folder::open(scratch.path()).expect_err("it is taken");
    assert_eq!(error.kind(), io::ErrorKind::ResourceBusy);
    assert!(
        error.to_string().contains("another process writes here"),
        "{error}"
    );
    drop(folder);
    Folder::open(scratch.path()).expect("it is free again");
}

#[test]
fn a_journal_that_is_already_there_is_never_written_over() {
    let scratch = Scratch::new("journal-twice");
    let folder = Folder::open(scratch.path()).expect("a folder");
    let ticks = write_ticks(&folder, 1, 3);
    let (mut port, committer) = link(IDENTITY, 1);
    let mut appender = Appender::new(folder.clone(), committer);
    port.commit(1, &[b"of a writer that did not recover"])
        .expect("there is room");
    for _ in 0..3 {
        assert_eq!(appender.turn(), journal::Turn::Failed);
    }
    assert_eq!(port.durable_tick(), 0);
    assert!(
        read_back(&folder, 1).expect("it is whole").0 == ticks,
        "other records"
    );
}

#[test]
fn checkpoints_are_written_aside_and_free_what_they_replace() {
    let scratch = Scratch::new("journal-checkpoints");
    let folder = Folder::open(scratch.path()).expect("a folder");
    let ticks = write_ticks(&folder, 1, 120);
    let (told, reports) = mpsc::channel();
    let report = Box::new(
        move |tick, result: Result<checkpoint::Deleted, JournalError>| {
            told.send((tick, result.expect("the disk works")))
                .expect("the test listens");
        },
    );
    let unfinished = scratch.path().join(checkpoint::file_name(9) + ".tmp");
    fs::write(&unfinished, b"half of one").expect("the disk works");
    let checkpointer = Checkpointer::start("checkpoint", folder.clone(), IDENTITY, 2, report);
    let checkpointer = checkpointer.expect("a thread");
    assert!(!unfinished.exists(), "what a crash left is gone");

    let mut deleted_count = 0;
    for tick in [30, 60, 90, 120] {
        let content = Box::new(move |bytes: &mut Vec<u8>| bytes.resize(9_000_000, tick as u8));
        checkpointer
            .offer(tick, content)
            .expect("the last one is written");
        let (written, deleted) = reports.recv_timeout(PATIENCE).expect("it is written");
        assert_eq!((written, checkpointer.durable_tick()), (tick, tick));
        deleted_count += deleted.segment_count;
    }
    checkpointer.stop();
    assert_eq!(
        checkpoint::ticks(&folder).expect("the disk works"),
        [90, 120]
    );
    assert!(deleted_count > 0, "segments before tick 91 are gone");

    let newest = checkpoint::load_newest(&folder, IDENTITY).expect("the disk works");
    let newest = newest.checkpoint.expect("there is one");
    assert_eq!((newest.tick, newest.bytes.len()), (120, 9_000_000));
    assert!(newest.bytes.iter().all(|byte| *byte == 120));
    let (read, _) = read_back(&folder, 91).expect("the older one can be started from, too");
    assert!(read == ticks[90..], "other records");
    let error = read_back(&folder, 1).expect_err("the beginning is gone");
    assert!(error.to_string().contains("ticks 1 to "), "{error}");
}

#[test]
fn a_checkpoint_is_refused_while_others_wait() {
    let scratch = Scratch::new("journal-busy");
    let folder = Folder::open(scratch.path()).expect("a folder");
    let (begun, begins) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let report = Box::new(|_, _| {});
    let checkpointer = Checkpointer::start("checkpoint", folder.clone(), IDENTITY, 2, report);
    let checkpointer = checkpointer.expect("a thread");
    let slow = Box::new(move |bytes: &mut Vec<u8>| {
        begun.send(()).expect("the test listens");
        released
            .recv_timeout(PATIENCE)
            .expect("the test releases it");
        bytes.push(1);
    });
    checkpointer.offer(1, slow).expect("nothing waits");
    begins.recv_timeout(PATIENCE).expect("it begins");
    let quick = || Box::new(|bytes: &mut Vec<u8>| bytes.push(2));
    checkpointer.offer(2, quick()).expect("one may wait");
    assert_eq!(checkpointer.offer(3, quick()), Err(Busy));
    release.send(()).expect("it waits");
    checkpointer.stop();
    assert_eq!(checkpoint::ticks(&folder).expect("the disk works"), [1, 2]);
}

#[test]
fn a_checkpoint_that_does_not_load_is_skipped_and_said() {
    let scratch = Scratch::new("journal-skipped");
    let folder = Folder::open(scratch.path()).expect("a folder");
    for tick in [10, 20, 30, 40] {
        checkpoint::write(&folder, IDENTITY, tick, b"the state").expect("the disk works");
    }
    let path = |tick| scratch.path().join(checkpoint::file_name(tick));
    fs::write(path(40), b"nothing of ours").expect("the disk works");
    let mut damaged = fs::read(path(30)).expect("it is there");
    *damaged.last_mut().expect("it has bytes") ^= 1;
    fs::write(path(30), damaged).expect("the disk works");
    let mut cut = fs::read(path(20)).expect("it is there");
    cut.pop();
    fs::write(path(20), cut).expect("the disk works");

    let newest = checkpoint::load_newest(&folder, IDENTITY).expect("the disk works");
    assert_eq!(newest.checkpoint.map(|newest| newest.tick), Some(10));
    let lines: Vec<String> = newest.skipped.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "checkpoint-0000000040.vxc does not load: its header is damaged",
            "checkpoint-0000000030.vxc does not load: its content is damaged",
            "checkpoint-0000000020.vxc does not load: it has 8 bytes of content, not 9",
        ]
    );
    let error = checkpoint::load(&folder, IDENTITY, 30).expect_err("it is damaged");
    assert!(
        error.to_string().contains("its content is damaged"),
        "{error}"
    );

    // 40 and 20 do not even look whole, so the two to keep are 30 and 10.
    checkpoint::retain(&folder, 2).expect("the disk works");
    assert_eq!(
        checkpoint::ticks(&folder).expect("the disk works"),
        [10, 20, 30, 40]
    );
}

#[test]
fn a_checkpoint_of_another_world_stops_the_start() {
    let scratch = Scratch::new("journal-world");
    let folder = Folder::open(scratch.path()).expect("a folder");
    let other = Identity {
        world: 1,
        ..IDENTITY
    };
    checkpoint::write(&folder, other, 10, b"the state").expect("the disk works");
    assert_eq!(
        checkpoint::identify(&folder).expect("the disk works"),
        Some(other)
    );
    let error = checkpoint::load_newest(&folder, IDENTITY).expect_err("it is another's");
    assert!(
        matches!(error, JournalError::WrongIdentity { .. }),
        "{error}"
    );
    let name = checkpoint::file_name(10);
    folder
        .rename(&name, &checkpoint::file_name(11))
        .expect("the disk works");
    let error = checkpoint::load_newest(&folder, other).expect_err("it was renamed");
    assert!(
        matches!(error, JournalError::WrongName { tick: 10, .. }),
        "{error}"
    );
}

#[test]
fn a_folder_without_a_journal_begins_one() {
    let scratch = Scratch::new("journal-new");
    let folder = Folder::open(scratch.path()).expect("a folder");
    fs::write(scratch.path().join("readme.txt"), b"foreign").expect("the disk works");
    let newest = checkpoint::load_newest(&folder, IDENTITY).expect("the disk works");
    assert!(newest.checkpoint.is_none() && newest.skipped.is_empty());
    let mut scanner = Scanner::open(&folder, IDENTITY, 1).expect("it opens");
    assert!(scanner.advance().expect("nothing is broken").is_none());
    assert_eq!(scanner.ending().next_tick, 1);
    assert_eq!(checkpoint::identify(&folder).expect("the disk works"), None);
}
