//! Tickets, by which an edge lets a player in without asking anybody, and the keys that they are checked
//! with.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use tokens::{Access, Ticket, Token, limits::TICKET_LIFE_MS};
use utoipa::ToSchema;
use web::{Bearer, Json, Problem};

use crate::{Auth, AuthError, random, text};

#[derive(Deserialize, ToSchema)]
pub struct Wish {
    /// The name in the battle.
    character: String,
    /// The edge's name, as `/connect.json` of it says.
    edge: String,
}

#[derive(Serialize, ToSchema)]
pub struct TicketAnswer {
    ticket: String,
    expires_ms: i64,
}

/// A ticket for one name at one edge: for 30 seconds, once.
#[utoipa::path(post, path = "/tickets", tag = "auth", request_body = Wish,
    security(("bearer" = [])), responses(
    (status = OK, body = TicketAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 422, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn ticket(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    Json(wish): Json<Wish>,
) -> Result<Json<TicketAnswer>, AuthError> {
    if !text::is_character(&wish.character) {
        return Err(
            Problem::invalid("character", "2 to 16 letters, digits and single joints").into(),
        );
    }
    if !text::is_edge(&wish.edge) {
        return Err(Problem::invalid("edge", "not an edge's name").into());
    }
    let now_ms = auth.clock.now_ms();
    auth.gatekeeper.admit_ticket(access.account, now_ms).await?;
    auth.require_no_sanction(access.account).await?;
    let ticket = Ticket {
        issuer: auth.config.issuer.clone(),
        audience: wish.edge,
        account: access.account,
        character: wish.character,
        role: access.role,
        id: BASE64URL_NOPAD.encode(&random::bytes::<16>()),
        issued_ms: now_ms,
        expires_ms: now_ms + TICKET_LIFE_MS,
    };
    Ok(Json(TicketAnswer {
        expires_ms: ticket.expires_ms,
        ticket: ticket.sign(&auth.keys.now().signing),
    }))
}

/// The keys by which access tokens and tickets are checked (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "auth", responses(
    (status = OK, description = "A set of public keys", content_type = "application/json")))]
pub async fn key_set(State(auth): State<Auth>) -> Response {
    // A new key is published an hour before it signs.
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=600"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, auth.keys.now().published.to_json()).into_response()
}
