//! The text files of a repository, by path. Rules see nothing else, so that their tests can build
//! a repository of three lines in memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::code::Language;

/// Path from the root, with `/`, to contents. Files that are not UTF-8 have no text.
#[derive(Default)]
pub struct Repository {
    texts: BTreeMap<String, String>,
    binaries: Vec<String>,
}

impl Repository {
    /// Every file git tracks, or would track if it were added, under `root`.
    ///
    /// # Panics
    /// When git cannot list the files: there is nothing to check without them.
    pub fn open(root: &Path) -> Self {
        let output = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(root)
            .output()
            .expect("git runs");
        assert!(
            output.status.success(),
            "git ls-files failed in {}",
            root.display()
        );
        let listing = String::from_utf8(output.stdout).expect("paths in this repository are UTF-8");

        let mut repository = Self::default();
        for path in listing.split('\0').filter(|path| !path.is_empty()) {
            // A file deleted but not yet committed is still listed.
            let Ok(bytes) = std::fs::read(root.join(path)) else {
                continue;
            };
            match String::from_utf8(bytes) {
                Ok(text) => drop(repository.texts.insert(path.to_owned(), text)),
                Err(_) => repository.binaries.push(path.to_owned()),
            }
        }
        repository
    }

    /// A repository of exactly these files.
    pub fn from_texts(files: &[(&str, &str)]) -> Self {
        let texts = files
            .iter()
            .map(|(path, text)| (path.to_string(), text.to_string()))
            .collect();
        Self {
            texts,
            binaries: Vec::new(),
        }
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Sources in Rust and TypeScript that people wrote; generated ones are left out.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str, Language)> {
        self.texts()
            .filter(|(path, _)| !path.split('/').any(|folder| folder == "generated"))
            .filter_map(|(path, text)| Some((path, text, Language::of(path)?)))
    }

    /// Every file, text or not.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().chain(&self.binaries).map(String::as_str)
    }

    /// Whether `path` is a file, or a folder that holds one.
    pub fn contains(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.paths()
            .any(|known| known == path || known.starts_with(&folder))
    }
}
