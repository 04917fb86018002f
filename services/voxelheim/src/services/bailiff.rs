//! Sends whom staff bans, suspends or sends away, away from the edges of a process, with all their characters.

use ::player::store::Store;
use backends::{
    backoff::Backoff,
    broker::{Broker, Event, Subscription},
    limits::{HANDLER_RETRY_MAX, HANDLER_RETRY_MIN},
    sql::SqlError,
};
use edge::Expeller;
use events::{BadBody, Body, admin::Expelled, auth::Sanctioned};
use tokio::sync::watch;

/// Listens to the auth service and the operations service, wherever those are.
#[derive(Clone)]
pub struct Bailiff {
    broker: Broker,
    players: Option<Store>,
    stopped: watch::Receiver<bool>,
}

/// Who is to go.
struct Departure {
    account: i64,
    /// As far as who wants it told them.
    characters: Vec<i64>,
}

impl Bailiff {
    /// Without `players` it knows only those characters that it is told of.
    pub fn new(broker: &Broker, players: Option<&Store>, stopped: watch::Receiver<bool>) -> Self {
        Self {
            broker: broker.clone(),
            players: players.cloned(),
            stopped,
        }
    }

    /// Until the stop signal. Who is banned while the broker is away plays on until his ticket's session ends:
    /// he gets no new one.
    pub async fn run(mut self, expeller: Expeller) {
        let mut stopped = self.stopped.clone();
        tokio::select! {
            () = self.listen(&expeller) => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    }

    async fn listen(&mut self, expeller: &Expeller) {
        let subscription = Subscription::own(&[Sanctioned::TOPIC, Expelled::TOPIC]);
        let mut consumer = self
            .broker
            .subscribed(&subscription, "hearing of bans")
            .await;
        loop {
            let delivery = consumer.next().await;
            match Departure::of(&delivery.event) {
                Ok(departure) => self.insist(&departure, expeller).await,
                Err(error) => log_refused(&delivery.event, &error),
            }
            delivery.done().await;
        }
    }

    /// With the departure in hand while the database is away or the edges have too many.
    async fn insist(&self, departure: &Departure, expeller: &Expeller) {
        let mut backoff = Backoff::new(HANDLER_RETRY_MIN, HANDLER_RETRY_MAX);
        loop {
            match self.characters(departure).await {
                Ok(characters) => {
                    // Without a service of characters, the account's one.
                    let mut ids = characters.into_iter().chain([departure.account]);
                    if ids.all(|id| expeller.expel(id.cast_unsigned())) {
                        return;
                    }
                }
                Err(error) => tracing::warn!(%error, "a ban waits for the database"),
            }
            backoff.wait().await;
        }
    }

    async fn characters(&self, departure: &Departure) -> Result<Vec<i64>, SqlError> {
        match &self.players {
            Some(players) if departure.characters.is_empty() => {
                let characters = players.characters(departure.account).await?;
                Ok(characters.iter().map(|it| it.card.id).collect())
            }
            _ => Ok(departure.characters.clone()),
        }
    }
}

impl Departure {
    fn of(event: &Event) -> Result<Self, BadBody> {
        if event.topic == Expelled::TOPIC {
            let expelled = Expelled::from_bytes(&event.body)?;
            return Ok(Self {
                account: expelled.account,
                characters: expelled.characters.iter().map(|it| it.0).collect(),
            });
        }
        let sanctioned = Sanctioned::from_bytes(&event.body)?;
        Ok(Self {
            account: sanctioned.account,
            characters: Vec::new(),
        })
    }
}

fn log_refused(event: &Event, error: &dyn std::fmt::Display) {
    tracing::error!(%error, id = event.id, "a ban was not understood");
}
