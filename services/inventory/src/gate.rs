//! Who asks. Whose a character is, is another's business: whoever mounts this service says how it is judged.
//! Shards show a secret that only the cluster's own processes have.

use std::fmt;

use ring::digest::{SHA256, digest};
use web::Asked;

use crate::limits::SHARD_TOKEN_BYTES_MIN;

/// Knows whose characters are.
pub trait Owners: Send + Sync {
    /// Whether a character is the account's.
    fn owns(&self, account: i64, character: i64) -> Asked<'_, bool>;

    /// That another is a character too, and that neither has blocked the other; else what to answer.
    fn require_acquaintance(&self, character: i64, other: i64) -> Asked<'_, ()>;
}

/// A shard of ours.
#[derive(Clone, Copy, Debug)]
pub struct Insider;

/// The secret of the cluster's processes. Only its digest is kept, so comparing takes no longer the more of
/// a guess is right.
#[derive(Clone)]
pub struct ShardToken([u8; 32]);

impl ShardToken {
    /// None if it is too short to be a secret.
    pub fn new(secret: &str) -> Option<Self> {
        let is_long = secret.len() >= SHARD_TOKEN_BYTES_MIN;
        is_long.then(|| Self(digest_of(secret)))
    }

    pub fn is(&self, token: &str) -> bool {
        self.0 == digest_of(token)
    }
}

impl fmt::Debug for ShardToken {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("ShardToken(_)")
    }
}

fn digest_of(text: &str) -> [u8; 32] {
    let digest = digest(&SHA256, text.as_bytes());
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}
