//! Who may say nothing: one's own mute, and those that moderators give.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, Json, Problem};

use crate::{
    ChatError, ChatService,
    limits::MUTE_MS_MAX,
    routes::shapes::{number_in_path, reason_of},
    store::KeptMute,
};

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

#[derive(Serialize, ToSchema)]
pub struct MuteAnswer {
    account: String,
    until_ms: i64,
    reason: String,
    changed_ms: i64,
    changed_by: String,
}

impl From<KeptMute> for MuteAnswer {
    fn from(mute: KeptMute) -> Self {
        Self {
            account: mute.account.to_string(),
            until_ms: mute.until_ms,
            reason: mute.reason,
            changed_ms: mute.changed_ms,
            changed_by: mute.changed_by.to_string(),
        }
    }
}

/// Mutes that hold, those that last longest first. For moderators.
#[utoipa::path(get, path = "/mutes", tag = "moderation", security(("bearer" = [])), responses(
    (status = OK, body = Vec<MuteAnswer>), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 503, body = Problem)))]
pub async fn list(
    State(chat): State<ChatService>,
    Bearer(access): Bearer<Access>,
) -> Result<Json<Vec<MuteAnswer>>, ChatError> {
    chat.moderator(&access)?;
    let mutes = chat.store.mutes(chat.clock.now_ms()).await?;
    Ok(Json(mutes.into_iter().map(MuteAnswer::from).collect()))
}

#[derive(Deserialize, ToSchema)]
pub struct MuteForm {
    /// Milliseconds since 1970; a year from now at most.
    until_ms: i64,
    /// For the muted to read.
    reason: String,
}

/// Mutes an account on all its devices, in place of a mute that holds. For moderators.
#[utoipa::path(put, path = "/mutes/{account}", tag = "moderation",
    params(("account" = String, Path)), request_body = MuteForm, security(("bearer" = [])), responses(
    (status = OK, body = MuteAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn mute(
    State(chat): State<ChatService>,
    Bearer(access): Bearer<Access>,
    Path(account): Path<String>,
    Json(form): Json<MuteForm>,
) -> Result<Json<MuteAnswer>, ChatError> {
    let stamp = chat.moderator(&access)?;
    let account = number_in_path(&account)?;
    let longest = stamp.at_ms..=stamp.at_ms + MUTE_MS_MAX;
    if !longest.contains(&form.until_ms) {
        return Err(Problem::invalid("until_ms", "from now on, a year at most").into());
    }
    let reason = reason_of("reason", &form.reason)?;
    let muted = chat.store.mute(account, form.until_ms, &reason, stamp);
    let muted = muted.await?;
    chat.moderated.add_one("mute");
    tracing::info!(account, by = stamp.by, "an account is muted");
    Ok(Json(muted.into()))
}

/// Lets an account speak again. For moderators.
#[utoipa::path(delete, path = "/mutes/{account}", tag = "moderation",
    params(("account" = String, Path)), security(("bearer" = [])), responses(
    (status = NO_CONTENT), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn unmute(
    State(chat): State<ChatService>,
    Bearer(access): Bearer<Access>,
    Path(account): Path<String>,
) -> Result<StatusCode, ChatError> {
    let stamp = chat.moderator(&access)?;
    let account = number_in_path(&account)?;
    if !chat.store.unmute(account, stamp).await? {
        return Err(Problem::not_found().into());
    }
    chat.moderated.add_one("unmute");
    tracing::info!(account, by = stamp.by, "an account may speak again");
    Ok(StatusCode::NO_CONTENT)
}
