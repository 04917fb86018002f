//! Tells a player by chat that its character has reached a level. Runs beside the player service; of several processes
//! one tells each. What is told twice has one name, so that it is heard once.

use backends::{
    backoff::Backoff,
    broker::{Broker, BrokerError, Event, Subscription},
    limits::{HANDLER_RETRY_MAX, HANDLER_RETRY_MIN},
};
use chat_service::topics::{self, Announcement};
use events::{Body, player::Levelled};

/// The queue that all processes share.
const QUEUE: &str = "chat-levels";

/// Has the broker keep who reached a level, whether somebody tells it already or not.
///
/// # Errors
/// [`BrokerError`].
pub async fn declare_queue(broker: &Broker) -> Result<(), BrokerError> {
    broker.subscribe(&subscription()).await.map(drop)
}

fn subscription() -> Subscription {
    Subscription::shared(QUEUE, &[&format!("{}.#", Levelled::TOPIC)])
}

/// For ever. May be dropped at any time.
pub async fn run(broker: &Broker) {
    let subscription = subscription();
    let what = "who has reached a level";
    let mut consumer = broker.subscribed(&subscription, what).await;
    loop {
        let delivery = consumer.next().await;
        match announced(&delivery.event) {
            Ok(event) => insist(broker, event).await,
            Err(error) => {
                tracing::error!(error, id = delivery.event.id, "an event makes no sense");
            }
        }
        delivery.done().await;
    }
}

/// While the broker is away.
async fn insist(broker: &Broker, event: Event) {
    let mut backoff = Backoff::new(HANDLER_RETRY_MIN, HANDLER_RETRY_MAX);
    let events = [event];
    while let Err(error) = broker.publish(&events).await {
        tracing::warn!(%error, "who has reached a level is not told");
        backoff.wait().await;
    }
}

fn announced(event: &Event) -> Result<Event, String> {
    let levelled = Levelled::from_bytes(&event.body).map_err(|error| error.to_string())?;
    let text = format!("You have reached level {}.", levelled.level);
    let to = levelled.character.0.cast_unsigned();
    let announcement = Announcement::new(text, Some(to), levelled.at_ms.cast_unsigned());
    let id = format!("chat-level-{}", event.id);
    Ok(topics::event(id, topics::SYSTEM.to_owned(), &announcement))
}

#[cfg(test)]
mod tests {
    use super::*;
    use backends::testing::block_on;
    use events::battle::Character;

    fn levelled(id: &str, character: i64, level: u32) -> Event {
        let body = Levelled {
            character: Character(character),
            level_before: level - 1,
            level,
            at_ms: 5,
        };
        Event {
            id: id.to_owned(),
            topic: format!("{}.{character}", Levelled::TOPIC),
            body: body.to_bytes(),
        }
    }

    #[test]
    fn a_level_is_told_to_whom_it_is_about_under_one_name() {
        block_on(async {
            let broker = Broker::open("memory:").expect("a URL");
            let telling = broker.clone();
            let mut heard = broker
                .subscribe(&Subscription::own(&[topics::SYSTEM]))
                .await
                .expect("a broker");
            let shared = Subscription::shared(QUEUE, &["player.levelled.#"]);
            // The queue is there for good once it was made, whoever consumes.
            drop(broker.subscribe(&shared).await);
            let nonsense = Event {
                body: b"{}".to_vec(),
                ..levelled("0", 7, 2)
            };
            let work = async {
                broker.publish(&[nonsense]).await.expect("a broker");
                let mut told = Vec::new();
                for (id, character, level) in [("1", 7, 2), ("2", 9, 60), ("1", 7, 2)] {
                    let event = levelled(id, character, level);
                    broker.publish(&[event]).await.expect("a broker");
                    let delivery = heard.next().await;
                    let body: Announcement = topics::body(&delivery.event).expect("ours");
                    told.push((delivery.event.id.clone(), body.to, body.text));
                    delivery.done().await;
                }
                told
            };
            let told = tokio::select! {
                () = run(&telling) => unreachable!("it goes on for ever"),
                told = work => told,
            };
            let one = (
                "chat-level-1".to_owned(),
                Some(7),
                "You have reached level 2.".to_owned(),
            );
            let other = (
                "chat-level-2".to_owned(),
                Some(9),
                "You have reached level 60.".to_owned(),
            );
            assert_eq!(told, [one.clone(), other, one]);
        });
    }
}
