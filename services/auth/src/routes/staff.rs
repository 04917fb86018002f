//! What staff may see and do. Everybody's role must be above that of whom they act on, and needs a second
//! factor: without it their token says that they are players.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use tokens::{Access, Role};
use utoipa::ToSchema;
use web::{Bearer, ClientAddress, Json, Problem};

use crate::{
    Auth, AuthError,
    magistrate::{NewSanction, Official, require},
    store::{Account, Entry, Kind, Sanction},
};

#[derive(Serialize, ToSchema)]
pub struct Found {
    account: String,
    role: &'static str,
    guest: bool,
    created_ms: i64,
    /// For operators and admins only.
    email: Option<String>,
}

/// Somebody's account. For moderators.
#[utoipa::path(get, path = "/accounts/{account}", tag = "staff",
    params(("account" = String, Path)), security(("bearer" = [])), responses(
    (status = OK, body = Found), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn find(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    Path(account): Path<String>,
) -> Result<Json<Found>, AuthError> {
    require(&access, Role::Moderator)?;
    let account = account_of(&auth, &account).await?;
    Ok(Json(Found {
        account: account.id.to_string(),
        role: account.role.name(),
        guest: account.is_guest,
        created_ms: account.created_ms,
        email: account.email.filter(|_| access.role >= Role::Operator),
    }))
}

#[derive(Deserialize, ToSchema)]
pub struct NewRole {
    /// `player`, `moderator`, `operator` or `admin`.
    role: String,
}

/// Gives a role, not to oneself; all sessions of the account end. For admins.
#[utoipa::path(put, path = "/accounts/{account}/role", tag = "staff",
    params(("account" = String, Path)), request_body = NewRole,
    security(("bearer" = [])), responses(
    (status = NO_CONTENT), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn set_role(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    address: ClientAddress,
    Path(account): Path<String>,
    Json(form): Json<NewRole>,
) -> Result<StatusCode, AuthError> {
    require(&access, Role::Admin)?;
    let role: Result<Role, ()> = form.role.parse();
    let role = role.map_err(|()| Problem::invalid("role", "no such role"))?;
    let official = Official {
        access: &access,
        address,
    };
    let account = id_of(&account)?;
    auth.magistrate().give_role(official, account, role).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub struct AuditAnswer {
    at_ms: i64,
    actor: String,
    action: String,
    detail: String,
    address: String,
}

impl From<Entry> for AuditAnswer {
    fn from(entry: Entry) -> Self {
        Self {
            at_ms: entry.at_ms,
            actor: entry.actor.to_string(),
            action: entry.action,
            detail: entry.detail,
            address: entry.address,
        }
    }
}

/// What was done to an account, the newest first. For operators.
#[utoipa::path(get, path = "/accounts/{account}/audit", tag = "staff",
    params(("account" = String, Path)), security(("bearer" = [])),
    responses(
    (status = OK, body = Vec<AuditAnswer>), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn audit(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    Path(account): Path<String>,
) -> Result<Json<Vec<AuditAnswer>>, AuthError> {
    require(&access, Role::Operator)?;
    let account = account_of(&auth, &account).await?;
    let entries = auth.store.audit(account.id).await?;
    Ok(Json(entries.into_iter().map(AuditAnswer::from).collect()))
}

#[derive(Serialize, ToSchema)]
pub struct SanctionAnswer {
    sanction: String,
    kind: &'static str,
    reason: String,
    by: String,
    from_ms: i64,
    /// None: for ever.
    until_ms: Option<i64>,
    is_in_force: bool,
}

impl SanctionAnswer {
    fn of(sanction: Sanction, now_ms: i64) -> Self {
        Self {
            sanction: sanction.id.to_string(),
            kind: sanction.kind.name(),
            is_in_force: sanction.is_in_force(now_ms),
            reason: sanction.reason,
            by: sanction.by.to_string(),
            from_ms: sanction.from_ms,
            until_ms: sanction.until_ms,
        }
    }
}

/// Bans and suspensions of an account, the newest first. For moderators.
#[utoipa::path(get, path = "/accounts/{account}/sanctions", tag = "staff",
    params(("account" = String, Path)), security(("bearer" = [])),
    responses(
    (status = OK, body = Vec<SanctionAnswer>), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn sanctions(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    Path(account): Path<String>,
) -> Result<Json<Vec<SanctionAnswer>>, AuthError> {
    require(&access, Role::Moderator)?;
    let account = account_of(&auth, &account).await?;
    let now_ms = auth.clock.now_ms();
    let sanctions = auth.store.sanctions(account.id).await?.into_iter();
    let answer = sanctions.map(|sanction| SanctionAnswer::of(sanction, now_ms));
    Ok(Json(answer.collect()))
}

#[derive(Deserialize, ToSchema)]
pub struct SanctionForm {
    /// `suspension`, which ends, or `ban`, which may not.
    kind: String,
    /// As its player is told.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    until_ms: Option<i64>,
}

/// Suspends or bans an account; all its sessions end. Moderators suspend for a week at most, operators
/// do both for any time.
#[utoipa::path(post, path = "/accounts/{account}/sanctions", tag = "staff",
    params(("account" = String, Path)), request_body = SanctionForm,
    security(("bearer" = [])), responses(
    (status = CREATED, body = SanctionAnswer), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn impose(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    address: ClientAddress,
    Path(account): Path<String>,
    Json(form): Json<SanctionForm>,
) -> Result<(StatusCode, Json<SanctionAnswer>), AuthError> {
    require(&access, Role::Moderator)?;
    let wanted = NewSanction {
        kind: kind_of(&form.kind)?,
        reason: form.reason,
        until_ms: form.until_ms,
    };
    let official = Official {
        access: &access,
        address,
    };
    let account = id_of(&account)?;
    let sanction = auth.magistrate().impose(official, account, wanted).await?;
    let answer = SanctionAnswer::of(sanction, auth.clock.now_ms());
    Ok((StatusCode::CREATED, Json(answer)))
}

fn kind_of(name: &str) -> Result<Kind, Problem> {
    let kinds = [Kind::Suspension, Kind::Ban];
    let kind = kinds.into_iter().find(|kind| kind.name() == name);
    kind.ok_or_else(|| Problem::invalid("kind", "suspension or ban"))
}

/// Lifts a sanction. For moderators what moderators may impose, for operators all.
#[utoipa::path(delete, path = "/accounts/{account}/sanctions/{sanction}", tag = "staff",
    params(("account" = String, Path), ("sanction" = String, Path)),
    security(("bearer" = [])), responses(
    (status = NO_CONTENT), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn lift(
    State(auth): State<Auth>,
    Bearer(access): Bearer<Access>,
    address: ClientAddress,
    Path((account, sanction)): Path<(String, String)>,
) -> Result<StatusCode, AuthError> {
    require(&access, Role::Moderator)?;
    let official = Official {
        access: &access,
        address,
    };
    let (account, sanction) = (id_of(&account)?, id_of(&sanction)?);
    auth.magistrate().lift(official, account, sanction).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn account_of(auth: &Auth, text: &str) -> Result<Account, AuthError> {
    let account = auth.store.account(id_of(text)?).await?;
    Ok(account.ok_or_else(Problem::not_found)?)
}

/// Ids are positive numbers, written one way.
fn id_of(text: &str) -> Result<i64, Problem> {
    let id = text.parse::<i64>().ok().filter(|id| *id >= 0);
    id.filter(|id| id.to_string() == text)
        .ok_or_else(Problem::not_found)
}
