//! What is said goes into history: each message once, whoever delivers it how often.

use backends::{
    broker::{Broker, BrokerError, Event, Subscription},
    inbox::{HandleError, Handler},
    sql::Transaction,
};
use chat::{Notice, Words};

use crate::{
    ChannelKey, exchange,
    service::WAITING,
    store::Store,
    topics::{self, Told},
};

/// The queue that all processes of the service share, and its consumer in the inbox.
const QUEUE: &str = "chat-store";

fn subscription() -> Subscription {
    Subscription::shared(QUEUE, &["chat.said.#", topics::SYSTEM])
}

/// Has the broker keep what is said from now on: before anybody says the first of it.
///
/// # Errors
/// As of [`Broker::subscribe`].
pub async fn declare_queues(broker: &Broker) -> Result<(), BrokerError> {
    broker.subscribe(&subscription()).await.map(drop)
}

/// Keeps for ever. May be dropped at any time.
pub async fn run(store: &Store, broker: &Broker, now_ms: impl Fn() -> i64) {
    let consumer = broker.subscribed(&subscription(), WAITING).await;
    let (database, keeper) = (store.database(), Keeper(store));
    let inbox = store.inbox();
    inbox.run(database, QUEUE, consumer, &keeper, now_ms).await;
}

struct Keeper<'a>(&'a Store);

impl Handler for Keeper<'_> {
    async fn handle(
        &self,
        transaction: &mut Transaction,
        event: &Event,
    ) -> Result<(), HandleError> {
        let words = words_of(event).map_err(HandleError::Refused)?;
        let key = ChannelKey::of(&words);
        let key = key.ok_or_else(|| HandleError::Refused("it is for nobody".to_owned()))?;
        Ok(self.0.keep(transaction, key, &words).await?)
    }
}

/// What was said.
pub fn words_of(event: &Event) -> Result<Words, String> {
    if event.topic == topics::SYSTEM {
        return exchange::announced(&topics::body(event)?, &event.id);
    }
    match topics::body::<Told>(event)?.notice {
        Notice::Said(words) => Ok(Words::clone(&words)),
        _ => Err("nothing was said".to_owned()),
    }
}
