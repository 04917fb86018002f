//! An ID token of another provider: its signature, and whether it is for us, now, and for this sign-in
//! (OpenID Connect Core 1.0, 3.1.3.7). No clock and no I/O.

use data_encoding::BASE64URL_NOPAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde::{Deserialize, de::DeserializeOwned};

use crate::limits::{OIDC_CLOCK_SKEW_MS, OIDC_KEYS_MAX, OIDC_TOKEN_CHARS_MAX};

/// The provider's keys (RFC 7517), of whatever kinds.
#[derive(Clone, Debug, Deserialize)]
pub struct ProviderKeys {
    keys: Vec<Key>,
}

#[derive(Clone, Debug, Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// What the token must say.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now_ms: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    Malformed,
    /// None of these keys; newer ones may do.
    UnknownKey,
    Signature,
    /// For somebody else, by somebody else, or of another sign-in.
    NotOurs,
    /// Before or after its time.
    Time,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// The user's name at the provider, which never changes.
pub fn subject(token: &str, keys: &ProviderKeys, wanted: Wanted<'_>) -> Result<String, Refusal> {
    if token.len() > OIDC_TOKEN_CHARS_MAX || keys.keys.len() > OIDC_KEYS_MAX {
        return Err(Refusal::Malformed);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (header, claims) = message.split_once('.').ok_or(Refusal::Malformed)?;
    let header: Header = parse(header)?;
    let signature = decode(signature)?;
    let mut candidates = keys
        .keys
        .iter()
        .filter(|key| key.may_have_signed(&header))
        .peekable();
    if candidates.peek().is_none() {
        return Err(Refusal::UnknownKey);
    }
    if !candidates.any(|key| key.has_signed(&header.alg, message.as_bytes(), &signature)) {
        return Err(Refusal::Signature);
    }
    let claims: Claims = parse(claims)?;
    require_ours(&claims, wanted)?;
    Ok(claims.sub)
}

fn require_ours(claims: &Claims, wanted: Wanted<'_>) -> Result<(), Refusal> {
    let is_audience = match &claims.aud {
        Audience::One(audience) => audience == wanted.client_id,
        Audience::Several(all) => all.iter().any(|audience| audience == wanted.client_id),
    };
    let is_party = match (&claims.azp, &claims.aud) {
        (Some(party), _) => party == wanted.client_id,
        (None, Audience::Several(all)) => all.len() == 1,
        (None, Audience::One(_)) => true,
    };
    let is_nonce = claims.nonce.as_deref() == Some(wanted.nonce);
    let is_named = (1..=255).contains(&claims.sub.len());
    if claims.iss != wanted.issuer || !is_audience || !is_party || !is_nonce || !is_named {
        return Err(Refusal::NotOurs);
    }
    let (from_ms, until_ms) = (
        claims.iat.saturating_mul(1_000),
        claims.exp.saturating_mul(1_000),
    );
    let is_now = from_ms <= wanted.now_ms.saturating_add(OIDC_CLOCK_SKEW_MS)
        && until_ms > wanted.now_ms.saturating_sub(OIDC_CLOCK_SKEW_MS);
    is_now.then_some(()).ok_or(Refusal::Time)
}

impl Key {
    fn may_have_signed(&self, header: &Header) -> bool {
        let kind = match header.alg.as_str() {
            "RS256" => ("RSA", None),
            "ES256" => ("EC", Some("P-256")),
            "EdDSA" => ("OKP", Some("Ed25519")),
            // Neither `none` nor one that is keyed with what everybody knows.
            _ => return false,
        };
        let is_named = header.kid.is_none() || self.kid == header.kid;
        is_named && (self.kty.as_str(), self.crv.as_deref()) == kind
    }

    fn has_signed(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        let part = |part: &Option<String>| {
            let bytes = BASE64URL_NOPAD.decode(part.as_deref().unwrap_or("").as_bytes());
            bytes.unwrap_or_default()
        };
        let verified = match algorithm {
            "RS256" => {
                let (n, e) = (part(&self.n), part(&self.e));
                let key = RsaPublicKeyComponents { n, e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            "ES256" => {
                // An uncompressed point (SEC 1, 2.3.3).
                let point = [&[4][..], &part(&self.x), &part(&self.y)].concat();
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                key.verify(message, signature)
            }
            _ => UnparsedPublicKey::new(&ED25519, part(&self.x)).verify(message, signature),
        };
        verified.is_ok()
    }
}

fn decode(part: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes());
    bytes.map_err(|_| Refusal::Malformed)
}

fn parse<T: DeserializeOwned>(part: &str) -> Result<T, Refusal> {
    serde_json::from_slice(&decode(part)?).map_err(|_| Refusal::Malformed)
}
