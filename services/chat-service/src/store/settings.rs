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
/// Below all revisions of a setting.
const ANY: i64 = -1;

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

    /// The words that are not shown now: those that come with the program, until a filter is set.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`], [`SqlError::Corrupt`].
    pub async fn words(&self) -> Result<Arc<WordList>, SqlError> {
        Ok(self.words_and_revision().await?.0)
    }

    /// Changes the filter that holds, which nobody else changes meanwhile: `edit` is asked again if somebody did.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`], [`SqlError::Corrupt`]; within, what `edit` says: then nothing changes.
    pub async fn edit_filter<E>(
        &self,
        edit: impl Fn(&mut WordList) -> Result<(), E>,
        stamp: Stamp,
    ) -> Result<Result<Filter, E>, SqlError> {
        loop {
            let (before, revision) = self.words_and_revision().await?;
            let mut words = WordList::clone(&before);
            if let Err(refusal) = edit(&mut words) {
                return Ok(Err(refusal));
            }
            if let Some(filter) = self.replace_filter(words, revision, stamp).await? {
                return Ok(Ok(filter));
            }
        }
    }

    /// Revision 0 is that of the words that come with the program.
    async fn words_and_revision(&self) -> Result<(Arc<WordList>, i64), SqlError> {
        let built_in = || (Arc::new(WordList::built_in()), 0);
        Ok(self.setting(WORDS).await?.unwrap_or_else(built_in))
    }

    async fn replace_filter(
        &self,
        words: WordList,
        over: i64,
        stamp: Stamp,
    ) -> Result<Option<Filter>, SqlError> {
        let words = Arc::new(words);
        let filter = |revision| Filter {
            words: words.clone(),
            revision,
        };
        let topic = topics::WORDS.to_owned();
        let told = |revision| filter(revision).notice();
        let about = (WORDS, Some(over));
        let set = self.set(about, &words, (topic, &told), stamp).await?;
        Ok(set.map(filter))
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
        let about = (name.as_str(), None);
        self.set(about, &slow_ms, (topic, &told), stamp).await?;
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

    /// Sets a value, if need be over that of a revision alone, and has all edges told under the topic what `notice`
    /// makes of its own. None where the revision is another.
    async fn set(
        &self,
        (name, over): (&str, Option<i64>),
        value: &impl Serialize,
        (topic, notice): (String, &(dyn Fn(i64) -> Notice + Sync)),
        stamp: Stamp,
    ) -> Result<Option<i64>, SqlError> {
        let body = serde_json::to_string(value).expect("strings and numbers are JSON");
        let mut transaction = self.database.begin().await?;
        let row = sqlx::query(
            "INSERT INTO chat_settings (name, body, changed_ms, changed_by, revision) \
             VALUES ($1, $2, $3, $4, $3) ON CONFLICT (name) DO UPDATE SET \
             body = excluded.body, changed_ms = excluded.changed_ms, \
             changed_by = excluded.changed_by, \
             revision = CASE WHEN chat_settings.revision >= excluded.revision \
               THEN chat_settings.revision + 1 ELSE excluded.revision END \
             WHERE $5 < 0 OR chat_settings.revision = $5 RETURNING revision",
        )
        .bind(name)
        .bind(body)
        .bind(stamp.at_ms)
        .bind(stamp.by.cast_signed())
        .bind(over.unwrap_or(ANY))
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let revision = get(&row, "revision")?;
        let about = (topic, topics::number_of_event(name));
        self.put(&mut transaction, about, notice(revision), stamp.at_ms)
            .await?;
        transaction.commit().await?;
        self.outbox.wake();
        Ok(Some(revision))
    }
}

fn slow_name(channel: Channel) -> String {
    format!("slow.{}", channel as u8)
}
