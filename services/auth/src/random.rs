//! Random secrets, from the system.

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

/// What is kept of a secret that is long and random, so that no slow hash is needed.
pub fn digest_hex(secret: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, secret).as_ref())
}
