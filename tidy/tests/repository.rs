//! Every rule, applied to this repository.

use std::path::Path;

use tidy::{Repository, rules};

/// Tests run in their crate's folder.
const ROOT: &str = "..";

#[track_caller]
fn hold(rule: fn(&Repository) -> Vec<String>) {
    let violations = rule(&Repository::open(Path::new(ROOT)));
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn the_code_map_names_what_stands() {
    hold(rules::code_map::violations);
}

#[test]
fn crates_depend_one_way() {
    hold(rules::crate_graph::violations);
}

#[test]
fn pure_crates_are_pure() {
    hold(rules::purity::violations);
}

#[test]
fn functions_and_files_are_short() {
    hold(rules::sizes::violations);
}

#[test]
fn rust_files_say_what_they_are() {
    hold(rules::module_heads::violations);
}

#[test]
fn client_folders_import_what_they_may() {
    hold(rules::client_imports::violations);
}

#[test]
fn nothing_is_left_over() {
    hold(rules::leftovers::violations);
}

#[test]
fn links_lead_somewhere() {
    hold(rules::links::violations);
}

#[test]
fn every_dependency_has_its_reason() {
    hold(rules::dependencies::violations);
}

#[test]
fn figures_name_their_command() {
    hold(rules::figures::violations);
}

#[test]
fn nothing_knows_the_machine_it_was_written_on() {
    hold(rules::portability::violations);
}
