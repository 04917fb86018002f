//! The one source of chance: a small generator whose seed is made of keys, so that a draw depends on
//! what it is for (world seed, entity, tick) and never on the order of other draws (R2).
//!
//! Not for secrets: its output is predictable by design.

/// 2^64 divided by the golden ratio, the step of SplitMix64.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A generator of its own for each sequence of keys; their order matters.
    #[inline]
    pub const fn keyed(keys: &[u64]) -> Self {
        let mut state = keys.len() as u64;
        let mut index = 0;
        while index < keys.len() {
            state = mix(state.wrapping_add(STEP) ^ keys[index]);
            index += 1;
        }
        Self { state }
    }

    #[inline]
    pub const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mix(self.state)
    }

    #[inline]
    pub const fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    /// A number in `0..bound`; 0 when `bound` is 0. Its bias is below `bound / 2^32`.
    #[inline]
    pub const fn below(&mut self, bound: u32) -> u32 {
        ((self.next_u32() as u64 * bound as u64) >> 32) as u32
    }

    /// A number in `min..=max`. Panics when `min > max`.
    #[inline]
    pub const fn between(&mut self, min: i32, max: i32) -> i32 {
        assert!(min <= max, "an empty range has no number to draw");
        let count = (max as i64 - min as i64 + 1) as u64;
        (min as i64 + ((self.next_u32() as u64 * count) >> 32) as i64) as i32
    }

    /// True in `numerator` of `denominator` draws.
    #[inline]
    pub const fn chance(&mut self, numerator: u32, denominator: u32) -> bool {
        self.below(denominator) < numerator
    }
}

#[inline]
const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_published_sequence() {
        let mut random = SplitMix64::new(1_234_567);
        assert_eq!(random.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(random.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn keys_and_their_order_matter() {
        let first = |keys: &[u64]| SplitMix64::keyed(keys).next_u64();
        assert_eq!(first(&[1, 2]), first(&[1, 2]));
        assert_ne!(first(&[1, 2]), first(&[2, 1]));
        assert_ne!(first(&[1]), first(&[1, 0]));
    }

    #[test]
    fn draws_stay_in_range_and_reach_its_ends() {
        let mut random = SplitMix64::new(7);
        let mut seen = [false; 5];
        for _ in 0..1_000 {
            seen[(random.between(-2, 2) + 2) as usize] = true;
            assert!(random.below(3) < 3);
        }
        assert_eq!(seen, [true; 5]);
        assert_eq!(random.below(0), 0);
        assert_eq!(random.between(i32::MAX, i32::MAX), i32::MAX);
    }
}
