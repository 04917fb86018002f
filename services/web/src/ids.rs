//! Numbers that name things, from the system's random numbers, and as they stand in paths and forms.

use std::sync::{
    LazyLock,
    atomic::{AtomicI64, Ordering},
};

use ring::rand::{SecureRandom, SystemRandom};

/// Above zero, of 63 bits: two of a million million are the same once in ten million years of trying.
pub fn new_id() -> i64 {
    let mut bytes = [0; 8];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.expect("the system has random numbers");
    (i64::from_le_bytes(bytes) & i64::MAX).max(1)
}

/// Of an ordered id, below its milliseconds.
const COUNT_BITS: u32 = 21;

/// Greater than those that this process made before: milliseconds above a count that starts anywhere. Of two
/// processes in one millisecond, one in two million are the same.
pub fn ordered_id(now_ms: i64) -> i64 {
    static COUNT: LazyLock<AtomicI64> = LazyLock::new(|| AtomicI64::new(new_id() >> 32));
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    (now_ms << COUNT_BITS) | (count & ((1 << COUNT_BITS) - 1))
}

/// No ordered id of this millisecond or a later one is less.
pub const fn first_ordered_id(now_ms: i64) -> i64 {
    now_ms << COUNT_BITS
}

/// A positive number in plain decimal digits, each in one way only, so that texts can be compared and looked for. Ids
/// travel as text, for pages have no whole numbers of 63 bits.
pub fn id_of(text: &str) -> Option<i64> {
    let is_plain = !text.starts_with('0') && text.bytes().all(|it| it.is_ascii_digit());
    let id = is_plain.then(|| text.parse().ok()).flatten();
    id.filter(|id| *id > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_positive_and_ordered_ones_rise() {
        assert!((0..1_000).all(|_| new_id() > 0));
        let milliseconds = (0..1_000).map(|index| 1_700_000_000_000 + index);
        let ids: Vec<i64> = milliseconds.map(ordered_id).collect();
        assert!(ids.is_sorted() && ids[0] > 0);
        assert!(
            (first_ordered_id(1_700_000_000_000)..first_ordered_id(1_700_000_000_001))
                .contains(&ids[0])
        );
    }

    #[test]
    fn an_id_is_plain_digits() {
        assert_eq!(id_of("9223372036854775807"), Some(i64::MAX));
        for text in [
            "",
            "0",
            "007",
            "-1",
            "+1",
            " 1",
            "1e3",
            "9223372036854775808",
            "٣",
        ] {
            assert_eq!(id_of(text), None, "{text:?}");
        }
    }
}
