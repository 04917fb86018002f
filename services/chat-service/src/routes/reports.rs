//! Reports of messages, for the moderators' queue.

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, Json, Problem};

use crate::{
    ChatError, ChatService,
    limits::{REPORTS_MAX, REPORTS_WINDOW},
    routes::shapes::{number_in, reason_of},
    store::NewReport,
};

#[derive(Deserialize, ToSchema)]
pub struct ReportForm {
    /// The number of the message.
    message: String,
    /// What is wrong with it.
    reason: String,
}

#[derive(Serialize, ToSchema)]
pub struct ReportedAnswer {
    report: String,
}

/// Reports a message to moderators, who see it as it was said, with what was said before it.
#[utoipa::path(post, path = "/reports", tag = "chat", request_body = ReportForm,
    security(("bearer" = [])), responses(
    (status = CREATED, body = ReportedAnswer), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn report(
    State(chat): State<ChatService>,
    Bearer(access): Bearer<Access>,
    Json(form): Json<ReportForm>,
) -> Result<(StatusCode, Json<ReportedAnswer>), ChatError> {
    let message = number_in("message", &form.message)?;
    let reason = reason_of(&form.reason)?;
    let stamp = chat.stamp(&access);
    let key = format!("reports:{}", stamp.by);
    let count = chat.cache.count(&key, REPORTS_WINDOW, stamp.at_ms).await?;
    if count.count > REPORTS_MAX {
        return Err(Problem::too_many(count.window_left.as_secs() + 1).into());
    }
    let reason = &reason;
    let reported = chat
        .store
        .report(NewReport { message, reason }, stamp)
        .await?;
    let report = reported.ok_or_else(Problem::not_found)?.to_string();
    Ok((StatusCode::CREATED, Json(ReportedAnswer { report })))
}
