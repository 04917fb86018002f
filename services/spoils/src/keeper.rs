//! What is between the world and the database: it listens, puts down, and says that it has.

use std::{
    future,
    pin::Pin,
    time::{SystemTime, UNIX_EPOCH},
};

use backends::{backoff::Backoff, broker::Broker, sql::SqlError};
use engine::{Command, spoils::Sealed};
use tokio::{
    sync::{oneshot, watch},
    time::{MissedTickBehavior, interval},
};
use world::EdgePort;

use crate::{
    limits::{LOOK_PERIOD, RETRY_MAX, RETRY_MIN},
    pile::Pile,
    store::Store,
};

/// See the module. It may be dropped at any time: what it had in hand is told again.
pub struct Keeper {
    port: EdgePort,
    /// The process whose shards' spoils are kept here; each other's has a keeper of its own.
    pod: u16,
    store: Store,
    pile: Pile,
}

type Writing = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Keeper {
    pub fn new(port: EdgePort, pod: u16, store: Store) -> Self {
        Self {
            port,
            pod,
            store,
            pile: Pile::default(),
        }
    }

    /// Keeps spoils, and sends what was put down, until `stop` is true.
    pub async fn run(mut self, broker: Broker, mut stop: watch::Receiver<bool>) {
        let store = self.store.clone();
        let (made, is_made) = oneshot::channel();
        tokio::select! {
            () = self.keep(made) => {}
            () = send(&store, &broker, is_made) => {}
            // Also when nobody is left who could stop it.
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    /// Until the world is gone. Says when the tables are there.
    async fn keep(&mut self, made: oneshot::Sender<()>) {
        let mut looks = interval(LOOK_PERIOD);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut writing: Option<Writing> = Some(Box::pin(make_tables(self.store.clone(), made)));
        while !self.port.is_abandoned() {
            tokio::select! {
                _ = looks.tick() => self.look(),
                () = end_of(&mut writing) => {
                    writing = None;
                    self.say_kept();
                }
            }
            if writing.is_none()
                && let Some(batch) = self.pile.take()
            {
                writing = Some(Box::pin(put_down(self.store.clone(), batch)));
            }
        }
    }

    /// Hears what was told since the last look.
    fn look(&mut self) {
        while let Some(frames) = self.port.parts() {
            let own = frames.iter().filter(|it| it.source.pod == self.pod);
            for told in own.flat_map(|frame| &frame.spoils) {
                self.pile.hear(told);
            }
        }
    }

    /// A word that finds no room in the ring is said when the world tells of the same again.
    fn say_kept(&mut self) {
        for Sealed { session, seal, .. } in self.pile.settle() {
            let _ = self.port.send(Command::SpoilsKept { session, seal });
        }
    }
}

/// Never, if nothing is written.
async fn end_of(writing: &mut Option<Writing>) {
    match writing {
        Some(writing) => writing.await,
        None => future::pending().await,
    }
}

async fn make_tables(store: Store, made: oneshot::Sender<()>) {
    insist(|| Store::migrate(store.database())).await;
    let _ = made.send(());
}

/// Sends what was put down, from when there is a table to look into; then for ever.
async fn send(store: &Store, broker: &Broker, is_made: oneshot::Receiver<()>) {
    match is_made.await {
        Ok(()) => store.outbox().run(store.database(), broker, now_ms).await,
        // The keeping has ended before, and says so itself.
        Err(_) => future::pending().await,
    }
}

async fn put_down(store: Store, batch: Vec<Sealed>) {
    insist(async || store.put_down(&batch, now_ms()).await.map(drop)).await;
}

/// Tries until it is done, however long the database is away.
async fn insist<F: Future<Output = Result<(), SqlError>>>(attempt: impl Fn() -> F) {
    let mut backoff = Backoff::new(RETRY_MIN, RETRY_MAX);
    while let Err(error) = attempt().await {
        tracing::warn!(%error, "spoils wait for the database");
        backoff.wait().await;
    }
}

fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_ms = now.expect("the clock is past 1970").as_millis();
    now_ms
        .try_into()
        .expect("it is not yet the year 292 million")
}
