//! Which guest names are let in, and how two of the same are told apart.

use std::ops::RangeInclusive;

use crate::limits::NAME_CHARS_MAX;

/// Checks and trims a guest's name. The error is a sentence for the player.
///
/// Letters and digits of the scripts in [`SCRIPTS`] are fine. Marks, fillers, control and direction
/// characters are not, so that no name can hide, overflow or reorder what stands next to it.
pub fn checked(name: &str) -> Result<String, &'static str> {
    let name = name.trim();
    if name.is_empty() {
        return Err("A name is needed.");
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Err("A name has at most 20 letters.");
    }
    if !name.chars().all(is_name_char) {
        return Err("A name has only letters, digits, spaces and _ - '.");
    }
    if !name.chars().any(char::is_alphanumeric) {
        return Err("A name has at least one letter or digit.");
    }
    if name.contains("  ") {
        return Err("A name has no two spaces in a row.");
    }
    Ok(name.to_owned())
}

/// `name`, or with the first number behind it that makes it free, never longer than allowed.
pub fn unique(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(name) {
        return name.to_owned();
    }
    (2u32..)
        .map(|number| suffixed(name, number))
        .find(|candidate| !is_taken(candidate))
        .expect("there are more numbers than sessions")
}

fn suffixed(name: &str, number: u32) -> String {
    let suffix = format!(" {number}");
    let kept = NAME_CHARS_MAX - suffix.len();
    let stem: String = name.chars().take(kept).collect();
    format!("{}{suffix}", stem.trim_end())
}

/// Scripts whose letters show without combining marks; their blocks hold no invisible fillers.
const SCRIPTS: [RangeInclusive<char>; 13] = [
    // Latin, with its extensions and Vietnamese.
    '0'..='\u{24f}',
    '\u{1e00}'..='\u{1eff}',
    // Greek and Cyrillic, around the combining marks of Cyrillic numerals.
    '\u{370}'..='\u{482}',
    '\u{48a}'..='\u{52f}',
    '\u{1f00}'..='\u{1fff}',
    // Armenian, Georgian.
    '\u{531}'..='\u{587}',
    '\u{10d0}'..='\u{10ff}',
    // Hebrew and Arabic letters without their points.
    '\u{5d0}'..='\u{5ea}',
    '\u{620}'..='\u{64a}',
    // Kana, and its mark of length.
    '\u{3041}'..='\u{3096}',
    '\u{30a1}'..='\u{30fc}',
    // Han.
    '\u{3400}'..='\u{9fff}',
    // Hangul syllables.
    '\u{ac00}'..='\u{d7a3}',
];

fn is_name_char(letter: char) -> bool {
    let is_letter =
        letter.is_alphanumeric() && SCRIPTS.iter().any(|script| script.contains(&letter));
    is_letter || matches!(letter, ' ' | '_' | '-' | '\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_ordinary_names_in_and_trims_them() {
        for (given, kept) in [
            ("Bera", "Bera"),
            ("  Ivar the 2nd ", "Ivar the 2nd"),
            ("Åsa-Märta_O'Neil", "Åsa-Märta_O'Neil"),
            ("дружина", "дружина"),
            ("剣士アキラー", "剣士アキラー"),
            ("기사", "기사"),
            ("12345678901234567890", "12345678901234567890"),
        ] {
            assert_eq!(checked(given).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn refuses_what_could_hide_or_overflow() {
        for name in [
            "",
            "   ",
            "123456789012345678901",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\nb",
            "<script>",
            "a\0",
            "---",
            "a  b",
            "e\u{301}\u{301}\u{301}",
            "\u{1f600}",
            "\u{3164}",
            "a\u{115f}",
            "\u{1160}b",
            "\u{ffa0}",
            "a\u{345}",
            "a\u{5b0}",
            "\u{93e}",
        ] {
            assert!(checked(name).is_err(), "{name:?} was let in");
        }
    }

    #[test]
    fn makes_names_unique_within_the_limit() {
        let taken = ["Bera", "Bera 2", "12345678901234567890"];
        let is_taken = |name: &str| taken.contains(&name);
        assert_eq!(unique("Ivar", is_taken), "Ivar");
        assert_eq!(unique("Bera", is_taken), "Bera 3");
        assert_eq!(
            unique("12345678901234567890", is_taken),
            "123456789012345678 2"
        );
    }
}
