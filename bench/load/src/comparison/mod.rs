//! Our server and its peers in turns, at several numbers of clients, and the table of what each took.
//!
//! Figures are of servers' own processes, by the system's accounting, in a window in which nobody joins.
//! A run does not count in which less than [`outcome::DELIVERED_MIN`] arrived, or in which our server was so
//! short of time that it told less than it should.

mod metrics;
mod others;
mod ours;
mod outcome;
mod rows;
mod table;

use std::{io, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use crate::{battle::Battle, peers::Failure};
use outcome::Outcome;
use table::Table;

/// What to measure.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    pub battle: Battle,
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
    /// How often all are measured; with more than one, the median counts
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub rounds: usize,
    /// Beside whom
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "loop,quinn,wtransport,colyseus"
    )]
    pub peers: Vec<Peer>,
    /// Keeps what was measured for `./dev bench --table`, as all benches do when they are told so
    #[arg(long)]
    pub bench: bool,
}

/// Whose server is measured.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Peer {
    /// The loop of our own edges, with nothing above it
    Loop,
    Quinn,
    Wtransport,
    Colyseus,
}

impl Peer {
    fn name(self) -> &'static str {
        match self {
            Peer::Loop => table::LOOP,
            Peer::Quinn => table::QUINN,
            Peer::Wtransport => table::WTRANSPORT,
            Peer::Colyseus => table::COLYSEUS,
        }
    }
}

impl Options {
    /// What gives the figures again.
    fn command(&self) -> String {
        let clients: Vec<String> = self.clients.iter().map(usize::to_string).collect();
        let (clients, seconds, rounds) = (clients.join(","), self.battle.seconds, self.rounds);
        format!("./dev bench server --clients {clients} --seconds {seconds} --rounds {rounds}")
    }

    fn window(&self) -> Duration {
        Duration::from_secs(self.battle.seconds)
    }

    fn settling(&self) -> Duration {
        Duration::from_secs(self.battle.settle_seconds)
    }
}

/// Measures everything and prints the table.
///
/// # Errors
/// If the table cannot be printed.
pub fn run(options: &Options) -> Result<(), Failure> {
    let mut table = Table::new(options.command());
    for round in 1..=options.rounds {
        for &clients in &options.clients {
            eprintln!("   round {round} of {}, {clients} clients", options.rounds);
            measure_all(options, clients, &mut table);
        }
    }
    for (target, measured) in rows::rows(&table) {
        bench::results::record(&target, measured, table.command());
    }
    print(&table)
}

/// All servers with so many clients. One that fails is left out: the others' figures hold without it.
fn measure_all(options: &Options, clients: usize, table: &mut Table) {
    let Some(ours) = keep(table::OURS, ours::measure(&options.battle, clients)) else {
        return;
    };
    let traffic = ours.traffic();
    let updates = ours.updates_per_client_and_tick();
    table.add(ours);
    for &peer in &options.peers {
        let outcome = others::measure(options, peer, clients, traffic, updates);
        if let Some(outcome) = keep(peer.name(), outcome) {
            table.add(outcome);
        }
    }
}

/// The outcome, told to who waits for the table.
fn keep(server: &str, outcome: io::Result<Outcome>) -> Option<Outcome> {
    match outcome {
        Ok(outcome) => {
            eprintln!("   {outcome}");
            Some(outcome)
        }
        Err(error) => {
            eprintln!("   {server} fails: {error}");
            None
        }
    }
}

fn print(table: &Table) -> Result<(), Failure> {
    use io::Write;
    Ok(write!(io::stdout(), "{table}")?)
}
