//! The second factor of an account: set up with an authenticator app, confirmed by a code, removed with
//! password and code. Staff without it are players.

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, ClientAddress, Json, Problem};

use crate::{
    Auth, AuthError, random,
    routes::{address_text, own_event, wrong_credentials},
    totp,
};

#[derive(Deserialize, ToSchema)]
pub struct Begin {
    password: String,
}

#[derive(Serialize, ToSchema)]
pub struct Begun {
    /// For typing.
    secret: String,
    /// For an app, as a picture.
    uri: String,
}

/// Gives the secret for an app. Nothing changes until a code confirms it.
#[utoipa::path(post, path = "/second-factor", tag = "auth", request_body = Begin,
    security(("bearer" = [])), responses(
    (status = OK, body = Begun), (status = 401, body = Problem), (status = 409, body = Problem),
    (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn begin(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    address: ClientAddress,
    Json(form): Json<Begin>,
) -> Result<Json<Begun>, AuthError> {
    let account = auth.account_of(&access).await?;
    auth.require_password(&account, form.password, address)
        .await?;
    let secret: [u8; totp::SECRET_BYTES] = random::bytes();
    let sealed = auth.seal_factor(account.id, &secret);
    if !auth.store.begin_factor(account.id, &sealed).await? {
        return Err(has_one().into());
    }
    let label = account.email.unwrap_or_default();
    Ok(Json(Begun {
        secret: totp::secret_text(&secret),
        uri: totp::app_uri(&secret, &label),
    }))
}

#[derive(Deserialize, ToSchema)]
pub struct Confirm {
    code: String,
}

#[derive(Serialize, ToSchema)]
pub struct Confirmed {
    /// For paper; each works once in place of a code. They are told only now.
    recovery_codes: Vec<String>,
}

/// Confirms the second factor by a code. This session has given it; its next `/refresh` shows the role.
#[utoipa::path(post, path = "/second-factor/confirm", tag = "auth", request_body = Confirm,
    security(("bearer" = [])), responses(
    (status = OK, body = Confirmed), (status = 401, body = Problem), (status = 409, body = Problem),
    (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn confirm(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    address: ClientAddress,
    Json(form): Json<Confirm>,
) -> Result<Json<Confirmed>, AuthError> {
    let now_ms = auth.clock.now_ms();
    let key = access.account.to_string();
    auth.gatekeeper.admit_try(&key, address, now_ms).await?;
    let factor = auth.store.factor(access.account).await?;
    let factor = factor
        .filter(|factor| !factor.is_confirmed)
        .ok_or_else(has_one)?;
    let secret = auth.open_factor(access.account, &factor)?;
    let step = totp::step_of(&secret, &form.code, now_ms, factor.last_step);
    let step = step.ok_or_else(wrong_credentials)?;

    let recovery_codes = totp::recovery_codes();
    let hashes = recovery_codes.iter().map(|code| totp::recovery_hash(code));
    let hashes: Vec<String> = hashes.collect();
    let from = address_text(address);
    let event = own_event(access.account, now_ms, "second_factor_set", &from);
    if !auth.store.confirm_factor(step, &hashes, &event).await? {
        return Err(has_one().into());
    }
    auth.store
        .raise_session(access.account, access.session)
        .await?;
    Ok(Json(Confirmed { recovery_codes }))
}

#[derive(Deserialize, ToSchema)]
pub struct Remove {
    password: String,
    /// From the app or from paper.
    code: String,
}

/// Removes the second factor; all sessions end.
#[utoipa::path(post, path = "/second-factor/remove", tag = "auth", request_body = Remove,
    security(("bearer" = [])), responses(
    (status = NO_CONTENT), (status = 401, body = Problem), (status = 409, body = Problem),
    (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn remove(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    address: ClientAddress,
    Json(form): Json<Remove>,
) -> Result<StatusCode, AuthError> {
    let account = auth.account_of(&access).await?;
    auth.require_password(&account, form.password, address)
        .await?;
    if !auth.prove_factor(&account, Some(&form.code)).await? {
        return Err(Problem::conflict("no-second-factor", "There is no second factor").into());
    }
    let from = address_text(address);
    let now_ms = auth.clock.now_ms();
    let event = own_event(account.id, now_ms, "second_factor_removed", &from);
    // First, so that whoever is told to try again can; this session too: it must not keep a role that needs what is
    // removed.
    auth.end_sessions(
        None,
        &own_event(account.id, now_ms, "sessions_ended", &from),
    )
    .await?;
    auth.store.delete_factor(&event).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn has_one() -> Problem {
    Problem::conflict(
        "second-factor-set",
        "Nothing is waiting to be confirmed, or it was",
    )
}
