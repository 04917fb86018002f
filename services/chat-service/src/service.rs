//! The service: what it is made of, and the steps that several routes share.

use std::sync::{Arc, Mutex};

use backends::{
    broker::{Broker, Subscription},
    cache::Cache,
    sql::Database,
};
use chat::Memberships;
use tokens::Access;
use tokio::{sync::watch, time};
use utoipa_axum::router::OpenApiRouter;
use web::{Asked, Authenticate, Check, Clock, Counter, Gate, Metrics, Problem};

use crate::{
    keeper,
    limits::SWEEP_PERIOD,
    rates::Rates,
    routes,
    store::{Stamp, Store},
    teller::Teller,
    topics::{self, Members},
};

/// Knows whose characters are.
pub trait Characters: Send + Sync {
    /// Whether a character is the account's.
    fn owns(&self, account: i64, character: u64) -> Asked<'_, bool>;
}

/// What waits while the broker is away, for the log.
pub const WAITING: &str = "chat";

/// Cheap to clone; the clones are one service.
#[derive(Clone)]
pub struct ChatService(Arc<Inner>);

pub struct Inner {
    pub store: Store,
    pub cache: Cache,
    pub clock: Clock,
    /// Who is in which party and guild, as it was told since the start.
    pub memberships: Mutex<Memberships>,
    pub characters: Arc<dyn Characters>,
    gate: Arc<dyn Gate<Access>>,
    hushed: Counter,
}

impl std::ops::Deref for ChatService {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl ChatService {
    /// On a database whose tables are up to date ([`Store::migrate`]).
    pub fn open(
        (database, cache): (&Database, &Cache),
        (gate, characters): (Arc<dyn Gate<Access>>, Arc<dyn Characters>),
        metrics: &Metrics,
        clock: Clock,
    ) -> Self {
        Self(Arc::new(Inner {
            store: Store::new(database.clone()),
            cache: cache.namespace("chat"),
            clock,
            memberships: Mutex::default(),
            characters,
            gate,
            hushed: metrics.counter(
                "chat_hushed_total",
                "Words beyond what an account may say over all its connections.",
                "reason",
            ),
        }))
    }

    /// To be mounted under `/chat`.
    pub fn router(&self) -> OpenApiRouter {
        routes::router().with_state(self.clone())
    }

    /// For readiness.
    pub fn check(&self) -> Check {
        let chat = self.clone();
        Check::new("chat_database", move || {
            let chat = chat.clone();
            async move { chat.store.ping().await.map_err(|error| error.to_string()) }
        })
    }

    /// Keeps what is said, counts it, tells edges what holds, and forgets what is old, until `stop` is true.
    pub async fn run(&self, broker: &Broker, mut stop: watch::Receiver<bool>) {
        let (store, clock) = (&self.store, &self.clock);
        let rates = Rates {
            broker,
            cache: &self.cache,
            clock,
            hushed: &self.hushed,
        };
        let teller = Teller {
            store,
            broker,
            clock,
        };
        tokio::select! {
            () = keeper::run(store, broker, || clock.now_ms()) => {}
            () = store.outbox().run(store.database(), broker, || clock.now_ms()) => {}
            () = rates.run() => {}
            () = teller.run() => {}
            () = self.follow_memberships(broker) => {}
            () = self.keep_sweeping() => {}
            // Also when nobody is left who could stop it.
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    async fn follow_memberships(&self, broker: &Broker) {
        let subscription = Subscription::own(&["chat.member.#"]);
        let mut consumer = broker.subscribed(&subscription, WAITING).await;
        let wanted = topics::wanted(web::ids::new_id().cast_unsigned());
        if let Err(error) = broker.publish(&[wanted]).await {
            tracing::warn!(%error, "who is in which party is not asked for");
        }
        loop {
            let delivery = consumer.next().await;
            match topics::body::<Members>(&delivery.event) {
                Ok(members) => {
                    let mut known = self.memberships.lock().expect("no holder panics");
                    members.members.into_iter().for_each(|it| known.set(it));
                }
                Err(error) => tracing::warn!(error, "an event makes no sense"),
            }
            delivery.done().await;
        }
    }

    async fn keep_sweeping(&self) {
        let mut turns = time::interval(SWEEP_PERIOD);
        let mut dropped = Vec::new();
        loop {
            turns.tick().await;
            match self.store.sweep(self.clock.now_ms(), &mut dropped).await {
                Ok(count) => tracing::debug!(count, "old lines of chat are forgotten"),
                Err(error) => tracing::warn!(%error, "old lines of chat could not be swept"),
            }
        }
    }

    /// Of somebody who asks.
    pub fn stamp(&self, access: &Access) -> Stamp {
        Stamp {
            by: access.account.cast_unsigned(),
            at_ms: self.clock.now_ms(),
        }
    }
}

impl Authenticate<Access> for ChatService {
    async fn authenticate(&self, token: &str) -> Result<Access, Problem> {
        self.gate.pass(token).await
    }
}
