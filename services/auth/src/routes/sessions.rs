//! Sessions that go on, and that end.

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, ClientAddress, Json, Problem};

use crate::{
    Auth, AuthError,
    limits::{REUSE_GRACE_MS, SESSION_LIFE_MS},
    random,
    routes::{Tokens, address_text, own_event},
    service::{Inner, RefreshToken},
    store::{Account, Rotation, Session},
};

#[derive(Deserialize, ToSchema)]
pub struct Refresh {
    refresh_token: String,
}

/// New tokens for the newest refresh token of a session. An older one ends the session: somebody has a
/// copy of it, and nobody can tell who.
#[utoipa::path(post, path = "/refresh", tag = "auth", request_body = Refresh, responses(
    (status = OK, body = Tokens), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 503, body = Problem)))]
pub async fn refresh(
    State(auth): State<Auth>,
    address: ClientAddress,
    Json(form): Json<Refresh>,
) -> Result<Json<Tokens>, AuthError> {
    let token = RefreshToken::of_text(&auth.seal, &form.refresh_token);
    let token = token.ok_or_else(Problem::unauthorized)?;
    // A sanction has ended the session: why is what its player is to be told.
    auth.require_no_sanction(token.account).await?;
    let (account, mut session) = auth.find_session(token).await?;

    let now_ms = auth.clock.now_ms();
    let old_hash = random::digest_hex(&token.secret);
    let next = auth.seal.successor(session.id, &token.secret);
    let rotation = Rotation {
        account: account.id,
        session: session.id,
        old_hash: &old_hash,
        new_hash: &random::digest_hex(&next),
        now_ms,
        expires_ms: now_ms + SESSION_LIFE_MS,
    };
    if auth.store.rotate(rotation).await? {
        session.expires_ms = rotation.expires_ms;
        return Ok(Json(auth.sign(&account, &session, &next).into()));
    }
    // It is not the newest, or just now no longer is.
    let (account, session) = auth.find_session(token).await?;
    if is_repeated(&session, &old_hash, now_ms) {
        return Ok(Json(auth.sign(&account, &session, &next).into()));
    }
    let from = address_text(address);
    let event = own_event(account.id, now_ms, "refresh_token_reused", &from);
    auth.gatekeeper.revoke_session(session.id).await?;
    auth.store.end_session(session.id, &event).await?;
    tracing::warn!(
        account = account.id,
        "a refresh token was used twice; its session is ended"
    );
    Err(Problem::unauthorized().into())
}

/// Whether this token was the newest until a moment ago: then its answer may have been lost.
fn is_repeated(session: &Session, hash: &str, now_ms: i64) -> bool {
    session.previous_hash.as_deref() == Some(hash) && now_ms - session.rotated_ms <= REUSE_GRACE_MS
}

impl Inner {
    /// The session of a token of ours, if it lives, and whose it is.
    async fn find_session(&self, token: RefreshToken) -> Result<(Account, Session), AuthError> {
        let session = self.store.session(token.account, token.session).await?;
        let now_ms = self.clock.now_ms();
        let session = session.filter(|session| session.is_alive(now_ms));
        let session = session.ok_or_else(Problem::unauthorized)?;
        let account = self.store.account(token.account).await?;
        Ok((account.ok_or_else(Problem::unauthorized)?, session))
    }
}

/// Ends the session of a refresh token, however old; also if it ended before.
#[utoipa::path(post, path = "/logout", tag = "auth", request_body = Refresh, responses(
    (status = NO_CONTENT), (status = 401, body = Problem), (status = 503, body = Problem)))]
pub async fn log_out(
    State(auth): State<Auth>,
    address: ClientAddress,
    Json(form): Json<Refresh>,
) -> Result<StatusCode, AuthError> {
    let token = RefreshToken::of_text(&auth.seal, &form.refresh_token);
    let token = token.ok_or_else(Problem::unauthorized)?;
    let from = address_text(address);
    let event = own_event(token.account, auth.clock.now_ms(), "logout", &from);
    auth.gatekeeper.revoke_session(token.session).await?;
    auth.store.end_session(token.session, &event).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all sessions of the account, this one too.
#[utoipa::path(post, path = "/logout-everywhere", tag = "auth", security(("bearer" = [])), responses(
    (status = NO_CONTENT), (status = 401, body = Problem), (status = 503, body = Problem)))]
pub async fn log_out_everywhere(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    address: ClientAddress,
) -> Result<StatusCode, AuthError> {
    let from = address_text(address);
    let now_ms = auth.clock.now_ms();
    let event = own_event(access.account, now_ms, "logout_everywhere", &from);
    auth.end_sessions(None, &event).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub struct SessionAnswer {
    session: String,
    is_this: bool,
    created_ms: i64,
    used_ms: i64,
    /// Where it was begun.
    address: String,
}

/// The sessions that live, the newest used first.
#[utoipa::path(get, path = "/sessions", tag = "auth", security(("bearer" = [])), responses(
    (status = OK, body = Vec<SessionAnswer>), (status = 401, body = Problem),
    (status = 503, body = Problem)))]
pub async fn list(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
) -> Result<Json<Vec<SessionAnswer>>, AuthError> {
    let sessions = auth
        .store
        .sessions(access.account, auth.clock.now_ms())
        .await?;
    let answer = sessions.into_iter().map(|session| SessionAnswer {
        session: session.id.to_string(),
        is_this: session.id == access.session,
        created_ms: session.created_ms,
        used_ms: session.rotated_ms,
        address: session.address,
    });
    Ok(Json(answer.collect()))
}

#[derive(Serialize, ToSchema)]
pub struct AccountAnswer {
    account: String,
    /// What the account may do once it gave its second factor.
    role: &'static str,
    /// What this session may do.
    session_role: &'static str,
    guest: bool,
    email: Option<String>,
    has_password: bool,
    has_second_factor: bool,
    created_ms: i64,
}

/// One's own account.
#[utoipa::path(get, path = "/account", tag = "auth", security(("bearer" = [])), responses(
    (status = OK, body = AccountAnswer), (status = 401, body = Problem),
    (status = 503, body = Problem)))]
pub async fn account(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
) -> Result<Json<AccountAnswer>, AuthError> {
    let account = auth.account_of(&access).await?;
    let factor = auth.store.factor(account.id).await?;
    Ok(Json(AccountAnswer {
        account: account.id.to_string(),
        role: account.role.name(),
        session_role: access.role.name(),
        guest: account.is_guest,
        has_password: account.password_hash.is_some(),
        email: account.email,
        has_second_factor: factor.is_some_and(|factor| factor.is_confirmed),
        created_ms: account.created_ms,
    }))
}
