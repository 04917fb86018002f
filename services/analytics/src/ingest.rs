//! From the broker into the warehouse: events are gathered into batches, inserted, and only then acknowledged.
//! While one batch is inserted the next is gathered.

use std::time::Duration;

use backends::{
    backoff::Backoff,
    broker::{Consumer, Delivery},
};
use tokio::time::{Instant, timeout_at};

use crate::{
    Analytics,
    facts::Facts,
    limits::{BATCH_EVENTS_MAX, BATCH_FACTS_MAX, BATCH_SPAN, INSERT_RETRY_MAX, INSERT_RETRY_MIN},
    reading::{Reading, read},
    store::token_of,
};

/// Events in hand, and what they say.
#[derive(Default)]
struct Batch {
    deliveries: Vec<Delivery>,
    facts: Facts,
    /// To be dead letters.
    refused: Vec<Delivery>,
}

impl Analytics {
    /// For ever. May be dropped at any time: what is in hand is delivered again.
    pub(crate) async fn ingest(&self, mut consumer: Consumer) {
        let mut batch = self.gather(&mut consumer, BATCH_SPAN).await;
        loop {
            let (next, ()) =
                tokio::join!(self.gather(&mut consumer, BATCH_SPAN), self.settle(batch));
            batch = next;
        }
    }

    /// Waits for an event, and for more until the batch is large or old enough.
    async fn gather(&self, consumer: &mut Consumer, span: Duration) -> Batch {
        let mut batch = Batch::default();
        self.take(&mut batch, consumer.next().await);
        let until = Instant::now() + span;
        while batch.has_room() {
            match timeout_at(until, consumer.next()).await {
                Ok(delivery) => self.take(&mut batch, delivery),
                Err(_) => break,
            }
        }
        batch
    }

    fn take(&self, batch: &mut Batch, delivery: Delivery) {
        let key = &self.config.player_key;
        match read(&delivery.event, key, self.times()) {
            Reading::Facts(facts) => {
                batch.facts.append(facts);
                batch.deliveries.push(delivery);
            }
            Reading::Expired => {
                self.events.add_one("expired");
                batch.deliveries.push(delivery);
            }
            Reading::Refused(reason) => {
                let event = &delivery.event;
                tracing::warn!(
                    id = event.id,
                    topic = event.topic,
                    reason,
                    "an event is refused"
                );
                self.events.add_one("refused");
                batch.refused.push(delivery);
            }
        }
    }

    /// Inserts, however long the warehouse is away, and acknowledges. Whatever is wrong with the warehouse, it is
    /// not with the facts, which were checked: they wait.
    async fn settle(&self, mut batch: Batch) {
        let ids = batch.deliveries.iter().map(|it| it.event.id.as_str());
        let token = token_of(ids);
        let mut backoff = Backoff::new(INSERT_RETRY_MIN, INSERT_RETRY_MAX);
        while let Err(error) = {
            let now_ms = self.clock.now_ms();
            self.store.insert(&mut batch.facts, &token, now_ms).await
        } {
            self.batches.add_one("waited");
            match error.is_retryable() {
                true => tracing::warn!(%error, "facts wait for the warehouse"),
                false => tracing::error!(%error, "the warehouse does not take facts"),
            }
            backoff.wait().await;
        }
        self.batches.add_one("kept");
        for _ in &batch.deliveries {
            self.events.add_one("kept");
        }
        // First, as the others are acknowledged up to the newest, with all before it.
        for delivery in batch.refused {
            delivery.give_up().await;
        }
        Delivery::done_all(batch.deliveries).await;
    }
}

impl Batch {
    fn has_room(&self) -> bool {
        let count = self.deliveries.len() + self.refused.len();
        count < BATCH_EVENTS_MAX && self.facts.count() < BATCH_FACTS_MAX
    }
}
