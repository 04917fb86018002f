//! One's own mute.

use axum::extract::State;
use serde::Serialize;
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, Json, Problem};

use crate::{ChatError, ChatService};

#[derive(Serialize, ToSchema)]
pub struct OwnMuteAnswer {
    /// Null for who may speak.
    mute: Option<OwnMute>,
}

#[derive(Serialize, ToSchema)]
pub struct OwnMute {
    until_ms: i64,
    reason: String,
}

/// One's own mute.
#[utoipa::path(get, path = "/mute", tag = "chat", security(("bearer" = [])), responses(
    (status = OK, body = OwnMuteAnswer), (status = 401, body = Problem), (status = 503, body = Problem)))]
pub async fn own(
    State(chat): State<ChatService>,
    Bearer(access): Bearer<Access>,
) -> Result<Json<OwnMuteAnswer>, ChatError> {
    let account = access.account.cast_unsigned();
    let mute = chat.store.mute_of(account, chat.clock.now_ms()).await?;
    let mute = mute.map(|mute| OwnMute {
        until_ms: mute.until_ms,
        reason: mute.reason,
    });
    Ok(Json(OwnMuteAnswer { mute }))
}
