//! How much an account says over all its connections, to whatever edges: counted in the cache that all processes
//! of the service share. Who says too much is hushed at all edges until the window ends. Without the cache each
//! connection's own rate holds alone.

use backends::{
    broker::{Broker, Subscription},
    cache::Cache,
};
use chat::{Notice, Words};
use web::{Clock, Counter};

use crate::{
    keeper::words_of,
    limits::{RATE_WINDOW, RATE_WORDS_MAX},
    seen::Seen,
    service::WAITING,
    topics::{self, Told},
};

const QUEUE: &str = "chat-rates";

/// See the module.
pub struct Rates<'a> {
    pub broker: &'a Broker,
    pub cache: &'a Cache,
    pub clock: &'a Clock,
    /// Accounts that were hushed.
    pub hushed: &'a Counter,
}

impl Rates<'_> {
    /// Counts for ever. May be dropped at any time.
    pub async fn run(&self) {
        let subscription = Subscription::shared(QUEUE, &["chat.said.#"]);
        let mut consumer = self.broker.subscribed(&subscription, WAITING).await;
        let mut seen = Seen::default();
        loop {
            let delivery = consumer.next().await;
            // What is no words the keeper tells of.
            if let Ok(words) = words_of(&delivery.event)
                && self.is_of_now(&words)
                && seen.is_new(&delivery.event.id)
            {
                self.count(words.speaker.account).await;
            }
            delivery.done().await;
        }
    }

    /// Not of those that waited for the broker and come all at once: their connection's rate let them pass.
    fn is_of_now(&self, words: &Words) -> bool {
        let age_ms = self.clock.now_ms().saturating_sub_unsigned(words.time_ms);
        age_ms <= RATE_WINDOW.as_millis() as i64
    }

    async fn count(&self, account: u64) {
        let now_ms = self.clock.now_ms();
        let key = format!("said:{account}");
        let count = match self.cache.count(&key, RATE_WINDOW, now_ms).await {
            Ok(count) => count,
            Err(error) => return tracing::warn!(%error, "what is said is not counted"),
        };
        // Once more for each word beyond, in case that an edge missed it.
        if count.count <= RATE_WORDS_MAX {
            return;
        }
        self.hushed.add_one("too_fast");
        let left_ms = count.window_left.as_millis() as u64;
        let until_ms = now_ms.cast_unsigned() + left_ms;
        let notice = Notice::Hushed { account, until_ms };
        let id = format!("chat-hushed-{:016x}", web::ids::new_id());
        let topic = format!("{}.{account}", topics::HUSHED);
        let event = topics::event(id, topic, &Told::new(0, notice));
        if let Err(error) = self.broker.publish(&[event]).await {
            tracing::warn!(%error, account, "an account that says too much is not hushed");
        }
    }
}
