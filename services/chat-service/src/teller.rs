//! Tells all edges what holds: mutes, slow modes, the filter, and to those that begin what was said last. When
//! somebody asks, at the start, and once a minute for those that missed something. It is told again as a whole,
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
    limits::{STATE_NOTICES_MAX, STATE_PERIOD},
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
        if with_history {
            notices.extend(self.history().await.map_err(sentence)?);
        }
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

    async fn history(&self) -> Result<Vec<Notice>, SqlError> {
        let mut notices = Vec::new();
        for key in RECALLED {
            let lines = self.store.lines(key, Cursor::TOP, HISTORY_MAX as i64);
            notices.extend(lines.await?.into_iter().map(|line| match line.is_removed {
                true => Notice::Removed {
                    sequence: line.words.sequence,
                },
                false => Notice::Recalled(line.words.into()),
            }));
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
