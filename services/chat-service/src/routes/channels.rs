//! What was said in a channel.

use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::{IntoParams, ToSchema};
use web::{Bearer, Json, Problem};

use crate::{
    ChannelKey, ChatError, ChatService,
    limits::{PAGE_LINES_DEFAULT, PAGE_LINES_MAX},
    routes::shapes::{LineAnswer, number_in},
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

/// What was said in a channel: `global` and `system` for everybody, `party` and `guild` for a character that is in one.
#[utoipa::path(get, path = "/channels/{channel}/lines", tag = "chat",
    params(("channel" = String, Path), Page), security(("bearer" = [])), responses(
    (status = OK, body = LinesAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem),
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
    Ok(Json(LinesAnswer {
        lines: shown.map(|line| LineAnswer::from(line.words)).collect(),
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
        match channel {
            "global" => return Ok(ChannelKey::Global),
            "system" => return Ok(ChannelKey::System),
            "party" | "guild" => {}
            _ => return Err(Problem::not_found().into()),
        }
        let character =
            character.ok_or_else(|| Problem::invalid("character", "whose party or guild it is"))?;
        let character = number_in("character", character)?;
        if !self.characters.owns(access.account, character).await? {
            return Err(Problem::not_found().into());
        }
        self.group(channel, character)
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
