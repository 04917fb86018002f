//! Tickets, by which an edge lets a player in without asking anybody, and the keys that they are checked
//! with.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use tokens::{Access, Ticket, Token, is_name, limits::TICKET_LIFE_MS};
use utoipa::ToSchema;
use web::{Bearer, Json, Problem};

use crate::{Auth, AuthError, random, text};

#[derive(Deserialize, ToSchema)]
pub struct Wish {
    /// The name in the battle: a character of the account's, or one that is made. Where the name is
    /// somebody else's, the ticket has another like it.
    #[schema(min_length = 2, max_length = 16)]
    character: String,
    /// The edge's name, as `/connect.json` of it says.
    #[schema(min_length = 1, max_length = 64)]
    edge: String,
}

#[derive(Serialize, ToSchema)]
pub struct TicketAnswer {
    ticket: String,
    expires_ms: i64,
    /// Who it lets in, a decimal number as text, and under which name.
    character_id: String,
    character: String,
}

/// A ticket for one name at one edge: for 30 seconds, once.
#[utoipa::path(post, path = "/tickets", tag = "auth", request_body = Wish,
    security(("bearer" = [])), responses(
    (status = OK, body = TicketAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn ticket(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    Json(wish): Json<Wish>,
) -> Result<Json<TicketAnswer>, AuthError> {
    if !is_name(&wish.character) {
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
    let character = auth.character_for(access.account, wish.character).await?;
    let ticket = Ticket {
        issuer: auth.config.issuer.clone(),
        audience: wish.edge,
        account: access.account,
        character_id: character.id,
        character: character.name,
        role: access.role,
        id: BASE64URL_NOPAD.encode(&random::bytes::<16>()),
        issued_ms: now_ms,
        expires_ms: now_ms + TICKET_LIFE_MS,
    };
    Ok(Json(TicketAnswer {
        expires_ms: ticket.expires_ms,
        ticket: ticket.sign(&auth.keys.now().signing),
        character_id: ticket.character_id.to_string(),
        character: ticket.character,
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
