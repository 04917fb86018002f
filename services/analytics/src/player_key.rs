//! Who somebody is in the warehouse, where nobody is to find out who they are.

use std::fmt;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

/// Bytes of a key, and of what is kept of a hash: among a million players no two share one by chance, to one in
/// 10^26.
const KEY_BYTES: usize = 32;
const HASH_BYTES: usize = 16;

/// The key under which players' numbers are hashed. Thrown away, nobody can tell any more whose facts
/// are whose, not even by trying all numbers.
#[derive(Clone)]
pub struct PlayerKey {
    key: hmac::Key,
}

impl fmt::Debug for PlayerKey {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("PlayerKey(_)")
    }
}

impl PlayerKey {
    /// 64 hexadecimal digits; none if it is anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        (bytes.len() == KEY_BYTES).then_some(Self { key })
    }

    /// A new one, as such digits.
    pub fn generate_hex() -> String {
        let mut bytes = [0; KEY_BYTES];
        let filled = SystemRandom::new().fill(&mut bytes);
        filled.expect("the system has random numbers");
        HEXLOWER_PERMISSIVE.encode(&bytes)
    }

    /// What a character is called in the warehouse.
    pub fn hash(&self, character: i64) -> String {
        let tag = hmac::sign(&self.key, &character.to_be_bytes());
        BASE64URL_NOPAD.encode(&tag.as_ref()[..HASH_BYTES])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_is_the_same_under_one_key_and_another_under_another() {
        let key = |digit: &str| PlayerKey::from_hex(&digit.repeat(64)).expect("a key");
        assert_eq!(key("1").hash(7), key("1").hash(7));
        assert_ne!(key("1").hash(7), key("1").hash(8));
        assert_ne!(key("1").hash(7), key("2").hash(7));
        assert_eq!(key("1").hash(i64::MAX).len(), 22);
    }

    #[test]
    fn only_keys_are_keys() {
        let new = PlayerKey::generate_hex();
        assert!(PlayerKey::from_hex(&format!("{new}\n")).is_some());
        for text in ["", "00", &"g".repeat(64), &"0".repeat(66)] {
            assert!(PlayerKey::from_hex(text).is_none(), "{text}");
        }
    }
}
