//! Forgets what is too old or too much.

use backends::sql::{SqlError, row::get};

use crate::{
    limits::{
        HISTORY_AGE_MAX_MS, HISTORY_LINES_MAX, LANES, MODERATION_AGE_MAX_MS, SWEEP_LINES_MAX,
    },
    store::Store,
};

impl Store {
    /// Sweeps all channels, and what moderators did long ago; how many lines went. To be called now and then, with the
    /// same list, which is empty at first: of channels that were dropped as nothing is left in them. Who kept a line in
    /// one at that moment did not see it go, so they are looked at once more.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`]; what was swept by then is.
    pub async fn sweep(&self, now_ms: i64, dropped: &mut Vec<String>) -> Result<u64, SqlError> {
        while let Some(channel) = dropped.last() {
            if self.eldest_ms(channel).await?.is_some() {
                self.know_channel(self.database.pool(), channel).await?;
            }
            dropped.pop();
        }
        let mut count = 0;
        for lane in 0..LANES {
            for channel in self.channels(lane).await? {
                match self.eldest_ms(&channel).await? {
                    Some(eldest_ms) => {
                        count += self.sweep_channel(&channel, eldest_ms, now_ms).await?
                    }
                    None => {
                        dropped.push(channel.clone());
                        self.drop_channel(lane, &channel).await?;
                    }
                }
            }
        }
        self.sweep_moderation(now_ms).await?;
        self.inbox.forget(&self.database, now_ms).await?;
        Ok(count)
    }

    async fn channels(&self, lane: i64) -> Result<Vec<String>, SqlError> {
        let rows = sqlx::query("SELECT channel FROM chat_channels WHERE lane = $1")
            .bind(lane)
            .fetch_all(self.database.pool())
            .await?;
        rows.iter().map(|row| get(row, "channel")).collect()
    }

    /// When the eldest line of a channel was said, if there is any.
    async fn eldest_ms(&self, channel: &str) -> Result<Option<i64>, SqlError> {
        let row = sqlx::query(
            "SELECT time_ms FROM chat_lines WHERE channel = $1 ORDER BY time_ms, message_id LIMIT 1",
        )
        .bind(channel)
        .fetch_optional(self.database.pool())
        .await?;
        row.map(|row| get(&row, "time_ms")).transpose()
    }

    async fn drop_channel(&self, lane: i64, channel: &str) -> Result<(), SqlError> {
        sqlx::query("DELETE FROM chat_channels WHERE lane = $1 AND channel = $2")
            .bind(lane)
            .bind(channel)
            .execute(self.database.pool())
            .await?;
        Ok(())
    }

    async fn sweep_channel(
        &self,
        channel: &str,
        eldest_ms: i64,
        now_ms: i64,
    ) -> Result<u64, SqlError> {
        let youngest = sqlx::query(
            "SELECT time_ms FROM chat_lines WHERE channel = $1 \
             ORDER BY time_ms DESC, message_id DESC LIMIT 1 OFFSET $2",
        )
        .bind(channel)
        .bind(HISTORY_LINES_MAX)
        .fetch_optional(self.database.pool())
        .await?;
        let too_many: i64 = youngest.map_or(Ok(i64::MIN), |row| get(&row, "time_ms"))?;
        let by_ms = too_many.max(now_ms - HISTORY_AGE_MAX_MS);
        if by_ms < eldest_ms {
            return Ok(0);
        }
        let mut count = 0;
        loop {
            let swept = self.forget(channel, by_ms).await?;
            count += swept;
            if swept < SWEEP_LINES_MAX.cast_unsigned() {
                return Ok(count);
            }
        }
    }

    /// Forgets some lines of a channel that were said by then.
    async fn forget(&self, channel: &str, by_ms: i64) -> Result<u64, SqlError> {
        let mut transaction = self.database.begin().await?;
        let rows = sqlx::query(
            "DELETE FROM chat_lines WHERE channel = $1 AND message_id IN ( \
               SELECT message_id FROM chat_lines WHERE channel = $1 AND time_ms <= $2 \
               ORDER BY time_ms LIMIT $3) AND time_ms <= $2 RETURNING message_id",
        )
        .bind(channel)
        .bind(by_ms)
        .bind(SWEEP_LINES_MAX)
        .fetch_all(&mut *transaction)
        .await?;
        for row in &rows {
            let message_id: i64 = get(row, "message_id")?;
            sqlx::query("DELETE FROM chat_messages WHERE message_id = $1")
                .bind(message_id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(rows.len() as u64)
    }

    async fn sweep_moderation(&self, now_ms: i64) -> Result<(), SqlError> {
        let by_ms = now_ms - MODERATION_AGE_MAX_MS;
        for statement in [
            "DELETE FROM chat_reports WHERE state = 'resolved' AND resolved_ms < $1",
            "DELETE FROM chat_mutes WHERE until_ms < $1 AND changed_ms < $1",
        ] {
            sqlx::query(statement)
                .bind(by_ms)
                .execute(self.database.pool())
                .await?;
        }
        Ok(())
    }
}
