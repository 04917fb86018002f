//! The queue of messages that players reported.

use axum::extract::{Path, Query, State};
use chat_service::{
    limits::PAGE_REPORTS_MAX,
    store::{Report, ReportState},
};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Json, Problem};

use crate::{
    Admin, AdminError,
    actor::{Action, Actor},
    model::{Done, ReasonForm, ReportLine, ReportPage, ReportView, ResolvedView},
    service::Deed,
    text,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// `open`, the eldest first, or `resolved`, the newest first.
    state: Option<String>,
    /// Those behind a page's end, as that page's `next` says.
    after: Option<String>,
}

/// Reports. For moderators.
#[utoipa::path(get, path = "/reports", tag = "players", params(Queue), security(("bearer" = [])),
    responses((status = OK, body = ReportPage), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn list(
    State(admin): State<Admin>,
    _: Actor,
    Query(queue): Query<Queue>,
) -> Result<Json<ReportPage>, AdminError> {
    let is_open = match queue.state.as_deref() {
        None | Some("open") => true,
        Some("resolved") => false,
        Some(_) => return Err(Problem::invalid("state", "open or resolved").into()),
    };
    let behind = queue.after.as_deref().map(pair_of).transpose()?;
    let chat = &admin.partners.chat;
    let reports = chat.reports(is_open, behind, PAGE_REPORTS_MAX).await?;
    let is_full = reports.len() as i64 == PAGE_REPORTS_MAX;
    let last = reports.last().filter(|_| is_full);
    let next = last.map(|report| format!("{}-{}", report.at_ms, report.id));
    let reports = reports.into_iter().map(ReportView::from).collect();
    Ok(Json(ReportPage { reports, next }))
}

/// Closes an open report; the reason says what was done about it. For moderators.
#[utoipa::path(post, path = "/reports/{report}/close", tag = "players", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn close(
    State(admin): State<Admin>,
    actor: Actor,
    Path(report): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Result<Json<Done>, AdminError> {
    let id = text::id_in_path(&report)?;
    let chat = &admin.partners.chat;
    let kept = chat.report_by_id(id).await?;
    kept.ok_or_else(Problem::not_found)?;
    let deed = Deed {
        action: Action::CloseReport,
        target: &report,
        reason: &form.reason,
    };
    let doing = async {
        let note = text::line_of("reason", &form.reason)?;
        match chat.resolve(id, &note, admin.stamp(&actor)).await? {
            true => Ok(format!("report {report} is closed")),
            false => Err(AdminError::conflict(
                "report-resolved",
                "it is closed already",
            )),
        }
    };
    admin.act(&actor, deed, doing).await
}

/// A time and a number with a hyphen between.
fn pair_of(text: &str) -> Result<(i64, i64), Problem> {
    let pair = text.split_once('-');
    let ids = |(one, other)| Some((web::ids::id_of(one)?, web::ids::id_of(other)?));
    let pair = pair.and_then(ids);
    pair.ok_or_else(|| Problem::invalid("after", "what the page before named as its next"))
}

impl From<Report> for ReportView {
    fn from(report: Report) -> Self {
        let context = report.context.into_iter().map(|words| ReportLine {
            message: words.sequence.to_string(),
            time_ms: words.time_ms.cast_signed(),
            name: words.speaker.name,
            account: words.speaker.account.to_string(),
            text: words.text,
        });
        Self {
            report: report.id.to_string(),
            at_ms: report.at_ms,
            reporter: report.reporter.to_string(),
            reason: report.reason,
            context: context.collect(),
            resolved: match report.state {
                ReportState::Open => None,
                ReportState::Resolved { at_ms, by, note } => Some(ResolvedView {
                    at_ms,
                    by: by.to_string(),
                    note,
                }),
            },
        }
    }
}
