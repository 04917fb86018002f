//! VoxelHeim: the one binary. `voxelheim` alone runs everything in one process.

mod bots;
mod cli;
mod config;
mod config_desk;
mod copies;
mod ctl;
mod data;
mod health;
mod live;
mod log;
mod manual;
mod member;
mod replay;
mod role_file;
mod serve;
mod services;
mod sign_in;
mod signals;
mod traces;

use std::{
    fmt,
    io::{self, Write},
    process::ExitCode,
};

use clap::error::ErrorKind;

use cli::Verb;
use role_file::Mistake;
use world::heap::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Wrong flags or configuration.
const EXIT_USAGE: u8 = 2;

/// What ends the program early: one line for the operator, and the exit code.
#[derive(Debug)]
pub enum Failure {
    /// Flags or configuration are wrong; the line says how to mend them.
    Usage(String),
    /// Something else went wrong.
    Runtime(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(text) | Failure::Runtime(text) => formatter.write_str(text),
        }
    }
}

fn main() -> ExitCode {
    let arguments = match role_file::arguments() {
        Ok(arguments) => arguments,
        Err(Mistake::Flags(error)) => return explain(&error),
        Err(Mistake::File(failure)) => return fail(&failure),
    };
    let _traces = match log::begin() {
        Ok(traces) => traces,
        Err(text) => return fail(&Failure::Usage(text)),
    };
    let done = match &arguments.verb {
        None => serve::run(&arguments.serve),
        Some(Verb::Shard(arguments)) => member::run_shards(arguments),
        Some(Verb::Edge(arguments)) => member::run_edges(arguments),
        Some(Verb::Config(arguments)) => config::check_file(arguments),
        Some(Verb::Auth(arguments)) => services::run_auth(arguments),
        Some(Verb::Player(arguments)) => services::run_player(arguments),
        Some(Verb::Inventory(arguments)) => services::run_inventory(arguments),
        Some(Verb::Analytics(arguments)) => services::run_analytics(arguments),
        Some(Verb::Chat(arguments)) => services::run_chat(arguments),
        Some(Verb::Admin(arguments)) => services::run_admin(arguments),
        Some(Verb::Assets(arguments)) => services::run_assets(arguments),
        Some(Verb::Migrate(arguments)) => services::migrate(arguments),
        Some(Verb::Appoint(arguments)) => services::appoint(arguments),
        Some(Verb::Bots(arguments)) => bots::run(arguments),
        Some(Verb::Health(arguments)) => health::run(arguments),
        Some(Verb::Replay(arguments)) => replay::run(arguments),
        Some(Verb::Checkpoint(verb)) => copies::run_checkpoint(verb),
        Some(Verb::Archive(arguments)) => copies::run_archive(arguments),
        Some(Verb::Ctl(arguments)) => ctl::run(arguments),
        Some(Verb::Completions(arguments)) => manual::complete(arguments),
        Some(Verb::Man(arguments)) => manual::write_pages(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &Failure) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {failure}");
    match failure {
        Failure::Usage(_) => ExitCode::from(EXIT_USAGE),
        Failure::Runtime(_) => ExitCode::FAILURE,
    }
}

/// One line for whoever started it.
fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Help and version in full; a mistake in one line.
fn explain(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    let parts: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .filter(|line| !line.is_empty())
        .collect();
    let _ = writeln!(io::stderr(), "{}; see voxelheim --help", parts.join("; "));
    ExitCode::from(EXIT_USAGE)
}
