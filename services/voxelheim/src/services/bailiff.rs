//! Sends whom staff bans, suspends or sends away, and who signed out everywhere, away from the edges of a process, with
//! all their characters. It asks nobody who those are: edges know players' accounts.

use backends::{
    backoff::Backoff,
    broker::{Broker, Event, Subscription},
    limits::{HANDLER_RETRY_MAX, HANDLER_RETRY_MIN},
};
use edge::{Expeller, Return};
use events::{
    BadBody, Body,
    admin::Expelled,
    auth::{Sanctioned, SignedOut},
};
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
        let topics = [Sanctioned::TOPIC, Expelled::TOPIC, SignedOut::TOPIC];
        let subscription = Subscription::own(&topics);
        let mut consumer = self
            .broker
            .subscribed(&subscription, "hearing who is to go")
            .await;
        loop {
            let delivery = consumer.next().await;
            match who_goes(&delivery.event) {
                Ok((account, by)) => insist(account, by, expeller).await,
                Err(error) => log_refused(&delivery.event, &error),
            }
            delivery.done().await;
        }
    }
}

/// With the ban in hand while the edges have too many.
async fn insist(account: i64, by: Return, expeller: &Expeller) {
    let mut backoff = Backoff::new(HANDLER_RETRY_MIN, HANDLER_RETRY_MAX);
    while !expeller.expel(account.cast_unsigned(), by) {
        backoff.wait().await;
    }
}

/// Who is to go, and by what it comes back.
fn who_goes(event: &Event) -> Result<(i64, Return), BadBody> {
    match event.topic.as_str() {
        SignedOut::TOPIC => {
            let SignedOut { account, at_ms } = SignedOut::from_bytes(&event.body)?;
            Ok((account, Return::ByTicketSince(at_ms)))
        }
        Expelled::TOPIC => {
            let expelled = Expelled::from_bytes(&event.body)?;
            Ok((expelled.account, Return::Later))
        }
        _ => {
            let sanctioned = Sanctioned::from_bytes(&event.body)?;
            Ok((sanctioned.account, Return::Later))
        }
    }
}

fn log_refused(event: &Event, error: &dyn std::fmt::Display) {
    tracing::error!(%error, id = event.id, "who is to go was not understood");
}
