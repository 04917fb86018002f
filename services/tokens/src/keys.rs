//! Keys: the private one that signs, and the set of public ones (RFC 7517, RFC 8037) that check.

use std::collections::BTreeMap;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use serde::{Deserialize, Serialize};

use crate::limits::KEYS_MAX;

/// A private key and its name.
pub struct SigningKey {
    id: String,
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// A new key as PKCS#8, which is secret.
    ///
    /// # Panics
    /// If the system has no random numbers.
    pub fn generate() -> Vec<u8> {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new());
        let document = document.expect("the system has random numbers");
        document.as_ref().to_vec()
    }

    /// `None` if it is not what [`Self::generate`] made.
    pub fn from_pkcs8(document: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(document).ok()?;
        let id = key_id(pair.public_key().as_ref());
        Some(Self { id, pair })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

/// A name that follows from the key, so that two machines never call two keys alike.
fn key_id(public_key: &[u8]) -> String {
    HEXLOWER.encode(&digest(&SHA256, public_key).as_ref()[..8])
}

/// The public keys, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet {
    keys: BTreeMap<String, Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    keys: Vec<Key>,
}

#[derive(Serialize, Deserialize)]
struct Key {
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    kid: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default, rename = "use")]
    usage: Option<String>,
}

impl KeySet {
    pub fn of<'k>(public_keys: impl IntoIterator<Item = &'k [u8]>) -> Self {
        let keys = public_keys.into_iter();
        let keys = keys.map(|key| (key_id(key), key.to_vec())).collect();
        Self { keys }
    }

    /// From the document that the auth service publishes. Keys of other kinds are passed over; `None` if
    /// it is no such document, or too long.
    pub fn from_json(document: &str) -> Option<Self> {
        let document: Document = serde_json::from_str(document).ok()?;
        if document.keys.len() > KEYS_MAX {
            return None;
        }
        let ours = document.keys.into_iter();
        let ours = ours.filter(|key| key.kty == "OKP" && key.crv == "Ed25519");
        let keys = ours.filter_map(|key| {
            let public = BASE64URL_NOPAD.decode(key.x.as_bytes()).ok()?;
            (public.len() == 32).then_some((key.kid, public))
        });
        Some(Self {
            keys: keys.collect(),
        })
    }

    /// # Panics
    /// Never: strings are JSON.
    pub fn to_json(&self) -> String {
        let keys = self.keys.iter().map(|(id, public)| Key {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            kid: id.clone(),
            x: BASE64URL_NOPAD.encode(public),
            alg: Some("EdDSA".to_owned()),
            usage: Some("sig".to_owned()),
        });
        let document = Document {
            keys: keys.collect(),
        };
        serde_json::to_string(&document).expect("strings are JSON")
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub fn contains(&self, id: &str) -> bool {
        self.keys.contains_key(id)
    }

    /// Whether the key of this name signed the message.
    pub(crate) fn has_signed(&self, id: &str, message: &[u8], signature: &[u8]) -> bool {
        self.keys.get(id).is_some_and(|public| {
            let public = UnparsedPublicKey::new(&ED25519, public);
            public.verify(message, signature).is_ok()
        })
    }
}
