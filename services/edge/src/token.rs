//! Resume tokens: a session's number, whose it is, and a mark on both that only who has the key can make.
//! Nothing is kept of them, so that every edge with the same key knows the players of all others.
//!
//! Not responsible for whether a session still has a body: that the world says.

use std::{fmt, fs, io, path::Path};

use engine::SessionId;
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

use crate::{certificate::write_private, hex};

/// Bytes of a session's number in a token, and of its account's.
const NUMBER_BYTES: usize = 8;
/// Bytes of the mark: half of what HMAC-SHA256 makes, as RFC 2104 allows; nobody guesses 128 bits.
const MARK_BYTES: usize = 16;
/// Marks of this key on anything else are no tokens.
const PURPOSE: &[u8] = b"voxelheim resume token 2";
const PURPOSE_RESETS: &[u8] = b"voxelheim connection resets 1";
const FILE_NAME: &str = "token_key";

const _: () = assert!((2 * NUMBER_BYTES + MARK_BYTES) * 2 <= protocol::limits::TOKEN_BYTES_MAX);

/// What a token says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Known {
    pub session: SessionId,
    /// The account, or of who has none the session.
    pub account: u64,
}

/// What tokens are marked with; the same at all edges of a battle.
#[derive(Clone)]
pub struct TokenKey(hmac::Key);

impl TokenKey {
    pub const BYTES: usize = 32;

    pub fn new(bytes: &[u8; Self::BYTES]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The one kept in a folder, or a new one that is kept there from now on; without a folder it
    /// ends with the process. One that is damaged is replaced: who was lost comes in as a newcomer.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn open(data_dir: Option<&Path>) -> io::Result<Self> {
        let Some(path) = data_dir.map(|directory| directory.join(FILE_NAME)) else {
            return Ok(Self::new(&random()));
        };
        let kept = fs::read_to_string(&path).ok();
        let kept = kept.and_then(|text| hex::decode(text.trim())?.try_into().ok());
        if let Some(bytes) = kept {
            return Ok(Self::new(&bytes));
        }
        let bytes = random();
        write_private(&path, hex::encode(&bytes).as_bytes())?;
        Ok(Self::new(&bytes))
    }

    /// The token of a session.
    pub fn token(&self, known: Known) -> String {
        let mut bytes = known.session.0.to_be_bytes().to_vec();
        bytes.extend_from_slice(&known.account.to_be_bytes());
        bytes.extend_from_slice(&self.mark(known));
        hex::encode(&bytes)
    }

    /// What a token says; none for anything that this key did not mark.
    pub fn known(&self, token: &str) -> Option<Known> {
        let bytes = hex::decode(token)?;
        let (session, rest) = bytes.split_first_chunk::<NUMBER_BYTES>()?;
        let (account, mark) = rest.split_first_chunk::<NUMBER_BYTES>()?;
        let known = Known {
            session: SessionId(u64::from_be_bytes(*session)),
            account: u64::from_be_bytes(*account),
        };
        is_equal(mark, &self.mark(known)).then_some(known)
    }

    /// What a restarted process knows connections of before by, so that it can end them at once.
    pub fn reset_key(&self) -> [u8; Self::BYTES] {
        let tag = hmac::sign(&self.0, PURPOSE_RESETS);
        let bytes = tag.as_ref().try_into();
        bytes.expect("a tag of SHA-256 has 32 bytes")
    }

    fn mark(&self, known: Known) -> [u8; MARK_BYTES] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(PURPOSE);
        context.update(&known.session.0.to_be_bytes());
        context.update(&known.account.to_be_bytes());
        let tag = context.sign();
        let mark = tag.as_ref().first_chunk();
        *mark.expect("a tag of SHA-256 has 32 bytes")
    }
}

/// Says nothing of the key.
impl fmt::Debug for TokenKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenKey")
    }
}

/// Takes as long wherever the two differ, so that the time tells nobody how much of a guess was right.
fn is_equal(given: &[u8], wanted: &[u8; MARK_BYTES]) -> bool {
    let pairs = given.iter().zip(wanted);
    let difference = pairs.fold(0, |sum, (one, other)| sum | (one ^ other));
    given.len() == MARK_BYTES && difference == 0
}

/// Bytes that nobody can foresee.
pub fn random<const COUNT: usize>() -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(session: u64, account: u64) -> Known {
        Known {
            session: SessionId(session),
            account,
        }
    }

    #[test]
    fn every_edge_with_the_key_knows_a_token() {
        let [here, there] = [TokenKey::new(&[7; 32]), TokenKey::new(&[7; 32])];
        for known in [of(1, 1), of(77, 3), of(u64::MAX, 0)] {
            assert_eq!(there.known(&here.token(known)), Some(known));
        }
    }

    #[test]
    fn nothing_else_is_a_token() {
        let key = TokenKey::new(&[7; 32]);
        let token = key.token(of(0x0123_4567_89ab_cdef, 5));
        assert_eq!(TokenKey::new(&[8; 32]).known(&token), None, "another key");
        for length in 0..token.len() {
            assert_eq!(key.known(&token[..length]), None, "{length} digits");
        }
        for more in ["0", "00", "z"] {
            assert_eq!(key.known(&format!("{token}{more}")), None);
        }
        let bytes = hex::decode(&token).expect("digits");
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.known(&hex::encode(&bytes)), None, "bit {bit}");
        }
        assert_eq!(key.known(&"0".repeat(64)), None);
        assert_eq!(key.known("ð".repeat(32).as_str()), None);
    }

    #[test]
    fn a_key_is_kept_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let directory = std::env::temp_dir().join(format!("voxelheim-key-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("a temporary folder");
        let open = || TokenKey::open(Some(&directory)).expect("opens");
        let token = open().token(of(5, 6));
        assert_eq!(open().known(&token), Some(of(5, 6)));
        let path = directory.join(FILE_NAME);
        let mode = fs::metadata(&path).expect("it is there").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        fs::write(&path, b"damaged").expect("writes");
        assert_eq!(open().known(&token), None, "a damaged key is replaced");
        fs::remove_dir_all(&directory).expect("removes");
        let fleeting = TokenKey::open(None).expect("needs no folder");
        assert_eq!(fleeting.known(&token), None);
    }
}
