//! What follows from the one master key: sealing what must be read again (signing keys, second factors),
//! and marking tokens as our own before a database is asked about them.

use std::fmt;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    hmac,
};

use crate::random;

/// 32 secret bytes that all processes of the service share and the database never sees. Who has neither
/// them nor the passwords can do nothing with a stolen database.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// From 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    pub fn generate() -> Self {
        Self(random::bytes())
    }

    /// For the file or secret that keeps it.
    pub fn to_hex(&self) -> String {
        HEXLOWER_PERMISSIVE.encode(&self.0)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("MasterKey")
    }
}

/// Seals and marks under keys of their own, derived from the master key.
pub struct Seal {
    sealing: LessSafeKey,
    marking: hmac::Key,
    succession: hmac::Key,
}

pub const MARK_BYTES: usize = 16;

impl Seal {
    pub fn new(master: &MasterKey) -> Self {
        let master = Salt::new(HKDF_SHA256, b"voxelheim auth").extract(&master.0);
        let sealing = UnboundKey::new(&AES_256_GCM, &derive(&master, b"seal"));
        let mac = |purpose| hmac::Key::new(hmac::HMAC_SHA256, &derive(&master, purpose));
        Self {
            sealing: LessSafeKey::new(sealing.expect("32 bytes")),
            marking: mac(b"mark"),
            succession: mac(b"succession"),
        }
    }

    /// As text for a column; `place` says which, so that nothing sealed can be put elsewhere.
    pub fn seal(&self, place: &str, plain: &[u8]) -> String {
        let nonce: [u8; NONCE_LEN] = random::bytes();
        let mut bytes = plain.to_vec();
        let sealed = self.sealing.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(place),
            &mut bytes,
        );
        sealed.expect("a column is far from too long");
        BASE64URL_NOPAD.encode(&[&nonce[..], &bytes].concat())
    }

    /// `None` if it was sealed under another master key, for another place, or changed.
    pub fn open(&self, place: &str, text: &str) -> Option<Vec<u8>> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let plain = self
            .sealing
            .open_in_place(nonce, Aad::from(place), &mut sealed);
        plain.ok().map(|plain| plain.to_vec())
    }

    /// The bytes with a mark that only we can make, as text.
    pub fn mark(&self, kind: &str, bytes: &[u8]) -> String {
        let mark = self.mark_of(kind, bytes);
        BASE64URL_NOPAD.encode(&[bytes, &mark.as_ref()[..MARK_BYTES]].concat())
    }

    /// The bytes again, if we marked them for this kind.
    pub fn unmark(&self, kind: &str, text: &str) -> Option<Vec<u8>> {
        let mut bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let mark = bytes.split_off(bytes.len().checked_sub(MARK_BYTES)?);
        let right = self.mark_of(kind, &bytes);
        is_same(&right.as_ref()[..MARK_BYTES], &mark).then_some(bytes)
    }

    /// The secret that follows on one: whoever asks twice is told the same.
    pub fn successor(&self, session: i64, secret: &random::Secret) -> random::Secret {
        let mut context = hmac::Context::with_key(&self.succession);
        context.update(&session.to_le_bytes());
        context.update(secret);
        let tag = context.sign();
        tag.as_ref().try_into().expect("SHA-256 has 32 bytes")
    }

    fn mark_of(&self, kind: &str, bytes: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.marking);
        // A kind has no zero byte, so no kind and bytes can be read as others.
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(bytes);
        context.sign()
    }
}

/// In a time that does not tell where they differ.
pub fn is_same(left: &[u8], right: &[u8]) -> bool {
    let difference = left.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b));
    left.len() == right.len() && std::hint::black_box(difference) == 0
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

fn derive(master: &Prk, purpose: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let info = [purpose];
    let derived = master.expand(&info, Length);
    let filled = derived.and_then(|okm| okm.fill(&mut key));
    filled.expect("32 bytes are few");
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_where_it_belongs() {
        let master = MasterKey::from_hex(&"a7".repeat(32)).expect("64 digits");
        let seal = Seal::new(&master);
        let sealed = seal.seal("totp 1", b"secret");
        assert_eq!(
            seal.open("totp 1", &sealed).as_deref(),
            Some(&b"secret"[..])
        );
        assert_eq!(seal.open("totp 2", &sealed), None);
        assert_eq!(
            Seal::new(&MasterKey::generate()).open("totp 1", &sealed),
            None
        );
        assert_ne!(sealed, seal.seal("totp 1", b"secret"), "a nonce of its own");
        for text in ["", "A", "AAAA", &sealed[1..], "é"] {
            assert_eq!(seal.open("totp 1", text), None, "{text}");
        }
    }

    #[test]
    fn only_our_marks_count() {
        let seal = Seal::new(&MasterKey::generate());
        let text = seal.mark("refresh", b"bytes");
        assert_eq!(
            seal.unmark("refresh", &text).as_deref(),
            Some(&b"bytes"[..])
        );
        assert_eq!(seal.unmark("link", &text), None);
        let mut forged = BASE64URL_NOPAD.decode(text.as_bytes()).expect("our own");
        for index in 0..forged.len() {
            forged[index] ^= 1;
            assert_eq!(
                seal.unmark("refresh", &BASE64URL_NOPAD.encode(&forged)),
                None
            );
            forged[index] ^= 1;
        }
        for text in ["", "AAAA", "not base64!"] {
            assert_eq!(seal.unmark("refresh", text), None);
        }
    }

    #[test]
    fn a_master_key_is_sixty_four_digits() {
        let key = MasterKey::generate();
        assert_eq!(
            MasterKey::from_hex(&key.to_hex()).expect("its own").0,
            key.0
        );
        for text in ["", "a7", &"a7".repeat(33), &"g7".repeat(32)] {
            assert!(MasterKey::from_hex(text).is_none(), "{text}");
        }
        assert_eq!(format!("{key:?}"), "MasterKey");
    }

    #[test]
    fn sameness_is_of_all_bytes() {
        assert!(is_same(b"", b"") && is_same(b"ab", b"ab"));
        assert!(!is_same(b"ab", b"ac") && !is_same(b"ab", b"a") && !is_same(b"a", b"ab"));
    }
}
