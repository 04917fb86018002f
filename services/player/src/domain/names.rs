//! Names like one that is somebody else's.

use tokens::{is_joint, limits::NAME_CHARS_MAX};

/// The name with a number behind it, cut where it would be too long: `Ragnar 2`. A sound name gives one.
pub fn variation(name: &str, number: u32) -> String {
    let ending = format!(" {number}");
    let stem_chars = NAME_CHARS_MAX - ending.len();
    let stem: String = name.chars().take(stem_chars).collect();
    format!("{}{ending}", stem.trim_end_matches(is_joint))
}

#[cfg(test)]
mod tests {
    use tokens::is_name;

    use super::*;

    #[test]
    fn variations_are_sound_names() {
        assert_eq!(variation("Ragnar", 2), "Ragnar 2");
        assert_eq!(variation("abcdefghijklmnop", 2), "abcdefghijklmn 2");
        assert_eq!(variation("abcdefghijklm-op", 2), "abcdefghijklm 2");
        for name in [
            "ab",
            "日本語日本語日本語日本語日本語日",
            "a'b'c'd'e'f'g'h1",
            "Ása",
        ] {
            assert!(is_name(name), "{name}");
            for number in [2, 9, 10, 99_999] {
                let variation = variation(name, number);
                assert!(is_name(&variation), "{variation}");
            }
        }
    }
}
