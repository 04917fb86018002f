//! The service: what it is made of, and what it does without being asked.

use std::sync::Arc;

use backends::{
    backoff::Backoff,
    broker::{Broker, BrokerError, Consumer, Subscription},
    warehouse::{Warehouse, WarehouseError},
};
use tokens::Access;
use tokio::{sync::watch, time};
use utoipa_axum::router::OpenApiRouter;
use web::{Check, Clock, Counter, Gate, Metrics};

use crate::{
    PlayerKey,
    limits::{
        DAYS_MAX, DAYS_MIN, EVENTS_HELD_MAX, EXPIRY_PERIOD, FACTS_DAYS, SUBSCRIBE_RETRY_MAX,
        SUBSCRIBE_RETRY_MIN, SUM_PERIOD, SUMS_DAYS, TICKS_DAYS,
    },
    reading::{TOPICS, Times},
    routes,
    store::{DAY_MS, Store},
};

/// The queue's name.
pub const QUEUE: &str = "analytics";

/// What an operator sets.
#[derive(Clone, Debug)]
pub struct Config {
    pub player_key: PlayerKey,
    pub retention: Retention,
}

/// For how many days what is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retention {
    pub facts_days: u32,
    /// Facts of ticks.
    pub ticks_days: u32,
    /// Sums by hours and days, and rounds.
    pub sums_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            facts_days: FACTS_DAYS,
            ticks_days: TICKS_DAYS,
            sums_days: SUMS_DAYS,
        }
    }
}

impl Retention {
    /// Whether each is a number of days for which something can be kept.
    pub fn is_sound(&self) -> bool {
        let days = [self.facts_days, self.ticks_days, self.sums_days];
        days.iter().all(|days| (DAYS_MIN..=DAYS_MAX).contains(days))
    }
}

fn subscription() -> Subscription {
    Subscription::shared(QUEUE, &TOPICS).with_prefetch(EVENTS_HELD_MAX)
}

/// Has the broker keep what is for this service from now on: before anybody sends the first of it. Only where it
/// will run: a queue that nobody empties fills, and then takes nothing from anybody.
///
/// # Errors
/// As of [`Broker::subscribe`].
pub async fn declare_queue(broker: &Broker) -> Result<(), BrokerError> {
    // What is in hand is given back, and counts as delivered in vain.
    let wanted = subscription().with_prefetch(1);
    broker.subscribe(&wanted).await.map(drop)
}

/// Cheap to clone; the clones are one service.
#[derive(Clone)]
pub struct Analytics(Arc<Inner>);

pub struct Inner {
    pub store: Store,
    pub clock: Clock,
    pub gate: Arc<dyn Gate<Access>>,
    pub config: Config,
    /// Events by what became of them.
    pub events: Counter,
    /// Batches likewise.
    pub batches: Counter,
}

impl std::ops::Deref for Analytics {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Analytics {
    /// On a warehouse that need not be there yet: [`Self::run`] makes the tables.
    ///
    /// # Panics
    /// If the retention is not sound.
    pub fn open(
        config: Config,
        warehouse: &Warehouse,
        gate: Arc<dyn Gate<Access>>,
        metrics: &Metrics,
        clock: Clock,
    ) -> Self {
        assert!(config.retention.is_sound(), "whoever configures checks it");
        Self(Arc::new(Inner {
            store: Store::new(warehouse.clone()),
            clock,
            gate,
            config,
            events: metrics.counter(
                "analytics_events_total",
                "Events by what became of them; refused ones are dead letters.",
                "outcome",
            ),
            batches: metrics.counter(
                "analytics_batches_total",
                "Batches of facts by whether the warehouse took them; one that waits is tried again.",
                "outcome",
            ),
        }))
    }

    /// For staff, to be mounted under `/analytics`.
    pub fn router(&self) -> OpenApiRouter {
        routes::router().with_state(self.clone())
    }

    /// For readiness.
    pub fn check(&self) -> Check {
        let analytics = self.clone();
        Check::new("analytics_warehouse", move || {
            let analytics = analytics.clone();
            async move {
                let answer = analytics.store.ping().await;
                answer.map_err(|error| error.to_string())
            }
        })
    }

    /// Listens, sums up and lets go of what is too old, until `stop` is true. What is in hand then is delivered
    /// again to whoever comes.
    pub async fn run(&self, broker: &Broker, mut stop: watch::Receiver<bool>) {
        let living = async {
            // First, as an event in hand counts as delivered in vain when a process ends: one that cannot
            // work yet takes none.
            self.prepare().await;
            let consumer = self.subscribe(broker).await;
            tokio::join!(
                self.ingest(consumer),
                self.keep_summing(),
                self.keep_expiring()
            );
        };
        tokio::select! {
            () = living => {}
            // Also when nobody is left who could stop it.
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    async fn subscribe(&self, broker: &Broker) -> Consumer {
        let wanted = subscription();
        let mut backoff = Backoff::new(SUBSCRIBE_RETRY_MIN, SUBSCRIBE_RETRY_MAX);
        loop {
            match broker.subscribe(&wanted).await {
                Ok(consumer) => return consumer,
                Err(error) => tracing::warn!(%error, "analytics has no broker yet"),
            }
            backoff.wait().await;
        }
    }

    async fn prepare(&self) {
        let mut backoff = Backoff::new(SUBSCRIBE_RETRY_MIN, SUBSCRIBE_RETRY_MAX);
        while let Err(error) = self.migrate().await {
            tracing::warn!(%error, "analytics has no warehouse yet");
            backoff.wait().await;
        }
    }

    /// Makes the tables, or brings them up to date, and tells them for how long they keep what.
    ///
    /// # Errors
    /// [`WarehouseError::Unavailable`].
    pub async fn migrate(&self) -> Result<(), WarehouseError> {
        self.store.migrate().await?;
        let now_ms = self.clock.now_ms();
        self.store.expire(self.config.retention, now_ms).await
    }

    async fn keep_summing(&self) {
        let mut turns = time::interval(SUM_PERIOD);
        loop {
            turns.tick().await;
            if let Err(error) = self.sum_up().await {
                tracing::warn!(%error, "hours could not be summed up");
            }
        }
    }

    async fn keep_expiring(&self) {
        let mut turns = time::interval(EXPIRY_PERIOD);
        loop {
            turns.tick().await;
            let now_ms = self.clock.now_ms();
            if let Err(error) = self.store.expire(self.config.retention, now_ms).await {
                tracing::warn!(%error, "what is too old could not go");
            }
        }
    }
}

impl Inner {
    /// Sums up the hours and days that got facts; how many.
    ///
    /// # Errors
    /// [`WarehouseError::Unavailable`].
    pub async fn sum_up(&self) -> Result<usize, WarehouseError> {
        let times = self.times();
        self.store.sum_up(times.kept_from_ms, times.now_ms).await
    }

    pub fn times(&self) -> Times {
        let now_ms = self.clock.now_ms();
        let Retention {
            facts_days,
            ticks_days,
            ..
        } = self.config.retention;
        let days = i64::from(facts_days.min(ticks_days));
        Times {
            now_ms,
            kept_from_ms: now_ms - days * DAY_MS,
        }
    }
}
