//! `sim`: simulates the cluster from seeds until something does not hold. `./dev sim` runs it.

use std::{fmt, panic, process::ExitCode};

use clap::{Parser, ValueEnum};
use sim::{
    Canary, Occurrences, Options, Simulation, Summary, faults::Kind, scene::Scale, time::SECOND,
};

/// Simulates the whole cluster, with everything that can go wrong, from a seed.
#[derive(Clone, Parser)]
#[command(name = "./dev sim")]
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
    /// Pods in the beginning; drawn from the seed if not given.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=4))]
    pods: Option<u16>,
    /// Edges; drawn from the seed if not given.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=8))]
    edges: Option<u16>,
    /// Soldiers of each house.
    #[arg(long, default_value_t = Scale::SMALL.soldiers_per_house)]
    soldiers: u32,
    /// What goes wrong, alone; drawn from the seed if not given.
    #[arg(long, value_enum, value_delimiter = ',')]
    faults: Option<Vec<Kind>>,
    /// All regions change hands at once, again and again, so that everybody crosses.
    #[arg(long)]
    storm: bool,
    /// Breaks something on purpose, which must be caught.
    #[arg(long, value_enum)]
    canary: Option<Canary>,
    /// Prints what happens as it does.
    #[arg(long)]
    log: bool,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    let mut total = Total::default();
    for seed in flags.seed..flags.seed.saturating_add(flags.runs) {
        let run = Flags {
            seed,
            runs: 1,
            ..flags.clone()
        };
        tell_how_on_panic(&run);
        match Simulation::new(&run.options()).run() {
            Ok(summary) => {
                eprintln!("seed {seed}: {summary}");
                total.add(&summary);
            }
            Err(failure) => {
                eprintln!("{failure}\nagain: {run}");
                return ExitCode::FAILURE;
            }
        }
    }
    eprintln!("{total}");
    ExitCode::SUCCESS
}

/// A machine that finds itself broken panics; that, too, is a failure of its seed.
fn tell_how_on_panic(run: &Flags) {
    let again = run.to_string();
    // The default hook goes first; it is taken anew each time, or hooks would call each other.
    drop(panic::take_hook());
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        default(info);
        eprintln!("again: {again} --log");
    }));
}

/// What all runs came to.
#[derive(Default)]
struct Total {
    run_count: u64,
    tick_count: u64,
    crossing_count: u64,
    occurrences: Occurrences,
}

impl Total {
    fn add(&mut self, summary: &Summary) {
        self.run_count += 1;
        self.tick_count += summary.counts.ticks;
        self.crossing_count += summary.counts.crossings;
        self.occurrences.add(&summary.occurrences);
    }
}

impl Flags {
    fn options(&self) -> Options {
        Options {
            faults_for: self.seconds * SECOND,
            scale: Scale {
                soldiers_per_house: self.soldiers,
                ..Scale::SMALL
            },
            pod_count: self.pods,
            edge_count: self.edges,
            kinds: self.faults.clone(),
            is_stormy: self.storm,
            canary: self.canary,
            is_loud: self.log,
            ..Options::new(self.seed)
        }
    }
}

/// A value as it is given on the command line.
fn name(value: &impl ValueEnum) -> String {
    let value = value.to_possible_value().expect("none is hidden");
    value.get_name().to_owned()
}

/// The command that runs the same again.
impl fmt::Display for Flags {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, seconds, .. } = self;
        write!(out, "./dev sim --seed {seed} --seconds {seconds}")?;
        if let Some(pods) = self.pods {
            write!(out, " --pods {pods}")?;
        }
        if let Some(edges) = self.edges {
            write!(out, " --edges {edges}")?;
        }
        if self.soldiers != Scale::SMALL.soldiers_per_house {
            write!(out, " --soldiers {}", self.soldiers)?;
        }
        if self.storm {
            write!(out, " --storm")?;
        }
        if let Some(kinds) = &self.faults {
            let names: Vec<String> = kinds.iter().map(name).collect();
            write!(out, " --faults {}", names.join(","))?;
        }
        if let Some(canary) = &self.canary {
            write!(out, " --canary {}", name(canary))?;
        }
        Ok(())
    }
}

impl fmt::Display for Total {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            run_count,
            tick_count,
            crossing_count,
            occurrences,
        } = self;
        write!(
            out,
            "{run_count} runs hold: {tick_count} ticks like the oracle's, {crossing_count} crossings; \
             {occurrences}"
        )
    }
}
