//! Reports of messages, and the moderators' queue of them.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::{IntoParams, ToSchema};
use web::{Bearer, Json, Problem};

use crate::{
    ChatError, ChatService,
    limits::{PAGE_REPORTS_MAX, REPORTS_MAX, REPORTS_WINDOW},
    routes::shapes::{LineAnswer, number_in, number_in_path, pair_of, reason_of},
    store::{NewReport, Report, ReportState},
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
    let reason = reason_of("reason", &form.reason)?;
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

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// `open`, the eldest first, or `resolved`, the newest first.
    state: Option<String>,
    /// Those behind a page's end, as that page's `next` says.
    after: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct QueueAnswer {
    reports: Vec<ReportAnswer>,
    /// For the page behind this one; null if there is none.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ReportAnswer {
    report: String,
    message: String,
    at_ms: i64,
    reporter: String,
    reason: String,
    /// The eldest first; the reported message is the last.
    context: Vec<LineAnswer>,
    /// Null while it is open.
    resolved: Option<ResolvedAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct ResolvedAnswer {
    at_ms: i64,
    by: String,
    note: String,
}

impl From<Report> for ReportAnswer {
    fn from(report: Report) -> Self {
        let context = report.context.into_iter();
        Self {
            report: report.id.to_string(),
            message: report.message.to_string(),
            at_ms: report.at_ms,
            reporter: report.reporter.to_string(),
            reason: report.reason,
            context: context.map(|words| LineAnswer::new(words, true)).collect(),
            resolved: match report.state {
                ReportState::Open => None,
                ReportState::Resolved { at_ms, by, note } => Some(ResolvedAnswer {
                    at_ms,
                    by: by.to_string(),
                    note,
                }),
            },
        }
    }
}

/// Reports. For moderators.
#[utoipa::path(get, path = "/reports", tag = "moderation", params(Queue), security(("bearer" = [])),
    responses((status = OK, body = QueueAnswer), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn list(
    State(chat): State<ChatService>,
    Bearer(access): Bearer<Access>,
    Query(queue): Query<Queue>,
) -> Result<Json<QueueAnswer>, ChatError> {
    chat.moderator(&access)?;
    let is_open = match queue.state.as_deref() {
        None | Some("open") => true,
        Some("resolved") => false,
        Some(_) => return Err(Problem::invalid("state", "open or resolved").into()),
    };
    let after = queue.after.as_deref().map(|text| pair_of("after", text));
    let behind = after.transpose()?;
    let behind = behind.map(|(at_ms, id)| (at_ms.cast_signed(), id.cast_signed()));
    let reports = chat.store.reports(is_open, behind, PAGE_REPORTS_MAX);
    let reports = reports.await?;
    let is_full = reports.len() as i64 == PAGE_REPORTS_MAX;
    let last = reports.last().filter(|_| is_full);
    let next = last.map(|report| format!("{}-{}", report.at_ms, report.id));
    Ok(Json(QueueAnswer {
        reports: reports.into_iter().map(ReportAnswer::from).collect(),
        next,
    }))
}

#[derive(Deserialize, ToSchema)]
pub struct ResolveForm {
    /// What was done about it.
    note: String,
}

/// Resolves an open report. For moderators.
#[utoipa::path(post, path = "/reports/{report}/resolve", tag = "moderation",
    params(("report" = String, Path)), request_body = ResolveForm, security(("bearer" = [])), responses(
    (status = OK, body = ReportAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn resolve(
    State(chat): State<ChatService>,
    Bearer(access): Bearer<Access>,
    Path(report): Path<String>,
    Json(form): Json<ResolveForm>,
) -> Result<Json<ReportAnswer>, ChatError> {
    let stamp = chat.moderator(&access)?;
    let id = number_in_path(&report)?.cast_signed();
    let note = reason_of("note", &form.note)?;
    let is_resolved = chat.store.resolve(id, &note, stamp).await?;
    let kept = chat.store.report_by_id(id).await?;
    let kept = kept.ok_or_else(Problem::not_found)?;
    if !is_resolved {
        let title = "The report is resolved already";
        return Err(Problem::conflict("report-resolved", title).into());
    }
    chat.moderated.add_one("resolve");
    Ok(Json(kept.into()))
}
