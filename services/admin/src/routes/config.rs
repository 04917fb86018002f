//! The configuration's file: read, compared, replaced, and put back.

use std::sync::Arc;

use axum::extract::State;
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use tokens::Role;
use tokio::task::spawn_blocking;
use web::{Json, Problem};

use crate::{
    Admin, AdminError, ConfigDesk, Settings,
    actor::{Action, Actor},
    diff::diff,
    limits::CONFIG_BYTES_MAX,
    model::{ConfigChange, ConfigCheck, ConfigForm, ConfigText, ConfigView, Done, ReasonForm},
    service::Deed,
    store::NewChange,
    text,
};

/// The file, and what was changed in it by this service. For admins: a secret may stand in it.
#[utoipa::path(get, path = "/config", tag = "operations", security(("bearer" = [])), responses(
    (status = OK, body = ConfigView), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn read(
    State(admin): State<Admin>,
    actor: Actor,
) -> Result<Json<ConfigView>, AdminError> {
    actor.require(Role::Admin)?;
    let Settings { path, text } = admin.settings().await?;
    let changes = admin.store.changes().await?.into_iter();
    let changes = changes.map(|change| ConfigChange {
        at_ms: change.at_ms,
        by: change.author.to_string(),
        reason: change.reason,
        is_undo: change.is_undo,
    });
    Ok(Json(ConfigView {
        path,
        digest: digest_of(&text),
        text,
        changes: changes.collect(),
    }))
}

/// What a text would change, and whether it is right. For admins.
#[utoipa::path(post, path = "/config/check", tag = "operations", request_body = ConfigText,
    security(("bearer" = [])), responses(
    (status = OK, body = ConfigCheck), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn check(
    State(admin): State<Admin>,
    actor: Actor,
    Json(form): Json<ConfigText>,
) -> Result<Json<ConfigCheck>, AdminError> {
    actor.require(Role::Admin)?;
    require_size(&form.text)?;
    let now = admin.settings().await?.text;
    let diff = diff(&now, &form.text);
    let checked = admin.checked(form.text).await?;
    Ok(Json(ConfigCheck {
        is_right: checked.is_ok(),
        diff,
        needs_restart: checked.as_ref().cloned().unwrap_or_default(),
        trouble: checked.err(),
    }))
}

/// Puts a text in the file's place, which the server takes over within a second. For admins.
#[utoipa::path(put, path = "/config", tag = "operations", request_body = ConfigForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn put(
    State(admin): State<Admin>,
    actor: Actor,
    Json(form): Json<ConfigForm>,
) -> Result<Json<Done>, AdminError> {
    actor.require(Action::PutConfig.role())?;
    require_size(&form.text)?;
    admin.config_desk()?;
    let deed = Deed {
        action: Action::PutConfig,
        target: "",
        reason: &form.reason,
    };
    let doing = async {
        let _line = admin.config_line.lock().await;
        let before = admin.settings().await?.text;
        if digest_of(&before) != form.digest {
            let why = "somebody changed it since; read it again";
            return Err(AdminError::conflict("config-changed", why));
        }
        admin.replace(&actor, &deed, (before, form.text)).await
    };
    admin.act(&actor, deed, doing).await
}

/// Puts back what was there before the last change by this service, if nobody changed it since. For admins.
#[utoipa::path(post, path = "/config/undo", tag = "operations", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn undo(
    State(admin): State<Admin>,
    actor: Actor,
    Json(form): Json<ReasonForm>,
) -> Result<Json<Done>, AdminError> {
    actor.require(Action::UndoConfig.role())?;
    admin.config_desk()?;
    let deed = Deed {
        action: Action::UndoConfig,
        target: "",
        reason: &form.reason,
    };
    let doing = async {
        let _line = admin.config_line.lock().await;
        let changes = admin.store.changes().await?;
        if changes.is_empty() {
            return Err(AdminError::conflict(
                "nothing-to-undo",
                "nothing was changed here",
            ));
        }
        let before = admin.settings().await?.text;
        // A later change that could not be written is none.
        let last = changes.into_iter().find(|it| it.text_after == before);
        let why = "somebody changed the file since; put a text of your own";
        let last = last.ok_or_else(|| AdminError::conflict("config-changed", why))?;
        admin
            .replace(&actor, &deed, (before, last.text_before))
            .await
    };
    admin.act(&actor, deed, doing).await
}

fn require_size(text: &str) -> Result<(), Problem> {
    match text.len() <= CONFIG_BYTES_MAX && !text.contains('\0') {
        true => Ok(()),
        false => Err(Problem::invalid("text", "12,000 bytes of text at most")),
    }
}

fn digest_of(text: &str) -> String {
    HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref())
}

impl Admin {
    fn config_desk(&self) -> Result<Arc<dyn ConfigDesk>, AdminError> {
        let desk = self.partners.config_desk.clone();
        desk.ok_or_else(|| AdminError::not_here("no file of configuration is kept here"))
    }

    async fn settings(&self) -> Result<Settings, AdminError> {
        let desk = self.config_desk()?;
        let read = spawn_blocking(move || desk.read()).await;
        let read = read.map_err(|_| Problem::internal())?;
        read.map_err(|why| AdminError::conflict("config-unreadable", why))
    }

    /// What needs a restart, or what is wrong.
    async fn checked(&self, text: String) -> Result<Result<Vec<String>, String>, AdminError> {
        let desk = self.config_desk()?;
        let checked = spawn_blocking(move || desk.check(&text)).await;
        Ok(checked.map_err(|_| Problem::internal())?)
    }

    /// Writes down what was there, then replaces it.
    async fn replace(
        &self,
        actor: &Actor,
        deed: &Deed<'_>,
        (before, after): (String, String),
    ) -> Result<String, AdminError> {
        let needs_restart = self.checked(after.clone()).await?;
        let needs_restart = needs_restart.map_err(|why| Problem::invalid("text", why))?;
        let is_undo = deed.action == Action::UndoConfig;
        let reason = text::line_of("reason", deed.reason)?;
        self.store
            .put_change(NewChange {
                at_ms: self.clock.now_ms(),
                author: actor.access.account,
                reason: &reason,
                text_before: &before,
                text_after: &after,
                is_undo,
            })
            .await?;
        let desk = self.config_desk()?;
        let replaced = spawn_blocking(move || desk.replace(&before, &after)).await;
        let replaced = replaced.map_err(|_| Problem::internal())?;
        replaced.map_err(|why| AdminError::conflict("config-unwritable", why))?;
        let what = match is_undo {
            true => "the configuration is as it was before the last change",
            false => "the configuration is replaced",
        };
        Ok(match needs_restart.is_empty() {
            true => what.to_owned(),
            false => format!(
                "{what}; with the next start only: {}",
                needs_restart.join(", ")
            ),
        })
    }
}
