//! How staff signs in: by mail, and with a second factor.

use std::{
    fs,
    path::Path,
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use data_encoding::BASE32_NOPAD;
use ring::hmac;
use serde_json::{Value, json};

use crate::http::Answer;

const PASSWORD: &str = "correct horse battery";

/// Asks the auth service: a method and a path, an access token, a body.
pub type Ask<'a> = dyn Fn(&str, &str, Value) -> Answer + 'a;

/// Registers who reads mail of this address in this folder, and has `appoint` give it a role: its access token
/// before and after its second factor.
pub fn sign_in(ask: &Ask, (email, folder): (&str, &Path), appoint: &dyn Fn()) -> (String, String) {
    let form = json!({ "email": email, "password": PASSWORD });
    assert_eq!(ask("POST /auth/register", "", form).status, 202);
    let form = json!({ "token": mailed_token(folder, email), "password": PASSWORD });
    let before = ask("POST /auth/verify", "", form);
    let (access, refresh) = (before.text("access_token"), before.text("refresh_token"));
    appoint();
    let form = json!({ "password": PASSWORD });
    let begun = ask("POST /auth/second-factor", &access, form);
    let form = json!({ "code": app_code(&begun.text("secret")) });
    let confirmed = ask("POST /auth/second-factor/confirm", &access, form);
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    let form = json!({ "refresh_token": refresh });
    let after = ask("POST /auth/refresh", "", form);
    (access, after.text("access_token"))
}

fn mailed_token(folder: &Path, email: &str) -> String {
    loop {
        let texts = mails(folder);
        if let Some(text) = texts.iter().find(|text| text.contains(email)) {
            let token = text.split("#verify=").nth(1).expect("a link");
            return token.split_whitespace().next().expect("a token").to_owned();
        }
        thread::yield_now();
    }
}

fn mails(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = files.filter(|it| !it.file_name().to_string_lossy().starts_with('.'));
    files
        .filter_map(|it| fs::read_to_string(it.path()).ok())
        .collect()
}

/// What an authenticator app shows (RFC 6238).
fn app_code(secret: &str) -> String {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).expect("base 32");
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is past 1970");
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &secret);
    let tag = hmac::sign(&key, &(now.as_secs() / 30).to_be_bytes());
    let offset = usize::from(tag.as_ref()[19] & 0xf);
    let bytes = tag.as_ref()[offset..offset + 4].iter();
    let number = bytes.fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}
