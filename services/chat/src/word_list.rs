//! Words that are not shown: a file with one a line. Whole words are compared, whatever their case, so that
//! no harmless word is hit for what is inside of it.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::limits::{FILTER_WORD_CHARS, FILTER_WORDS_MAX};

/// See the module.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct WordList(BTreeSet<String>);

/// What is wrong with a file of words, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WordListError {
    /// From 1.
    pub line: usize,
    pub fault: WordFault,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WordFault {
    /// Not one word of lower case letters and digits.
    NoWord,
    /// Of too few or too many letters.
    Length,
    Twice,
    /// The file has too many words.
    TooMany,
}

impl fmt::Display for WordListError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.fault {
            WordFault::NoWord => "one word in lower case letters and digits stands in a line",
            WordFault::Length => "a word has 2 to 40 letters",
            WordFault::Twice => "this word was there before",
            WordFault::TooMany => "a list has at most 4,096 words",
        };
        write!(formatter, "line {}: {text}", self.line)
    }
}

impl std::error::Error for WordListError {}

impl fmt::Display for WordFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoWord => "one word in lower case letters and digits",
            Self::Length => "2 to 40 letters",
            Self::Twice => "it was there before",
            Self::TooMany => "4,096 words at most",
        })
    }
}

impl WordList {
    /// The list that comes with the program.
    pub fn built_in() -> Self {
        Self::parse(include_str!("word_list.txt")).expect("a test reads it")
    }

    /// Reads a file: a word a line; empty lines, and what stands behind `#`, are skipped.
    ///
    /// # Errors
    /// The first line that does not fit.
    pub fn parse(file: &str) -> Result<Self, WordListError> {
        let mut list = Self::default();
        for (line, text) in (1..).zip(file.lines()) {
            let fault = |fault| WordListError { line, fault };
            let word = text.split('#').next().unwrap_or_default().trim();
            if word.is_empty() {
                continue;
            }
            list.add(word).map_err(fault)?;
        }
        Ok(list)
    }

    /// In alphabetical order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// # Errors
    /// What is wrong with the word.
    pub fn add(&mut self, word: &str) -> Result<(), WordFault> {
        if !word.chars().all(is_letter) || word.to_lowercase() != word {
            return Err(WordFault::NoWord);
        }
        if !FILTER_WORD_CHARS.contains(&word.chars().count()) {
            return Err(WordFault::Length);
        }
        if self.0.len() == FILTER_WORDS_MAX {
            return Err(WordFault::TooMany);
        }
        match self.0.insert(word.to_owned()) {
            true => Ok(()),
            false => Err(WordFault::Twice),
        }
    }

    /// Takes a word out; false if it is not there.
    pub fn remove(&mut self, word: &str) -> bool {
        self.0.remove(word)
    }

    /// The text with a star for every letter of a listed word.
    pub fn masked(&self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(is_letter) {
            let (between, from_word) = rest.split_at(start);
            let end = from_word.find(|letter| !is_letter(letter));
            let (word, behind) = from_word.split_at(end.unwrap_or(from_word.len()));
            masked.push_str(between);
            if self.0.contains(&word.to_lowercase()) {
                masked.extend(word.chars().map(|_| '*'));
            } else {
                masked.push_str(word);
            }
            rest = behind;
        }
        masked + rest
    }
}

impl TryFrom<Vec<String>> for WordList {
    type Error = WordListError;

    /// A word's place, from 1, counts as its line.
    fn try_from(words: Vec<String>) -> Result<Self, WordListError> {
        let mut list = Self::default();
        for (line, word) in (1..).zip(words) {
            let added = list.add(&word);
            added.map_err(|fault| WordListError { line, fault })?;
        }
        Ok(list)
    }
}

impl From<WordList> for Vec<String> {
    fn from(list: WordList) -> Self {
        list.0.into_iter().collect()
    }
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_masked_whatever_their_case() {
        let list = WordList::parse("# rude\ndarn\n\nflûte # too\n").expect("a list");
        assert_eq!(
            list.masked("Darn! DARN-it, darning Flûte."),
            "****! ****-it, darning *****."
        );
        assert_eq!(list.masked("nothing here"), "nothing here");
        assert_eq!(list.masked(""), "");
    }

    #[test]
    fn a_bad_file_is_named_by_its_line() {
        let error = |file: &str| WordList::parse(file).map(|_| ()).expect_err("a fault");
        let at = |line, fault| WordListError { line, fault };
        assert_eq!(error("ok\ntwo words"), at(2, WordFault::NoWord));
        assert_eq!(error("Upper"), at(1, WordFault::NoWord));
        assert_eq!(error("a"), at(1, WordFault::Length));
        assert_eq!(error("darn\n#\ndarn"), at(3, WordFault::Twice));
        let many: String = (0..=FILTER_WORDS_MAX)
            .map(|word| format!("w{word}\n"))
            .collect();
        assert_eq!(error(&many), at(FILTER_WORDS_MAX + 1, WordFault::TooMany));
    }

    #[test]
    fn the_built_in_list_is_good() {
        assert_eq!(
            WordList::built_in().masked("what a bastard"),
            "what a *******"
        );
    }
}
