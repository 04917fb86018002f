//! The service: what it is made of, and the steps that several routes share.

use std::sync::Arc;

use backends::{broker::Broker, sql::Database};
use tokens::Access;
use tokio::{sync::watch, time};
use utoipa_axum::router::OpenApiRouter;
use web::{Authenticate, Check, Clock, Counter, Gate, Metrics, Problem, ids::id_of};

use crate::{
    InventoryError,
    domain::{Books, Definitions, Move, Refusal},
    gate::{Insider, Owners, ShardToken},
    limits::AUDIT_PERIOD,
    routes,
    store::{Answer, Audit, Order, Outcome, Store},
};

/// What an operator sets.
#[derive(Clone, Debug)]
pub struct Config {
    pub definitions: Arc<Definitions>,
    pub shard_token: ShardToken,
}

/// Cheap to clone; the clones are one service.
#[derive(Clone)]
pub struct Inventory(Arc<Inner>);

pub struct Inner {
    pub store: Store,
    pub clock: Clock,
    gate: Arc<dyn Gate<Access>>,
    owners: Arc<dyn Owners>,
    shard_token: ShardToken,
    /// Batches by what became of them.
    batches: Counter,
    /// Spoils of the battle, new and repeated.
    pub spoils: Counter,
    /// Checks of the books by what they found.
    audits: Counter,
}

impl std::ops::Deref for Inventory {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Inventory {
    /// On a database whose tables are up to date ([`Store::migrate`]).
    pub fn open(
        config: Config,
        database: &Database,
        (gate, owners): (Arc<dyn Gate<Access>>, Arc<dyn Owners>),
        metrics: &Metrics,
        clock: Clock,
    ) -> Self {
        Self(Arc::new(Inner {
            store: Store::new(database.clone(), config.definitions),
            clock,
            gate,
            owners,
            shard_token: config.shard_token,
            batches: metrics.counter(
                "inventory_batches_total",
                "Batches of item changes by what became of them.",
                "outcome",
            ),
            spoils: metrics.counter(
                "inventory_spoils_total",
                "Spoils of the battle that were put away, new or repeated.",
                "outcome",
            ),
            audits: metrics.counter(
                "inventory_audits_total",
                "Checks that all books add up to zero; anything but closed is an alarm.",
                "outcome",
            ),
        }))
    }

    /// For players, to be mounted under `/inventory`.
    pub fn router(&self) -> OpenApiRouter {
        routes::router().with_state(self.clone())
    }

    /// For shards, to be mounted where only the cluster's own processes come.
    pub fn shard_router(&self) -> OpenApiRouter {
        routes::shard_router().with_state(self.clone())
    }

    /// For readiness.
    pub fn check(&self) -> Check {
        let inventory = self.clone();
        Check::new("inventory_database", move || {
            let inventory = inventory.clone();
            async move {
                let answer = inventory.store.ping().await;
                answer.map_err(|error| error.to_string())
            }
        })
    }

    /// Sends events, puts spoils away and checks the books, until `stop` is true.
    pub async fn run(&self, broker: &Broker, mut stop: watch::Receiver<bool>) {
        let (store, clock) = (&self.store, &self.clock);
        tokio::select! {
            () = store.outbox().run(store.database(), broker, || clock.now_ms()) => {}
            () = self.keep_auditing() => {}
            () = self.keep_taking_spoils(broker) => {}
            // Also when nobody is left who could stop it.
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    async fn keep_auditing(&self) {
        let mut turns = time::interval(AUDIT_PERIOD);
        loop {
            turns.tick().await;
            if let Err(error) = self.audit().await {
                tracing::warn!(%error, "the books could not be checked");
            }
        }
    }
}

impl Inner {
    /// Checks all books, and counts and tells what it found.
    ///
    /// # Errors
    /// [`InventoryError::Sql`].
    pub async fn audit(&self) -> Result<Audit, InventoryError> {
        let audit = match self.store.audit().await {
            Ok(audit) => audit,
            Err(error) => {
                self.audits.add_one("failed");
                return Err(error.into());
            }
        };
        if audit.is_closed() {
            self.audits.add_one("closed");
        } else {
            self.audits.add_one("broken");
            tracing::error!(?audit, "the books do not close");
        }
        Ok(audit)
    }

    /// The character of a path, if it is the account's; strangers' are told like none.
    pub async fn own(&self, access: &Access, character: &str) -> Result<i64, Problem> {
        let id = id_of(character).ok_or_else(Problem::not_found)?;
        match self.owners.owns(access.account, id).await? {
            true => Ok(id),
            false => Err(Problem::not_found()),
        }
    }

    /// That a character may ask another to trade.
    pub async fn require_acquaintance(&self, character: i64, other: i64) -> Result<(), Problem> {
        self.owners.require_acquaintance(character, other).await
    }

    /// Does what a player wishes, on what their character has; the batch, and whether it was done before.
    pub async fn decide(
        &self,
        order: Order<'_>,
        decide: &(dyn Fn(&Books) -> Result<Vec<Move>, Refusal> + Sync),
    ) -> Result<(i64, bool), InventoryError> {
        let answer = self.store.decide(order, &[order.author], decide).await?;
        self.settle(answer)
    }

    /// The batch of what a player wished, and whether it was done before.
    pub fn settle(&self, answer: Answer) -> Result<(i64, bool), InventoryError> {
        let (outcome, is_repeated) = self.count(answer)?;
        match outcome {
            Outcome::Done { batch } => Ok((batch, is_repeated)),
            Outcome::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// The outcome of a batch, and whether it was known.
    pub fn count(&self, answer: Answer) -> Result<(Outcome, bool), Problem> {
        let (outcome, is_repeated) = match answer {
            Answer::New(outcome) => (outcome, false),
            Answer::Repeated(outcome) => (outcome, true),
            Answer::KeyReused => {
                self.batches.add_one("key-reused");
                return Err(Problem::invalid("key", "it was used for something else"));
            }
        };
        self.batches.add_one(match &outcome {
            _ if is_repeated => "repeated",
            Outcome::Done { .. } => "done",
            Outcome::Refused(refusal) => refusal.name(),
        });
        Ok((outcome, is_repeated))
    }
}

impl Authenticate<Access> for Inventory {
    async fn authenticate(&self, token: &str) -> Result<Access, Problem> {
        self.gate.pass(token).await
    }
}

impl Authenticate<Insider> for Inventory {
    async fn authenticate(&self, token: &str) -> Result<Insider, Problem> {
        match self.shard_token.is(token) {
            true => Ok(Insider),
            false => Err(Problem::unauthorized()),
        }
    }
}
