//! The second factor: codes that change with time (RFC 6238), and codes on paper for when the telephone
//! is lost. No clock and no store.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use ring::hmac;

use crate::{
    limits::{RECOVERY_CODES, TOTP_DIGITS, TOTP_STEP_MS, TOTP_STEPS_OFF},
    random, seal,
};

/// As long as the hash's output, as RFC 4226 asks.
pub const SECRET_BYTES: usize = 20;

/// The code of a step.
fn code(secret: &[u8], step: i64) -> String {
    // SHA-1 is what authenticator apps know; as an HMAC it is sound.
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes[bytes.len() - 1] & 15);
    let word: [u8; 4] = bytes[offset..offset + 4].try_into().expect("four bytes");
    let number = (u32::from_be_bytes(word) & 0x7fff_ffff) % 10_u32.pow(TOTP_DIGITS);
    format!("{number:0width$}", width = TOTP_DIGITS as usize)
}

/// The step whose code this is, if it is now or near, and later than the last one that was used.
pub fn step_of(secret: &[u8], tried: &str, now_ms: i64, last_step: i64) -> Option<i64> {
    let now_step = now_ms.div_euclid(TOTP_STEP_MS);
    let steps = now_step - TOTP_STEPS_OFF..=now_step + TOTP_STEPS_OFF;
    steps
        .filter(|&step| seal::is_same(code(secret, step).as_bytes(), tried.as_bytes()))
        .find(|&step| step > last_step)
}

/// The secret as a person types it, and as an app reads it from a picture.
pub fn secret_text(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

/// `otpauth://`, as authenticator apps take it. The label is percent-encoded.
pub fn app_uri(secret: &[u8], label: &str) -> String {
    let secret = secret_text(secret);
    let label: String = label.bytes().map(percent_encoded).collect();
    let period = TOTP_STEP_MS / 1_000;
    format!(
        "otpauth://totp/VoxelHeim:{label}?secret={secret}&issuer=VoxelHeim&digits={TOTP_DIGITS}&period={period}"
    )
}

fn percent_encoded(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{}", HEXLOWER.encode(&[byte]).to_uppercase()),
    }
}

/// New codes for paper: 80 random bits each, so that a plain digest of them may be kept.
pub fn recovery_codes() -> Vec<String> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let text = BASE32_NOPAD.encode(&random::bytes::<10>());
            let groups: Vec<&str> = (0..4).map(|group| &text[group * 4..][..4]).collect();
            groups.join("-")
        })
        .collect()
}

/// What is kept of a code from paper, however it was typed.
pub fn recovery_hash(code: &str) -> String {
    let plain = code.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = plain.map(|letter| letter.to_ascii_uppercase()).collect();
    random::digest_hex(plain.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (second, last_digits) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            let step = step_of(SECRET, last_digits, second * 1_000, -1);
            assert_eq!(step, Some(second / 30), "{second}");
        }
    }

    #[test]
    fn a_code_holds_for_its_time_and_once() {
        let now_ms = 1_234_567_890_000;
        let step = now_ms / 30_000;
        let tried = code(SECRET, step);
        for (off_ms, found) in [
            (-60_000, None),
            (-30_000, Some(step)),
            (30_000, Some(step)),
            (60_000, None),
        ] {
            assert_eq!(
                step_of(SECRET, &tried, now_ms + off_ms, -1),
                found,
                "{off_ms}"
            );
        }
        assert_eq!(step_of(SECRET, &tried, now_ms, step), None, "used before");
        for tried in ["", "00592", "0059244", "abcdef", "００５９２４"] {
            assert_eq!(step_of(SECRET, tried, now_ms, -1), None, "{tried}");
        }
    }

    #[test]
    fn recovery_codes_are_all_different_and_typed_as_one_likes() {
        let codes = recovery_codes();
        let hashes: std::collections::HashSet<_> =
            codes.iter().map(|code| recovery_hash(code)).collect();
        assert_eq!(hashes.len(), RECOVERY_CODES);
        let typed = codes[0].to_lowercase().replace('-', " ");
        assert_eq!(recovery_hash(&typed), recovery_hash(&codes[0]));
    }

    #[test]
    fn an_apps_address_takes_any_label() {
        let uri = app_uri(SECRET, "a&secret=x@é");
        assert!(uri.starts_with("otpauth://totp/VoxelHeim:a%26secret%3Dx%40%C3%A9?secret=GEZD"));
    }
}
