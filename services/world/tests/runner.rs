//! The same loop and journal on a glommio executor and on a plain thread. Where io_uring is refused the
//! tests say so, and check the plain thread alone.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::mpsc::{self, Receiver, Sender},
    time::{Duration, Instant},
};

use journal::{Folder, Identity, JournalPort, Scanner, State, link, segment};
use rustix::thread::sched_getcpu;
use world::{
    Runner, Running, Seat, Turn,
    pin::{self, cores},
    runner::Writing,
    uring::{self, Refusal},
};

const IDENTITY: Identity = Identity { world: 9, shard: 1 };
const LATER: Duration = Duration::from_secs(3_600);
/// How long a test waits for what must come; generous, since the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// Set in the process that runs under a low limit of locked memory.
const UNDER_LIMIT: &str = "VOXELHEIM_TEST_UNDER_LIMIT";

/// A folder of this test's own, gone with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("voxelheim-{name}-{}", process::id()));
        fs::create_dir_all(&path).expect("the system has room for a folder");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Every way to run a loop that this machine permits.
fn runners() -> Vec<Runner> {
    match uring::probe(Some(&env::temp_dir())) {
        Ok(()) => vec![Runner::Plain, Runner::Uring],
        Err(refusal) => {
            eprintln!("NOT TESTED on io_uring, only on plain threads: {refusal}");
            vec![Runner::Plain]
        }
    }
}

fn hear<T>(heard: &Receiver<T>, what: &str) -> T {
    let heard = heard.recv_timeout(PATIENCE);
    heard.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

#[test]
fn turns_come_when_due_or_when_it_rings_and_the_loop_comes_back() {
    for runner in runners() {
        let (told, heard) = mpsc::channel();
        let mut count = 0_u32;
        let mut due_at = Instant::now();
        let turn = move |now: Instant| {
            count += 1;
            if count <= 20 {
                assert!(now >= due_at, "turn {count} came early");
                due_at = now + Duration::from_millis(1);
            } else {
                due_at = now + LATER;
            }
            told.send(count).expect("the test listens");
            due_at
        };
        let running = runner.start(Seat::default(), turn, None).expect("a thread");
        for count in 1..=21 {
            assert_eq!(hear(&heard, "a turn that is due"), count, "{runner:?}");
        }
        // Nothing is due for an hour.
        running.bell().ring();
        assert_eq!(hear(&heard, "a turn that was rung for"), 22, "{runner:?}");
        assert!(!running.is_finished());
        drop(running.stop().expect("it did not panic"));
        assert!(
            heard.recv().is_err(),
            "the loop ended, and what it had is gone"
        );
    }
}

#[test]
fn a_loop_is_pinned_to_its_core_and_a_core_that_is_not_there_is_said() {
    let core = *cores().expect("they can be asked for").last().expect("one");
    for runner in runners() {
        let (told, heard) = mpsc::channel();
        let turn = move |now: Instant| {
            told.send(sched_getcpu()).expect("the test listens");
            now + LATER
        };
        let seat = Seat {
            name: "pinned".into(),
            core: Some(core),
            ..Seat::default()
        };
        let running = runner.start(seat, turn, None).expect("a thread");
        assert_eq!(hear(&heard, "a turn"), core, "{runner:?}");
        drop(running.stop().expect("it did not panic"));

        let seat = Seat {
            core: Some(1_000_000),
            ..Seat::default()
        };
        let turn = |now: Instant| now + LATER;
        assert!(runner.start(seat, turn, None).is_err(), "{runner:?}");
    }
}

#[test]
fn a_loop_that_panics_is_finished_and_says_so() {
    for runner in runners() {
        let turn = |_: Instant| -> Instant { panic!("a bug of ours") };
        let running = runner.start(Seat::default(), turn, None).expect("a thread");
        let begun_at = Instant::now();
        while !running.is_finished() {
            assert!(begun_at.elapsed() < PATIENCE, "{runner:?}");
            std::thread::yield_now();
        }
        assert!(running.stop().is_err(), "{runner:?}");
    }
}

/// A loop that commits a tick a turn and tells what is durable.
struct Ticking {
    port: JournalPort,
    tick: u32,
    tick_last: u32,
    told: Sender<(u32, bool)>,
}

impl Turn for Ticking {
    fn turn(&mut self, now: Instant) -> Instant {
        if self.tick < self.tick_last && self.port.has_room() {
            self.tick += 1;
            let number = self.tick.to_le_bytes();
            let long = vec![self.tick as u8; 10_000];
            let committed = self.port.commit(self.tick, &[&number, &long]);
            committed.expect("there is room");
        }
        let is_healthy = matches!(self.port.state(), State::Healthy);
        // A test that has heard enough no longer listens.
        let _ = self.told.send((self.port.durable_tick(), is_healthy));
        now + Duration::from_millis(1)
    }
}

/// Ticks on a journal in this folder, which rotates after a few ticks.
fn start_ticking(
    runner: Runner,
    folder: &Folder,
    tick_last: u32,
) -> (Running<Ticking>, Receiver<(u32, bool)>) {
    let (port, committer) = link(IDENTITY, 1);
    let (told, heard) = mpsc::channel();
    let ticking = Ticking {
        port,
        tick: 0,
        tick_last,
        told,
    };
    let writing = Writing {
        folder: folder.clone(),
        committer: committer.with_segment_bytes_max(100_000),
    };
    let running = runner.start(Seat::default(), ticking, Some(writing));
    (running.expect("a thread"), heard)
}

/// The ticks of the folder's journal, whose records are checked.
fn read_ticks(folder: &Folder) -> u32 {
    let mut scanner = Scanner::open(folder, IDENTITY, 1).expect("it opens");
    while let Some(tick) = scanner.advance().expect("nothing is broken") {
        let records: Vec<&[u8]> = tick.records.collect();
        assert_eq!(records[0], tick.tick.to_le_bytes());
        assert!(records[1].len() == 10_000 && records[1].iter().all(|b| *b == tick.tick as u8));
    }
    scanner.ending().next_tick - 1
}

fn open(path: &Path) -> Folder {
    Folder::open(path).expect("a folder")
}

#[test]
fn a_journal_is_durable_while_the_loop_runs_and_whole_when_it_stops() {
    for runner in runners() {
        let scratch = Scratch::new("runner-journal");
        let folder = open(&scratch.0);
        let (running, heard) = start_ticking(runner, &folder, 100);
        while hear(&heard, "a durable tick").0 < 50 {}
        let mut ticking = running.stop().expect("it did not panic");
        let tick = ticking.tick;
        assert!(tick >= 50);
        assert_eq!(
            ticking.port.durable_tick(),
            tick,
            "stopping writes what waits"
        );
        assert!(ticking.port.is_closed());
        let latencies: Vec<_> = ticking.port.latencies().collect();
        let tick_count: u32 = latencies.iter().map(|latency| latency.tick_count).sum();
        assert_eq!(tick_count, tick, "{runner:?}");
        assert_eq!(read_ticks(&folder), tick, "{runner:?}");
    }
}

#[test]
fn a_disk_that_fails_is_said_and_the_journal_goes_on_when_it_works_again() {
    for runner in runners() {
        let scratch = Scratch::new("runner-failing");
        let folder = open(&scratch.0);
        // Files of others where segments are to begin, sooner or later.
        let in_the_way = |tick: u32| scratch.0.join(segment::file_name(tick));
        for tick in 20..500 {
            fs::write(in_the_way(tick), b"").expect("the disk works");
        }
        let (running, heard) = start_ticking(runner, &folder, 1_000_000);
        let durable = loop {
            let (durable, is_healthy) = hear(&heard, "a failing disk");
            if !is_healthy {
                break durable;
            }
        };
        for tick in 20..500 {
            fs::remove_file(in_the_way(tick)).expect("the disk works");
        }
        while hear(&heard, "a disk that works") <= (durable, true) {}
        let ticking = running.stop().expect("it did not panic");
        assert_eq!(ticking.port.durable_tick(), ticking.tick, "{runner:?}");
        assert_eq!(read_ticks(&folder), ticking.tick, "{runner:?}");
    }
}

#[test]
fn what_one_writer_wrote_the_other_goes_on_from() {
    let scratch = Scratch::new("runner-both");
    let folder = open(&scratch.0);
    let all_twice = runners().into_iter().chain(runners());
    for (next_tick, runner) in (1..).zip(all_twice) {
        let (mut port, committer) = link(IDENTITY, next_tick);
        let number = u32::to_le_bytes(next_tick);
        let records: [&[u8]; 2] = [&number, &vec![next_tick as u8; 10_000]];
        port.commit(next_tick, &records).expect("there is room");
        let writing = Writing {
            folder: folder.clone(),
            committer,
        };
        let turn = |now: Instant| now + LATER;
        let running = runner.start(Seat::default(), turn, Some(writing));
        let stopped = running.expect("a thread").stop();
        assert!(stopped.is_ok(), "{runner:?}");
        assert_eq!(port.durable_tick(), next_tick, "{runner:?}");
        assert_eq!(read_ticks(&folder), next_tick, "{runner:?}");
    }
}

#[test]
fn futures_and_functions_run_pinned_and_give_their_result() {
    let core = cores().expect("they can be asked for")[0];
    let plain = pin::run_pinned("plain", Some(core), sched_getcpu).expect("a thread");
    assert_eq!(plain.join().expect("it did not panic"), core);
    if !runners().contains(&Runner::Uring) {
        return;
    }
    let wait = move || async move {
        let at = Instant::now() + Duration::from_millis(2);
        uring::sleep_until(at).await;
        (Instant::now() >= at, sched_getcpu())
    };
    let pinned = uring::run_pinned("pinned", Some(core), wait).expect("a thread");
    assert_eq!(pinned.join().expect("it did not panic"), (true, core));
}

/// Runs this test alone in a process that may lock 64 KiB, where io_uring must be refused, the reason
/// told, and the plain thread chosen.
#[test]
fn too_little_locked_memory_is_refused_and_the_plain_thread_chosen() {
    let name = "too_little_locked_memory_is_refused_and_the_plain_thread_chosen";
    if env::var_os(UNDER_LIMIT).is_none() {
        let tests = env::current_exe().expect("a test has a path");
        let status = Command::new("sh")
            .args(["-c", "ulimit -l 64 && exec \"$0\" --exact \"$1\""])
            .arg(tests)
            .arg(name)
            .env(UNDER_LIMIT, "1")
            .status();
        assert!(status.expect("there is a shell").success());
        return;
    }
    let refusal = uring::probe(None).expect_err("64 KiB are too little");
    assert!(
        matches!(
            refusal,
            Refusal::Memlock {
                limit_bytes: 65_536,
                ..
            }
        ),
        "{refusal}"
    );
    assert_eq!(Runner::choose(None), Runner::Plain);
    let turn = |now: Instant| now + LATER;
    let refused = Runner::Uring.start(Seat::default(), turn, None);
    assert!(refused.is_err_and(|error: io::Error| error.to_string().contains("MemLock")));
}
