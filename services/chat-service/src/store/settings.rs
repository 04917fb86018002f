//! What moderators set for all: the filter of words, and slow modes.

use std::sync::Arc;

use backends::sql::{
    SqlError,
    row::{corrupt, get},
};
use chat::{Channel, Notice, WordList};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    store::{Stamp, Store},
    topics,
};

const WORDS: &str = "words";

/// The filter that holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filter {
    pub words: Arc<WordList>,
    revision: i64,
}

/// Messages of one speaker in a channel are to be so far apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slow {
    pub channel: Channel,
    pub slow_ms: u64,
    revision: i64,
}

impl Filter {
    pub fn notice(&self) -> Notice {
        Notice::Filtered {
            words: self.words.clone(),
            revision: self.revision.cast_unsigned(),
        }
    }
}

impl Slow {
    pub fn notice(&self) -> Notice {
        Notice::Slowed {
            channel: self.channel,
            slow_ms: self.slow_ms,
            revision: self.revision.cast_unsigned(),
        }
    }
}

impl Store {
    /// The filter that was set last, if any was.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`], [`SqlError::Corrupt`].
    pub async fn filter(&self) -> Result<Option<Filter>, SqlError> {
        let kept = self.setting(WORDS).await?;
        Ok(kept.map(|(words, revision)| Filter { words, revision }))
    }

    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn set_filter(&self, words: WordList, stamp: Stamp) -> Result<Filter, SqlError> {
        let words = Arc::new(words);
        let notice = |revision| Filter {
            words: words.clone(),
            revision,
        };
        let topic = topics::WORDS.to_owned();
        let told = |revision| notice(revision).notice();
        let revision = self.set(WORDS, &words, (topic, &told), stamp).await?;
        Ok(notice(revision))
    }

    /// Slow modes that were ever set.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`], [`SqlError::Corrupt`].
    pub async fn slows(&self) -> Result<Vec<Slow>, SqlError> {
        let mut slows = Vec::new();
        for channel in Channel::ALL {
            if let Some((slow_ms, revision)) = self.setting(&slow_name(channel)).await? {
                slows.push(Slow {
                    channel,
                    slow_ms,
                    revision,
                });
            }
        }
        Ok(slows)
    }

    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn set_slow(
        &self,
        channel: Channel,
        slow_ms: u64,
        stamp: Stamp,
    ) -> Result<(), SqlError> {
        let told = |revision| {
            let slow = Slow {
                channel,
                slow_ms,
                revision,
            };
            slow.notice()
        };
        let topic = format!("{}.{}", topics::SLOWED, channel as u8);
        let name = slow_name(channel);
        self.set(&name, &slow_ms, (topic, &told), stamp).await?;
        Ok(())
    }

    async fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<(T, i64)>, SqlError> {
        let row = sqlx::query("SELECT body, revision FROM chat_settings WHERE name = $1")
            .bind(name)
            .fetch_optional(self.database.pool())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let body: String = get(&row, "body")?;
        let value = serde_json::from_str(&body).map_err(|_| corrupt("body", &body))?;
        Ok(Some((value, get(&row, "revision")?)))
    }

    /// Sets a value and has all edges told under the topic what `notice` makes of its revision.
    async fn set(
        &self,
        name: &str,
        value: &impl Serialize,
        (topic, notice): (String, &(dyn Fn(i64) -> Notice + Sync)),
        stamp: Stamp,
    ) -> Result<i64, SqlError> {
        let body = serde_json::to_string(value).expect("strings and numbers are JSON");
        let mut transaction = self.database.begin().await?;
        let row = sqlx::query(
            "INSERT INTO chat_settings (name, body, changed_ms, changed_by, revision) \
             VALUES ($1, $2, $3, $4, $3) ON CONFLICT (name) DO UPDATE SET \
             body = excluded.body, changed_ms = excluded.changed_ms, \
             changed_by = excluded.changed_by, \
             revision = CASE WHEN chat_settings.revision >= excluded.revision \
               THEN chat_settings.revision + 1 ELSE excluded.revision END \
             RETURNING revision",
        )
        .bind(name)
        .bind(body)
        .bind(stamp.at_ms)
        .bind(stamp.by.cast_signed())
        .fetch_one(&mut *transaction)
        .await?;
        let revision = get(&row, "revision")?;
        let about = (topic, topics::number_of_event(name));
        self.put(&mut transaction, about, notice(revision), stamp.at_ms)
            .await?;
        transaction.commit().await?;
        self.outbox.wake();
        Ok(revision)
    }
}

fn slow_name(channel: Channel) -> String {
    format!("slow.{}", channel as u8)
}
