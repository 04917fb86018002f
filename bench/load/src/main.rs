//! Measures the whole server over real connections, beside others' servers that move the same bytes:
//! `./dev bench server`. Servers and their clients are processes of their own; this one only starts them,
//! reads the system's accounting of them, and counts. And draws where our server's time goes:
//! `./dev profile`.

mod battle;
mod comparison;
mod peers;
mod process;
mod profile;
mod startup;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Load for the whole server and its peers.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Measures our server and its peers in turns
    Server(comparison::Options),
    /// Measures how long a start takes, from nothing to a player in the battle
    Start(startup::Options),
    /// Draws a flame graph of the shards or the edges of a server that bots play on
    Profile(profile::Options),
    /// One end of a peer's run, which the bench starts
    #[command(subcommand)]
    Peer(peers::Role),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Server(options) => comparison::run(&options),
        Verb::Start(options) => startup::run(&options),
        Verb::Profile(options) => profile::run(&options),
        Verb::Peer(role) => peers::run(&role),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
