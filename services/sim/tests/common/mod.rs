//! Runs of the simulation, as many at once as there are cores.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use sim::{Occurrences, Options, Simulation, Summary};

/// Runs one; a machine that finds itself broken panics, which is a failure as well.
pub fn run(options: &Options) -> Result<Summary, String> {
    let run = || Simulation::new(options).run();
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(summary)) => Ok(summary),
        Ok(Err(failure)) => Err(failure.to_string()),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            let text = text.unwrap_or_default();
            Err(format!("seed {}: panics: {text}", options.seed))
        }
    }
}

/// Runs all, and gives what came of them in their order.
pub fn run_all(all: &[Options]) -> Vec<Result<Summary, String>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(options) = all.get(number) else {
                return done;
            };
            done.push((number, run(options)));
        }
    };
    let count = thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
        let threads = threads.into_iter();
        let done = threads.flat_map(|it| it.join().expect("runs catch their panics"));
        done.collect()
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

/// What runs came to that all hold.
#[derive(Default)]
pub struct Total {
    pub ticks: u64,
    pub crossings: u64,
    pub occurrences: Occurrences,
}

/// Runs all, and panics unless they hold.
pub fn assert_all_hold(all: &[Options]) -> Total {
    let mut total = Total::default();
    for outcome in run_all(all) {
        let summary = outcome.unwrap_or_else(|failure| panic!("{failure}"));
        total.ticks += summary.counts.ticks;
        total.crossings += summary.counts.crossings;
        total.occurrences.add(&summary.occurrences);
    }
    total
}
