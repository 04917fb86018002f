//! `/sessions`: who is connected here, for who shows that they are staff. Says no address.

use std::{collections::HashMap, time::Instant};

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use engine::SessionId;
use serde_json::{Value, json};

use crate::{counters::TRANSPORTS, http::HttpState, roll::Guest};

/// A page of those whose name has `query` in it, behind the session `after`. A staff's token is asked for as services
/// ask for it.
pub async fn respond(
    State(state): State<HttpState>,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let Some(staff) = &state.shared.config.services.staff else {
        return super::text(StatusCode::NOT_FOUND, "this server knows no staff\n");
    };
    if !bearer(&headers).is_some_and(|token| staff.is_let_in(token)) {
        let line = "this is for staff, who show an access token\n";
        return super::text(StatusCode::UNAUTHORIZED, line);
    }
    let after = asked.get("after").map(|text| text.parse().map(SessionId));
    let Ok(after) = after.transpose() else {
        return super::text(StatusCode::BAD_REQUEST, "`after` is a session's number\n");
    };
    let words = asked.get("query").map_or("", String::as_str);
    let page = state.shared.roll.page(words, after);
    let now = Instant::now();
    let guests = page.guests.iter();
    super::json(&json!({
        "sessions": guests.map(|(session, guest)| row(*session, guest, now)).collect::<Vec<_>>(),
        "is_cut": page.is_cut,
    }))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let shown = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    shown.strip_prefix("Bearer ")
}

fn row(session: SessionId, guest: &Guest, now: Instant) -> Value {
    json!({
        "session": session.0.to_string(),
        "account": guest.account.map(|it| it.to_string()),
        "name": guest.name,
        "transport": TRANSPORTS[guest.transport as usize],
        "connected_s": now.saturating_duration_since(guest.since).as_secs(),
    })
}
