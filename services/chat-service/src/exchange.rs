//! What players of this process say goes to the broker, and what others say comes from it. Neither way ever holds
//! an edge up: what waits for the broker is bounded by the edges' queue, beyond which an edge takes no words and
//! tells their speaker. What was taken is kept: it goes to the broker whenever that is back. Who hears of it late
//! does not show it, for nobody would know what it is about; it counts what it left out.

use std::{future::Future, pin::pin, sync::Arc};

use backends::{
    backoff::Backoff,
    broker::{Broker, Event, Subscription},
};
use chat::{Audience, Channel, Ears, Notice, Speaker, Words, text};
use tokio::sync::mpsc;
use web::Clock;

use crate::{
    limits::{BATCH_MAX, RETRY_MAX, RETRY_MIN, WORDS_AGE_MAX_MS},
    seen::Seen,
    service::WAITING,
    topics::{self, Announcement, Members, Told},
};

/// What an edge process hears of.
const HEARD: [&str; 9] = [
    "chat.said.#",
    "chat.state",
    "chat.muted.#",
    "chat.removed.#",
    "chat.slowed.#",
    "chat.words",
    "chat.hushed.#",
    "chat.member.#",
    "chat.system",
];

/// One process's way to all others. Cheap to clone.
#[derive(Clone)]
pub struct Exchange {
    broker: Broker,
    clock: Clock,
    /// Names the process, so that it need not hear itself.
    origin: u64,
}

impl Exchange {
    pub fn new(broker: Broker, clock: Clock) -> Self {
        Self {
            broker,
            clock,
            origin: web::ids::new_id().cast_unsigned(),
        }
    }

    /// Goes on until the edges are gone, or `ended` says that they are, and all that they said is with the broker.
    /// Whoever drops it before loses what waits.
    pub async fn run(
        &self,
        mut said: mpsc::Receiver<Notice>,
        ears: &impl Ears,
        ended: impl Future<Output = ()>,
    ) {
        tokio::select! {
            () = self.speak(&mut said, ended) => {}
            () = self.listen(ears) => {}
        }
    }

    /// Publishes what is said here, in order.
    async fn speak(&self, said: &mut mpsc::Receiver<Notice>, ended: impl Future<Output = ()>) {
        let mut ended = pin!(ended);
        let mut notices = Vec::with_capacity(BATCH_MAX);
        loop {
            tokio::select! {
                count = said.recv_many(&mut notices, BATCH_MAX) => {
                    if count == 0 {
                        return;
                    }
                }
                () = &mut ended, if !said.is_closed() => said.close(),
            }
            let words = notices.drain(..).filter_map(|notice| match notice {
                Notice::Said(words) => Some(words),
                _ => None,
            });
            self.publish(&words.collect::<Vec<_>>()).await;
        }
    }

    /// Insists, whatever the broker answers: beside an outage that is how it is set up, and who mends that wants
    /// nothing to be lost.
    async fn publish(&self, words: &[Arc<Words>]) {
        let events = words.iter();
        let events = events.filter_map(|it| topics::said(self.origin, Words::clone(it)));
        let events: Vec<_> = events.collect();
        if events.is_empty() {
            return;
        }
        let mut backoff = Backoff::new(RETRY_MIN, RETRY_MAX);
        let mut is_told = false;
        while let Err(error) = self.broker.publish_lasting(&events).await {
            if !is_told {
                tracing::warn!(%error, "words for other processes wait for the broker");
            }
            is_told = true;
            backoff.wait().await;
        }
    }

    /// Tells the edges here what others say.
    async fn listen(&self, ears: &impl Ears) {
        let mut consumer = self
            .broker
            .subscribed(&Subscription::own(&HEARD), WAITING)
            .await;
        let mut seen = Seen::default();
        self.ask().await;
        loop {
            let delivery = consumer.next().await;
            if seen.is_new(&delivery.event.id) {
                self.take(&delivery.event, ears);
            }
            delivery.done().await;
        }
    }

    /// Asks what holds. Who does not hear it tells within a minute anyway.
    async fn ask(&self) {
        if let Err(error) = self.broker.publish(&[topics::wanted(self.origin)]).await {
            tracing::warn!(%error, "what holds for chat comes later");
        }
    }

    fn take(&self, event: &Event, ears: &impl Ears) {
        let notice = match event.topic.as_str() {
            topics::SYSTEM => topics::body(event)
                .and_then(|it| announced(&it, &event.id))
                .map(|words| (None, Notice::Said(words.into()))),
            topic if topic.starts_with(topics::MEMBER) => topics::body(event).map(belonging),
            _ => topics::body(event).map(|told: Told| (Some(told.origin), told.notice)),
        };
        match notice {
            Ok((Some(origin), _)) if origin == self.origin => {}
            // As of one who was cut off from the broker: words that nobody would know what they are about, and so many
            // that orders would be lost among them.
            Ok((_, Notice::Said(words))) if words.time_ms < self.oldest_ms() => ears.lose(1),
            Ok((_, notice)) => ears.tell(&notice),
            Err(error) => tracing::warn!(error, topic = event.topic, "an event makes no sense"),
        }
    }

    /// When words were said that are just young enough to be heard.
    fn oldest_ms(&self) -> u64 {
        let now_ms = self.clock.now_ms().cast_unsigned();
        now_ms.saturating_sub(WORDS_AGE_MAX_MS)
    }
}

/// What is heard, and the process that said it, where that is one with edges.
type Heard = (Option<u64>, Notice);

fn belonging(members: Members) -> Heard {
    let notices = members.members.into_iter().map(Notice::Belongs);
    let notices = notices.collect();
    (None, Notice::Several { notices })
}

/// The server's words, under a number that follows from the event's name at all edges.
pub fn announced(announcement: &Announcement, event_id: &str) -> Result<Words, String> {
    let text = text::cleaned(&announcement.text);
    let text = text.map_err(|refusal| format!("the text is refused: {refusal:?}"))?;
    let to = announcement.to;
    Ok(Words {
        channel: Channel::System,
        speaker: Speaker::default(),
        audience: to.map_or(Audience::Everyone, |to| Audience::Pair(to, to)),
        to: String::new(),
        text,
        sequence: topics::number_of_event(event_id),
        time_ms: announcement.time_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_is_the_servers_and_safe() {
        let of = |text: &str, to| announced(&Announcement::new(text.into(), to, 5), "x");
        let words = of(" Bera  won ", None).expect("it is told");
        assert_eq!(
            (words.text.as_str(), words.speaker.session),
            ("Bera won", 0)
        );
        assert_eq!(words.audience, Audience::Everyone);
        assert!(of("a\u{202e}b", None).is_err());
        let words = of("for one", Some(7)).expect("it is told");
        assert_eq!(words.audience, Audience::Pair(7, 7));
    }
}
