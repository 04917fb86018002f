//! The service: what it is made of, and the steps that several routes share.

use std::{future::Future, path::PathBuf, sync::Arc};

use auth::Magistrate;
use backends::{broker::Broker, sql::Database};
use player::Presence;
use tokens::Access;
use tokio::{sync::watch, time};
use utoipa_axum::router::OpenApiRouter;
use web::{Authenticate, Check, Clock, Counter, Gate, Json, Metrics, Problem};

use crate::{
    AdminError, Edges, Helm,
    actor::{Action, Actor},
    limits::SWEEP_PERIOD,
    lookout::Lookout,
    model::{Done, NextBattleView},
    routes,
    sources::Fetcher,
    store::{Begun, Outcome, Store},
    text,
};

/// What an operator sets.
#[derive(Clone, Debug)]
pub struct Config {
    /// As `voxelheim --version` says it.
    pub version: String,
    /// Of which this is one; none where nobody said.
    pub environments: Vec<Environment>,
    /// A checkout's `argocd/environments`; none where nobody said.
    pub declared: Option<PathBuf>,
}

/// A place where VoxelHeim runs.
#[derive(Clone, Debug)]
pub struct Environment {
    pub name: String,
    /// Its page's address; none for this one.
    pub url: Option<String>,
}

/// Whose matters staff act on.
pub struct Partners {
    pub gate: Arc<dyn Gate<Access>>,
    pub magistrate: Magistrate,
    pub players: player::store::Store,
    pub presence: Presence,
    pub chat: chat_service::store::Store,
    pub ledger: inventory::store::Store,
    pub broker: Broker,
    /// What is asked whether it is well.
    pub backends: Vec<Check>,
    pub helm: Helm,
    pub edges: Edges,
    /// None where there is no file of configuration.
    pub config_desk: Option<Arc<dyn ConfigDesk>>,
}

/// The configuration's text and what is wrong with it. Called on a thread that may wait for files.
pub trait ConfigDesk: Send + Sync {
    /// The file's path and text; of a file that is not there yet the empty text.
    ///
    /// # Errors
    /// A sentence.
    fn read(&self) -> Result<Settings, String>;

    /// The names of settings that differ from what runs, and are not taken over by a server that runs.
    ///
    /// # Errors
    /// A sentence that says what is wrong and where.
    fn check(&self, text: &str) -> Result<Vec<String>, String>;

    /// Puts a text that was checked in the place of `before`, whole or not at all. The server takes it over.
    ///
    /// # Errors
    /// A sentence.
    fn replace(&self, before: &str, text: &str) -> Result<(), String>;
}

/// See [`ConfigDesk::read`].
#[derive(Clone, Debug)]
pub struct Settings {
    pub path: String,
    pub text: String,
}

/// Cheap to clone; the clones are one service.
#[derive(Clone)]
pub struct Admin(Arc<Inner>);

pub struct Inner {
    pub config: Config,
    pub store: Store,
    pub partners: Partners,
    pub clock: Clock,
    pub lookout: Lookout,
    pub fetcher: Fetcher,
    /// One change of the configuration at a time.
    pub config_line: tokio::sync::Mutex<()>,
    /// One sets the message of the day at a time.
    pub message_line: tokio::sync::Mutex<()>,
    /// What everybody was told of the next battle, and when that was read.
    pub next_battle: tokio::sync::Mutex<Option<(i64, Option<NextBattleView>)>>,
    stopped: watch::Receiver<bool>,
    actions: Counter,
}

impl std::ops::Deref for Admin {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// Something that is done about a target, for a reason.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    pub action: Action,
    /// Empty of what is about all.
    pub target: &'a str,
    pub reason: &'a str,
}

impl Admin {
    /// On a database whose tables are up to date ([`Store::migrate`]).
    ///
    /// # Errors
    /// A sentence, if the system's certificates cannot be read.
    pub fn open(
        config: Config,
        database: &Database,
        partners: Partners,
        metrics: &Metrics,
        (clock, stopped): (Clock, watch::Receiver<bool>),
    ) -> Result<Self, String> {
        Ok(Self(Arc::new(Inner {
            config,
            store: Store::new(database.clone()),
            partners,
            lookout: Lookout::default(),
            fetcher: Fetcher::new()?,
            config_line: tokio::sync::Mutex::default(),
            message_line: tokio::sync::Mutex::default(),
            next_battle: tokio::sync::Mutex::default(),
            clock,
            stopped,
            actions: metrics.counter(
                "admin_actions_total",
                "What staff did, by what became of it.",
                "outcome",
            ),
        })))
    }

    /// To be mounted under `/admin`.
    pub fn router(&self) -> OpenApiRouter {
        routes::router().with_state(self.clone())
    }

    /// For readiness.
    pub fn check(&self) -> Check {
        let admin = self.clone();
        Check::new("admin_database", move || {
            let admin = admin.clone();
            async move { admin.store.ping().await.map_err(|error| error.to_string()) }
        })
    }

    /// Forgets old lines of the log and starts what was scheduled, until the stop signal that it was opened with.
    pub async fn run(&self) {
        let mut stopped = self.stopped.clone();
        tokio::select! {
            () = self.keep_sweeping() => {}
            () = self.keep_schedule() => {}
            // Also when nobody is left who could stop it.
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    }

    async fn keep_sweeping(&self) {
        let mut turns = time::interval(SWEEP_PERIOD);
        loop {
            turns.tick().await;
            if let Err(error) = self.store.sweep(self.clock.now_ms()).await {
                tracing::warn!(%error, "old lines of the log could not be swept");
            }
        }
    }
}

impl Inner {
    /// Does something, if the role may, with a line of the log before and what came of it after.
    ///
    /// # Errors
    /// [`AdminError`]; without a line of the log nothing is done.
    pub async fn act(
        &self,
        actor: &Actor,
        deed: Deed<'_>,
        doing: impl Future<Output = Result<String, AdminError>>,
    ) -> Result<Json<Done>, AdminError> {
        actor.require(deed.action.role())?;
        let reason = text::line_of("reason", deed.reason)?;
        let address = actor.address.to_string();
        let begun = Begun {
            at_ms: self.clock.now_ms(),
            actor: actor.access.account,
            role: actor.access.role,
            action: deed.action.name(),
            target: deed.target,
            reason: &reason,
            address: &address,
        };
        let line = self.store.begin(&begun).await?;
        let done = doing.await;
        self.note(line, &deed, &done).await;
        let effect = done?;
        let audit = line.to_string();
        Ok(Json(Done { effect, audit }))
    }

    async fn note(&self, line: i64, deed: &Deed<'_>, done: &Result<String, AdminError>) {
        let (outcome, name, effect) = match done {
            Ok(effect) => (Outcome::Done, "done", effect.clone()),
            Err(error) => (Outcome::Failed, "failed", error.to_string()),
        };
        self.actions.add_one(name);
        let action = deed.action.name();
        tracing::info!(
            line,
            action,
            target = deed.target,
            outcome = name,
            effect,
            "staff"
        );
        if let Err(error) = self.store.end(line, outcome, &effect).await {
            tracing::error!(%error, line, "what came of an action is not in the log");
        }
    }

    /// Whether the service is being stopped: who watches is let go.
    pub fn stopped(&self) -> watch::Receiver<bool> {
        self.stopped.clone()
    }
}

impl Authenticate<Access> for Admin {
    async fn authenticate(&self, token: &str) -> Result<Access, Problem> {
        self.partners.gate.pass(token).await
    }
}
