//! Passwords that change, and that were forgotten. A new one ends all other sessions.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, ClientAddress, Json, Problem};

use crate::{
    Auth, AuthError,
    limits::RESET_LIFE_MS,
    mail::Mail,
    routes::{address_text, dead_link, email_key, own_event, require_strong, wrong_credentials},
    service::Inner,
    store::{Account, Link, Purpose},
};

#[derive(Deserialize, ToSchema)]
pub struct Change {
    current_password: String,
    #[schema(min_length = 10, max_length = 256)]
    new_password: String,
}

/// Changes one's own password.
#[utoipa::path(post, path = "/password/change", tag = "auth", request_body = Change,
    security(("bearer" = [])), responses(
    (status = NO_CONTENT), (status = 401, body = Problem), (status = 422, body = Problem),
    (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn change(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    address: ClientAddress,
    Json(form): Json<Change>,
) -> Result<StatusCode, AuthError> {
    let account = auth.account_of(&access).await?;
    let email = account.email.clone().unwrap_or_default();
    require_strong(&form.new_password, "new_password", &email)?;
    auth.require_password(&account, form.current_password, address)
        .await?;
    let hash = auth.hasher.hash(form.new_password).await?;
    let from = address_text(address);
    let now_ms = auth.clock.now_ms();
    // First, and for all services: if the rest has to be tried again, a thief is out already.
    let event = own_event(account.id, now_ms, "other_sessions_ended", &from);
    auth.end_sessions(Some(access.session), &event).await?;
    let event = own_event(account.id, now_ms, "password_changed", &from);
    auth.store
        .set_password(&hash, access.session, &event)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Inner {
    /// That somebody who is signed in knows the password too, before something that matters.
    pub async fn require_password(
        &self,
        account: &Account,
        password: String,
        address: ClientAddress,
    ) -> Result<(), AuthError> {
        let key = account
            .email
            .clone()
            .unwrap_or_else(|| account.id.to_string());
        let now_ms = self.clock.now_ms();
        self.gatekeeper.admit_try(&key, address, now_ms).await?;
        let hash = account.password_hash.clone();
        match self.hasher.verify(password, hash).await? {
            true => Ok(()),
            false => Err(wrong_credentials().into()),
        }
    }
}

#[derive(Deserialize, ToSchema)]
pub struct Forgotten {
    #[schema(format = "email", max_length = 254)]
    email: String,
}

/// Mails a link to set a new password. The answer is the same whether the address is known or not.
#[utoipa::path(post, path = "/password/forgot", tag = "auth", request_body = Forgotten, responses(
    (status = ACCEPTED), (status = 422, body = Problem), (status = 429, body = Problem),
    (status = 503, body = Problem)))]
pub async fn forgot(
    State(auth): State<Auth>,
    address: ClientAddress,
    Json(form): Json<Forgotten>,
) -> Result<StatusCode, AuthError> {
    let email_key = email_key(&form.email)?;
    let now_ms = auth.clock.now_ms();
    auth.gatekeeper
        .admit_mail(&email_key, address, now_ms)
        .await?;
    if let Some(account) = auth.store.account_of_email(&email_key).await? {
        let link = Link {
            purpose: Purpose::Reset,
            account: account.id,
            email_key,
            password_hash: None,
            created_ms: now_ms,
            expires_ms: now_ms + RESET_LIFE_MS,
        };
        let url = auth.put_link(&link).await?;
        auth.mails.put(reset_mail(&link.email_key, &url))?;
    }
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
pub struct Reset {
    /// From the link, behind `#reset=`.
    token: String,
    #[schema(min_length = 10, max_length = 256)]
    new_password: String,
}

/// Sets a new password by a mailed link. It does not sign in: a second factor is still needed.
#[utoipa::path(post, path = "/password/reset", tag = "auth", request_body = Reset, responses(
    (status = NO_CONTENT), (status = 410, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn reset(
    State(auth): State<Auth>,
    address: ClientAddress,
    Json(form): Json<Reset>,
) -> Result<StatusCode, AuthError> {
    require_strong(&form.new_password, "new_password", "")?;
    let (token_hash, link) = auth.find_link(Purpose::Reset, &form.token).await?;
    require_strong(&form.new_password, "new_password", &link.email_key)?;
    let hash = auth.hasher.hash(form.new_password).await?;
    let from = address_text(address);
    let now_ms = auth.clock.now_ms();
    let event = own_event(link.account, now_ms, "sessions_ended", &from);
    // Sessions first: if the rest fails the link still works, and a thief is out already.
    auth.end_sessions(None, &event).await?;
    let event = own_event(link.account, now_ms, "password_reset", &from);
    if !auth
        .store
        .reset_password(&token_hash, &link, &hash, &event)
        .await?
    {
        return Err(dead_link().into());
    }
    Ok(StatusCode::NO_CONTENT)
}

fn reset_mail(to: &str, url: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "Reset your VoxelHeim password",
        text: format!(
            "Somebody, you we hope, forgot the password of this address. To set a new one, open\n\n{url}\n\n\
             within the hour. If it was not you, do nothing: the password stays as it is.\n"
        ),
    }
}
