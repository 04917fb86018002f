//! Text that is safe beside others' text: nothing in it hides, turns, breaks or overgrows what stands around
//! it. Markup needs no care here, for it is only ever shown as text.

use std::ops::RangeInclusive;

use crate::{
    limits::{MARKS_IN_A_ROW_MAX, TEXT_CHARS_MAX},
    refusal::Refusal,
};

/// What takes part in no word and shows as nothing, or changes the direction of what follows.
const HIDDEN: [RangeInclusive<char>; 15] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    // Fillers of Hangul, which show as nothing.
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200b}',
    // Marks of direction, separators of lines, embeddings and overrides.
    '\u{200e}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    // Invisible operators and isolates.
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{ffff}',
    // Tags, and selectors of variants that no font here has.
    '\u{e0000}'..='\u{e0fff}',
];

/// For private use, of which nobody knows what it shows.
const PRIVATE: [RangeInclusive<char>; 2] = ['\u{e000}'..='\u{f8ff}', '\u{f0000}'..='\u{10ffff}'];

/// Marks that stand over and under letters.
const MARKS: [RangeInclusive<char>; 6] = [
    '\u{300}'..='\u{36f}',
    '\u{483}'..='\u{489}',
    '\u{1ab0}'..='\u{1aff}',
    '\u{1dc0}'..='\u{1dff}',
    '\u{20d0}'..='\u{20ff}',
    '\u{fe20}'..='\u{fe2f}',
];

/// They join letters of some scripts and parts of emoji; alone, or several in a row, they only hide.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// Trimmed, with single spaces.
///
/// # Errors
/// [`Refusal::Unsafe`], [`Refusal::Empty`] or [`Refusal::TooLong`].
pub fn cleaned(text: &str) -> Result<String, Refusal> {
    let cleaned = single_spaced(text)?;
    match cleaned.chars().count() {
        0 => Err(Refusal::Empty),
        count if count > TEXT_CHARS_MAX => Err(Refusal::TooLong),
        _ => Ok(cleaned),
    }
}

/// Whether nothing in it is unsafe, however long it is; nothing is, too.
pub fn is_safe(text: &str) -> bool {
    single_spaced(text).is_ok()
}

fn single_spaced(text: &str) -> Result<String, Refusal> {
    let mut cleaned = String::with_capacity(text.len());
    let mut last = ' ';
    let mut marks_count = 0;
    for letter in text.chars() {
        let letter = if is_space(letter) { ' ' } else { letter };
        if is_unsafe(letter) {
            return Err(Refusal::Unsafe);
        }
        let is_joiner = JOINERS.contains(&letter);
        if is_joiner && (last == ' ' || JOINERS.contains(&last)) {
            return Err(Refusal::Unsafe);
        }
        marks_count = if is_in(&MARKS, letter) {
            marks_count + 1
        } else {
            0
        };
        if marks_count > MARKS_IN_A_ROW_MAX || (marks_count > 0 && last == ' ') {
            return Err(Refusal::Unsafe);
        }
        if letter != ' ' || last != ' ' {
            cleaned.push(letter);
        }
        last = letter;
    }
    cleaned.truncate(cleaned.trim_end().len());
    Ok(cleaned)
}

/// White space within a line. Breaks of lines are control characters or hidden ones.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() && !letter.is_control() && !is_in(&HIDDEN, letter)
}

fn is_unsafe(letter: char) -> bool {
    letter.is_control() || is_in(&HIDDEN, letter) || is_in(&PRIVATE, letter)
}

fn is_in(ranges: &[RangeInclusive<char>], letter: char) -> bool {
    ranges.iter().any(|range| range.contains(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use spatial::random::SplitMix64;

    #[test]
    fn ordinary_words_of_many_scripts_are_kept() {
        for (given, kept) in [
            ("  To the   banner! ", "To the banner!"),
            ("a\u{a0}\u{3000}b", "a b"),
            ("<b>bold</b> & \"quoted\"", "<b>bold</b> & \"quoted\""),
            ("đường phố e\u{301}", "đường phố e\u{301}"),
            ("مرحبا", "مرحبا"),
            ("剣士 \u{1f600}\u{fe0f}", "剣士 \u{1f600}\u{fe0f}"),
            ("\u{1f469}\u{200d}\u{1f680}", "\u{1f469}\u{200d}\u{1f680}"),
        ] {
            assert_eq!(cleaned(given).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn what_hides_or_turns_is_refused() {
        for text in [
            "a\nb",
            "a\tb",
            "a\0",
            "\u{202e}evil",
            "a\u{2066}b",
            "a\u{200b}b",
            "a\u{2028}b",
            "\u{feff}",
            "\u{200d}a",
            "a \u{200d}b",
            "a\u{200d}\u{200d}b",
            "e\u{301}\u{301}\u{301}",
            " \u{301}",
            "\u{3164}",
            "\u{e000}",
            "\u{e0041}",
            "\u{1b}[31m",
        ] {
            assert_eq!(cleaned(text), Err(Refusal::Unsafe), "{text:?}");
        }
        assert_eq!(cleaned("   \u{a0} "), Err(Refusal::Empty));
        assert_eq!(
            cleaned(&"x".repeat(TEXT_CHARS_MAX + 1)),
            Err(Refusal::TooLong)
        );
        assert!(
            cleaned(&"剣".repeat(TEXT_CHARS_MAX)).is_ok(),
            "letters count, not bytes"
        );
    }

    #[test]
    fn whatever_is_let_through_is_safe_and_stays_as_it_is() {
        let mut kept_count = 0;
        for seed in 0..20_000 {
            let mut random = SplitMix64::new(seed);
            let letters = (0..random.below(220)).filter_map(|_| {
                let bits = 7 + random.below(14);
                char::from_u32(random.next_u32() & ((1 << bits) - 1))
                    .filter(|letter| random.below(8) == 0 || !is_unsafe(*letter))
            });
            let text: String = letters.collect();
            let Ok(kept) = cleaned(&text) else { continue };
            kept_count += 1;
            assert!(!kept.chars().any(is_unsafe), "{kept:?}");
            assert!(!kept.contains("  ") && kept.trim() == kept && !kept.is_empty());
            assert!(kept.chars().count() <= TEXT_CHARS_MAX);
            assert_eq!(cleaned(&kept).as_deref(), Ok(kept.as_str()));
        }
        assert!(kept_count > 500, "only {kept_count} were let through");
    }
}
