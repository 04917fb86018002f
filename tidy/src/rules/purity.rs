//! The pure crates stay pure (R3): `no_std`, no unsafe, no floats, no clock, threads or hash order,
//! and no library that could bring them in. Tests may use what they like.

use crate::code::{Language, code_only, is_word, line_number, without_test_items, word_offsets};
use crate::manifest::{Kind, cargo_dependencies};
use crate::{Repository, rules::crate_graph};

/// Each pure crate's folder and the libraries, not ours, that it may use.
const PURE: [(&str, &[&str]); 3] = [
    ("spatial", &[]),
    ("engine", &[]),
    ("protocol", &["flatbuffers", "lz4_flex"]),
];

const BANNED: [(&str, &str); 14] = [
    ("f32", "use integers"),
    ("f64", "use integers"),
    ("std::", "use core:: or alloc::"),
    ("extern crate std", "the crate is no_std"),
    (
        "HashMap",
        "its order is not deterministic: BTreeMap or a sorted Vec",
    ),
    (
        "HashSet",
        "its order is not deterministic: BTreeSet or a sorted Vec",
    ),
    ("Instant", "time is an argument"),
    ("SystemTime", "time is an argument"),
    ("thread", "threads belong to services/"),
    ("thread_local", "threads belong to services/"),
    ("Mutex", "locks belong to services/"),
    ("RwLock", "locks belong to services/"),
    ("static mut", "state is an argument"),
    ("asm!", "results must not depend on the platform"),
];

pub fn violations(repository: &Repository) -> Vec<String> {
    PURE.iter()
        .flat_map(|(folder, libraries)| {
            let mut found = attribute_violations(repository, folder);
            found.extend(library_violations(repository, folder, libraries));
            found.extend(word_violations(repository, folder));
            found
        })
        .collect()
}

fn attribute_violations(repository: &Repository, folder: &str) -> Vec<String> {
    let path = format!("{folder}/src/lib.rs");
    let Some(source) = repository.text(&path) else {
        return Vec::new();
    };
    let code = code_only(source, Language::Rust);
    let mut found = Vec::new();
    if !code.contains("#![no_std]") && !code.contains("#![cfg_attr(not(test), no_std)]") {
        found.push(format!("{path}: lacks #![no_std]"));
    }
    if !forbids_unsafe(&code) {
        found.push(format!("{path}: lacks #![forbid(unsafe_code)]"));
    }
    found
}

/// Generated code may need unsafe: then the crate denies it, and exempts modules of that name only.
fn forbids_unsafe(code: &str) -> bool {
    code.contains("#![forbid(unsafe_code)]") || code.contains("#![deny(unsafe_code)]")
}

/// The offsets of attributes that allow unsafe code in what is not generated.
fn unsafe_exemptions(code: &str) -> impl Iterator<Item = usize> {
    let attributes = code.match_indices("allow(").map(|(offset, _)| offset);
    attributes.filter(|&offset| {
        let item = &code[offset..];
        let item = &item[..item.find([';', '{']).unwrap_or(item.len())];
        let lints = item.split(')').next().unwrap_or_default();
        lints.contains("unsafe_code") && !item.ends_with("generated")
    })
}

fn library_violations(repository: &Repository, folder: &str, libraries: &[&str]) -> Vec<String> {
    let path = format!("{folder}/Cargo.toml");
    let dependencies = repository
        .text(&path)
        .map(cargo_dependencies)
        .unwrap_or_default();
    dependencies
        .into_iter()
        .filter(|dependency| {
            dependency.kind == Kind::Normal && !crate_graph::is_ours(&dependency.name)
        })
        .filter(|dependency| !libraries.contains(&dependency.name.as_str()))
        .map(|dependency| {
            format!(
                "{path}: a pure crate may not use {}: move the work outwards",
                dependency.name
            )
        })
        .collect()
}

fn word_violations(repository: &Repository, folder: &str) -> Vec<String> {
    let folder = format!("{folder}/src/");
    let sources = repository.sources().filter(|(path, _, _)| {
        path.starts_with(&folder) && !path.ends_with("/tests.rs") && !path.contains("/tests/")
    });
    sources
        .flat_map(|(path, source, language)| file_violations(path, source, language))
        .collect()
}

fn file_violations(path: &str, source: &str, language: Language) -> Vec<String> {
    let code = without_test_items(&code_only(source, language));
    let mut found = Vec::new();
    for (word, remedy) in BANNED {
        for offset in word_offsets(&code, word) {
            let line = line_number(&code, offset);
            found.push(format!("{path}:{line}: '{word}' in a pure crate: {remedy}"));
        }
    }
    for offset in unsafe_exemptions(&code) {
        let line = line_number(&code, offset);
        found.push(format!(
            "{path}:{line}: unsafe in a pure crate: only generated code may"
        ));
    }
    for offset in float_literals(&code) {
        let line = line_number(&code, offset);
        found.push(format!(
            "{path}:{line}: a float in a pure crate: use integers"
        ));
    }
    found
}

/// Digits, a point, digits; not the `x.0.1` of nested tuples.
fn float_literals(code: &str) -> impl Iterator<Item = usize> {
    let bytes = code.as_bytes();
    let digit = |offset: usize| bytes.get(offset).is_some_and(u8::is_ascii_digit);
    let points = code.match_indices('.').map(|(offset, _)| offset);
    points.filter(move |&offset| {
        let whole = bytes[..offset]
            .iter()
            .rev()
            .take_while(|&&byte| is_word(byte))
            .count();
        let start = offset - whole;
        let of_tuple = start > 0 && bytes[start - 1] == b'.';
        whole > 0 && digit(start) && digit(offset + 1) && !of_tuple
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "#![no_std]\n#![forbid(unsafe_code)]\n";

    fn found(manifest: &str, library: &str) -> Vec<String> {
        violations(&Repository::from_texts(&[
            ("spatial/Cargo.toml", manifest),
            ("spatial/src/lib.rs", library),
        ]))
    }

    #[test]
    fn a_pure_crate_passes() {
        let body = "//! No f32, no std::thread.\nfn f() { g(\"HashMap\", x.0.1, 1..2, 0x1F) }\n\
            #[cfg(test)]\nmod tests { use std::collections::HashMap; }";
        let manifest = "[dependencies]\n[dev-dependencies]\nproptest = \"1\"";
        assert_eq!(
            found(manifest, &format!("{HEAD}{body}")),
            Vec::<String>::new()
        );
    }

    #[test]
    fn every_impurity_is_caught() {
        for (word, _) in BANNED {
            let body = format!("{HEAD}fn f() {{ {word} }}");
            assert!(!found("", &body).is_empty(), "{word} is not caught");
        }
        assert_eq!(
            found("", &format!("{HEAD}fn f() {{ let x = 0.5; }}")).len(),
            1
        );
        assert_eq!(found("[dependencies]\nrand = \"1\"", HEAD).len(), 1);
        assert_eq!(found("", "#![forbid(unsafe_code)]").len(), 1);
        assert_eq!(found("", "#![no_std]").len(), 1);
        assert_eq!(
            found(
                "",
                "#![no_std]\n#![deny(unsafe_code)]\n#[allow(unsafe_code)]\nmod a;"
            )
            .len(),
            1
        );
    }

    #[test]
    fn only_generated_modules_may_be_exempt() {
        let head = "#![no_std]\n#![deny(unsafe_code)]\n#[allow(clippy::all, unsafe_code)]\n";
        assert!(found("", &format!("{head}#[path = \"x\"]\nmod down_generated;")).is_empty());
        assert_eq!(found("", &format!("{head}mod other;")).len(), 1);
    }
}
