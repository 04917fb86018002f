//! ARCHITECTURE.md's code map and the tree name the same folders.

use std::collections::BTreeSet;

use super::section;
use crate::{Repository, manifest::workspace_members};

const PAGE: &str = "ARCHITECTURE.md";

pub fn violations(repository: &Repository) -> Vec<String> {
    let Some(map) = repository
        .text(PAGE)
        .and_then(|page| section(page, "Code map"))
    else {
        return vec![format!("{PAGE}: has no section '## Code map'")];
    };
    let named: BTreeSet<&str> = map.lines().filter_map(named_folder).collect();

    let gone = named.iter().filter(|folder| !repository.contains(folder));
    let gone = gone.map(|folder| format!("{PAGE}: names {folder}/, which does not exist"));
    let standing = folders(repository);
    let missing = standing
        .iter()
        .filter(|folder| !named.contains(folder.as_str()));
    let missing = missing.map(|folder| format!("{PAGE}: the code map does not name {folder}/"));
    gone.chain(missing).collect()
}

/// The folder of a line like "- `spatial/` — positions".
fn named_folder(line: &str) -> Option<&str> {
    Some(
        line.strip_prefix("- `")?
            .split('`')
            .next()?
            .trim_end_matches('/'),
    )
}

/// Top-level folders that are not hidden, and the crates of the workspace.
fn folders(repository: &Repository) -> BTreeSet<String> {
    let top = repository
        .paths()
        .filter_map(|path| Some(path.split_once('/')?.0));
    let top = top.filter(|folder| !folder.starts_with('.'));
    let members = repository
        .text("Cargo.toml")
        .map(workspace_members)
        .unwrap_or_default();
    top.chain(members).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(map: &str) -> Vec<String> {
        let page = format!("# A\n\n## Code map\n\n{map}\n\n## Next\n- `other/`\n");
        violations(&Repository::from_texts(&[
            ("ARCHITECTURE.md", &page),
            ("Cargo.toml", "members = [\"top/inner\"]"),
            ("top/inner/Cargo.toml", ""),
            (".ci/run", ""),
        ]))
    }

    #[test]
    fn agreement_passes() {
        assert!(found("- `top/` — the top\n- `top/inner/` — a crate").is_empty());
    }

    #[test]
    fn folders_gone_and_folders_unnamed_are_caught() {
        assert_eq!(
            found("- `top/` — the top\n- `top/inner/`\n- `gone/` — away").len(),
            1
        );
        assert_eq!(found("- `top/` — the top").len(), 1);
        assert_eq!(found("").len(), 2);
    }
}
