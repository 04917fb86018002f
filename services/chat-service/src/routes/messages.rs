//! Messages that nobody is to see any more.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use tokens::Access;
use web::{Bearer, Problem};

use crate::{ChatError, ChatService, routes::shapes::number_in_path};

/// Removes a message: whoever comes in or asks for history is not shown it. For moderators.
#[utoipa::path(delete, path = "/messages/{message}", tag = "moderation",
    params(("message" = String, Path)), security(("bearer" = [])), responses(
    (status = NO_CONTENT), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn remove(
    State(chat): State<ChatService>,
    Bearer(access): Bearer<Access>,
    Path(message): Path<String>,
) -> Result<StatusCode, ChatError> {
    let stamp = chat.moderator(&access)?;
    let message = number_in_path(&message)?;
    if !chat.store.remove(message, stamp).await? {
        return Err(Problem::not_found().into());
    }
    chat.moderated.add_one("remove");
    Ok(StatusCode::NO_CONTENT)
}
