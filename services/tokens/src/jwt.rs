//! Signed tokens in JWS's compact form, of which one algorithm and our own headers are accepted.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    KeySet, SigningKey,
    limits::{CLOCK_SKEW_MS, TOKEN_CHARS_MAX},
};

const ALGORITHM: &str = "EdDSA";

/// What a token says: claims of one kind.
pub trait Token: Serialize + DeserializeOwned {
    /// The header `typ`, by which kinds are told apart.
    const KIND: &'static str;

    /// For whom it is.
    fn audience(&self) -> &str;

    /// From when and until when it holds, in milliseconds since 1970.
    fn life_ms(&self) -> (i64, i64);

    /// # Panics
    /// Never: claims are JSON.
    fn sign(&self, key: &SigningKey) -> String {
        let header = Header {
            alg: ALGORITHM.to_owned(),
            typ: Self::KIND.to_owned(),
            kid: key.id().to_owned(),
        };
        let part = |json: Result<Vec<u8>, _>| BASE64URL_NOPAD.encode(&json.expect("it is JSON"));
        let header = part(serde_json::to_vec(&header));
        let claims = part(serde_json::to_vec(self));
        let message = format!("{header}.{claims}");
        let signature = BASE64URL_NOPAD.encode(&key.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// What the token says, if a key of the set signed it, and it is for this audience, now.
    ///
    /// # Errors
    /// [`Refusal`].
    fn verify(text: &str, keys: &KeySet, audience: &str, now_ms: i64) -> Result<Self, Refusal> {
        let claims: Self = open(text, keys)?;
        if claims.audience() != audience {
            return Err(Refusal::Audience);
        }
        let (from_ms, until_ms) = claims.life_ms();
        if now_ms >= until_ms {
            return Err(Refusal::Expired);
        }
        if from_ms > now_ms.saturating_add(CLOCK_SKEW_MS) {
            return Err(Refusal::NotYet);
        }
        Ok(claims)
    }
}

/// Why a token does not count. Clients are told no more than that it does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Not a token of this kind.
    Malformed,
    /// Signed by a key that is not in the set: a forger's, a retired one, or one newer than the set.
    UnknownKey,
    Signature,
    Audience,
    NotYet,
    Expired,
    /// A ticket that was used before.
    Burnt,
    /// No more tickets can be remembered now.
    Full,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::Malformed => "not such a token",
            Self::UnknownKey => "its key is not known",
            Self::Signature => "its signature is wrong",
            Self::Audience => "it is for somebody else",
            Self::NotYet => "it does not hold yet",
            Self::Expired => "it has expired",
            Self::Burnt => "it was used before",
            Self::Full => "too many tickets at once",
        })
    }
}

impl std::error::Error for Refusal {}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// Nothing of the claims is read before the signature has been checked.
fn open<T: Token>(text: &str, keys: &KeySet) -> Result<T, Refusal> {
    if text.len() > TOKEN_CHARS_MAX {
        return Err(Refusal::Malformed);
    }
    let (message, signature) = text.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (header, claims) = message.split_once('.').ok_or(Refusal::Malformed)?;
    let header: Header = parse(&decode(header)?)?;
    if header.alg != ALGORITHM || header.typ != T::KIND {
        return Err(Refusal::Malformed);
    }
    if !keys.contains(&header.kid) {
        return Err(Refusal::UnknownKey);
    }
    if !keys.has_signed(&header.kid, message.as_bytes(), &decode(signature)?) {
        return Err(Refusal::Signature);
    }
    parse(&decode(claims)?)
}

fn decode(part: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes());
    bytes.map_err(|_| Refusal::Malformed)
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(json).map_err(|_| Refusal::Malformed)
}

/// JWT counts seconds; our times are milliseconds.
pub(crate) mod seconds {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(ms: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(ms.div_euclid(1_000))
    }

    pub fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<i64, D::Error> {
        let seconds = i64::deserialize(deserializer)?;
        Ok(seconds.saturating_mul(1_000))
    }
}

/// Accounts and sessions travel as decimal text: JSON's numbers end at 2^53.
pub(crate) mod text_id {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(id: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(id)
    }

    pub fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<i64, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::custom("not an id"))
    }
}
