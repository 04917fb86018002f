//! Compares the instructions that our kernels took with those of the last landing: `gate FILE` checks a
//! run's counts, `gate FILE --record WHY` appends them to the history and draws it anew. Fails when a
//! kernel got slower and no line of the history says why, or when the page is not that of the history.

mod counts;
mod history;
mod page;

use std::{env, fs, path::Path, process::ExitCode};

use counts::Counts;
use history::{History, Landing};

/// One JSON object a line, oldest first.
const HISTORY: &str = "bench/history/instructions.jsonl";
const PAGE: &str = "docs/instructions.html";

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is for the terminal"
)]
fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let told = match words[..] {
        [counts] => check(counts),
        [counts, "--record", why] => record(counts, why),
        _ => Err("usage: gate COUNTS [--record WHY]".into()),
    };
    match told {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn check(counts: &str) -> Result<String, String> {
    let (counts, history) = (read_counts(counts)?, read_history()?);
    history.check()?;
    if read(PAGE)? != page::draw(&history) {
        return Err(format!(
            "{PAGE} does not show {HISTORY}: ./dev gate --record WHY draws it"
        ));
    }
    let last = history
        .last()
        .ok_or("no history yet: ./dev gate --record WHY begins it")?;
    let changes = counts.against(&last.counts);
    match changes.are_held() {
        true => Ok(changes.to_string()),
        false => Err(format!(
            "kernels changed beyond {} %; mend them, or ./dev gate --record WHY\n\n{changes}",
            history::TOLERANCE_PERCENT
        )),
    }
}

fn record(counts: &str, why: &str) -> Result<String, String> {
    let mut history = match Path::new(HISTORY).exists() {
        true => read_history()?,
        false => History::default(),
    };
    history.push(Landing::new(read_counts(counts)?, why))?;
    write(HISTORY, &history.to_lines())?;
    write(PAGE, &page::draw(&history))?;
    Ok(format!("recorded in {HISTORY}, drawn in {PAGE}"))
}

fn read_counts(path: &str) -> Result<Counts, String> {
    Counts::of_run(&read(path)?).map_err(|error| format!("{path}: {error}"))
}

fn read_history() -> Result<History, String> {
    History::of_lines(&read(HISTORY)?).map_err(|error| format!("{HISTORY}: {error}"))
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

fn write(path: &str, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{path}: {error}"))
}
