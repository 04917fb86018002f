//! Runs every text scenario in `scenarios/`: blocks and bodies, keys tick by tick, expectations.
//! A new case is a new file; `scenarios/README.md` says what lines there are.

mod common;
mod stageplay;

use std::{fs, path::PathBuf};

use stageplay::Play;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

#[test]
fn every_scenario_ends_as_it_says() {
    let mut count = 0;
    let mut faults = Vec::new();
    for entry in fs::read_dir(folder()).expect("the folder is part of the crate") {
        let path = entry.expect("a readable folder").path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            let text = fs::read_to_string(&path).expect("a readable file");
            if let Err(fault) = Play::run(&text) {
                faults.push(format!("{}: {fault}", path.display()));
            }
            count += 1;
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count >= 20, "only {count} scenarios were found");
}

#[test]
fn a_wrong_expectation_is_found_at_its_line() {
    let text = "player ann red 32 16 32\ntick 1\nexpect ann y = 16\nexpect ann health = 99\n";
    let fault = Play::run(text).expect_err("ann is whole");
    assert!(fault.starts_with("line 4:"), "{fault}");
}

#[test]
fn an_unknown_line_is_a_fault() {
    assert!(Play::run("dance ann").is_err());
    assert!(Play::run("player ann red 32 16 32\nexpect ann charm > 1").is_err());
}
