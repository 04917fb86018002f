//! Numbers for things, drops, trades and batches.

use std::sync::{
    LazyLock,
    atomic::{AtomicI64, Ordering},
};

use ring::rand::{SecureRandom, SystemRandom};

/// Above zero, of 63 random bits.
pub fn new_id() -> i64 {
    let mut bytes = [0; 8];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.expect("the system has random numbers");
    (i64::from_le_bytes(bytes) & i64::MAX).max(1)
}

/// Greater than those that this process made before: milliseconds above a count that starts anywhere. Of two
/// processes in one millisecond, one in two million are the same.
pub fn ordered_id(now_ms: i64) -> i64 {
    const COUNT_BITS: u32 = 21;
    static COUNT: LazyLock<AtomicI64> = LazyLock::new(|| AtomicI64::new(new_id() >> 32));
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    (now_ms << COUNT_BITS) | (count & ((1 << COUNT_BITS) - 1))
}
