//! Sends whom staff bans, suspends or sends away, away from the edges of a process, with all their characters. It asks
//! nobody who those are: edges know players' accounts.

use backends::{
    backoff::Backoff,
    broker::{Broker, Event, Subscription},
    limits::{HANDLER_RETRY_MAX, HANDLER_RETRY_MIN},
};
use edge::Expeller;
use events::{BadBody, Body, admin::Expelled, auth::Sanctioned};
use tokio::sync::watch;

/// Listens to the auth service and the operations service, wherever those are.
#[derive(Clone)]
pub struct Bailiff {
    broker: Broker,
    stopped: watch::Receiver<bool>,
}

impl Bailiff {
    pub fn new(broker: &Broker, stopped: watch::Receiver<bool>) -> Self {
        Self {
            broker: broker.clone(),
            stopped,
        }
    }

    /// Until the stop signal. Who is banned while the broker is away plays on until it is back.
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
            match account_of(&delivery.event) {
                Ok(account) => insist(account, expeller).await,
                Err(error) => log_refused(&delivery.event, &error),
            }
            delivery.done().await;
        }
    }
}

/// With the ban in hand while the edges have too many.
async fn insist(account: i64, expeller: &Expeller) {
    let mut backoff = Backoff::new(HANDLER_RETRY_MIN, HANDLER_RETRY_MAX);
    while !expeller.expel(account.cast_unsigned()) {
        backoff.wait().await;
    }
}

/// Who is to go.
fn account_of(event: &Event) -> Result<i64, BadBody> {
    if event.topic == Expelled::TOPIC {
        return Expelled::from_bytes(&event.body).map(|it| it.account);
    }
    Sanctioned::from_bytes(&event.body).map(|it| it.account)
}

fn log_refused(event: &Event, error: &dyn std::fmt::Display) {
    tracing::error!(%error, id = event.id, "a ban was not understood");
}
