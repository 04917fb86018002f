//! Where functions begin and end, and how many lines they take.

use crate::code::{Language, block_end, is_word, line_number, word_offsets};

#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub line: usize,
    /// From the signature's first line to the closing brace's line, both counted.
    pub line_count: usize,
}

/// The functions in `code`, which holds no comments and no literals (`code::code_only`).
pub fn functions(code: &str, language: Language) -> Vec<Function> {
    let spans = match language {
        Language::Rust => rust_spans(code),
        Language::TypeScript => typescript_spans(code),
    };
    let function = |(start, end)| {
        let line = line_number(code, start);
        Function {
            line,
            line_count: line_number(code, end - 1) - line + 1,
        }
    };
    spans.into_iter().map(function).collect()
}

fn rust_spans(code: &str) -> Vec<(usize, usize)> {
    let bytes = code.as_bytes();
    word_offsets(code, "fn")
        .filter(|&offset| named(&bytes[offset + 2..]))
        .filter_map(|offset| Some((offset, block_end(bytes, body_start(bytes, offset)?))))
        .collect()
}

/// `fn name`, not the type `fn(...)`.
fn named(after: &[u8]) -> bool {
    after.first().is_some_and(u8::is_ascii_whitespace)
        && after
            .trim_ascii_start()
            .first()
            .is_some_and(|&byte| is_word(byte))
}

/// The brace that opens the body; a declaration without a body has none.
fn body_start(code: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (offset, &byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'{' if depth == 0 => return Some(offset),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn typescript_spans(code: &str) -> Vec<(usize, usize)> {
    let bytes = code.as_bytes();
    code.match_indices('{')
        .filter(|&(open, _)| opens_function(code[..open].trim_end()))
        .map(|(open, _)| (open, block_end(bytes, open)))
        .collect()
}

/// Whether the brace after `head` opens a function's body: after `=>`, or after a parameter list
/// (and return type) that belongs to no keyword.
fn opens_function(head: &str) -> bool {
    let statement = &head[head.rfind([';', '{', '}']).map_or(0, |index| index + 1)..];
    if statement.trim_start().starts_with("describe(") {
        return false;
    }
    if head.ends_with("=>") {
        return true;
    }
    let Some(close) = statement.rfind(')') else {
        return false;
    };
    let result = statement[close + 1..].trim_start();
    if !(result.is_empty() || result.starts_with(':'))
        || word_offsets(statement, "class").next().is_some()
    {
        return false;
    }
    let parameters = head.len() - (statement.len() - close);
    let Some(open) = opening(head.as_bytes(), parameters) else {
        return false;
    };
    !matches!(
        last_word(&head[..open]),
        "if" | "for" | "while" | "switch" | "catch" | "with" | "await"
    )
}

/// The parenthesis that the one at `close` closes.
fn opening(code: &[u8], close: usize) -> Option<usize> {
    let mut depth = 0usize;
    for offset in (0..=close).rev() {
        match code[offset] {
            b')' => depth += 1,
            b'(' => {
                depth -= 1;
                if depth == 0 {
                    return Some(offset);
                }
            }
            _ => {}
        }
    }
    None
}

fn last_word(text: &str) -> &str {
    let text = text.trim_end();
    let start = text
        .bytes()
        .rposition(|byte| !is_word(byte))
        .map_or(0, |index| index + 1);
    &text[start..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::code_only;

    fn counts(source: &str, language: Language) -> Vec<(usize, usize)> {
        functions(&code_only(source, language), language)
            .into_iter()
            .map(|function| (function.line, function.line_count))
            .collect()
    }

    #[test]
    fn rust_functions_are_measured() {
        let source = "trait T { fn no_body(a: [u8; 2]); }\n\
            fn one(f: fn(u8) -> u8) {}\n\
            impl T for U {\n\
            pub fn three<const N: usize>(a: [u8; 2])\n\
            where U: T { /* } */\n\
            \"}\"; }\n}";
        assert_eq!(counts(source, Language::Rust), [(2, 1), (4, 3)]);
    }

    #[test]
    fn typescript_functions_are_measured() {
        let source = "function one(a: { b: number }): Promise<void> {\n}\n\
            class Two extends Base(x) {\n  method(): void {\n    if (a) {\n    }\n  }\n}\n\
            const three = (a) => {\n};\n\
            const object = {\n};\n\
            for (const a of b) {\n}\n\
            describe('x', () => {\n});";
        assert_eq!(
            counts(source, Language::TypeScript),
            [(1, 2), (4, 4), (9, 2)]
        );
    }
}
