//! What was said in a channel, and how often one may speak there.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
};
use chat::{Channel, limits::SLOW_MODE_MS_MAX};
use serde::{Deserialize, Serialize};
use tokens::{Access, Role};
use utoipa::{IntoParams, ToSchema};
use web::{Bearer, Json, Problem};

use crate::{
    ChannelKey, ChatError, ChatService,
    limits::{PAGE_LINES_DEFAULT, PAGE_LINES_MAX},
    routes::shapes::{LineAnswer, channel_of, number_in},
    store::{Cursor, Line},
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Lines before a page's end, as that page's `next` says.
    before: Option<String>,
    /// 1 to 100.
    limit: Option<i64>,
    /// The own character whose party or guild it is.
    character: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct LinesAnswer {
    /// The newest first.
    lines: Vec<LineAnswer>,
    /// For the page before this one; null if there is none.
    next: Option<String>,
}

/// What was said in a channel: `global` and `system` for everybody, `party` and `guild` for a character that is in
/// one, and for moderators any: `house.0`, `local`, `party.17`, `guild.9`.
#[utoipa::path(get, path = "/channels/{channel}/lines", tag = "chat",
    params(("channel" = String, Path), Page), security(("bearer" = [])), responses(
    (status = OK, body = LinesAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn lines(
    State(chat): State<ChatService>,
    Bearer(access): Bearer<Access>,
    Path(channel): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<LinesAnswer>, ChatError> {
    let limit = page.limit.unwrap_or(PAGE_LINES_DEFAULT);
    if !(1..=PAGE_LINES_MAX).contains(&limit) {
        return Err(Problem::invalid("limit", "1 to 100").into());
    }
    let below = page.before.as_deref().map_or(Ok(Cursor::TOP), cursor_of)?;
    let key = chat
        .hearable(&access, &channel, page.character.as_deref())
        .await?;
    let lines = chat.store.lines(key, below, limit).await?;
    let is_full = lines.len() as i64 == limit;
    let next = lines.last().filter(|_| is_full).map(Line::cursor);
    let shown = lines.into_iter().filter(|line| !line.is_removed);
    let for_moderator = access.role >= Role::Moderator;
    Ok(Json(LinesAnswer {
        lines: shown
            .map(|line| LineAnswer::new(line.words, for_moderator))
            .collect(),
        next: next.map(|at| at.to_string()),
    }))
}

fn cursor_of(text: &str) -> Result<Cursor, ChatError> {
    let told = "what the page before named as its next";
    let cursor = text.parse();
    cursor.map_err(|()| Problem::invalid("before", told).into())
}

impl ChatService {
    /// The channel of this name, as far as the account may hear it.
    async fn hearable(
        &self,
        access: &Access,
        channel: &str,
        character: Option<&str>,
    ) -> Result<ChannelKey, ChatError> {
        if let "party" | "guild" = channel {
            let character = character
                .ok_or_else(|| Problem::invalid("character", "whose party or guild it is"))?;
            let character = number_in("character", character)?;
            if !self.characters.owns(access.account, character).await? {
                return Err(Problem::not_found().into());
            }
            return self.group(channel, character);
        }
        match channel_of(channel)? {
            key @ (ChannelKey::Global | ChannelKey::System) => Ok(key),
            key => self.moderator(access).map(|_| key),
        }
    }

    fn group(&self, channel: &str, character: u64) -> Result<ChannelKey, ChatError> {
        let known = self.memberships.lock().expect("no holder panics");
        let belongs = known.of(character);
        let key = match channel {
            "party" => belongs.party.map(ChannelKey::Party),
            _ => belongs.guild.map(ChannelKey::Guild),
        };
        key.ok_or_else(|| Problem::not_found().into())
    }
}

#[derive(Deserialize, ToSchema)]
pub struct SlowForm {
    /// Between two messages of one speaker; 0 ends it.
    seconds: u64,
}

/// Slows a channel down: `global`, `local`, `house`, `party`, `guild` or `whisper`. For moderators.
#[utoipa::path(put, path = "/channels/{channel}/slow", tag = "moderation",
    params(("channel" = String, Path)), request_body = SlowForm, security(("bearer" = [])), responses(
    (status = NO_CONTENT), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn slow(
    State(chat): State<ChatService>,
    Bearer(access): Bearer<Access>,
    Path(channel): Path<String>,
    Json(form): Json<SlowForm>,
) -> Result<StatusCode, ChatError> {
    let stamp = chat.moderator(&access)?;
    let mut spoken = Channel::spoken();
    let channel = spoken.find(|it| it.name() == channel);
    let channel = channel.ok_or_else(Problem::not_found)?;
    let slow_ms = form.seconds.saturating_mul(1_000);
    if slow_ms > SLOW_MODE_MS_MAX {
        return Err(Problem::invalid("seconds", "600 at most").into());
    }
    chat.store.set_slow(channel, slow_ms, stamp).await?;
    chat.moderated.add_one("slow");
    Ok(StatusCode::NO_CONTENT)
}
