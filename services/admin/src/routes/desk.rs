//! Who asks, the books of the economy, and the other environments.

use std::collections::BTreeMap;

use axum::extract::State;
use futures_util::future::join_all;
use serde::Deserialize;
use tokens::Role;
use tokio::task::spawn_blocking;
use web::{Json, Problem};

use crate::{
    Admin, AdminError,
    actor::{Action, Actor},
    declared::{self, Declared},
    limits::SOURCES_MAX,
    model::{DeclaredView, Economy, EnvironmentView, Flow, Staff, Unbalanced},
    service::Environment,
};

/// Who asks, and what it may do. For staff who gave the second factor.
#[utoipa::path(get, path = "/me", tag = "operations", security(("bearer" = [])), responses(
    (status = OK, body = Staff), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 503, body = Problem)))]
pub async fn me(State(_): State<Admin>, actor: Actor) -> Json<Staff> {
    let role = actor.access.role;
    let may = Action::ALL.into_iter().filter(|it| it.role() <= role);
    Json(Staff {
        account: actor.access.account.to_string(),
        role: role.name().to_owned(),
        may: may.map(|action| action.name().to_owned()).collect(),
    })
}

/// Whether the books close, and where all there is has come from and is. For operators.
#[utoipa::path(get, path = "/economy", tag = "operations", security(("bearer" = [])), responses(
    (status = OK, body = Economy), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 503, body = Problem)))]
pub async fn economy(
    State(admin): State<Admin>,
    actor: Actor,
) -> Result<Json<Economy>, AdminError> {
    actor.require(Role::Operator)?;
    let ledger = &admin.partners.ledger;
    let (audit, flows) = tokio::join!(ledger.audit(), ledger.flows());
    let audit = audit?;
    let flows = flows?.into_iter().map(|(place, item, sum)| Flow {
        place: place.name().to_owned(),
        item: item.to_string(),
        sum,
    });
    let unbalanced = audit.unbalanced.iter().map(|(item, sum)| Unbalanced {
        item: item.to_string(),
        sum: *sum,
    });
    Ok(Json(Economy {
        is_closed: audit.is_closed(),
        unbalanced: unbalanced.collect(),
        overdrawn: audit.overdrawn_count,
        doubled: audit.doubled.iter().map(i64::to_string).collect(),
        flows: flows.collect(),
    }))
}

/// What is read of another environment's `/status`.
#[derive(Deserialize)]
struct Told {
    version: String,
}

/// The places where VoxelHeim runs, and which version each says it is. For operators.
#[utoipa::path(get, path = "/environments", tag = "operations", security(("bearer" = [])), responses(
    (status = OK, body = Vec<EnvironmentView>), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 503, body = Problem)))]
pub async fn environments(
    State(admin): State<Admin>,
    actor: Actor,
) -> Result<Json<Vec<EnvironmentView>>, AdminError> {
    actor.require(Role::Operator)?;
    let environments = admin.config.environments.iter().take(SOURCES_MAX);
    let views = environments.map(|environment| admin.environment(environment));
    let (mut views, declared) = tokio::join!(join_all(views), admin.declared());
    for view in &mut views {
        let found = declared.get(&view.environment).cloned();
        view.declared = found.map(DeclaredView::from);
    }
    Ok(Json(views))
}

impl From<Declared> for DeclaredView {
    fn from(declared: Declared) -> Self {
        Self {
            revision: declared.revision,
            before: declared.before,
            next: declared.next,
        }
    }
}

impl Admin {
    async fn environment(&self, environment: &Environment) -> EnvironmentView {
        let told = match &environment.url {
            None => Ok(self.config.version.clone()),
            Some(url) => {
                let told = self.fetcher.get::<Told>(url, "/status").await;
                told.map(|told| told.version)
            }
        };
        let (version, trouble) = match told {
            Ok(version) => (Some(version), None),
            Err(trouble) => (None, Some(trouble)),
        };
        EnvironmentView {
            environment: environment.name.clone(),
            url: environment.url.clone(),
            is_here: environment.url.is_none(),
            version,
            trouble,
            declared: None,
        }
    }

    /// By environment; nothing where no checkout is known or can be read, which the log tells.
    async fn declared(&self) -> BTreeMap<String, Declared> {
        let Some(folder) = self.config.declared.clone() else {
            return BTreeMap::new();
        };
        let read = spawn_blocking(move || declared::read(&folder)).await;
        let read = read.unwrap_or_else(|error| Err(error.to_string()));
        read.unwrap_or_else(|error| {
            tracing::warn!(error, "what is declared for environments cannot be read");
            BTreeMap::new()
        })
    }
}
