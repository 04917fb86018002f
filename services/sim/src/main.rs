//! `sim`: simulates the cluster from seeds until something does not hold. `./dev sim` runs it.

use std::process::ExitCode;

use clap::Parser;
use sim::{Canary, Options, Simulation, time::SECOND};

/// Simulates the whole cluster, with everything that can go wrong, from a seed.
#[derive(Parser)]
struct Flags {
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seeds in a row.
    #[arg(long, default_value_t = 1)]
    runs: u64,
    /// How long things go wrong, in virtual seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Prints what happens as it does.
    #[arg(long)]
    log: bool,
    /// Breaks something on purpose, by number.
    #[arg(long)]
    canary: Option<usize>,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    for seed in flags.seed..flags.seed + flags.runs {
        let options = Options {
            faults_for: flags.seconds * SECOND,
            canary: flags.canary.map(|number| Canary::ALL[number]),
            is_loud: flags.log,
            ..Options::new(seed)
        };
        match Simulation::new(&options).run() {
            Ok(summary) => eprintln!("seed {seed}: {summary:?}"),
            Err(failure) => {
                eprintln!("{failure}");
                eprintln!("again: ./dev sim --seed {seed} --seconds {}", flags.seconds);
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
