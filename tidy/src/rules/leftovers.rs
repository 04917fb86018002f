//! No notes to self, no debugging aids: what is unfinished is an issue, not a comment.

use crate::Repository;
use crate::code::{Language, code_only, line_number, word_offsets};

/// Split so that this file does not hold the words it looks for.
const IN_TEXT: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];
const IN_RUST: [&str; 3] = [
    concat!("dbg", "!"),
    concat!("todo", "!"),
    concat!("unimplemented", "!"),
];
const IN_TYPESCRIPT: [&str; 2] = ["debugger", "console.log"];

pub fn violations(repository: &Repository) -> Vec<String> {
    repository
        .texts()
        .flat_map(|(path, text)| file_violations(path, text))
        .collect()
}

fn file_violations(path: &str, text: &str) -> Vec<String> {
    if !is_ours(path) {
        return Vec::new();
    }
    let mut found = words_found(path, text, &IN_TEXT);
    match Language::of(path) {
        Some(language @ Language::Rust) => {
            found.extend(words_found(path, &code_only(text, language), &IN_RUST));
        }
        Some(language @ Language::TypeScript) if is_page(path) => {
            found.extend(words_found(
                path,
                &code_only(text, language),
                &IN_TYPESCRIPT,
            ));
        }
        _ => {}
    }
    found
}

/// What runs in a browser, where somebody's console would show it.
fn is_page(path: &str) -> bool {
    path.starts_with("client/src/") || path.starts_with("client/admin/")
}

/// Lock files and generated code are not written by people.
fn is_ours(path: &str) -> bool {
    let generated = path.split('/').any(|folder| folder == "generated");
    !generated && !path.ends_with(".lock") && !path.ends_with("package-lock.json")
}

fn words_found(path: &str, text: &str, words: &[&str]) -> Vec<String> {
    let offsets = words
        .iter()
        .flat_map(|word| word_offsets(text, word).map(move |offset| (word, offset)));
    let lines = offsets.map(|(word, offset)| (word, line_number(text, offset)));
    lines
        .map(|(word, line)| format!("{path}:{line}: '{word}': finish it or file an issue"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        violations(&Repository::from_texts(&[(path, text)])).len()
    }

    #[test]
    fn every_leftover_is_caught() {
        for word in IN_TEXT {
            assert_eq!(found("ops/a.sh", &format!("# {word}: later")), 1, "{word}");
        }
        for word in IN_RUST {
            assert_eq!(
                found("a/src/a.rs", &format!("fn a() {{ {word}(); }}")),
                1,
                "{word}"
            );
        }
        for word in IN_TYPESCRIPT {
            assert_eq!(
                found("client/src/a.ts", &format!("{word}(1);")),
                1,
                "{word}"
            );
        }
    }

    #[test]
    fn talk_of_them_and_generated_files_pass() {
        assert_eq!(found("a/src/a.rs", "// like dbg!(x)\nfn todos() {}"), 0);
        assert_eq!(found("a/generated/a.ts", &format!("// {}", IN_TEXT[0])), 0);
    }
}
