//! Who is in the battle, and where: told by whoever sees them, again and again, and forgotten by itself.

use backends::{
    broker::{Broker, Event, Subscription},
    cache::{Cache, CacheError},
};
use events::{
    Body,
    battle::{Happenings, Ticks},
};
use tokio::time;

use crate::{
    Player,
    attendance::Attendance,
    limits::{PLACE_BYTES_MAX, PRESENCE_LIFE, PRESENCE_PERIOD},
};

/// What friends are told of who plays.
const BATTLE: &str = "battle";

#[derive(Clone)]
pub struct Presence {
    cache: Cache,
}

impl Presence {
    /// In the cache of all services.
    pub fn new(cache: &Cache) -> Self {
        let cache = cache.namespace("player").namespace("presence");
        Self { cache }
    }

    /// That a character is at a place, for a while; or that it has gone.
    pub async fn set(&self, character: i64, place: Option<&str>) -> Result<(), CacheError> {
        match place {
            Some(place) if place.len() > PLACE_BYTES_MAX => Err(CacheError::TooLarge("a place")),
            Some(place) => {
                let key = character.to_string();
                self.cache.set(&key, place.as_bytes(), PRESENCE_LIFE).await
            }
            None => self.cache.remove(&character.to_string()).await.map(drop),
        }
    }

    /// Where a character is, if it is anywhere. Not known while the cache is away, which is no reason to
    /// refuse a list of friends.
    pub async fn place(&self, character: i64) -> Option<String> {
        let found = self.cache.get(&character.to_string()).await;
        let found = found.unwrap_or_else(|error| {
            tracing::warn!(%error, "presence is not known now");
            None
        });
        found.and_then(|place| String::from_utf8(place).ok())
    }
}

/// Says who is in the battle, by what its processes tell, for ever. Each process of the service hears all of it
/// and says the same.
pub async fn attend(player: &Player, broker: &Broker) {
    let subscription = Subscription::own(&[Happenings::TOPIC, Ticks::TOPIC]);
    let mut consumer = broker.subscribed(&subscription, "who is there").await;
    let mut attendance = Attendance::default();
    let mut turns = time::interval(PRESENCE_PERIOD);
    loop {
        tokio::select! {
            delivery = consumer.next() => {
                hear(player, &mut attendance, &delivery.event).await;
                delivery.done().await;
            }
            _ = turns.tick() => {
                for character in attendance.refresh(player.clock.now_ms()) {
                    say(player, character, true).await;
                }
            }
        }
    }
}

/// Those who came and went are said at once.
async fn hear(player: &Player, attendance: &mut Attendance, event: &Event) {
    let now_ms = player.clock.now_ms();
    if event.topic == Ticks::TOPIC {
        if let Ok(ticks) = Ticks::from_bytes(&event.body) {
            for character in attendance.hear(&ticks, now_ms) {
                say(player, character, true).await;
            }
        }
        return;
    }
    match Happenings::from_bytes(&event.body) {
        Ok(told) => {
            attendance.note(&told, now_ms);
            for visit in &told.visits {
                say(player, visit.character.0, visit.is_there).await;
            }
        }
        Err(error) => tracing::error!(%error, id = event.id, "who came was not understood"),
    }
}

/// What is not said now is said again within a minute, or forgotten by itself.
async fn say(player: &Player, character: i64, is_there: bool) {
    let place = is_there.then_some(BATTLE);
    if let Err(error) = player.presence(character, place).await {
        tracing::warn!(%error, "presence is not told now");
    }
}
