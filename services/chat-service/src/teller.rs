//! Tells all edges what holds: mutes, slow modes, the filter, what was removed lately, and to those that begin what
//! was said last. When somebody asks, at the start, and once a minute for those that missed something. It is told again as a whole,
//! and what an edge knows already changes nothing there, so nobody need know what others missed.

use std::fmt::Display;

use backends::{
    broker::{Broker, Event, Subscription},
    sql::SqlError,
};
use chat::{Notice, limits::HISTORY_MAX};
use tokio::time::{self, MissedTickBehavior};
use web::Clock;

use crate::{
    ChannelKey,
    limits::{STATE_LINES_MAX, STATE_NOTICES_MAX, STATE_PERIOD},
    service::WAITING,
    store::{Cursor, Store},
    topics::{self, Told},
};

const QUEUE: &str = "chat-wanted";
/// Those whose last words newcomers are told.
const RECALLED: [ChannelKey; 4] = [
    ChannelKey::Global,
    ChannelKey::System,
    ChannelKey::House(0),
    ChannelKey::House(1),
];

/// See the module.
pub struct Teller<'a> {
    pub store: &'a Store,
    pub broker: &'a Broker,
    pub clock: &'a Clock,
}

impl Teller<'_> {
    /// Tells for ever. May be dropped at any time.
    pub async fn run(&self) {
        let subscription = Subscription::shared(QUEUE, &[topics::WANTED]);
        let mut consumer = self.broker.subscribed(&subscription, WAITING).await;
        self.tell(true).await;
        let mut turns = time::interval_at(time::Instant::now() + STATE_PERIOD, STATE_PERIOD);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                delivery = consumer.next() => {
                    self.tell(true).await;
                    delivery.done().await;
                }
                _ = turns.tick() => self.tell(false).await,
            }
        }
    }

    async fn tell(&self, with_history: bool) {
        if let Err(error) = self.try_tell(with_history).await {
            tracing::warn!(error, "what holds for chat is told in a minute");
        }
    }

    async fn try_tell(&self, with_history: bool) -> Result<(), String> {
        let mut notices = self.state().await.map_err(sentence)?;
        notices.extend(self.history(with_history).await.map_err(sentence)?);
        let filter = self.store.filter().await.map_err(sentence)?;
        // By itself, for it may be as large as an event may be.
        let filter = filter.map(|filter| state_event(vec![filter.notice()]));
        // Also that nothing holds.
        let first = notices.len().min(STATE_NOTICES_MAX);
        let (first, others) = notices.split_at(first);
        let events = [first].into_iter().chain(others.chunks(STATE_NOTICES_MAX));
        let events = events.map(|notices| state_event(notices.to_vec()));
        let events: Vec<Event> = events.chain(filter).collect();
        self.broker.publish(&events).await.map_err(sentence)
    }

    async fn state(&self) -> Result<Vec<Notice>, SqlError> {
        let mutes = self.store.mutes_to_tell(self.clock.now_ms()).await?;
        let slows = self.store.slows().await?;
        let mutes = mutes.iter().map(|mute| mute.notice());
        Ok(mutes.chain(slows.iter().map(|it| it.notice())).collect())
    }

    /// What was removed lately, and where that is wanted what was said last.
    async fn history(&self, with_words: bool) -> Result<Vec<Notice>, SqlError> {
        let mut notices = Vec::new();
        for key in RECALLED {
            let lines = self.store.lines(key, Cursor::TOP, STATE_LINES_MAX);
            for (place, line) in lines.await?.into_iter().enumerate() {
                let sequence = line.words.sequence;
                if line.is_removed {
                    notices.push(Notice::Removed { sequence });
                } else if with_words && place < HISTORY_MAX {
                    notices.push(Notice::Recalled(line.words.into()));
                }
            }
        }
        Ok(notices)
    }
}

fn sentence(error: impl Display) -> String {
    error.to_string()
}

fn state_event(notices: Vec<Notice>) -> Event {
    let id = format!("chat-state-{:016x}", web::ids::new_id());
    let notices = notices.into();
    let told = Told::new(0, Notice::Several { notices });
    topics::event(id, topics::STATE.to_owned(), &told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use backends::testing::on_each_database;
    use chat::{Audience, Channel, Speaker, Words};

    use crate::store::Stamp;

    fn words(sequence: u64) -> Words {
        Words {
            channel: Channel::Global,
            speaker: Speaker::default(),
            audience: Audience::Everyone,
            to: String::new(),
            text: "words".to_owned(),
            sequence,
            time_ms: sequence,
        }
    }

    #[test]
    fn removals_are_told_again_to_all_and_words_to_those_that_begin() {
        on_each_database(async |database, _| {
            Store::migrate(&database).await.expect("a new database");
            let store = Store::new(database.clone());
            let mut transaction = database.begin().await.expect("a database");
            for sequence in 1..=30 {
                let said = words(sequence);
                let kept = store.keep(&mut transaction, ChannelKey::Global, &said);
                kept.await.expect("a database");
            }
            transaction.commit().await.expect("a database");
            let stamp = Stamp { by: 9, at_ms: 40 };
            assert!(store.remove(3, stamp).await.expect("a database"));
            let broker = Broker::open("memory:").expect("it is here");
            let teller = Teller {
                store: &store,
                broker: &broker,
                clock: &Clock::system(),
            };
            let again = teller.history(false).await.expect("a database");
            assert_eq!(again, [Notice::Removed { sequence: 3 }]);
            let first = teller.history(true).await.expect("a database");
            let recalled = (11..=30).rev().map(|it| Notice::Recalled(words(it).into()));
            let removed = [Notice::Removed { sequence: 3 }];
            assert_eq!(first, recalled.chain(removed).collect::<Vec<_>>());
        });
    }
}
