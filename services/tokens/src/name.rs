//! Names in the battle, as tickets carry them: what one may be, and when two are the same.

use std::ops::RangeInclusive;

use crate::limits::{NAME_CHARS_MAX, NAME_CHARS_MIN};

/// A name in the battle: as long as its name plate fits.
pub fn is_name(text: &str) -> bool {
    is_name_of(text, NAME_CHARS_MIN..=NAME_CHARS_MAX)
}

/// Letters and digits of any script, and single `-`, `_`, `'` or spaces between.
pub fn is_name_of(text: &str, chars: RangeInclusive<usize>) -> bool {
    let count = text.chars().count();
    let is_sound = |letter: char| letter.is_alphanumeric() || is_joint(letter);
    let mut pairs = text.chars().zip(text.chars().skip(1));
    chars.contains(&count)
        && text.chars().all(is_sound)
        && !text.starts_with(is_joint)
        && !text.ends_with(is_joint)
        && !pairs.any(|(left, right)| is_joint(left) && is_joint(right))
}

/// What stands between letters of a name.
pub fn is_joint(letter: char) -> bool {
    matches!(letter, '-' | '_' | '\'' | ' ')
}

/// The same for names that differ in nothing but case and joints: `Jean-Luc` and `jean luc`.
pub fn name_key(name: &str) -> String {
    let letters = name.chars().map(|it| if is_joint(it) { ' ' } else { it });
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_letters_and_single_joints() {
        for text in ["Ása", "x2", "Jean-Luc", "O'Neil", "日本語", "a b"] {
            assert!(is_name(text), "{text}");
        }
        for text in [
            "",
            "a",
            "-a",
            "a-",
            "a  b",
            "a--b",
            "<b>",
            "a\u{200b}b",
            "a\nb",
            "a\u{202e}b",
            "abcdefghijklmnopq",
        ] {
            assert!(!is_name(text), "{text:?}");
        }
    }

    #[test]
    fn names_that_look_alike_to_a_shout_are_the_same() {
        assert_eq!(name_key("Jean-Luc"), name_key("JEAN LUC"));
        assert_eq!(name_key("ÁSA"), name_key("ása"));
        assert_ne!(name_key("asa"), name_key("ása"));
    }
}
