//! Every Rust file opens by saying what it is.

use crate::Repository;
use crate::code::Language;

pub fn violations(repository: &Repository) -> Vec<String> {
    let files = repository
        .sources()
        .filter(|(_, _, language)| *language == Language::Rust);
    files
        .filter(|(_, source, _)| !source.starts_with("//!") && !source.starts_with("#!"))
        .map(|(path, _, _)| {
            format!("{path}:1: opens without '//!': say what it is, and what it is not for")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headless_files_are_caught() {
        let files = [
            ("a.rs", "//! A thing.\n"),
            ("b.rs", "fn b() {}\n"),
            ("generated/c.rs", "fn c() {}\n"),
        ];
        assert_eq!(violations(&Repository::from_texts(&files)).len(), 1);
    }
}
