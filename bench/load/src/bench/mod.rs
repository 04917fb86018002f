//! Our server and its peers in turns, at several numbers of clients, and the table of what each took.
//!
//! Figures are of servers' own processes, by the system's accounting, in a window in which nobody joins.
//! Nothing is said of a run in which less than [`outcome::DELIVERED_MIN`] arrived.

mod metrics;
mod others;
mod ours;
mod outcome;
mod table;

use std::{io, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use crate::peers::Failure;
use outcome::Outcome;
use table::Table;

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// Our server's binary, built for release
    #[arg(long, value_name = "FILE")]
    pub voxelheim: PathBuf,
    /// The folder of the Colyseus peer, with its packages installed
    #[arg(long, value_name = "DIR")]
    pub colyseus: PathBuf,
    /// Numbers of clients
    #[arg(
        long,
        value_name = "N,...",
        value_delimiter = ',',
        default_value = "100,500,1000"
    )]
    pub clients: Vec<usize>,
    /// How long each is measured
    #[arg(long, value_name = "S", default_value_t = 20)]
    pub seconds: u64,
    /// How long each plays before, once all have joined: land streams in meanwhile
    #[arg(long, value_name = "S", default_value_t = 15)]
    pub settle_seconds: u64,
    /// How often all are measured; with more than one, the median counts
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub rounds: usize,
    /// Beside whom
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "quinn,wtransport,colyseus"
    )]
    pub peers: Vec<Peer>,
    /// Threads that serve clients
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub edges: usize,
    /// Soldiers of each house
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub soldiers: u32,
}

/// Whose server is measured.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Peer {
    Quinn,
    Wtransport,
    Colyseus,
}

impl Options {
    fn window(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    fn settling(&self) -> Duration {
        Duration::from_secs(self.settle_seconds)
    }
}

/// Measures everything and prints the table.
///
/// # Errors
/// If a program does not start, ends too early or speaks differently.
pub fn run(options: &Options) -> Result<(), Failure> {
    let mut table = Table::new(options);
    for round in 1..=options.rounds {
        for &clients in &options.clients {
            let ours = ours::measure(options, clients)?;
            note(round, &ours);
            let traffic = ours.traffic();
            let updates = ours.updates_per_client_and_tick();
            table.add(ours);
            for &peer in &options.peers {
                let outcome = others::measure(options, peer, clients, traffic, updates)?;
                note(round, &outcome);
                table.add(outcome);
            }
        }
    }
    print(&table)
}

/// Progress, for who waits.
fn note(round: usize, outcome: &Outcome) {
    eprintln!("   round {round}: {outcome}");
}

fn print(table: &Table) -> Result<(), Failure> {
    use io::Write;
    Ok(write!(io::stdout(), "{table}")?)
}
