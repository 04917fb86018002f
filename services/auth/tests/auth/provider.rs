//! A small provider of OpenID Connect on a port of this machine: discovery, keys, codes that work once and
//! only with PKCE's verifier, and ID tokens under each algorithm; or wrong in a way that a test asks for.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use auth::Provider;
use axum::{
    Router,
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use data_encoding::BASE64URL_NOPAD;
use reqwest::Url;
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    rsa,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    },
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};

/// Used nowhere else.
const RSA_KEY: &[u8] = include_bytes!("provider_rsa.der");
const CLIENT_ID: &str = "voxelheim-client";
const CLIENT_SECRET: &str = "hush";

/// How its tokens are.
#[derive(Clone, Debug)]
pub struct Manner {
    pub algorithm: &'static str,
    pub subject: &'static str,
    /// Put in place of the claims that are right.
    pub claims: Value,
    pub breaks_signature: bool,
    pub now_ms: i64,
}

pub struct TestProvider {
    pub provider: Provider,
    pub manner: Arc<Mutex<Manner>>,
    _stop: watch::Sender<bool>,
}

#[derive(Clone)]
struct Shared {
    issuer: String,
    manner: Arc<Mutex<Manner>>,
    /// What each code was given for.
    codes: Arc<Mutex<HashMap<String, HashMap<String, String>>>>,
    keys: Arc<Keys>,
}

struct Keys {
    rsa: rsa::KeyPair,
    ecdsa: EcdsaKeyPair,
    ed25519: Ed25519KeyPair,
}

impl TestProvider {
    pub async fn start(now_ms: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let issuer = format!("http://{address}");
        let manner = Arc::new(Mutex::new(Manner {
            algorithm: "RS256",
            subject: "user-1",
            claims: json!({}),
            breaks_signature: false,
            now_ms,
        }));
        let shared = Shared {
            issuer: issuer.clone(),
            manner: manner.clone(),
            codes: Arc::default(),
            keys: Arc::new(Keys::new()),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route(
                "/keys",
                get(async |State(shared): State<Shared>| shared.keys.document().to_string()),
            )
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(shared);
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(web::serve(listener, router, 16, stopped));
        let provider = Provider {
            name: "test".to_owned(),
            title: "The test".to_owned(),
            issuer,
            client_id: CLIENT_ID.to_owned(),
            client_secret: Some(CLIENT_SECRET.to_owned()),
            redirect_url: "https://play.example.org/signed-in?by=test".to_owned(),
        };
        Self {
            provider,
            manner,
            _stop: stop,
        }
    }
}

impl Keys {
    fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let ecdsa = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("random numbers");
        let ed25519 = Ed25519KeyPair::generate_pkcs8(&random).expect("random numbers");
        Self {
            rsa: rsa::KeyPair::from_pkcs8(RSA_KEY).expect("a key"),
            ecdsa: EcdsaKeyPair::from_pkcs8(algorithm, ecdsa.as_ref(), &random).expect("a key"),
            ed25519: Ed25519KeyPair::from_pkcs8(ed25519.as_ref()).expect("a key"),
        }
    }

    fn document(&self) -> Value {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let rsa: ring::rsa::PublicKeyComponents<Vec<u8>> = self.rsa.public().into();
        let point = self.ecdsa.public_key().as_ref();
        json!({ "keys": [
            { "kty": "RSA", "kid": "RS256", "use": "sig", "n": text(&rsa.n), "e": text(&rsa.e) },
            { "kty": "EC", "kid": "ES256", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..]) },
            { "kty": "OKP", "kid": "EdDSA", "crv": "Ed25519", "x": text(self.ed25519.public_key().as_ref()) },
        ]})
    }

    fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match algorithm {
            "RS256" => {
                let mut signature = vec![0; self.rsa.public().modulus_len()];
                let signed = self
                    .rsa
                    .sign(&RSA_PKCS1_SHA256, &random, message, &mut signature);
                signed.expect("a long key");
                signature
            }
            "ES256" => {
                let signature = self.ecdsa.sign(&random, message);
                signature.expect("random numbers").as_ref().to_vec()
            }
            "EdDSA" => self.ed25519.sign(message).as_ref().to_vec(),
            _ => Vec::new(),
        }
    }
}

async fn discovery(State(shared): State<Shared>) -> String {
    let issuer = &shared.issuer;
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
    });
    document.to_string()
}

fn parameters(text: &str) -> HashMap<String, String> {
    let url = Url::parse(&format!("http://x/?{text}")).expect("a query");
    url.query_pairs().into_owned().collect()
}

/// As if the user had typed a password.
async fn authorize(State(shared): State<Shared>, RawQuery(query): RawQuery) -> impl IntoResponse {
    let asked = parameters(&query.unwrap_or_default());
    assert_eq!(asked["client_id"], CLIENT_ID);
    assert_eq!(asked["code_challenge_method"], "S256");
    let mut codes = shared.codes.lock().expect("no panic");
    let code = format!("code-{}", codes.len());
    let mut back = Url::parse(&asked["redirect_uri"]).expect("a URL");
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &asked["state"]);
    codes.insert(code, asked);
    (StatusCode::FOUND, [(header::LOCATION, back.to_string())])
}

async fn token(State(shared): State<Shared>, body: String) -> Result<String, StatusCode> {
    let form = parameters(&body);
    let refused = StatusCode::BAD_REQUEST;
    let is_client = form["client_id"] == CLIENT_ID && form["client_secret"] == CLIENT_SECRET;
    let asked = shared
        .codes
        .lock()
        .expect("no panic")
        .remove(&form["code"])
        .ok_or(refused)?;
    let challenge = digest(&SHA256, form["code_verifier"].as_bytes());
    let is_proven = BASE64URL_NOPAD.encode(challenge.as_ref()) == asked["code_challenge"];
    if !is_client || !is_proven || form["redirect_uri"] != asked["redirect_uri"] {
        return Err(refused);
    }
    let manner = shared.manner.lock().expect("no panic").clone();
    let second = manner.now_ms / 1_000;
    let mut claims = json!({ "iss": shared.issuer, "sub": manner.subject, "aud": CLIENT_ID,
        "iat": second, "exp": second + 300, "nonce": asked["nonce"], "email": "asa@example.org" });
    for (name, value) in manner.claims.as_object().expect("claims") {
        claims[name] = value.clone();
    }
    let header = json!({ "alg": manner.algorithm, "kid": manner.algorithm });
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let message = format!("{}.{}", part(&header), part(&claims));
    let mut signature = shared.keys.sign(manner.algorithm, message.as_bytes());
    if manner.breaks_signature {
        signature[7] ^= 1;
    }
    let token = format!("{message}.{}", BASE64URL_NOPAD.encode(&signature));
    Ok(json!({ "token_type": "Bearer", "id_token": token }).to_string())
}
