//! The service: what it is made of, and the steps that several routes share.

use std::sync::Arc;

use backends::{
    broker::{Broker, BrokerError, Subscription},
    cache::Cache,
};
use events::{Body, battle::Spoils};
use tokens::{Access, is_name};
use tokio::{sync::watch, time};
use utoipa_axum::router::OpenApiRouter;
use web::{Authenticate, Check, Clock, Gate, Problem, ids::id_of};

use crate::{
    PlayerError,
    limits::{Allowances, SWEEP_PERIOD},
    presence::Presence,
    rates::Rates,
    routes,
    store::{Card, Store},
};

/// Its queue at the broker, and its name in the inbox.
const QUEUE: &str = "player.spoils";

/// Cheap to clone; the clones are one service.
#[derive(Clone)]
pub struct Player(Arc<Inner>);

pub struct Inner {
    pub store: Store,
    pub presence: Presence,
    pub rates: Rates,
    pub clock: Clock,
    gate: Arc<dyn Gate<Access>>,
    cache: Cache,
}

impl std::ops::Deref for Player {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Player {
    /// On a database whose tables are up to date ([`Store::migrate`]).
    pub fn open(
        allowances: Allowances,
        (store, cache): (Store, &Cache),
        gate: Arc<dyn Gate<Access>>,
        clock: Clock,
    ) -> Self {
        let presence = Presence::new(cache);
        let cache = cache.namespace("player");
        Self(Arc::new(Inner {
            store,
            presence,
            rates: Rates::new(cache.namespace("rate"), allowances),
            clock,
            gate,
            cache,
        }))
    }

    /// To be mounted under `/player`.
    pub fn router(&self) -> OpenApiRouter {
        routes::router().with_state(self.clone())
    }

    /// For readiness.
    pub fn checks(&self) -> [Check; 2] {
        let (store, cache) = (self.clone(), self.clone());
        let database = Check::new("player_database", move || {
            let player = store.clone();
            async move { player.store.ping().await.map_err(|error| error.to_string()) }
        });
        let cache = Check::new("player_cache", move || {
            let player = cache.clone();
            async move { player.cache.ping().await.map_err(|error| error.to_string()) }
        });
        [database, cache]
    }

    /// Takes what the battle tells, sends what others are told, and sweeps, until `stop` is true.
    pub async fn run(&self, broker: &Broker, mut stop: watch::Receiver<bool>) {
        let (store, clock) = (&self.store, &self.clock);
        tokio::select! {
            () = store.outbox().run(store.database(), broker, || clock.now_ms()) => {}
            () = self.keep_taking(broker) => {}
            () = crate::presence::attend(self, broker) => {}
            () = self.keep_house() => {}
            // Also when nobody is left who could stop it.
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    async fn keep_taking(&self, broker: &Broker) {
        let consumer = broker.subscribed(&subscription(), "taking spoils").await;
        let (store, clock) = (&self.store, &self.clock);
        let taken = store
            .inbox()
            .run(store.database(), QUEUE, consumer, store, || clock.now_ms());
        taken.await;
    }

    async fn keep_house(&self) {
        let mut turns = time::interval(SWEEP_PERIOD);
        loop {
            turns.tick().await;
            if let Err(error) = self.sweep().await {
                tracing::warn!(%error, "old weeks and events were not swept; tried again in a while");
            }
        }
    }

    /// What [`Self::run`] does every hour.
    ///
    /// # Errors
    /// [`PlayerError::Sql`].
    pub async fn sweep(&self) -> Result<(), PlayerError> {
        let now_ms = self.clock.now_ms();
        self.store.sweep_boards(now_ms).await?;
        let inbox = self.store.inbox();
        inbox.forget(self.store.database(), now_ms).await?;
        Ok(())
    }
}

fn subscription() -> Subscription {
    Subscription::shared(QUEUE, &[Spoils::TOPIC])
}

/// Has the broker keep what is for this service from now on: before anybody sends the first of it.
///
/// # Errors
/// As of [`Broker::subscribe`].
pub async fn declare_queues(broker: &Broker) -> Result<(), BrokerError> {
    broker.subscribe(&subscription()).await.map(drop)
}

impl Inner {
    /// That a character is at a place of the battle, or no longer; to be said again every minute. Its friends
    /// see it.
    ///
    /// # Errors
    /// [`PlayerError::Cache`].
    pub async fn presence(&self, character: i64, place: Option<&str>) -> Result<(), PlayerError> {
        Ok(self.presence.set(character, place).await?)
    }

    /// Whom an account plays under a name; see [`Store::character_for`].
    ///
    /// # Errors
    /// [`PlayerError`].
    pub async fn character_for(&self, account: i64, name: &str) -> Result<Card, PlayerError> {
        require_name(name)?;
        let now_ms = self.clock.now_ms();
        self.store.character_for(account, name, now_ms).await
    }

    /// The character of a path, if it is the account's; strangers' are told like none.
    pub async fn own(&self, access: &Access, character: &str) -> Result<i64, PlayerError> {
        let id = id_of(character).ok_or_else(Problem::not_found)?;
        match self.store.owns(access.account, id).await? {
            true => Ok(id),
            false => Err(Problem::not_found().into()),
        }
    }
}

pub fn require_name(name: &str) -> Result<(), Problem> {
    match is_name(name) {
        true => Ok(()),
        false => Err(Problem::invalid(
            "name",
            "2 to 16 letters, digits and single joints",
        )),
    }
}

impl Authenticate<Access> for Player {
    async fn authenticate(&self, token: &str) -> Result<Access, Problem> {
        self.gate.pass(token).await
    }
}
