//! Which revision is declared for each environment, read from a checkout's `argocd/environments`: what a merge there
//! says, and so what was approved. Whether it runs already, each environment says itself.

use std::{collections::BTreeMap, fs, path::Path};

use crate::limits::DECLARED_BYTES_MAX;

/// Which environment's revision may be promoted to another, as `argocd/promote` does it.
const STAGES: [(&str, &str); 2] = [("test", "ptu"), ("ptu", "live")];
/// Where nothing was promoted yet.
const NONE: &str = "none";

/// What a file of an environment says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declared {
    pub revision: String,
    /// What a rollback goes back to.
    pub before: String,
    /// The revision of the stage before, if it is another: promoting would bring it here.
    pub next: Option<String>,
}

/// By environment. Files that say no revision are left out.
///
/// # Errors
/// A sentence, if the folder cannot be read.
pub fn read(folder: &Path) -> Result<BTreeMap<String, Declared>, String> {
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut declared = BTreeMap::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_yaml = path
            .extension()
            .is_some_and(|extension| extension == "yaml");
        let is_small = path
            .metadata()
            .is_ok_and(|it| it.len() <= DECLARED_BYTES_MAX);
        if is_yaml && is_small {
            let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
            declared.extend(environment_of(&text));
        }
    }
    let revisions: BTreeMap<String, String> = declared
        .iter()
        .map(|(name, it)| (name.clone(), it.revision.clone()))
        .collect();
    for (from, to) in STAGES {
        if let (Some(revision), Some(environment)) = (revisions.get(from), declared.get_mut(to)) {
            let is_other = *revision != NONE && *revision != environment.revision;
            environment.next = is_other.then(|| revision.clone());
        }
    }
    Ok(declared)
}

/// Of a file whose lines are names and values, as ours are.
fn environment_of(text: &str) -> Option<(String, Declared)> {
    let value = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(key, _)| *key == name);
        found.map(|(_, value)| value.trim().to_owned())
    };
    let declared = Declared {
        revision: value("revision")?,
        before: value("revision_before").unwrap_or_else(|| NONE.to_owned()),
        next: None,
    };
    Some((value("environment")?, declared))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_awaits_promotion_is_what_the_stage_before_has() {
        let folder = std::env::temp_dir().join(format!("declared-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        for (name, revision) in [
            ("dev", "main"),
            ("test", "bb"),
            ("ptu", "aa"),
            ("live", "aa"),
        ] {
            let text = format!(
                "# Why.\nenvironment: {name}\nrevision: {revision}\nrevision_before: none\n"
            );
            fs::write(folder.join(format!("{name}.yaml")), text).expect("a file");
        }
        fs::write(folder.join("notes.md"), "environment: x\nrevision: y\n").expect("a file");
        let declared = read(&folder).expect("it is there");
        fs::remove_dir_all(&folder).expect("it is ours");
        let next = declared
            .iter()
            .map(|(name, it)| (name.as_str(), it.next.as_deref()));
        let expected = [
            ("dev", None),
            ("live", None),
            ("ptu", Some("bb")),
            ("test", None),
        ];
        assert!(next.eq(expected), "{declared:?}");
        assert_eq!(declared["live"].before, NONE);
        assert!(read(&folder).is_err());
    }

    #[test]
    fn the_files_of_this_repository_are_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../argocd/environments");
        let declared = read(Path::new(folder)).expect("it is there");
        let names: Vec<&str> = declared.keys().map(String::as_str).collect();
        assert_eq!(names, ["dev", "live", "ptu", "test"]);
    }
}
