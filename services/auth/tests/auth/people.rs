//! People that tests need: guests, players and staff.

use data_encoding::BASE32_NOPAD;
use ring::hmac;
use serde_json::{Value, json};
use tokens::Role;

use crate::common::{World, text};

pub const PASSWORD: &str = "correct horse battery";

/// Somebody who is signed in.
pub struct Person {
    pub account: String,
    pub access: String,
    pub refresh: String,
}

impl From<Value> for Person {
    fn from(tokens: Value) -> Self {
        Self {
            account: text(&tokens, "account"),
            access: text(&tokens, "access_token"),
            refresh: text(&tokens, "refresh_token"),
        }
    }
}

impl World {
    pub async fn guest(&self) -> Person {
        self.call("POST /guests", "", Value::Null)
            .await
            .ok(201)
            .into()
    }

    /// A new account with the usual password.
    pub async fn player(&self, email: &str) -> Person {
        let form = json!({ "email": email, "password": PASSWORD });
        self.call("POST /register", "", form).await.ok(202);
        let token = self.mailed_token("verify").await;
        let form = json!({ "token": token, "password": PASSWORD });
        self.call("POST /verify", "", form).await.ok(200).into()
    }

    pub async fn log_in(&self, email: &str) -> Person {
        let form = json!({ "email": email, "password": PASSWORD });
        self.call("POST /login", "", form).await.ok(200).into()
    }

    /// The tokens that follow.
    pub async fn refresh(&self, person: &Person) -> Person {
        let form = json!({ "refresh_token": person.refresh });
        self.call("POST /refresh", "", form).await.ok(200).into()
    }

    /// Sets a second factor up; its secret and the codes on paper.
    pub async fn set_factor(&self, person: &Person) -> (Vec<u8>, Vec<String>) {
        let form = json!({ "password": PASSWORD });
        let begun = self
            .call("POST /second-factor", &person.access, form)
            .await
            .ok(200);
        let secret = BASE32_NOPAD
            .decode(text(&begun, "secret").as_bytes())
            .expect("base 32");
        let form = json!({ "code": app_code(&secret, self.now()) });
        let confirmed = self
            .call("POST /second-factor/confirm", &person.access, form)
            .await;
        let codes = confirmed.ok(200)["recovery_codes"].clone();
        (secret, serde_json::from_value(codes).expect("texts"))
    }

    /// Somebody with a role who gave the second factor.
    pub async fn staff(&self, email: &str, role: Role) -> Person {
        let person = self.player(email).await;
        self.appoint(email, role).await;
        self.set_factor(&person).await;
        self.refresh(&person).await
    }
}

/// What an authenticator app shows; written anew here, after RFC 6238.
pub fn app_code(secret: &[u8], now_ms: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let step = (now_ms / 30_000).to_be_bytes();
    let tag = hmac::sign(&key, &step);
    let offset = usize::from(tag.as_ref()[19] & 0xf);
    let number = tag.as_ref()[offset..offset + 4]
        .iter()
        .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}
