//! What one message costs an edge: from its bytes as they came to the bytes that wait for each of 1,000 clients,
//! through reading, rules, safe text, the filter, encoding and choosing who hears. CPU time of the thread.

use std::time::Duration;

use bench::{median, thread_cpu_time, times};
use edge::Crowd;
use protocol::{Encoder, chat::Say};

const LISTENERS: usize = 1_000;
const ROUNDS: usize = 11;
/// Each by another speaker, for each may say five at once.
const MESSAGES_PER_ROUND: usize = 60;
const TEXT: &str = "Everybody to the northern banner, they come over the bridge with ladders!";
/// What must be reached: `docs/PERFORMANCE.md`.
const CPU_MAX: Duration = Duration::from_millis(5);

#[expect(clippy::print_stdout, reason = "the report is for the terminal")]
fn main() {
    let mut crowd = Crowd::new(LISTENERS);
    let mut speaker = 0;
    println!("one message to {LISTENERS} clients, CPU time, must be at most {CPU_MAX:?}:");
    for (name, channel) in [("global", 0), ("house", 2), ("local", 1)] {
        let mut encoder = Encoder::new();
        let message = encoder.stream(&Say {
            channel,
            to: String::new(),
            text: TEXT.to_owned(),
        });
        let rounds = (0..times(ROUNDS, 1)).map(|_| round(&mut crowd, &mut speaker, message));
        let mut rounds: Vec<Duration> = rounds.collect();
        rounds.sort_unstable();
        let (low, high) = (rounds[0], rounds[rounds.len() - 1]);
        let middle = median(rounds);
        println!("  {name}: {middle:.1?}, of eleven rounds {low:.1?} to {high:.1?}");
    }
}

/// A message's time, of several.
fn round(crowd: &mut Crowd, speaker: &mut usize, message: &[u8]) -> Duration {
    let mut spent = Duration::ZERO;
    for _ in 0..MESSAGES_PER_ROUND {
        *speaker = (*speaker + 1) % LISTENERS;
        let begun_at = thread_cpu_time();
        crowd.say(*speaker, message);
        spent += thread_cpu_time() - begun_at;
        assert_eq!(crowd.take(), LISTENERS, "all hear it");
    }
    spent / MESSAGES_PER_ROUND as u32
}
