//! Who may say nothing, until when, why and by whom.

use backends::sql::{SqlError, Transaction, row::get};
use chat::Notice;
use sqlx::any::AnyRow;

use crate::{
    limits::{MUTES_TOLD_MAX, STATE_MEMORY_MS},
    store::{Stamp, Store},
    topics,
};

/// A mute as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptMute {
    pub account: u64,
    pub until_ms: i64,
    pub reason: String,
    pub changed_ms: i64,
    pub changed_by: u64,
    revision: i64,
}

impl KeptMute {
    pub fn notice(&self) -> Notice {
        Notice::Muted {
            account: self.account,
            until_ms: self.until_ms.max(0).cast_unsigned(),
            reason: self.reason.clone(),
            revision: self.revision.cast_unsigned(),
        }
    }
}

impl Store {
    /// Mutes an account, in place of a mute that holds.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn mute(
        &self,
        account: u64,
        until_ms: i64,
        reason: &str,
        stamp: Stamp,
    ) -> Result<KeptMute, SqlError> {
        let mut transaction = self.database.begin().await?;
        let row = sqlx::query(
            "INSERT INTO chat_mutes (account, until_ms, reason, changed_ms, changed_by, revision) \
             VALUES ($1, $2, $3, $4, $5, $4) ON CONFLICT (account) DO UPDATE SET \
             until_ms = excluded.until_ms, reason = excluded.reason, \
             changed_ms = excluded.changed_ms, changed_by = excluded.changed_by, \
             revision = CASE WHEN chat_mutes.revision >= excluded.revision \
               THEN chat_mutes.revision + 1 ELSE excluded.revision END \
             RETURNING account, until_ms, reason, changed_ms, changed_by, revision",
        )
        .bind(account.cast_signed())
        .bind(until_ms)
        .bind(reason)
        .bind(stamp.at_ms)
        .bind(stamp.by.cast_signed())
        .fetch_one(&mut *transaction)
        .await?;
        let mute = mute_of(&row)?;
        self.tell_mute(transaction, &mute).await?;
        Ok(mute)
    }

    /// Ends the mute of an account; false if none holds.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn unmute(&self, account: u64, stamp: Stamp) -> Result<bool, SqlError> {
        let mut transaction = self.database.begin().await?;
        let row = sqlx::query(
            "UPDATE chat_mutes SET until_ms = 0, changed_ms = $2, changed_by = $3, \
             revision = CASE WHEN revision >= $2 THEN revision + 1 ELSE $2 END \
             WHERE account = $1 AND until_ms > $2 \
             RETURNING account, until_ms, reason, changed_ms, changed_by, revision",
        )
        .bind(account.cast_signed())
        .bind(stamp.at_ms)
        .bind(stamp.by.cast_signed())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(false) };
        self.tell_mute(transaction, &mute_of(&row)?).await?;
        Ok(true)
    }

    async fn tell_mute(
        &self,
        mut transaction: Transaction,
        mute: &KeptMute,
    ) -> Result<(), SqlError> {
        let topic = format!("{}.{}", topics::MUTED, mute.account);
        let about = (topic, mute.account);
        self.put(&mut transaction, about, mute.notice(), mute.changed_ms)
            .await?;
        transaction.commit().await?;
        self.outbox.wake();
        Ok(())
    }

    /// The mute of an account that holds now.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn mute_of(&self, account: u64, now_ms: i64) -> Result<Option<KeptMute>, SqlError> {
        let row = sqlx::query(
            "SELECT account, until_ms, reason, changed_ms, changed_by, revision FROM chat_mutes \
             WHERE account = $1 AND until_ms > $2",
        )
        .bind(account.cast_signed())
        .bind(now_ms)
        .fetch_optional(self.database.pool())
        .await?;
        row.as_ref().map(mute_of).transpose()
    }

    /// Mutes that hold now, those that last longest first, and those that ended lately.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn mutes_to_tell(&self, now_ms: i64) -> Result<Vec<KeptMute>, SqlError> {
        let rows = sqlx::query(
            "SELECT account, until_ms, reason, changed_ms, changed_by, revision FROM chat_mutes \
             WHERE until_ms > $1 OR changed_ms >= $2 ORDER BY until_ms DESC LIMIT $3",
        )
        .bind(now_ms)
        .bind(now_ms - STATE_MEMORY_MS)
        .bind(MUTES_TOLD_MAX)
        .fetch_all(self.database.pool())
        .await?;
        rows.iter().map(mute_of).collect()
    }
}

fn mute_of(row: &AnyRow) -> Result<KeptMute, SqlError> {
    let bits = |column| -> Result<u64, SqlError> { Ok(get::<i64>(row, column)?.cast_unsigned()) };
    Ok(KeptMute {
        account: bits("account")?,
        until_ms: get(row, "until_ms")?,
        reason: get(row, "reason")?,
        changed_ms: get(row, "changed_ms")?,
        changed_by: bits("changed_by")?,
        revision: get(row, "revision")?,
    })
}
