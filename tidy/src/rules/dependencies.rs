//! Every library has a line in ARCHITECTURE.md that says what it is for, and every line a library.

use std::collections::BTreeSet;

use super::section;
use crate::Repository;
use crate::manifest::{Dependency, cargo_dependencies, npm_dependencies};
use crate::rules::crate_graph;

const PAGE: &str = "ARCHITECTURE.md";

pub fn violations(repository: &Repository) -> Vec<String> {
    let Some(table) = repository
        .text(PAGE)
        .and_then(|page| section(page, "Dependencies"))
    else {
        return vec![format!("{PAGE}: has no section '## Dependencies'")];
    };
    let listed: BTreeSet<&str> = table.lines().flat_map(listed_names).collect();
    let mut used = BTreeSet::new();
    let mut found = Vec::new();
    for (path, dependency) in external_dependencies(repository) {
        let name = dependency.name;
        if !listed.contains(name.as_str()) {
            found.push(format!(
                "{path}: {name} has no line in {PAGE}, section Dependencies"
            ));
        }
        used.insert(name);
    }
    let stale = listed.iter().filter(|name| !used.contains(**name));
    found.extend(stale.map(|name| format!("{PAGE}: lists {name}, which nothing uses")));
    found
}

/// The names in backticks in a table row's first column.
fn listed_names(line: &str) -> impl Iterator<Item = &str> {
    let column = line
        .strip_prefix('|')
        .and_then(|row| row.split('|').next())
        .unwrap_or_default();
    column.split('`').skip(1).step_by(2)
}

/// Types alone (`@types/three`) go without saying.
fn external_dependencies(repository: &Repository) -> Vec<(&str, Dependency)> {
    let manifests = repository.texts().filter_map(|(path, text)| {
        let dependencies = match path.rsplit('/').next()? {
            "Cargo.toml" => cargo_dependencies(text),
            "package.json" => npm_dependencies(text),
            _ => return None,
        };
        Some((path, dependencies))
    });
    let all = manifests
        .flat_map(|(path, found)| found.into_iter().map(move |dependency| (path, dependency)));
    let external = |name: &str| !crate_graph::is_ours(name) && !name.starts_with("@types/");
    all.filter(|(_, dependency)| external(&dependency.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(table: &str) -> usize {
        let page = format!("# A\n\n## Dependencies\n\n| crate | why |\n| --- | --- |\n{table}\n");
        violations(&Repository::from_texts(&[
            ("ARCHITECTURE.md", &page),
            (
                "engine/Cargo.toml",
                "[dependencies]\nspatial = {}\nquinn = \"0.11\"",
            ),
            (
                "client/package.json",
                r#"{"devDependencies": {"three": "1", "@types/three": "1"}}"#,
            ),
        ]))
        .len()
    }

    #[test]
    fn a_full_table_passes() {
        assert_eq!(found("| `quinn` | QUIC |\n| `three` | drawing |"), 0);
        assert_eq!(found("| `quinn`, `three` | both |"), 0);
    }

    #[test]
    fn missing_and_stale_lines_are_caught() {
        assert_eq!(found("| `quinn` | QUIC |"), 1);
        assert_eq!(
            found("| `quinn`, `three` | both |\n| `gone` | nothing |"),
            1
        );
    }
}
