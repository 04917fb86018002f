//! Signing in by another provider (OpenID Connect): the authorization code flow with PKCE, for any provider
//! that can be discovered. An account belongs to the provider's user by issuer and subject, never by mail
//! address: whoever could choose that one would choose the account.

mod fetch;
mod id_token;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use data_encoding::BASE64URL_NOPAD;
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use web::Problem;

use crate::{
    AuthError,
    limits::{OIDC_DISCOVERY_MS, OIDC_KEYS_PAUSE_MS, PROVIDER_TITLE_CHARS_MAX, PROVIDERS_MAX},
    random,
};
pub(crate) use fetch::Fetcher;
use id_token::{ProviderKeys, Refusal, Wanted};

/// A provider, as an operator sets it.
#[derive(Clone)]
pub struct Provider {
    /// In our routes: small letters.
    pub name: String,
    /// On the page's button.
    pub title: String,
    /// As its tokens name it; `/.well-known/openid-configuration` behind it must be the document.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<String>,
    /// The page to which the provider leads back.
    pub redirect_url: String,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "Provider({} at {})", self.name, self.issuer)
    }
}

impl Provider {
    /// Whether these are sound, and may be beside each other. Nobody is asked.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn check(providers: &[Provider]) -> Result<(), String> {
        if providers.len() > PROVIDERS_MAX {
            let count = providers.len();
            return Err(format!(
                "{count} are too many providers: {PROVIDERS_MAX} at most"
            ));
        }
        for (place, provider) in providers.iter().enumerate() {
            provider.check_alone()?;
            if providers[..place].iter().any(|it| it.name == provider.name) {
                return Err(format!("two providers have the name {:?}", provider.name));
            }
        }
        Ok(())
    }

    fn check_alone(&self) -> Result<(), String> {
        let name = &self.name;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Err(format!(
                "the provider's name {name:?} must be small letters"
            ));
        }
        let chars = self.title.chars().count();
        if !(1..=PROVIDER_TITLE_CHARS_MAX).contains(&chars) || self.title.contains(char::is_control)
        {
            return Err(format!(
                "{name}: the title must have 1 to {PROVIDER_TITLE_CHARS_MAX} characters"
            ));
        }
        if self.client_id.is_empty() {
            return Err(format!("{name}: the client_id is empty"));
        }
        fetch::checked(&self.issuer).map_err(|error| format!("{name}: the issuer: {error}"))?;
        Ok(())
    }
}

/// All of them, and what was learnt of them.
pub struct Providers {
    providers: Vec<Provider>,
    fetcher: Fetcher,
    known: Mutex<HashMap<String, Arc<Known>>>,
}

#[derive(Clone, Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

struct Known {
    discovery: Discovery,
    keys: ProviderKeys,
    at_ms: i64,
}

/// What one sign-in must come back with.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

impl Attempt {
    pub fn new() -> Self {
        let text = || BASE64URL_NOPAD.encode(&random::bytes::<32>());
        Self {
            state: text(),
            nonce: text(),
            verifier: text(),
        }
    }
}

#[derive(Deserialize)]
struct Exchanged {
    id_token: String,
}

impl Providers {
    /// # Errors
    /// [`AuthError::BadConfig`].
    pub fn new(providers: Vec<Provider>) -> Result<Self, AuthError> {
        Provider::check(&providers).map_err(AuthError::BadConfig)?;
        Ok(Self {
            providers,
            fetcher: Fetcher::new().map_err(AuthError::BadConfig)?,
            known: Mutex::default(),
        })
    }

    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.providers.iter()
    }

    /// # Errors
    /// A problem: not found.
    pub fn find(&self, name: &str) -> Result<&Provider, Problem> {
        let found = self.providers.iter().find(|it| it.name == name);
        found.ok_or_else(Problem::not_found)
    }

    /// Where the browser goes.
    pub async fn authorization_url(
        &self,
        provider: &Provider,
        attempt: &Attempt,
        now_ms: i64,
    ) -> Result<String, AuthError> {
        let known = self.known(provider, OIDC_DISCOVERY_MS, now_ms).await?;
        let challenge = digest(&SHA256, attempt.verifier.as_bytes());
        let challenge = BASE64URL_NOPAD.encode(challenge.as_ref());
        let parameters = [
            ("response_type", "code"),
            ("scope", "openid"),
            ("client_id", &provider.client_id),
            ("redirect_uri", &provider.redirect_url),
            ("state", &attempt.state),
            ("nonce", &attempt.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let endpoint = &known.discovery.authorization_endpoint;
        let url = reqwest::Url::parse_with_params(endpoint, parameters);
        let url = url.map_err(|error| away(provider, &error.to_string()))?;
        Ok(url.into())
    }

    /// Trades the code that came back for the user: a digest of issuer and subject.
    pub async fn identity_key(
        &self,
        provider: &Provider,
        attempt: &Attempt,
        code: &str,
        now_ms: i64,
    ) -> Result<String, AuthError> {
        let known = self.known(provider, OIDC_DISCOVERY_MS, now_ms).await?;
        let token = self.exchange(provider, &known, attempt, code).await?;
        let wanted = Wanted {
            issuer: &provider.issuer,
            client_id: &provider.client_id,
            nonce: &attempt.nonce,
            now_ms,
        };
        let mut subject = id_token::subject(&token, &known.keys, wanted);
        if matches!(subject, Err(Refusal::UnknownKey | Refusal::Signature)) {
            // It may have turned its keys since.
            let newer = self.known(provider, OIDC_KEYS_PAUSE_MS, now_ms).await?;
            subject = id_token::subject(&token, &newer.keys, wanted);
        }
        let subject = subject.map_err(|refusal| {
            tracing::warn!(
                provider = provider.name,
                ?refusal,
                "an ID token was refused"
            );
            refused()
        })?;
        // Neither has a zero byte, so no two pairs are the same text.
        let key = format!("{}\0{subject}", provider.issuer);
        Ok(random::digest_hex(key.as_bytes()))
    }

    async fn exchange(
        &self,
        provider: &Provider,
        known: &Known,
        attempt: &Attempt,
        code: &str,
    ) -> Result<String, AuthError> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &provider.redirect_url),
            ("client_id", &provider.client_id),
            ("code_verifier", &attempt.verifier),
        ];
        if let Some(secret) = &provider.client_secret {
            form.push(("client_secret", secret));
        }
        let endpoint = &known.discovery.token_endpoint;
        let exchanged = self.fetcher.post::<Exchanged>(endpoint, &form).await;
        let exchanged = exchanged.map_err(|error| {
            tracing::warn!(provider = provider.name, error, "a code was not taken");
            refused()
        })?;
        Ok(exchanged.id_token)
    }

    /// What is known of a provider, learnt anew if it is older than that.
    async fn known(
        &self,
        provider: &Provider,
        age_ms_max: i64,
        now_ms: i64,
    ) -> Result<Arc<Known>, AuthError> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&provider.name)
            && now_ms - known.at_ms < age_ms_max
        {
            return Ok(known.clone());
        }
        let learnt = self.discover(provider, now_ms).await;
        let learnt = Arc::new(learnt.map_err(|error| away(provider, &error))?);
        lock().insert(provider.name.clone(), learnt.clone());
        Ok(learnt)
    }

    async fn discover(&self, provider: &Provider, now_ms: i64) -> Result<Known, String> {
        let issuer = provider.issuer.trim_end_matches('/');
        let url = format!("{issuer}/.well-known/openid-configuration");
        let discovery: Discovery = self.fetcher.get(&url).await?;
        if discovery.issuer != provider.issuer {
            return Err("it calls itself otherwise".to_owned());
        }
        let keys = self.fetcher.get(&discovery.jwks_uri).await?;
        Ok(Known {
            discovery,
            keys,
            at_ms: now_ms,
        })
    }
}

fn away(provider: &Provider, error: &str) -> AuthError {
    tracing::warn!(
        provider = provider.name,
        error,
        "a provider cannot be asked"
    );
    Problem::unavailable(5).into()
}

fn refused() -> Problem {
    let status = axum::http::StatusCode::UNAUTHORIZED;
    Problem::new(
        status,
        "sign-in-refused",
        "The provider's answer was not accepted",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(name: &str) -> Provider {
        Provider {
            name: name.to_owned(),
            title: "Example".to_owned(),
            issuer: "https://id.example.org".to_owned(),
            client_id: "game".to_owned(),
            client_secret: Some("hush".to_owned()),
            redirect_url: "https://play.example.org/".to_owned(),
        }
    }

    #[test]
    fn what_is_wrong_with_providers_is_said() {
        let sound = [provider("one"), provider("two")];
        assert_eq!(Provider::check(&sound), Ok(()));
        let changed = |change: fn(&mut Provider)| {
            let mut changed = provider("one");
            change(&mut changed);
            vec![changed]
        };
        let wrong = [
            (vec![provider("one"), provider("one")], "two providers"),
            (vec![provider(""); 1], "small letters"),
            (vec![provider("One")], "small letters"),
            (vec![provider("one/link")], "small letters"),
            (changed(|it| it.title.clear()), "title"),
            (changed(|it| it.title = "x".repeat(31)), "title"),
            (changed(|it| it.title = "a\nb".to_owned()), "title"),
            (changed(|it| it.client_id.clear()), "client_id"),
            (
                changed(|it| it.issuer = "http://id.example.org".to_owned()),
                "https",
            ),
            (vec![provider("a"); PROVIDERS_MAX + 1], "too many"),
        ];
        for (providers, word) in wrong {
            let told = Provider::check(&providers).expect_err(word);
            assert!(told.contains(word) && !told.contains("hush"), "{told}");
        }
    }
}
