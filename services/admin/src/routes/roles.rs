//! Who is staff: the auth service's word, by its own rules.

use axum::extract::{Path, State};
use tokens::Role;
use web::{Json, Problem};

use crate::{
    Admin, AdminError,
    actor::{Action, Actor},
    model::{Done, RoleForm},
    service::Deed,
    text,
};

/// Gives an account a role, not one's own account; its sessions end. For admins.
#[utoipa::path(put, path = "/players/{account}/role", tag = "players", request_body = RoleForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn give(
    State(admin): State<Admin>,
    actor: Actor,
    Path(account): Path<String>,
    Json(form): Json<RoleForm>,
) -> Result<Json<Done>, AdminError> {
    actor.require(Action::GiveRole.role())?;
    let id = admin
        .require_account(text::id_in_path(&account)?)
        .await?
        .account;
    let role: Result<Role, ()> = form.role.parse();
    let role = role.map_err(|()| Problem::invalid("role", "no such role"))?;
    let deed = Deed {
        action: Action::GiveRole,
        target: &account,
        reason: &form.reason,
    };
    let doing = async {
        let magistrate = &admin.partners.magistrate;
        let before = magistrate.give_role(actor.official(), id, role).await?;
        let proof = match role.is_staff() {
            true => ", with a second factor only",
            false => "",
        };
        Ok(format!(
            "account {account} was {before} and is {role} now{proof}; its sessions have ended"
        ))
    };
    admin.act(&actor, deed, doing).await
}
