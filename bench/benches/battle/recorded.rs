//! A recorded battle, run again: what each phase of its ticks takes, and how much faster than it was.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    time::Duration,
};

use bench::{Claim, Report, is_small, results::target_folder, thread_cpu_time};
use engine::limits::TICK_RATE_HZ;
use world::{Recording, WorldFolder, replay::PhaseTimes};

use crate::record::{Scene, record};

/// The standard workload: a minute of 2,000 soldiers and 50 players.
const STANDARD: Scene = Scene {
    soldiers_per_house: 1_000,
    players_count: 50,
    ticks_count: 1_200,
};
/// What shows that the bench works.
const SMALL: Scene = Scene {
    soldiers_per_house: 20,
    players_count: 4,
    ticks_count: 20,
};
/// Replay against real time, at least.
const SPEED_MIN: f64 = 20.0;

/// Measures and prints.
pub fn run() {
    if is_small() {
        let path = env::temp_dir().join(format!("voxelheim-bench-battle-{}", process::id()));
        record(SMALL, &path);
        replay(&path);
        fs::remove_dir_all(&path).expect("it is ours");
    } else {
        let path = standard();
        replay(&path);
    }
}

/// Where the standard workload is; recorded when it is not there or when that is asked for.
fn standard() -> PathBuf {
    let path = target_folder().join("bench/battle-2000");
    let is_wanted = env::args().any(|word| word == "--record");
    if is_wanted && path.exists() {
        fs::remove_dir_all(&path).expect("it is ours");
    }
    if !path.exists() {
        // Aside until it is whole.
        let fresh = path.with_extension("fresh");
        let _ = fs::remove_dir_all(&fresh);
        record(STANDARD, &fresh);
        fs::rename(&fresh, &path).expect("it is ours");
    }
    path
}

#[expect(clippy::print_stdout, reason = "the report is for the terminal")]
fn replay(path: &Path) {
    let folder = WorldFolder::open(path).expect("the disk works");
    let run = folder.current_run().expect("the disk works");
    let mut recording = Recording::open(&run.expect("it was recorded")).expect("it is whole");
    let mut times = PhaseTimes::default();
    let mut ticks = Vec::new();
    loop {
        let before = thread_cpu_time();
        let replayed = recording.advance(&mut times).expect("it is whole");
        if replayed.is_none() {
            break;
        }
        ticks.push(thread_cpu_time() - before);
    }
    println!("{}", report(&ticks));
    println!("{}", phases(&times));
}

fn report(ticks: &[Duration]) -> Report {
    let mut report = Report::default();
    let total: Duration = ticks.iter().sum();
    let recorded_seconds = ticks.len() as f64 / f64::from(TICK_RATE_HZ);
    let speed = recorded_seconds / total.as_secs_f64();
    let ms = |percent| bench::percentile(ticks, percent).as_secs_f64() * 1e3;
    let detail = format!(
        "{} ticks; each with its hash {:.2} ms, p99 {:.2} ms",
        ticks.len(),
        ms(50),
        ms(99)
    );
    let what = "recorded battle, replay against real time";
    report.add(Claim::at_least(what, speed, SPEED_MIN, "×").with_detail(detail));
    report
}

fn phases(times: &PhaseTimes) -> String {
    let mut table = String::from("| phase | median | p99 |\n| --- | --- | --- |\n");
    for (name, spread) in times.spreads() {
        let (p50, p99) = (spread.p50 as f64 / 1e3, spread.p99 as f64 / 1e3);
        table.push_str(&format!("| {name} | {p50:.3} ms | {p99:.3} ms |\n"));
    }
    table
}
