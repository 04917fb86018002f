//! What was said, and what moderators do about it; chat's store tells all edges.

use axum::extract::{Path, Query, State};
use chat::{Channel, WordFault, WordList, limits::SLOW_MODE_MS_MAX};
use chat_service::{
    ChannelKey, number_of,
    store::{Cursor, Line},
};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Json, Problem};

use crate::{
    Admin, AdminError,
    actor::{Action, Actor},
    limits::{CHAT_LINES_MAX, WORDS_EDITED_MAX},
    model::{
        ChannelSlowForm, ChatLine, ChatPage, Done, FilterForm, FilterView, ReasonForm, SlowView,
    },
    service::Deed,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Lines before a page's end, as that page's `next` says.
    before: Option<String>,
}

/// What was said in a channel, also what was removed: `global`, `system`, `local`, `house.0`, `party.17`, `guild.9`,
/// `whisper.3.9`. For moderators.
#[utoipa::path(get, path = "/chat/channels/{channel}/lines", tag = "chat",
    params(("channel" = String, Path), Page), security(("bearer" = [])), responses(
    (status = OK, body = ChatPage), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn lines(
    State(admin): State<Admin>,
    _: Actor,
    Path(channel): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<ChatPage>, AdminError> {
    let key = channel.parse().map_err(|()| Problem::not_found())?;
    let below = page.before.as_deref().map_or(Ok(Cursor::TOP), str::parse);
    let told = "what the page before named as its next";
    let below = below.map_err(|()| Problem::invalid("before", told))?;
    let chat = &admin.partners.chat;
    let lines = chat.lines(key, below, CHAT_LINES_MAX).await?;
    let is_full = lines.len() as i64 == CHAT_LINES_MAX;
    let next = lines.last().filter(|_| is_full).map(Line::cursor);
    Ok(Json(ChatPage {
        lines: lines.into_iter().map(ChatLine::from).collect(),
        next: next.map(|at| at.to_string()),
    }))
}

/// Removes a line: it goes from open pages at once, and nobody is shown it any more. For moderators.
#[utoipa::path(post, path = "/chat/messages/{message}/remove", tag = "chat",
    params(("message" = String, Path)), request_body = ReasonForm, security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn remove(
    State(admin): State<Admin>,
    actor: Actor,
    Path(message): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Result<Json<Done>, AdminError> {
    let number = number_of(&message).ok_or_else(Problem::not_found)?;
    let chat = &admin.partners.chat;
    let (key, line) = chat.line(number).await?.ok_or_else(Problem::not_found)?;
    let deed = Deed {
        action: Action::RemoveLine,
        target: &message,
        reason: &form.reason,
    };
    let doing = async {
        match chat.remove(number, admin.stamp(&actor)).await? {
            true => Ok(removed_text(key, &line)),
            false => Err(AdminError::conflict(
                "line-removed",
                "it is removed already",
            )),
        }
    };
    admin.act(&actor, deed, doing).await
}

/// Whose line it was; the log keeps its words no longer than chat does.
fn removed_text(key: ChannelKey, line: &Line) -> String {
    let speaker = &line.words.speaker;
    match speaker.session {
        0 => format!("a line of the server in {key} is removed"),
        _ => format!(
            "a line of account {}, {}, in {key} is removed",
            speaker.account, speaker.name
        ),
    }
}

/// How slow each channel is that players speak in. For moderators.
#[utoipa::path(get, path = "/chat/slow", tag = "chat", security(("bearer" = [])), responses(
    (status = OK, body = Vec<SlowView>), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 503, body = Problem)))]
pub async fn slows(
    State(admin): State<Admin>,
    _: Actor,
) -> Result<Json<Vec<SlowView>>, AdminError> {
    let slows = admin.partners.chat.slows().await?;
    let views = Channel::spoken().map(|channel| {
        let held = slows.iter().find(|slow| slow.channel == channel);
        SlowView {
            channel: channel.name().to_owned(),
            seconds: held.map_or(0, |slow| slow.slow_ms / 1_000),
        }
    });
    Ok(Json(views.collect()))
}

/// Slows a channel down, or ends that. For moderators.
#[utoipa::path(put, path = "/chat/channels/{channel}/slow", tag = "chat",
    params(("channel" = String, Path)), request_body = ChannelSlowForm, security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn slow(
    State(admin): State<Admin>,
    actor: Actor,
    Path(channel): Path<String>,
    Json(form): Json<ChannelSlowForm>,
) -> Result<Json<Done>, AdminError> {
    let spoken = Channel::spoken().find(|it| it.name() == channel);
    let spoken = spoken.ok_or_else(Problem::not_found)?;
    let ChannelSlowForm { seconds, reason } = form;
    let slow_ms = seconds.saturating_mul(1_000);
    if slow_ms > SLOW_MODE_MS_MAX {
        return Err(Problem::invalid("seconds", "600 at most").into());
    }
    let deed = Deed {
        action: Action::SlowChannel,
        target: &channel,
        reason: &reason,
    };
    let doing = async {
        let chat = &admin.partners.chat;
        chat.set_slow(spoken, slow_ms, admin.stamp(&actor)).await?;
        Ok(match seconds {
            0 => format!("{channel} is slow no more"),
            _ => format!("{channel} takes a line of each speaker every {seconds} s"),
        })
    };
    admin.act(&actor, deed, doing).await
}

/// The filter that holds. For moderators.
#[utoipa::path(get, path = "/chat/words", tag = "chat", security(("bearer" = [])), responses(
    (status = OK, body = FilterView), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 503, body = Problem)))]
pub async fn words(State(admin): State<Admin>, _: Actor) -> Result<Json<FilterView>, AdminError> {
    let words = admin.partners.chat.words().await?;
    let words = words.words().map(str::to_owned).collect();
    Ok(Json(FilterView { words }))
}

/// Adds words to the filter and takes others out, all or none; it holds at all edges at once. For moderators.
#[utoipa::path(post, path = "/chat/words", tag = "chat", request_body = FilterForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn edit_words(
    State(admin): State<Admin>,
    actor: Actor,
    Json(form): Json<FilterForm>,
) -> Result<Json<Done>, AdminError> {
    require_few(&form)?;
    let deed = Deed {
        action: Action::EditWords,
        target: "",
        reason: &form.reason,
    };
    let doing = async {
        let chat = &admin.partners.chat;
        let edited = chat.edit_filter(|words| edit(words, &form), admin.stamp(&actor));
        let filter = edited.await??;
        let named =
            |of: &[String], what| (!of.is_empty()).then(|| format!("; {what}: {}", of.join(", ")));
        let added = named(&form.add, "added").unwrap_or_default();
        let removed = named(&form.remove, "taken out").unwrap_or_default();
        let count = filter.words.words().count();
        Ok(format!("the filter has {count} words{added}{removed}"))
    };
    admin.act(&actor, deed, doing).await
}

fn require_few(FilterForm { add, remove, .. }: &FilterForm) -> Result<(), Problem> {
    if add.is_empty() && remove.is_empty() {
        return Err(Problem::invalid("add", "a word to add, or one to remove"));
    }
    for (field, words) in [("add", add), ("remove", remove)] {
        if words.len() > WORDS_EDITED_MAX {
            return Err(Problem::invalid(field, "20 words at most"));
        }
    }
    Ok(())
}

fn edit(words: &mut WordList, form: &FilterForm) -> Result<(), Problem> {
    for (place, word) in form.remove.iter().enumerate() {
        if !words.remove(word) {
            return Err(Problem::invalid(
                format!("remove[{place}]"),
                "it is not in the filter",
            ));
        }
    }
    for (place, word) in form.add.iter().enumerate() {
        let wrong = |fault: WordFault| Problem::invalid(format!("add[{place}]"), fault.to_string());
        words.add(word).map_err(wrong)?;
    }
    Ok(())
}

impl From<Line> for ChatLine {
    fn from(Line { words, is_removed }: Line) -> Self {
        Self {
            message: words.sequence.to_string(),
            time_ms: words.time_ms.cast_signed(),
            name: words.speaker.name,
            account: words.speaker.account.to_string(),
            to: words.to,
            text: words.text,
            is_removed,
        }
    }
}
