//! The log of what staff did.

use axum::extract::{Query, State};
use serde::Deserialize;
use tokens::Role;
use utoipa::IntoParams;
use web::{Json, Problem};

use crate::{
    Admin, AdminError,
    actor::Actor,
    limits::PAGE_LINES_MAX,
    model::{AuditLine, AuditPage, Outcome},
    store::{self, Entry, Filter},
    text,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Of this account alone.
    actor: Option<String>,
    /// About this alone.
    target: Option<String>,
    /// Lines before a page's end, as that page's `next` says.
    before: Option<String>,
}

/// What staff did, the newest first. For operators.
#[utoipa::path(get, path = "/audit", tag = "operations", params(Page), security(("bearer" = [])),
    responses((status = OK, body = AuditPage), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn list(
    State(admin): State<Admin>,
    actor: Actor,
    Query(page): Query<Page>,
) -> Result<Json<AuditPage>, AdminError> {
    actor.require(Role::Operator)?;
    let id = |field, text: Option<&str>| text.map(|text| text::id_in(field, text)).transpose();
    let target = page.target.as_deref();
    if target.is_some_and(|it| it.contains('\0')) {
        return Err(Problem::invalid("target", "an account, a region, a pod or a report").into());
    }
    let filter = Filter {
        actor: id("actor", page.actor.as_deref())?,
        target,
        before: id("before", page.before.as_deref())?.unwrap_or(i64::MAX),
        count: PAGE_LINES_MAX,
    };
    let entries = admin.store.log(filter).await?;
    let is_full = entries.len() as i64 == PAGE_LINES_MAX;
    let last = entries.last().filter(|_| is_full);
    let next = last.map(|entry| entry.line.to_string());
    let lines = entries.into_iter().map(AuditLine::from).collect();
    Ok(Json(AuditPage { lines, next }))
}

impl From<Entry> for AuditLine {
    fn from(entry: Entry) -> Self {
        Self {
            line: entry.line.to_string(),
            at_ms: entry.at_ms,
            actor: entry.actor.to_string(),
            role: entry.role,
            action: entry.action,
            target: entry.target,
            reason: entry.reason,
            outcome: match entry.outcome {
                store::Outcome::Begun => Outcome::Begun,
                store::Outcome::Done => Outcome::Done,
                store::Outcome::Failed => Outcome::Failed,
            },
            effect: entry.effect,
            address: entry.address,
        }
    }
}
