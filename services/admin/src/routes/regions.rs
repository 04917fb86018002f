//! Regions and pods, and the controller that moves them.

use axum::extract::{Path, State};
use placement::{Answer, Request, request::PlanRow};
use web::{Json, Problem};

use crate::{
    Admin, AdminError,
    actor::{Action, Actor},
    limits::PLAN_AGE_MAX_S,
    model::{Done, PlanApproval, PlanModeForm, PlanRowView, PlanView, ReasonForm, RegionMoveForm},
    service::Deed,
};

/// As the steward says of a plan that it has not carried out.
const DRY_RUN: &str = "dry run";
const DONE: [&str; 2] = ["under way", "applied"];

type Acted = Result<Json<Done>, AdminError>;

async fn order(admin: &Admin, actor: &Actor, deed: Deed<'_>, request: Request) -> Acted {
    let doing = admin.partners.helm.order(request);
    admin.act(actor, deed, doing).await
}

/// Replaces a region by its eighths. For operators.
#[utoipa::path(post, path = "/regions/{region}/split", tag = "operations", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn split(
    State(admin): State<Admin>,
    actor: Actor,
    Path(region): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Acted {
    let deed = deed(Action::Split, &region, &form.reason)?;
    let region = region.clone();
    order(&admin, &actor, deed, Request::Split { region }).await
}

/// Replaces eighths, all of one shard, by the region that they make up. For operators.
#[utoipa::path(post, path = "/regions/{region}/merge", tag = "operations", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn merge(
    State(admin): State<Admin>,
    actor: Actor,
    Path(region): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Acted {
    let deed = deed(Action::Merge, &region, &form.reason)?;
    let region = region.clone();
    order(&admin, &actor, deed, Request::Merge { region }).await
}

/// Gives a region to another shard, while people fight in it. For operators.
#[utoipa::path(post, path = "/regions/{region}/move", tag = "operations", request_body = RegionMoveForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn give(
    State(admin): State<Admin>,
    actor: Actor,
    Path(region): Path<String>,
    Json(form): Json<RegionMoveForm>,
) -> Acted {
    let deed = deed(Action::Move, &region, &form.reason)?;
    let (region, to) = (region.clone(), form.to);
    if to.len() > NAME_CHARS_MAX {
        return Err(Problem::invalid("to", "POD/SHARD").into());
    }
    order(&admin, &actor, deed, Request::Move { region, to }).await
}

/// Has the controller leave a region as it is. For operators.
#[utoipa::path(post, path = "/regions/{region}/pin", tag = "operations", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn pin(
    State(admin): State<Admin>,
    actor: Actor,
    Path(region): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Acted {
    set_pin(&admin, &actor, (region, true), &form).await
}

/// Lets the controller move a region again. For operators.
#[utoipa::path(post, path = "/regions/{region}/unpin", tag = "operations", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn unpin(
    State(admin): State<Admin>,
    actor: Actor,
    Path(region): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Acted {
    set_pin(&admin, &actor, (region, false), &form).await
}

async fn set_pin(
    admin: &Admin,
    actor: &Actor,
    (region, is_pinned): (String, bool),
    form: &ReasonForm,
) -> Acted {
    let action = if is_pinned {
        Action::Pin
    } else {
        Action::Unpin
    };
    let name = region.clone();
    let deed = deed(action, &name, &form.reason)?;
    order(admin, actor, deed, Request::Pin { region, is_pinned }).await
}

/// Moves everything off a pod. For operators.
#[utoipa::path(post, path = "/pods/{pod}/drain", tag = "operations", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn drain(
    State(admin): State<Admin>,
    actor: Actor,
    Path(pod): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Acted {
    set_draining(&admin, &actor, (&pod, true), &form).await
}

/// Lets a pod take regions again. For operators.
#[utoipa::path(post, path = "/pods/{pod}/undrain", tag = "operations", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn undrain(
    State(admin): State<Admin>,
    actor: Actor,
    Path(pod): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Acted {
    set_draining(&admin, &actor, (&pod, false), &form).await
}

async fn set_draining(
    admin: &Admin,
    actor: &Actor,
    (name, is_draining): (&str, bool),
    form: &ReasonForm,
) -> Acted {
    let pod: u16 = name.parse().map_err(|_| Problem::not_found())?;
    let target = pod.to_string();
    let action = match is_draining {
        true => Action::Drain,
        false => Action::Undrain,
    };
    let deed = Deed {
        action,
        target: &target,
        reason: &form.reason,
    };
    order(admin, actor, deed, Request::Drain { pod, is_draining }).await
}

/// What the controller planned lately, why, and what came of it. For moderators.
#[utoipa::path(get, path = "/plan", tag = "operations", security(("bearer" = [])), responses(
    (status = OK, body = PlanView), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn plan(State(admin): State<Admin>, _: Actor) -> Result<Json<PlanView>, AdminError> {
    admin.plan().await.map(Json)
}

impl Admin {
    async fn plan(&self) -> Result<PlanView, AdminError> {
        let answer = self.partners.helm.ask(Request::Plan).await?;
        let Answer::Plans {
            is_dry_run,
            pinned,
            plans,
            blocked,
        } = answer
        else {
            return Err(Problem::internal().into());
        };
        Ok(PlanView {
            is_dry_run,
            pinned,
            plans: shown(plans),
            blocked,
        })
    }
}

fn shown(plans: Vec<PlanRow>) -> Vec<PlanRowView> {
    let places = 0..plans.len();
    let are_open: Vec<bool> = places.map(|place| is_open(&plans, place)).collect();
    let rows = plans.into_iter().zip(are_open);
    let views = rows.map(|(row, is_open)| PlanRowView {
        is_open,
        age_s: row.age_s,
        by: row.by,
        action: row.action,
        region: row.region,
        from: row.from,
        to: row.to,
        state: row.state,
        gain_permille: row.gain_permille,
        reasons: row.reasons,
    });
    views.collect()
}

/// Only said, and not long ago, and nothing was done with the region since. The newest come first.
fn is_open(plans: &[PlanRow], place: usize) -> bool {
    let plan = &plans[place];
    let is_done =
        |later: &PlanRow| later.region == plan.region && DONE.contains(&later.state.as_str());
    let is_said = plan.state == DRY_RUN && plan.age_s <= PLAN_AGE_MAX_S;
    is_said && !plans[..place].iter().any(is_done)
}

/// Has a plan carried out that was only said, if that was not long ago. For operators.
#[utoipa::path(post, path = "/plan/approve", tag = "operations", request_body = PlanApproval,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn approve(
    State(admin): State<Admin>,
    actor: Actor,
    Json(form): Json<PlanApproval>,
) -> Acted {
    let deed = deed(Action::ApprovePlan, &form.region, &form.reason)?;
    let doing = async {
        let request = request_of(&form)?;
        let plans = admin.plan().await?.plans;
        let is_said = |plan: &PlanRowView| {
            let is_same = plan.action == form.action && plan.region == form.region;
            plan.is_open && is_same && (form.to.is_none() || plan.to == form.to)
        };
        if !plans.iter().any(is_said) {
            let why = "it was not planned lately, or is under way already";
            return Err(AdminError::conflict("no-such-plan", why));
        }
        admin.partners.helm.order(request).await
    };
    admin.act(&actor, deed, doing).await
}

/// The order that a plan is.
fn request_of(form: &PlanApproval) -> Result<Request, Problem> {
    let region = form.region.clone();
    match (form.action.as_str(), &form.to) {
        ("split", None) => Ok(Request::Split { region }),
        ("merge", None) => Ok(Request::Merge { region }),
        ("move" | "drain", Some(to)) => Ok(Request::Move {
            region,
            to: to.clone(),
        }),
        ("move" | "drain", None) => Err(Problem::invalid("to", "where it is to go")),
        _ => Err(Problem::invalid("action", "split, merge, move or drain")),
    }
}

/// Has plans only said, or carried out. For operators.
#[utoipa::path(put, path = "/plan/mode", tag = "operations", request_body = PlanModeForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn set_mode(
    State(admin): State<Admin>,
    actor: Actor,
    Json(form): Json<PlanModeForm>,
) -> Acted {
    let deed = Deed {
        action: Action::SetPlanMode,
        target: "",
        reason: &form.reason,
    };
    let is_on = form.is_dry_run;
    order(&admin, &actor, deed, Request::DryRun { is_on }).await
}

/// A region's or shard's name has fewer letters.
const NAME_CHARS_MAX: usize = 16;

/// About a region whose name could be one.
fn deed<'a>(action: Action, region: &'a str, reason: &'a str) -> Result<Deed<'a>, Problem> {
    // As the world writes it, in one way only: the log is searched for it.
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_name = (1..=NAME_CHARS_MAX).contains(&region.len())
        && !region.starts_with('0')
        && region.bytes().all(is_digit);
    is_name.then_some(()).ok_or_else(Problem::not_found)?;
    Ok(Deed {
        action,
        target: region,
        reason,
    })
}
