//! Who is in the battle, and where: told by whoever sees them, again and again, and forgotten by itself.

use backends::cache::{Cache, CacheError};

use crate::limits::{PLACE_BYTES_MAX, PRESENCE_LIFE};

#[derive(Clone)]
pub struct Presence {
    cache: Cache,
}

impl Presence {
    pub fn new(cache: Cache) -> Self {
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
