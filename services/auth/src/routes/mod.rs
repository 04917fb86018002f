//! The routes: what comes in is checked, what goes out is shaped, and what happens is the service's.

mod login;
mod passwords;
mod registration;
mod second_factor;
mod sessions;
mod staff;
mod tickets;

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ClientAddress, Problem};

use crate::{Auth, password, service::Signed, store::Event, text};

pub fn router() -> OpenApiRouter<Auth> {
    OpenApiRouter::new()
        .routes(routes!(login::guest))
        .routes(routes!(login::login))
        .routes(routes!(registration::register))
        .routes(routes!(registration::register_guest))
        .routes(routes!(registration::verify))
        .routes(routes!(sessions::refresh))
        .routes(routes!(sessions::log_out))
        .routes(routes!(sessions::log_out_everywhere))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::account))
        .routes(routes!(passwords::change))
        .routes(routes!(passwords::forgot))
        .routes(routes!(passwords::reset))
        .routes(routes!(second_factor::begin))
        .routes(routes!(second_factor::confirm))
        .routes(routes!(second_factor::remove))
        .routes(routes!(tickets::ticket))
        .routes(routes!(tickets::key_set))
        .routes(routes!(staff::find))
        .routes(routes!(staff::set_role))
        .routes(routes!(staff::audit))
        .routes(routes!(staff::sanctions, staff::impose))
        .routes(routes!(staff::lift))
}

/// A session's tokens. The page keeps them; no cookie is set, so no other page can act for it.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// A decimal number, as text.
    account: String,
    /// What this session may do.
    role: &'static str,
    guest: bool,
    /// For the header `authorization`, as a bearer token.
    access_token: String,
    access_expires_ms: i64,
    /// For one `/refresh`, whose answer holds the next.
    refresh_token: String,
    refresh_expires_ms: i64,
}

impl From<Signed> for Tokens {
    fn from(signed: Signed) -> Self {
        Self {
            account: signed.account.to_string(),
            role: signed.role.name(),
            guest: signed.is_guest,
            access_token: signed.access,
            access_expires_ms: signed.access_expires_ms,
            refresh_token: signed.refresh,
            refresh_expires_ms: signed.refresh_expires_ms,
        }
    }
}

fn email_key(email: &str) -> Result<String, Problem> {
    let key = text::email_key(email);
    key.ok_or_else(|| Problem::invalid("email", "not a mail address"))
}

fn require_strong(password: &str, field: &'static str, email: &str) -> Result<(), Problem> {
    match password::weakness(password, email) {
        Some(weakness) => Err(Problem::invalid(field, weakness)),
        None => Ok(()),
    }
}

/// What somebody did to their own account.
fn own_event<'a>(account: i64, at_ms: i64, action: &'static str, address: &'a str) -> Event<'a> {
    Event {
        account,
        at_ms,
        actor: account,
        action,
        detail: "",
        address,
    }
}

/// One answer for every wrong mail address, password and code, so that none tells which it was.
fn wrong_credentials() -> Problem {
    let status = axum::http::StatusCode::UNAUTHORIZED;
    let title = "The mail address, password or code is wrong";
    Problem::new(status, "wrong-credentials", title)
}

fn dead_link() -> Problem {
    let status = axum::http::StatusCode::GONE;
    Problem::new(status, "dead-link", "This link has expired or was used")
}

fn address_text(address: ClientAddress) -> String {
    address.0.to_string()
}
