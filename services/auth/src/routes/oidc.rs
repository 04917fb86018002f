//! Signing in by another provider. The page begins, sends the browser there, and finishes with the code that
//! it comes back with and the secret that it kept: a code that somebody slipped to it finishes nothing.

use std::time::Duration;

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, ClientAddress, Json, Problem};

use crate::{
    Auth, AuthError,
    limits::OIDC_ATTEMPT_MS,
    oidc::Attempt,
    random::{self, Secret},
    routes::{Tokens, address_text, own_event},
    service::{Inner, Proof},
    store::Account,
};

#[derive(Serialize, ToSchema)]
pub struct ProviderAnswer {
    /// In the routes below.
    name: String,
    /// For a button.
    title: String,
}

/// By whom one may sign in.
#[utoipa::path(get, path = "/oidc", tag = "auth", responses((status = OK, body = Vec<ProviderAnswer>)))]
pub async fn providers(State(auth): State<Auth>) -> Json<Vec<ProviderAnswer>> {
    let answers = auth.providers.iter().map(|provider| ProviderAnswer {
        name: provider.name.clone(),
        title: provider.title.clone(),
    });
    Json(answers.collect())
}

#[derive(Serialize, ToSchema)]
pub struct Begun {
    /// Where the browser goes.
    url: String,
    /// The page keeps it for `/finish`, and shows it to nobody.
    secret: String,
}

/// What waits in the cache for a browser to come back.
#[derive(Serialize, Deserialize)]
struct Waiting {
    provider: String,
    nonce: String,
    verifier: String,
    secret_hash: String,
    /// Who shall be that user; none is anybody.
    account: Option<i64>,
}

/// Begins to sign in.
#[utoipa::path(post, path = "/oidc/{provider}", tag = "auth",
    params(("provider" = String, Path)), responses(
    (status = OK, body = Begun), (status = 404, body = Problem), (status = 429, body = Problem),
    (status = 503, body = Problem)))]
pub async fn begin(
    State(auth): State<Auth>,
    address: ClientAddress,
    Path(provider): Path<String>,
) -> Result<Json<Begun>, AuthError> {
    auth.begin_oidc(&provider, None, address).await
}

/// Begins to make the guest who asks that provider's user.
#[utoipa::path(post, path = "/oidc/{provider}/link", tag = "auth",
    params(("provider" = String, Path)), security(("bearer" = [])), responses(
    (status = OK, body = Begun), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn link(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    address: ClientAddress,
    Path(provider): Path<String>,
) -> Result<Json<Begun>, AuthError> {
    if !auth.account_of(&access).await?.is_guest {
        return Err(Problem::conflict("no-guest", "This is an account already").into());
    }
    auth.begin_oidc(&provider, Some(access.account), address)
        .await
}

#[derive(Deserialize, ToSchema)]
pub struct Finish {
    /// As they came back in the page's URL.
    code: String,
    state: String,
    /// As the page kept it.
    secret: String,
}

/// Ends signing in. A user who is new gets an account.
#[utoipa::path(post, path = "/oidc/{provider}/finish", tag = "auth",
    params(("provider" = String, Path)), request_body = Finish, responses(
    (status = OK, body = Tokens), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem),
    (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn finish(
    State(auth): State<Auth>,
    address: ClientAddress,
    Path(provider): Path<String>,
    Json(form): Json<Finish>,
) -> Result<Json<Tokens>, AuthError> {
    let provider = auth.providers.find(&provider)?;
    let waiting = auth.take_waiting(&form).await?;
    if waiting.provider != provider.name {
        return Err(no_attempt().into());
    }
    let attempt = Attempt {
        state: form.state,
        nonce: waiting.nonce,
        verifier: waiting.verifier,
    };
    let now_ms = auth.clock.now_ms();
    let key = auth
        .providers
        .identity_key(provider, &attempt, &form.code, now_ms)
        .await?;
    let account = auth
        .account_of_identity(&key, waiting.account, address)
        .await?;
    let proof = Proof {
        account: &account,
        has_second_factor: false,
        action: "login_oidc",
    };
    Ok(Json(auth.begin_session(proof, address).await?.into()))
}

impl Inner {
    async fn begin_oidc(
        &self,
        provider: &str,
        account: Option<i64>,
        address: ClientAddress,
    ) -> Result<Json<Begun>, AuthError> {
        let provider = self.providers.find(provider)?;
        let now_ms = self.clock.now_ms();
        self.gatekeeper.admit_guest(address, now_ms).await?;
        let (attempt, secret): (_, Secret) = (Attempt::new(), random::bytes());
        let url = self
            .providers
            .authorization_url(provider, &attempt, now_ms)
            .await?;
        let secret = data_encoding::BASE64URL_NOPAD.encode(&secret);
        let waiting = Waiting {
            provider: provider.name.clone(),
            nonce: attempt.nonce,
            verifier: attempt.verifier,
            secret_hash: random::digest_hex(secret.as_bytes()),
            account,
        };
        let value = serde_json::to_vec(&waiting).expect("texts are JSON");
        let ttl = Duration::from_millis(OIDC_ATTEMPT_MS.unsigned_abs());
        let key = random::digest_hex(attempt.state.as_bytes());
        self.gatekeeper.keep_once(&key, &value, ttl).await?;
        Ok(Json(Begun { url, secret }))
    }

    async fn take_waiting(&self, form: &Finish) -> Result<Waiting, AuthError> {
        let key = random::digest_hex(form.state.as_bytes());
        let value = self
            .gatekeeper
            .take_once(&key)
            .await?
            .ok_or_else(no_attempt)?;
        let waiting: Waiting = serde_json::from_slice(&value).map_err(|_| no_attempt())?;
        if waiting.secret_hash != random::digest_hex(form.secret.as_bytes()) {
            return Err(no_attempt().into());
        }
        Ok(waiting)
    }

    /// The account of a provider's user, made if there is none. A guest becomes it, if it is nobody's.
    async fn account_of_identity(
        &self,
        key: &str,
        guest: Option<i64>,
        address: ClientAddress,
    ) -> Result<Account, AuthError> {
        if let Some(account) = self.store.account_of_identity(key).await? {
            return match guest {
                None => Ok(account),
                Some(_) => Err(taken().into()),
            };
        }
        let (id, from) = (
            guest.unwrap_or_else(web::ids::new_id),
            address_text(address),
        );
        let event = own_event(id, self.clock.now_ms(), "registered_oidc", &from);
        if !self.store.claim_identity(key, &event).await? {
            return Err(taken().into());
        }
        let account = self.store.account(id).await?;
        Ok(account.ok_or_else(Problem::internal)?)
    }
}

fn no_attempt() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "no-sign-in",
        "This sign-in has ended; begin again",
    )
}

fn taken() -> Problem {
    Problem::conflict("identity-taken", "That user has an account")
}
