//! Tells code from comments and literals in Rust and TypeScript, by bytes and without a parser.
//! Good for counting braces and finding words; not for understanding either language.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Rust,
    TypeScript,
}

impl Language {
    pub fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "rs" => Some(Self::Rust),
            "ts" | "tsx" | "mts" | "mjs" | "js" => Some(Self::TypeScript),
            _ => None,
        }
    }
}

/// `source` with comments, and what stands between the quotes of literals, replaced by spaces.
/// Byte offsets and line breaks stay where they are.
pub fn code_only(source: &str, language: Language) -> String {
    let mut scanner = Scanner::new(source.as_bytes(), language);
    while scanner.position < scanner.source.len() {
        scanner.step();
    }
    String::from_utf8(scanner.code).expect("bytes are copied in whole characters or blanked")
}

/// Rust `code` without the items marked `#[cfg(test)]`.
pub fn without_test_items(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut rest = code.to_owned();
    let mut from = 0;
    while let Some(found) = rest[from..].find(MARK) {
        let start = from + found;
        let end = item_end(rest.as_bytes(), start + MARK.len());
        let blank: String = rest[start..end].chars().map(blanked).collect();
        rest.replace_range(start..end, &blank);
        from = start + blank.len();
    }
    rest
}

/// Where the braces opened at `open` close again: the offset after the closing brace.
pub fn block_end(code: &[u8], open: usize) -> usize {
    let mut depth = 0usize;
    for (offset, &byte) in code.iter().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return offset + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// The number, from 1, of the line that holds `offset`.
pub fn line_number(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}

/// The offsets at which `word` stands alone, not as part of a longer identifier.
pub fn word_offsets<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    code.match_indices(word)
        .map(|(offset, _)| offset)
        .filter(move |&offset| {
            let before = offset.checked_sub(1).map(|index| bytes[index]);
            let after = bytes.get(offset + word.len()).copied();
            let starts = !is_word(word.as_bytes()[0]) || !before.is_some_and(is_word);
            let ends = !is_word(word.as_bytes()[word.len() - 1]) || !after.is_some_and(is_word);
            starts && ends
        })
}

pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn blanked(character: char) -> char {
    if character == '\n' { '\n' } else { ' ' }
}

/// The end of the item that starts at `from`: its block, or the semicolon of one without a block.
fn item_end(code: &[u8], from: usize) -> usize {
    match code[from..]
        .iter()
        .position(|&byte| byte == b'{' || byte == b';')
    {
        Some(found) if code[from + found] == b'{' => block_end(code, from + found),
        Some(found) => from + found + 1,
        None => code.len(),
    }
}

struct Scanner<'a> {
    source: &'a [u8],
    language: Language,
    position: usize,
    code: Vec<u8>,
    /// For each `${` that is open, how many braces are open inside it.
    templates: Vec<usize>,
}

impl<'a> Scanner<'a> {
    fn new(source: &'a [u8], language: Language) -> Self {
        let code = Vec::with_capacity(source.len());
        Self {
            source,
            language,
            position: 0,
            code,
            templates: Vec::new(),
        }
    }

    fn step(&mut self) {
        if self.starts_with("//") {
            self.blank_until_line_end();
        } else if self.starts_with("/*") {
            self.blank_block_comment();
        } else if self.language == Language::Rust {
            self.step_rust();
        } else {
            self.step_typescript();
        }
    }

    fn step_rust(&mut self) {
        match self.peek(0) {
            b'r' if self.at_word_start() && self.raw_string_hashes().is_some() => {
                self.blank_raw_string();
            }
            b'"' => self.blank_string(b'"', false),
            b'\'' if self.at_character_literal() => self.blank_string(b'\'', false),
            _ => self.keep(1),
        }
    }

    fn step_typescript(&mut self) {
        match self.peek(0) {
            quote @ (b'"' | b'\'') => self.blank_string(quote, true),
            b'`' => {
                self.keep(1);
                self.blank_template();
            }
            b'/' if self.at_regular_expression() => self.blank_regular_expression(),
            b'{' => {
                if let Some(depth) = self.templates.last_mut() {
                    *depth += 1;
                }
                self.keep(1);
            }
            b'}' => self.close_brace(),
            _ => self.keep(1),
        }
    }

    /// A brace that closes `${` leads back into the template.
    fn close_brace(&mut self) {
        self.keep(1);
        match self.templates.last_mut() {
            Some(0) => {
                self.templates.pop();
                self.blank_template();
            }
            Some(depth) => *depth -= 1,
            None => {}
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.source.get(self.position + ahead).copied().unwrap_or(0)
    }

    fn starts_with(&self, text: &str) -> bool {
        self.source[self.position..].starts_with(text.as_bytes())
    }

    fn at_end(&self) -> bool {
        self.position >= self.source.len()
    }

    fn keep(&mut self, count: usize) {
        let end = (self.position + count).min(self.source.len());
        self.code
            .extend_from_slice(&self.source[self.position..end]);
        self.position = end;
    }

    fn blank(&mut self, count: usize) {
        let end = (self.position + count).min(self.source.len());
        let blank = |&byte: &u8| if byte == b'\n' { b'\n' } else { b' ' };
        self.code
            .extend(self.source[self.position..end].iter().map(blank));
        self.position = end;
    }

    fn blank_until_line_end(&mut self) {
        while !self.at_end() && self.peek(0) != b'\n' {
            self.blank(1);
        }
    }

    /// Rust's block comments nest, TypeScript's do not.
    fn blank_block_comment(&mut self) {
        let mut depth = 0usize;
        while !self.at_end() {
            if self.starts_with("/*") && (depth == 0 || self.language == Language::Rust) {
                depth += 1;
                self.blank(2);
            } else if self.starts_with("*/") {
                depth -= 1;
                self.blank(2);
                if depth == 0 {
                    return;
                }
            } else {
                self.blank(1);
            }
        }
    }

    fn blank_string(&mut self, quote: u8, ends_with_line: bool) {
        self.keep(1);
        while !self.at_end() && self.peek(0) != quote {
            if ends_with_line && self.peek(0) == b'\n' {
                return;
            }
            self.blank(if self.peek(0) == b'\\' { 2 } else { 1 });
        }
        self.keep(1);
    }

    /// Stops after the closing backtick, or after `${`, whose code is scanned as code.
    fn blank_template(&mut self) {
        while !self.at_end() && self.peek(0) != b'`' {
            if self.starts_with("${") {
                self.keep(2);
                self.templates.push(0);
                return;
            }
            self.blank(if self.peek(0) == b'\\' { 2 } else { 1 });
        }
        self.keep(1);
    }

    fn blank_regular_expression(&mut self) {
        self.keep(1);
        let mut in_class = false;
        while !self.at_end() && self.peek(0) != b'\n' && (in_class || self.peek(0) != b'/') {
            match self.peek(0) {
                b'[' => in_class = true,
                b']' => in_class = false,
                _ => {}
            }
            self.blank(if self.peek(0) == b'\\' { 2 } else { 1 });
        }
        self.keep(1);
    }

    /// A slash after an operator opens a regular expression; after a value it divides; in JSX it
    /// follows `<` or precedes `>`.
    fn at_regular_expression(&self) -> bool {
        if self.peek(1) == b'>' {
            return false;
        }
        let before = self.code.trim_ascii_end();
        let operator = before
            .last()
            .is_some_and(|byte| b"(,=:[!&|?;+-*%~^".contains(byte));
        operator || before.ends_with(b"return")
    }

    fn at_word_start(&self) -> bool {
        let prefix = self.code.last().copied().unwrap_or(b' ');
        if prefix != b'b' && prefix != b'c' {
            return !is_word(prefix);
        }
        let before = self
            .code
            .len()
            .checked_sub(2)
            .map_or(b' ', |index| self.code[index]);
        !is_word(before)
    }

    /// How many `#` the raw string at `r` has, if it is one.
    fn raw_string_hashes(&self) -> Option<usize> {
        let hashes = self.source[self.position + 1..]
            .iter()
            .take_while(|&&byte| byte == b'#')
            .count();
        (self.peek(1 + hashes) == b'"').then_some(hashes)
    }

    fn blank_raw_string(&mut self) {
        let hashes = self
            .raw_string_hashes()
            .expect("the caller saw a raw string here");
        let end = format!("\"{}", "#".repeat(hashes));
        self.keep(1 + hashes + 1);
        while !self.at_end() && !self.starts_with(&end) {
            self.blank(1);
        }
        self.keep(end.len());
    }

    /// `'a'` and `'\n'` are literals, `'a` is a lifetime.
    fn at_character_literal(&self) -> bool {
        if self.peek(1) == b'\\' {
            return true;
        }
        let length = match self.peek(1) {
            0..0x80 => 1,
            0x80..0xE0 => 2,
            0xE0..0xF0 => 3,
            _ => 4,
        };
        self.peek(1 + length) == b'\''
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(source: &str) -> String {
        code_only(source, Language::Rust)
    }

    fn typescript(source: &str) -> String {
        code_only(source, Language::TypeScript)
    }

    #[test]
    fn rust_comments_and_literals_are_blank() {
        assert_eq!(rust("a // {\nb"), "a     \nb");
        assert_eq!(rust("a /* { /* } */ */ b"), "a                 b");
        assert_eq!(rust(r#"f("{\"{", 1)"#), r#"f("    ", 1)"#);
        assert_eq!(rust(r##"f(br#"{"{"#)"##), r##"f(br#"   "#)"##);
        assert_eq!(rust("f('{', '\\'', 'é')"), "f(' ', '  ', '  ')");
        assert_eq!(
            rust("fn f<'a>(r#type: &'a T) {}"),
            "fn f<'a>(r#type: &'a T) {}"
        );
    }

    #[test]
    fn typescript_comments_and_literals_are_blank() {
        assert_eq!(typescript("f('{', \"}\") // {"), "f(' ', \" \")     ");
        assert_eq!(typescript("`{${a({b})}{` + {"), "` ${a({b})} ` + {");
        assert_eq!(
            typescript("x = /[/{]'/; y = a / b / c"),
            "x = /     /; y = a / b / c"
        );
        assert_eq!(typescript("<p a={b} /> {c}</p>"), "<p a={b} /> {c}</p>");
        assert_eq!(typescript("can't\n{"), "can' \n{");
    }

    #[test]
    fn offsets_stay() {
        let source = "é /* ü */ 'é' \"ß\" x";
        assert_eq!(rust(source).len(), source.len());
        assert_eq!(rust(source).find('x'), source.find('x'));
    }

    #[test]
    fn test_items_are_dropped() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() {} }\nfn c() {}";
        let rest = without_test_items(code);
        assert!(rest.contains("fn a") && rest.contains("fn c") && !rest.contains("fn b"));
        assert_eq!(rest.len(), code.len());
    }

    #[test]
    fn words_stand_alone() {
        assert_eq!(
            word_offsets("f32 xf32 f32x (f32)", "f32").collect::<Vec<_>>(),
            [0, 15]
        );
        assert_eq!(
            word_offsets("std::a mystd::b", "std::").collect::<Vec<_>>(),
            [0]
        );
    }
}
