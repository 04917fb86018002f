//! Random ids and secrets, from the system.

use std::sync::{
    LazyLock,
    atomic::{AtomicI64, Ordering},
};

use data_encoding::HEXLOWER;
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
};

pub const SECRET_BYTES: usize = 32;
pub type Secret = [u8; SECRET_BYTES];

pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.expect("the system has random numbers");
    bytes
}

/// Positive, of 63 bits: two of a million million are the same once in ten million years of trying.
pub fn id() -> i64 {
    i64::from_le_bytes(bytes()) & i64::MAX
}

/// An id that is greater than those that this process made before: milliseconds above a count that starts
/// anywhere. Of two processes in one millisecond, one in two million are the same.
pub fn ordered_id(now_ms: i64) -> i64 {
    const COUNT_BITS: u32 = 21;
    static COUNT: LazyLock<AtomicI64> = LazyLock::new(|| AtomicI64::new(id() >> 32));
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    now_ms << COUNT_BITS | count & ((1 << COUNT_BITS) - 1)
}

/// What is kept of a secret that is long and random, so that no slow hash is needed.
pub fn digest_hex(secret: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, secret).as_ref())
}
