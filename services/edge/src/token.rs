//! Resume tokens: a session's number, whose it is, and a mark on both that only who has the key can make. And
//! line tickets, which say in the same way since when somebody waits for room. Nothing is kept of them, so that
//! every edge with the same key knows the players of all others.
//!
//! Not responsible for whether a session still has a body: that the world says. Nor for whether a line ticket
//! is of use to who shows it: that the registry says.

use std::{fmt, fs, io, path::Path};

use engine::SessionId;
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

use crate::{certificate::write_private, hex};

/// Bytes of each number in a token.
const NUMBER_BYTES: usize = 8;
/// Bytes of the mark: half of what HMAC-SHA256 makes, as RFC 2104 allows; nobody guesses 128 bits.
const MARK_BYTES: usize = 16;
/// Marks of this key for one purpose are none for another. None of these begins another, so no two of them
/// with what follows are ever the same bytes.
const PURPOSE_RESUME: &[u8] = b"voxelheim resume token 2";
const PURPOSE_LINE: &[u8] = b"voxelheim line ticket 1";
const PURPOSE_RESETS: &[u8] = b"voxelheim connection resets 1";
const FILE_NAME: &str = "token_key";

const _: () = assert!(digits_count(2) <= protocol::limits::TOKEN_BYTES_MAX);
const _: () = assert!(digits_count(4) <= protocol::limits::LINE_TICKET_BYTES_MAX);

/// What a token says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Known {
    pub session: SessionId,
    /// The account, or of who has none the session.
    pub account: u64,
}

impl Known {
    /// Any number that is no character's, but those in use; nobody's account.
    pub(crate) fn stranger(is_in_use: impl Fn(SessionId) -> bool) -> Self {
        loop {
            let number = u64::from_le_bytes(random()) | SessionId::STRANGER_BIT;
            let session = SessionId(number);
            if !is_in_use(session) {
                let account = number;
                return Self { session, account };
            }
        }
    }
}

/// What a line ticket says: since when its holder waits for room. It lets nobody into a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineTicket {
    /// Who waits, and will be this session.
    pub known: Known,
    /// Milliseconds since 1970, as all that follows.
    pub since_ms: u64,
    /// From then on it counts no more.
    pub until_ms: u64,
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
        self.sealed(PURPOSE_RESUME, [known.session.0, known.account])
    }

    /// What a token says; none for anything that this key did not mark as one.
    pub fn known(&self, token: &str) -> Option<Known> {
        let [session, account] = self.opened(PURPOSE_RESUME, token)?;
        let session = SessionId(session);
        Some(Known { session, account })
    }

    /// For one who waits.
    pub fn line_ticket(&self, said: &LineTicket) -> String {
        let Known { session, account } = said.known;
        let numbers = [session.0, account, said.since_ms, said.until_ms];
        self.sealed(PURPOSE_LINE, numbers)
    }

    /// What a line ticket says, over or not; none for anything that this key did not mark as one.
    pub fn line_ticket_said(&self, ticket: &str) -> Option<LineTicket> {
        let [session, account, since_ms, until_ms] = self.opened(PURPOSE_LINE, ticket)?;
        let session = SessionId(session);
        Some(LineTicket {
            known: Known { session, account },
            since_ms,
            until_ms,
        })
    }

    /// What a restarted process knows connections of before by, so that it can end them at once.
    pub fn reset_key(&self) -> [u8; Self::BYTES] {
        let tag = hmac::sign(&self.0, PURPOSE_RESETS);
        let bytes = tag.as_ref().try_into();
        bytes.expect("a tag of SHA-256 has 32 bytes")
    }

    fn sealed<const COUNT: usize>(&self, purpose: &[u8], numbers: [u64; COUNT]) -> String {
        let mut bytes = numbers.map(u64::to_be_bytes).concat();
        let mark = self.mark(purpose, &bytes);
        bytes.extend_from_slice(&mark);
        hex::encode(&bytes)
    }

    fn opened<const COUNT: usize>(&self, purpose: &[u8], text: &str) -> Option<[u64; COUNT]> {
        let bytes = hex::decode(text)?;
        let (said, mark) = bytes.split_at_checked(COUNT * NUMBER_BYTES)?;
        let (numbers, _) = said.as_chunks::<NUMBER_BYTES>();
        let numbers = <[_; COUNT]>::try_from(numbers).ok()?;
        is_equal(mark, &self.mark(purpose, said)).then(|| numbers.map(u64::from_be_bytes))
    }

    fn mark(&self, purpose: &[u8], said: &[u8]) -> [u8; MARK_BYTES] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(purpose);
        context.update(said);
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

/// Of a token that says so many numbers.
const fn digits_count(numbers_count: usize) -> usize {
    2 * (numbers_count * NUMBER_BYTES + MARK_BYTES)
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

    const WAITS: LineTicket = LineTicket {
        known: Known {
            session: SessionId(SessionId::STRANGER_BIT | 5),
            account: 6,
        },
        since_ms: 1_790_000_000_123,
        until_ms: u64::MAX,
    };

    #[test]
    fn every_edge_with_the_key_knows_a_line_ticket() {
        let [here, there] = [TokenKey::new(&[7; 32]), TokenKey::new(&[7; 32])];
        assert_eq!(
            there.line_ticket_said(&here.line_ticket(&WAITS)),
            Some(WAITS)
        );
    }

    /// All that is nearly `text`, and some that is not: cut, lengthened, with any bit flipped.
    fn forgeries(text: &str) -> Vec<String> {
        let cuts = (0..text.len()).map(|length| text[..length].to_owned());
        let mut forged: Vec<_> = cuts.collect();
        forged.extend(["0", "00", "z"].map(|more| format!("{text}{more}")));
        let bytes = hex::decode(text).expect("digits");
        forged.extend((0..bytes.len() * 8).map(|bit| {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            hex::encode(&bytes)
        }));
        forged.extend([64, 96].map(|count| "0".repeat(count)));
        forged.extend([32, 48].map(|count| "ð".repeat(count)));
        forged
    }

    #[test]
    fn nothing_else_is_a_token() {
        let key = TokenKey::new(&[7; 32]);
        let token = key.token(of(0x0123_4567_89ab_cdef, 5));
        let ticket = key.line_ticket(&WAITS);
        let other = TokenKey::new(&[8; 32]);
        assert_eq!(other.known(&token), None, "another key");
        assert_eq!(other.line_ticket_said(&ticket), None, "another key");
        for forged in forgeries(&token) {
            assert_eq!(key.known(&forged), None, "{forged}");
        }
        for forged in forgeries(&ticket) {
            assert_eq!(key.line_ticket_said(&forged), None, "{forged}");
        }
    }

    /// Not even where both say as many numbers, and the same.
    #[test]
    fn a_token_for_one_purpose_is_none_for_another() {
        let key = TokenKey::new(&[7; 32]);
        let numbers = [5, 6, 7, 8];
        let ticket = key.sealed(PURPOSE_LINE, numbers);
        assert!(key.line_ticket_said(&ticket).is_some());
        for other in [PURPOSE_RESUME, PURPOSE_RESETS] {
            let sealed = key.sealed(other, numbers);
            assert_eq!(key.line_ticket_said(&sealed), None);
        }
        for forged in [&key.line_ticket(&WAITS), &key.sealed(PURPOSE_LINE, [5, 6])] {
            assert_eq!(key.known(forged), None);
        }
        let token = key.token(of(5, 6));
        assert_eq!(key.line_ticket_said(&token), None);
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
