//! What is between the inventory and the world: it looks who is there, asks, and says what they wear and have eaten.

use std::{collections::BTreeMap, future, pin::Pin};

use backends::{
    backoff::Backoff,
    broker::{Broker, Subscription},
};
use engine::{Command, Dialect, Dress, Piece, SessionId};
use events::{Body, inventory::Dressed};
use inventory::store::{Equipment, Store};
use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval},
};
use world::EdgePort;

use crate::{
    fittings::Fittings,
    limits::{LOOK_PERIOD, RETRY_MAX, RETRY_MIN, WORDS_MAX},
};

/// See the crate. It may be dropped at any time: all that it knows it can ask again.
pub struct Valet {
    port: EdgePort,
    /// The process whose shards' players are dressed here; each other's has a valet of its own.
    pod: u16,
    store: Store,
    fittings: Fittings,
    /// What the world spoke when it was last looked at.
    dialect: Dialect,
}

type Answers = BTreeMap<SessionId, Dress>;
type Asking = Pin<Box<dyn Future<Output = Answers> + Send>>;

impl Valet {
    /// Reads the inventory's store, and changes nothing there.
    pub fn new(port: EdgePort, pod: u16, store: Store) -> Self {
        Self {
            port,
            pod,
            store,
            fittings: Fittings::default(),
            dialect: Dialect::OLDEST,
        }
    }

    /// Says what is worn until the world is gone, or `stop` is true.
    pub async fn run(mut self, broker: Broker, mut stop: watch::Receiver<bool>) {
        let (heard, words) = mpsc::channel(WORDS_MAX);
        tokio::select! {
            () = self.serve(words) => {}
            () = listen(&broker, heard) => {}
            // Also when nobody is left who could stop it.
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    async fn serve(&mut self, mut words: mpsc::Receiver<SessionId>) {
        let mut looks = interval(LOOK_PERIOD);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut asking: Option<Asking> = None;
        while !self.port.is_abandoned() {
            tokio::select! {
                _ = looks.tick() => self.look(),
                answers = end_of(&mut asking) => {
                    asking = None;
                    for (session, dress) in answers {
                        self.fittings.learn(session, dress);
                    }
                    self.say();
                }
                Some(session) = words.recv() => self.fittings.hear(session),
            }
            if asking.is_none() {
                let sessions = self.fittings.take_due();
                if !sessions.is_empty() {
                    asking = Some(Box::pin(ask(self.store.clone(), sessions)));
                }
            }
        }
    }

    /// Sees who is there in the newest frames.
    fn look(&mut self) {
        let mut newest = None;
        while let Some(frames) = self.port.parts() {
            newest = Some(frames);
        }
        let Some(frames) = newest else { return };
        let spoken = frames.iter().map(|it| it.dialect).min();
        self.dialect = spoken.unwrap_or(self.dialect);
        self.fittings.begin();
        let own = frames.iter().filter(|it| it.source.pod == self.pod);
        for player in own.flat_map(|frame| &frame.players) {
            self.fittings.see(player);
        }
        self.fittings.end();
        self.say();
    }

    /// A word that finds no room in the ring is said in the next look.
    fn say(&mut self) {
        let port = &mut self.port;
        self.fittings.say(self.dialect, |session, dress| {
            port.send(Command::Wear { session, dress }).is_ok()
        });
    }
}

/// Never, if nobody is asked.
async fn end_of(asking: &mut Option<Asking>) -> Answers {
    match asking {
        Some(asking) => asking.await,
        None => future::pending().await,
    }
}

/// Hears who wears something else, for ever.
async fn listen(broker: &Broker, heard: mpsc::Sender<SessionId>) {
    let subscription = Subscription::own(&[Dressed::TOPIC]);
    let what = "hearing of what is worn";
    let mut consumer = broker.subscribed(&subscription, what).await;
    loop {
        let delivery = consumer.next().await;
        match Dressed::from_bytes(&delivery.event.body) {
            // Nobody is left to hear it only when all of this ends.
            Ok(Dressed { character }) => drop(heard.send(session_of(character)).await),
            Err(error) => {
                let id = &delivery.event.id;
                tracing::error!(%error, id, "what is worn was not understood");
            }
        }
        delivery.done().await;
    }
}

/// Tries until it is answered, however long the database is away.
async fn ask(store: Store, sessions: Vec<SessionId>) -> Answers {
    let characters: Vec<i64> = sessions.iter().map(|it| it.0.cast_signed()).collect();
    let mut backoff = Backoff::new(RETRY_MIN, RETRY_MAX);
    loop {
        match store.equipment(&characters).await {
            Ok(mut worn) => {
                // Who begins is told of, too: or the first meal would be the first that the world hears.
                let answers = characters.iter().map(|character| {
                    let equipment = worn.remove(character).unwrap_or_default();
                    (session_of(*character), dress_of(&equipment))
                });
                return answers.collect();
            }
            Err(error) => tracing::warn!(%error, "what is worn waits for the database"),
        }
        backoff.wait().await;
    }
}

fn session_of(character: i64) -> SessionId {
    SessionId(character.cast_unsigned())
}

/// What the battle makes of it. Of 4 billion changes, one a second for 136 years, the last ones are one.
pub fn dress_of(equipment: &Equipment) -> Dress {
    let pieces = equipment.items.iter();
    Dress {
        worn: pieces
            .filter_map(|item| Piece::named(item.name()))
            .collect(),
        revision: u32::try_from(equipment.revision).unwrap_or(u32::MAX),
        eaten: Some(u32::try_from(equipment.eaten).unwrap_or(u32::MAX)),
    }
}
