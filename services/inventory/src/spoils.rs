//! What players gained in the battle, as events, put into the ledger: each once, by its world and number,
//! however often it is delivered.

use backends::{
    backoff::Backoff,
    broker::{Broker, BrokerError, Delivery, Event, Subscription},
    limits::{HANDLER_RETRY_MAX, HANDLER_RETRY_MIN},
    sql::SqlError,
};
use events::{
    Body,
    battle::{Gain, GainSource, Spoils},
};
use ring::digest::{SHA256, digest};

use crate::{
    domain::{Definitions, Find, Source, put_away},
    limits::{KEY_BYTES_MAX, SPOILS_HANDS},
    service::{Inner, Inventory},
    store::{Answer, Order, Outcome},
};

const QUEUE: &str = "inventory.spoils";

/// Why an event is not taken.
#[derive(Debug)]
enum Fault {
    Sql(SqlError),
    /// Nobody will ever be able to.
    Refused(String),
}

/// Has the broker keep what is for this service from now on: before anybody sends the first of it.
///
/// # Errors
/// As of [`Broker::subscribe`].
pub async fn declare_queues(broker: &Broker) -> Result<(), BrokerError> {
    broker.subscribe(&subscription()).await.map(drop)
}

impl Inventory {
    /// Takes spoils for ever, [`SPOILS_HANDS`] at a time.
    pub(crate) async fn keep_taking_spoils(&self, broker: &Broker) {
        let hands = [(); SPOILS_HANDS].map(|()| self.take_spoils(broker));
        let [first, second, third, fourth] = hands;
        tokio::join!(first, second, third, fourth);
    }

    async fn take_spoils(&self, broker: &Broker) {
        let mut consumer = broker.subscribed(&subscription(), "taking spoils").await;
        loop {
            let delivery = consumer.next().await;
            let taken = self.insist_on(&delivery.event).await;
            finish(delivery, taken).await;
        }
    }

    /// With the event in hand while the database is away.
    async fn insist_on(&self, event: &Event) -> Result<(), Fault> {
        let mut backoff = Backoff::new(HANDLER_RETRY_MIN, HANDLER_RETRY_MAX);
        loop {
            match self.take(event).await {
                Err(Fault::Sql(error)) if error.is_retryable() => {
                    tracing::warn!(%error, "spoils wait for the ledger");
                    backoff.wait().await;
                }
                taken => return taken,
            }
        }
    }
}

impl Inner {
    async fn take(&self, event: &Event) -> Result<(), Fault> {
        let refuse = |what: &dyn std::fmt::Display| Fault::Refused(what.to_string());
        let spoils = Spoils::from_bytes(&event.body).map_err(|error| refuse(&error))?;
        let finds = finds(self.store.definitions(), &spoils.gains);
        let finds = finds.map_err(|what| refuse(&what))?;
        if finds.is_empty() {
            return Ok(());
        }
        let character = spoils.character;
        let key = format!("spoils.{}.{}", spoils.world, spoils.seal);
        if character <= 0 || key.len() > KEY_BYTES_MAX {
            return Err(refuse(&"it is of no character or no world of ours"));
        }
        let order = Order {
            author: character,
            key: &key,
            digest: &digest_of(&spoils),
            at_ms: self.clock.now_ms(),
        };
        let decide = |books: &_| Ok(put_away(self.store.definitions(), books, character, &finds));
        let answer = self.store.decide(order, &[character], &decide).await;
        match answer.map_err(Fault::Sql)? {
            Answer::New(Outcome::Done { .. }) => {
                self.spoils.add_one("new");
                Ok(())
            }
            Answer::Repeated(Outcome::Done { .. }) => {
                self.spoils.add_one("repeated");
                Ok(())
            }
            Answer::New(Outcome::Refused(refusal))
            | Answer::Repeated(Outcome::Refused(refusal)) => Err(refuse(&refusal)),
            Answer::KeyReused => Err(refuse(&"other spoils have its number")),
        }
    }
}

fn subscription() -> Subscription {
    Subscription::shared(QUEUE, &[Spoils::TOPIC])
}

async fn finish(delivery: Delivery, taken: Result<(), Fault>) {
    let id = delivery.event.id.clone();
    match taken {
        Ok(()) => delivery.done().await,
        Err(Fault::Sql(error)) => {
            tracing::error!(%error, id, "spoils could not be taken");
            delivery.again().await;
        }
        Err(Fault::Refused(reason)) => {
            tracing::error!(reason, id, "spoils were refused");
            delivery.give_up().await;
        }
    }
}

fn finds(definitions: &Definitions, gains: &[Gain]) -> Result<Vec<Find>, String> {
    let find = |gain: &Gain| {
        let item = definitions.item_named(&gain.item);
        let item = item.filter(|item| !definitions.is_unique(item));
        let item = item.ok_or_else(|| format!("nobody gains {:?} in battle", gain.item))?;
        Ok(Find {
            item: item.clone(),
            count: gain.count,
            source: match gain.source {
                GainSource::Mining => Source::Mining,
                GainSource::Loot => Source::Loot,
            },
        })
    };
    gains.iter().map(find).collect()
}

/// Of what was gained, and not of when it was told.
fn digest_of(spoils: &Spoils) -> String {
    let gains = serde_json::to_vec(&spoils.gains).expect("names and numbers are JSON");
    let digest = digest(&SHA256, &gains);
    let bytes = digest.as_ref().iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}
