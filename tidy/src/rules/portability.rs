//! Nothing in the repository knows the machine it was written on: no home folders, and lock files
//! that name the public registries only.

use crate::Repository;
use crate::code::line_number;

const CARGO_REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM_REGISTRY: &str = "https://registry.npmjs.org/";
/// Split so that this file does not hold what it looks for.
const LOCAL_PATHS: [&str; 4] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/wo", "rk/"),
    concat!("/Us", "ers/"),
];

pub fn violations(repository: &Repository) -> Vec<String> {
    repository
        .texts()
        .flat_map(|(path, text)| match path.rsplit('/').next() {
            Some("Cargo.lock") => foreign_sources(path, text, "source = \"", CARGO_REGISTRY),
            Some("package-lock.json") => {
                foreign_sources(path, text, "\"resolved\": \"", NPM_REGISTRY)
            }
            _ => local_paths(path, text),
        })
        .collect()
}

fn foreign_sources(path: &str, text: &str, key: &str, registry: &str) -> Vec<String> {
    let sources = text
        .match_indices(key)
        .map(|(offset, _)| (offset, &text[offset + key.len()..]));
    sources
        .filter(|(_, source)| !source.starts_with(registry))
        .map(|(offset, _)| format!("{path}:{}: not from {registry}", line_number(text, offset)))
        .collect()
}

fn local_paths(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for local in LOCAL_PATHS {
        for (offset, _) in text.match_indices(local) {
            // A path of that name within something else is not at the root of a machine.
            let before = text[..offset].chars().next_back().unwrap_or(' ');
            if before.is_alphanumeric() || "._-}/".contains(before) {
                continue;
            }
            let line = line_number(text, offset);
            found.push(format!(
                "{path}:{line}: '{local}' is of one machine: make it relative"
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        violations(&Repository::from_texts(&[(path, text)])).len()
    }

    #[test]
    fn public_registries_pass() {
        assert_eq!(
            found("Cargo.lock", &format!("source = \"{CARGO_REGISTRY}\"")),
            0
        );
        assert_eq!(
            found(
                "client/package-lock.json",
                &format!("\"resolved\": \"{NPM_REGISTRY}x.tgz\"")
            ),
            0
        );
    }

    #[test]
    fn other_registries_and_local_paths_are_caught() {
        assert_eq!(
            found("Cargo.lock", "source = \"git+https://example.org/a\""),
            1
        );
        assert_eq!(
            found(
                "client/package-lock.json",
                "\"resolved\": \"http://localhost:1/x.tgz\""
            ),
            1
        );
        for local in LOCAL_PATHS {
            assert_eq!(found("a.sh", &format!("cd {local}x")), 1, "{local}");
            assert_eq!(found("a.sh", &format!("cd $base.{local}x")), 0, "{local}");
        }
    }
}
