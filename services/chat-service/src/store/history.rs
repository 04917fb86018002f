//! What was said: lines by channel, and where each message is.

use std::{fmt, str::FromStr};

use backends::sql::{
    SqlError, Transaction,
    row::{corrupt, get, number},
};
use chat::{Notice, Words};
use sqlx::{Any, Executor, any::AnyRow};

use crate::{
    ChannelKey,
    channel_key::number_of,
    limits::LANES,
    store::{Stamp, Store},
    topics,
};

/// Words as they were said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub words: Words,
    pub is_removed: bool,
}

/// Where a page begins: below this time, and at this time below this message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    pub time_ms: i64,
    pub message_id: i64,
}

impl Cursor {
    /// Above all lines.
    pub const TOP: Self = Self {
        time_ms: i64::MAX,
        message_id: i64::MAX,
    };

    /// Below which the message itself is the first.
    pub fn with_itself(self) -> Self {
        let message_id = self.message_id.saturating_add(1);
        Self { message_id, ..self }
    }

    fn of(words: &Words) -> Self {
        Self {
            time_ms: words.time_ms.cast_signed(),
            message_id: words.sequence.cast_signed(),
        }
    }
}

/// For whoever reads page by page.
impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}-{}",
            self.time_ms,
            self.message_id.cast_unsigned()
        )
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (time_ms, message) = text.split_once('-').ok_or(())?;
        let time_ms = number_of(time_ms).ok_or(())?;
        Ok(Self {
            time_ms: i64::try_from(time_ms).unwrap_or(i64::MAX),
            message_id: number_of(message).ok_or(())?.cast_signed(),
        })
    }
}

impl Line {
    pub fn cursor(&self) -> Cursor {
        Cursor::of(&self.words)
    }
}

impl Store {
    /// Keeps words; the same twice is once.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn keep(
        &self,
        transaction: &mut Transaction,
        key: ChannelKey,
        words: &Words,
    ) -> Result<(), SqlError> {
        let channel = key.to_string();
        let at = Cursor::of(words);
        let body = serde_json::to_string(words).expect("strings and numbers are JSON");
        sqlx::query(
            "INSERT INTO chat_lines (channel, time_ms, message_id, body, removed_ms, removed_by) \
             VALUES ($1, $2, $3, $4, 0, 0) ON CONFLICT (channel, time_ms, message_id) DO NOTHING",
        )
        .bind(&channel)
        .bind(at.time_ms)
        .bind(at.message_id)
        .bind(body)
        .execute(&mut **transaction)
        .await?;
        sqlx::query(
            "INSERT INTO chat_messages (message_id, channel, time_ms) VALUES ($1, $2, $3) \
             ON CONFLICT (message_id) DO NOTHING",
        )
        .bind(at.message_id)
        .bind(&channel)
        .bind(at.time_ms)
        .execute(&mut **transaction)
        .await?;
        self.know_channel(&mut **transaction, &channel).await
    }

    /// Has whoever sweeps find a channel.
    pub(super) async fn know_channel(
        &self,
        connection: impl Executor<'_, Database = Any>,
        channel: &str,
    ) -> Result<(), SqlError> {
        sqlx::query(
            "INSERT INTO chat_channels (lane, channel) VALUES ($1, $2) \
             ON CONFLICT (lane, channel) DO NOTHING",
        )
        .bind(lane_of(channel))
        .bind(channel)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Lines of a channel below the cursor, the newest first, also those that were removed.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`], [`SqlError::Corrupt`].
    pub async fn lines(
        &self,
        key: ChannelKey,
        below: Cursor,
        count: i64,
    ) -> Result<Vec<Line>, SqlError> {
        let rows = sqlx::query(
            "SELECT body, removed_ms FROM chat_lines WHERE channel = $1 \
             AND (time_ms < $2 OR (time_ms = $2 AND message_id < $3)) \
             ORDER BY time_ms DESC, message_id DESC LIMIT $4",
        )
        .bind(key.to_string())
        .bind(below.time_ms)
        .bind(below.message_id)
        .bind(count)
        .fetch_all(self.database.pool())
        .await?;
        rows.iter().map(line_of).collect()
    }

    /// Where a message is.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`], [`SqlError::Corrupt`].
    pub async fn place(&self, message: u64) -> Result<Option<(ChannelKey, Cursor)>, SqlError> {
        let row = sqlx::query(
            "SELECT message_id, channel, time_ms FROM chat_messages WHERE message_id = $1",
        )
        .bind(message.cast_signed())
        .fetch_optional(self.database.pool())
        .await?;
        row.as_ref().map(place_of).transpose()
    }

    /// A message, and where it is.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`], [`SqlError::Corrupt`].
    pub async fn line(&self, message: u64) -> Result<Option<(ChannelKey, Line)>, SqlError> {
        let Some((key, at)) = self.place(message).await? else {
            return Ok(None);
        };
        let line = self.lines(key, at.with_itself(), 1).await?.pop();
        let line = line.filter(|line| line.words.sequence == message);
        Ok(line.map(|line| (key, line)))
    }

    /// Removes a message: nobody who asks from now on is shown it. False if there is none, or if it was
    /// removed before.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn remove(&self, message: u64, stamp: Stamp) -> Result<bool, SqlError> {
        let Some((key, at)) = self.place(message).await? else {
            return Ok(false);
        };
        let mut transaction = self.database.begin().await?;
        let result = sqlx::query(
            "UPDATE chat_lines SET removed_ms = $4, removed_by = $5 \
             WHERE channel = $1 AND time_ms = $2 AND message_id = $3 AND removed_ms = 0",
        )
        .bind(key.to_string())
        .bind(at.time_ms)
        .bind(at.message_id)
        .bind(stamp.at_ms)
        .bind(stamp.by.cast_signed())
        .execute(&mut *transaction)
        .await?;
        if result.rows_affected() == 0 {
            return Ok(false);
        }
        let notice = Notice::Removed { sequence: message };
        let topic = format!("{}.{message}", topics::REMOVED);
        self.put(&mut transaction, (topic, message), notice, stamp.at_ms)
            .await?;
        transaction.commit().await?;
        self.outbox.wake();
        Ok(true)
    }
}

fn lane_of(channel: &str) -> i64 {
    let number = topics::number_of_event(channel) >> 1;
    number.cast_signed() % LANES
}

fn line_of(row: &AnyRow) -> Result<Line, SqlError> {
    let body: String = get(row, "body")?;
    let removed_ms: i64 = number(row, "removed_ms")?;
    let words = serde_json::from_str(&body).map_err(|_| corrupt("body", &body))?;
    let is_removed = removed_ms != 0;
    Ok(Line { words, is_removed })
}

fn place_of(row: &AnyRow) -> Result<(ChannelKey, Cursor), SqlError> {
    let channel: String = get(row, "channel")?;
    let key = channel.parse().map_err(|()| corrupt("channel", &channel))?;
    let at = Cursor {
        time_ms: get(row, "time_ms")?,
        message_id: get(row, "message_id")?,
    };
    Ok((key, at))
}
