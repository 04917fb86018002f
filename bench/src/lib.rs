//! How benches measure: in one process, sides interleaved, by the thread's CPU time, medians.
//!
//! The machines this runs on are shared and noisy, so a wall clock lies and so does a side that runs
//! alone first. What docs/PERFORMANCE.md claims comes from here.

pub mod commits;
mod counting;
pub mod crowd;
pub mod kernel;
pub mod kernels;
pub mod land;
mod report;
pub mod results;
pub mod rounds;
pub mod swarm;
pub mod targets;
pub mod telling;

pub use counting::{CountingAllocator, allocations_count};
pub use report::{Claim, Report};

use std::{env, hint::black_box, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// Rounds of which the median is taken; odd.
pub const ROUNDS_COUNT: usize = 11;

/// Whether the part of a bench was asked for: no word on the command line asks for all.
pub fn filter(part: &str) -> bool {
    let words = env::args().skip(1).filter(|word| !word.starts_with('-'));
    let words: Vec<_> = words.collect();
    words.is_empty() || words.iter().any(|word| names(word, part))
}

/// Whether a word is the beginning of a part's name, or of what comes behind a dash in it.
pub fn names(word: &str, part: &str) -> bool {
    part.starts_with(word) || part.contains(&format!("-{word}"))
}

/// Whether this run only shows that the bench works: `cargo test` runs it so, `cargo bench` says
/// `--bench`. A small run's figures mean nothing.
pub fn is_small() -> bool {
    !env::args().any(|word| word == "--bench")
}

/// How often to do something: `full` times when measuring, `small` times to show that it works.
pub fn times(full: usize, small: usize) -> usize {
    if is_small() { small } else { full }
}

/// CPU time this thread has used.
pub fn thread_cpu_time() -> Duration {
    clock(ClockId::ThreadCPUTime)
}

/// CPU time all threads of this process have used.
pub fn process_cpu_time() -> Duration {
    clock(ClockId::ProcessCPUTime)
}

fn clock(id: ClockId) -> Duration {
    let time = clock_gettime(id);
    let seconds = u64::try_from(time.tv_sec).expect("CPU time is never negative");
    let nanoseconds = u32::try_from(time.tv_nsec).expect("nanoseconds are below a second");
    Duration::new(seconds, nanoseconds)
}

/// CPU time of one call of `work`.
pub fn cpu_time<R>(work: impl FnOnce() -> R) -> Duration {
    let start = thread_cpu_time();
    black_box(work());
    thread_cpu_time() - start
}

/// Median CPU time of each side; the sides take turns, after one turn that does not count.
pub fn medians<const SIDES: usize>(mut sides: [&mut dyn FnMut(); SIDES]) -> [Duration; SIDES] {
    for side in &mut sides {
        side();
    }
    let mut samples = [const { Vec::new() }; SIDES];
    for _ in 0..times(ROUNDS_COUNT, 1) {
        for (side, samples) in sides.iter_mut().zip(&mut samples) {
            samples.push(cpu_time(side));
        }
    }
    samples.map(median)
}

/// The middle of an odd number of times.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The time below which this share of them is.
pub fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[(times.len() - 1) * percent / 100]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_what_begins_with_it() {
        assert!(names("read", "voxel-read-edited") && names("voxel", "voxel-read"));
        assert!(!names("read", "index-spread"));
    }

    #[test]
    fn median_is_the_middle() {
        let times = [5, 1, 9].map(Duration::from_millis).to_vec();
        assert_eq!(median(times), Duration::from_millis(5));
    }

    #[test]
    fn medians_run_every_side_the_same_number_of_times() {
        let (mut first, mut second) = (0, 0);
        medians([&mut || first += 1, &mut || second += 1]);
        assert!(first == second && first > 1, "{first} and {second} runs");
    }
}
