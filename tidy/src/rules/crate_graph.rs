//! Our crates depend on each other one way: spatial ← engine ← pod ← world ← edge ← voxelheim.

use crate::Repository;
use crate::manifest::{Kind, cargo_dependencies, package_name, workspace_members};

/// Which of our crates a crate may use. A new crate gets a line here.
const MAY_USE: [(&str, &[&str]); 39] = [
    ("spatial", &[]),
    ("protocol", &[]),
    ("tidy", &[]),
    ("gate", &[]),
    ("load", &["bench", "quic"]),
    ("engine", &["spatial"]),
    ("client-core", &["spatial", "engine"]),
    ("directory", &["spatial", "backends"]),
    ("bots", &["spatial", "protocol", "engine"]),
    ("backends", &[]),
    ("journal", &[]),
    ("pod", &["spatial", "engine", "journal", "link"]),
    (
        "sim",
        &["spatial", "engine", "journal", "link", "directory", "pod"],
    ),
    ("world", &["spatial", "engine", "journal", "link", "pod"]),
    ("placement", &["spatial", "engine", "world", "directory"]),
    (
        "cluster",
        &[
            "spatial",
            "engine",
            "pod",
            "link",
            "directory",
            "world",
            "placement",
        ],
    ),
    (
        "edge",
        &[
            "spatial",
            "protocol",
            "engine",
            "world",
            "quic",
            "chat",
            "assets",
            "forwarded",
        ],
    ),
    ("chat", &[]),
    ("chat-service", &["backends", "chat", "tokens", "web"]),
    ("quic", &[]),
    ("web", &["forwarded"]),
    ("forwarded", &[]),
    ("tokens", &[]),
    ("events", &[]),
    ("assets", &[]),
    ("auth", &["backends", "events", "tokens", "web"]),
    (
        "inventory",
        &["spatial", "backends", "events", "tokens", "web"],
    ),
    ("player", &["backends", "chat", "events", "tokens", "web"]),
    ("spoils", &["engine", "world", "backends", "events"]),
    (
        "wardrobe",
        &["engine", "world", "backends", "events", "inventory"],
    ),
    ("analytics", &["backends", "events", "tokens", "web"]),
    ("archive", &["backends"]),
    (
        "admin",
        &[
            "auth",
            "backends",
            "chat",
            "chat-service",
            "events",
            "inventory",
            "placement",
            "player",
            "tokens",
            "web",
        ],
    ),
    (
        "herald",
        &["spatial", "engine", "world", "events", "backends", "web"],
    ),
    ("link", &[]),
    (
        "voxelheim",
        &[
            "spatial",
            "protocol",
            "engine",
            "world",
            "edge",
            "bots",
            "directory",
            "placement",
            "pod",
            "cluster",
            "admin",
            "analytics",
            "archive",
            "assets",
            "auth",
            "backends",
            "chat",
            "chat-service",
            "events",
            "herald",
            "inventory",
            "player",
            "spoils",
            "tokens",
            "wardrobe",
            "web",
        ],
    ),
    (
        "bench",
        &[
            "spatial", "protocol", "engine", "journal", "world", "edge", "bots", "link",
        ],
    ),
    ("peers", &["spatial", "protocol", "engine", "bench"]),
    ("replication", &["bench"]),
];

/// What tests may use besides.
const TESTS_MAY_USE: [(&str, &[&str]); 10] = [
    // Itself with the feature that starts real backends.
    ("backends", &["backends"]),
    (
        "gate",
        &["spatial", "protocol", "engine", "journal", "edge", "bench"],
    ),
    ("edge", &["bots"]),
    (
        "spoils",
        &["spatial", "inventory", "tokens", "web", "backends"],
    ),
    ("wardrobe", &["spatial", "tokens", "web", "backends"]),
    ("admin", &["spatial"]),
    ("archive", &["backends", "spatial"]),
    ("chat", &["spatial"]),
    ("client-core", &["protocol"]),
    ("protocol", &["spatial"]),
];

pub fn violations(repository: &Repository) -> Vec<String> {
    let members = repository.text("Cargo.toml").map(workspace_members);
    let manifests = members
        .unwrap_or_default()
        .into_iter()
        .map(|member| format!("{member}/Cargo.toml"));
    manifests
        .flat_map(|path| manifest_violations(repository, &path))
        .collect()
}

/// Whether `name` is one of our crates.
pub fn is_ours(name: &str) -> bool {
    allowed(&MAY_USE, name).is_some()
}

fn manifest_violations(repository: &Repository, path: &str) -> Vec<String> {
    let text = repository.text(path).unwrap_or_default();
    let Some(name) = package_name(text) else {
        return vec![format!("{path}: names no package")];
    };
    let Some(allowed) = allowed(&MAY_USE, name) else {
        return vec![format!(
            "{path}: {name} has no line in the table of tidy's crate_graph.rs"
        )];
    };
    let allowed_in_tests = self::allowed(&TESTS_MAY_USE, name).unwrap_or_default();

    let dependencies = cargo_dependencies(text).into_iter();
    dependencies
        .filter(|dependency| {
            is_ours(&dependency.name) && !allowed.contains(&dependency.name.as_str())
        })
        .filter(|dependency| {
            dependency.kind == Kind::Normal || !allowed_in_tests.contains(&dependency.name.as_str())
        })
        .map(|dependency| format!("{path}: {name} may not depend on {}", dependency.name))
        .collect()
}

fn allowed(
    table: &[(&str, &'static [&'static str])],
    name: &str,
) -> Option<&'static [&'static str]> {
    table
        .iter()
        .find(|(crate_name, _)| *crate_name == name)
        .map(|(_, allowed)| *allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, dependencies: &str) -> usize {
        let manifest = format!("[package]\nname = \"{name}\"\n{dependencies}");
        let files = [
            ("Cargo.toml", "members = [\"a\"]"),
            ("a/Cargo.toml", manifest.as_str()),
        ];
        violations(&Repository::from_texts(&files)).len()
    }

    #[test]
    fn the_right_way_passes() {
        assert_eq!(
            found(
                "engine",
                "[dependencies]\nspatial = { workspace = true }\nother = \"1\""
            ),
            0
        );
        assert_eq!(
            found("edge", "[dev-dependencies]\nbots.workspace = true"),
            0
        );
    }

    #[test]
    fn the_wrong_way_is_caught() {
        assert_eq!(
            found("spatial", "[dependencies]\nengine.workspace = true"),
            1
        );
        assert_eq!(
            found("spatial", "[dev-dependencies]\nengine.workspace = true"),
            1
        );
        assert_eq!(
            found("bots", "[dependencies]\nworld = { path = \"../world\" }"),
            1
        );
        assert_eq!(found("edge", "[dependencies]\nbots.workspace = true"), 1);
        assert_eq!(found("newcomer", ""), 1);
    }
}
