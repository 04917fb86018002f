//! The filter: words that nobody is shown.

use axum::extract::State;
use chat::WordList;
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, Json, Problem};

use crate::{ChatError, ChatService};

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Filter {
    /// Each one word of lower case letters and digits, 2 to 40 of them; 4,096 words at most.
    words: Vec<String>,
}

impl From<&WordList> for Filter {
    fn from(list: &WordList) -> Self {
        Self {
            words: list.words().map(str::to_owned).collect(),
        }
    }
}

/// The filter that holds. For moderators.
#[utoipa::path(get, path = "/words", tag = "moderation", security(("bearer" = [])), responses(
    (status = OK, body = Filter), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 503, body = Problem)))]
pub async fn read(
    State(chat): State<ChatService>,
    Bearer(access): Bearer<Access>,
) -> Result<Json<Filter>, ChatError> {
    chat.moderator(&access)?;
    Ok(Json(Filter::from(&*chat.store.words().await?)))
}

/// Replaces the filter; it holds at all edges at once. For moderators.
#[utoipa::path(put, path = "/words", tag = "moderation", request_body = Filter,
    security(("bearer" = [])), responses(
    (status = OK, body = Filter), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn replace(
    State(chat): State<ChatService>,
    Bearer(access): Bearer<Access>,
    Json(form): Json<Filter>,
) -> Result<Json<Filter>, ChatError> {
    let stamp = chat.moderator(&access)?;
    let list = WordList::try_from(form.words).map_err(|error| {
        let place = error.line - 1;
        Problem::invalid(format!("words[{place}]"), error.fault.to_string())
    })?;
    let kept = chat.store.set_filter(list, stamp).await?;
    chat.moderated.add_one("words");
    Ok(Json(Filter::from(&*kept.words)))
}
