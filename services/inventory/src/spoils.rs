//! What players gained in the battle, as events, put into the ledger: each once, by its world and number,
//! however often it is delivered.

use backends::{
    backoff::Backoff,
    broker::{Broker, BrokerError, Consumer, Delivery, Event, Subscription},
    limits::{HANDLER_RETRY_MAX, HANDLER_RETRY_MIN},
    sql::SqlError,
};
use events::{
    Body,
    battle::{Gain, GainSource, Spoils},
};
use ring::digest::{SHA256, digest};
use tokio::time::{Instant, timeout_at};

use crate::{
    domain::{Definitions, Find, Source},
    limits::{KEY_BYTES_MAX, SPOILS_AT_ONCE, SPOILS_HANDS, SPOILS_SPAN},
    service::{Inner, Inventory},
    store::{Answer, Haul, Order, Outcome},
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
    /// Takes spoils for ever, by [`SPOILS_HANDS`] hands.
    pub(crate) async fn keep_taking_spoils(&self, broker: &Broker) {
        let hands = [(); SPOILS_HANDS].map(|()| self.take_spoils(broker));
        let [first, second, third, fourth] = hands;
        tokio::join!(first, second, third, fourth);
    }

    async fn take_spoils(&self, broker: &Broker) {
        let mut consumer = broker.subscribed(&subscription(), "taking spoils").await;
        loop {
            let deliveries = gather(&mut consumer).await;
            let hauls = deliveries.iter().map(|it| self.haul(&it.event));
            let hauls: Vec<_> = hauls.collect();
            let taken = self.insist_on(hauls).await;
            for (delivery, taken) in deliveries.into_iter().zip(taken) {
                finish(delivery, taken).await;
            }
        }
    }

    /// With the events in hand while the database is away. Of each what became of it.
    async fn insist_on(&self, hauls: Vec<Result<Kept, String>>) -> Vec<Result<(), Fault>> {
        let sound = hauls.iter().flatten().filter(|it| !it.finds.is_empty());
        let sound: Vec<Haul> = sound.map(Kept::haul).collect();
        let mut backoff = Backoff::new(HANDLER_RETRY_MIN, HANDLER_RETRY_MAX);
        let answers = loop {
            match self.store.put_spoils(&sound).await {
                Ok(answers) => break answers,
                Err(error) => {
                    tracing::warn!(%error, "spoils wait for the ledger");
                    backoff.wait().await;
                }
            }
        };
        let mut answers = answers.into_iter();
        let mut taken = Vec::with_capacity(hauls.len());
        for haul in &hauls {
            taken.push(match haul {
                Err(reason) => Err(Fault::Refused(reason.clone())),
                // Deeds alone are not the ledger's.
                Ok(kept) if kept.finds.is_empty() => Ok(()),
                Ok(_) => match answers.next().expect("each haul has its answer") {
                    Ok(answer) => self.judge(answer),
                    Err(error) => Err(Fault::Sql(error)),
                },
            });
        }
        taken
    }
}

/// An event as it is put away.
struct Kept {
    character: i64,
    key: String,
    digest: String,
    at_ms: i64,
    finds: Vec<Find>,
}

impl Kept {
    fn haul(&self) -> Haul<'_> {
        Haul {
            order: Order {
                author: self.character,
                key: &self.key,
                digest: &self.digest,
                at_ms: self.at_ms,
            },
            finds: &self.finds,
        }
    }
}

impl Inner {
    fn haul(&self, event: &Event) -> Result<Kept, String> {
        let spoils = Spoils::from_bytes(&event.body).map_err(|error| error.to_string())?;
        let key = format!("spoils.{}.{}", spoils.world, spoils.seal);
        if spoils.character <= 0 || key.len() > KEY_BYTES_MAX {
            return Err("it is of no character or no world of ours".to_owned());
        }
        Ok(Kept {
            character: spoils.character,
            key,
            digest: digest_of(&spoils),
            at_ms: self.clock.now_ms(),
            finds: finds(self.store.definitions(), &spoils.gains)?,
        })
    }

    fn judge(&self, answer: Answer) -> Result<(), Fault> {
        let refuse = |what: &dyn std::fmt::Display| Err(Fault::Refused(what.to_string()));
        match answer {
            Answer::New(Outcome::Done { .. }) => {
                self.spoils.add_one("new");
                Ok(())
            }
            Answer::Repeated(Outcome::Done { .. }) => {
                self.spoils.add_one("repeated");
                Ok(())
            }
            Answer::New(Outcome::Refused(refusal))
            | Answer::Repeated(Outcome::Refused(refusal)) => refuse(&refusal),
            Answer::KeyReused => refuse(&"other spoils have its number"),
        }
    }
}

/// One at least, and what comes with it.
async fn gather(consumer: &mut Consumer) -> Vec<Delivery> {
    let mut deliveries = vec![consumer.next().await];
    let until = Instant::now() + SPOILS_SPAN;
    while deliveries.len() < usize::from(SPOILS_AT_ONCE) {
        match timeout_at(until, consumer.next()).await {
            Ok(delivery) => deliveries.push(delivery),
            Err(_) => break,
        }
    }
    deliveries
}

fn subscription() -> Subscription {
    Subscription::shared(QUEUE, &[Spoils::TOPIC]).with_prefetch(SPOILS_AT_ONCE)
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
