//! Functions fit a screen, files are one thing.

use crate::Repository;
use crate::code::{Language, code_only};
use crate::functions::functions;

const FUNCTION_LINES_MAX: usize = 70;
const FILE_LINES_MAX: usize = 800;

pub fn violations(repository: &Repository) -> Vec<String> {
    repository
        .sources()
        .flat_map(|(path, source, language)| file_violations(path, source, language))
        .collect()
}

fn file_violations(path: &str, source: &str, language: Language) -> Vec<String> {
    let mut found = Vec::new();
    let line_count = source.lines().count();
    if line_count > FILE_LINES_MAX {
        found.push(format!(
            "{path}: {line_count} lines, {FILE_LINES_MAX} at most: split it by what it does"
        ));
    }
    for function in functions(&code_only(source, language), language) {
        let (line, line_count) = (function.line, function.line_count);
        if line_count > FUNCTION_LINES_MAX {
            found.push(format!(
                "{path}:{line}: a function of {line_count} lines, {FUNCTION_LINES_MAX} at most: name its steps"
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

    fn function(head: &str, line_count: usize) -> String {
        format!("{head} {{{}}}", "\n".repeat(line_count - 1))
    }

    #[test]
    fn long_functions_are_caught() {
        for (path, head) in [
            ("a.rs", "fn a()"),
            ("a.ts", "function a()"),
            ("a.tsx", "const a = () =>"),
        ] {
            assert_eq!(found(path, &function(head, FUNCTION_LINES_MAX)), 0);
            assert_eq!(found(path, &function(head, FUNCTION_LINES_MAX + 1)), 1);
        }
    }

    #[test]
    fn long_files_are_caught_unless_generated() {
        let text = "// a\n".repeat(FILE_LINES_MAX + 1);
        assert_eq!(found("a/b.rs", &text), 1);
        assert_eq!(found("a/generated/b.rs", &text), 0);
        assert_eq!(found("a/b.md", &text), 0);
    }
}
