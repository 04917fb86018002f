//! Guests who never came back: nothing but its sessions leads to a guest, and those ended long ago.

use backends::sql::{SqlError, Transaction};

use crate::{
    limits::{GUEST_IDLE_MS, GUEST_LANES, GUESTS_SWEPT_AT_ONCE},
    store::Store,
};

/// What became of a guest who was due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Look {
    Forgotten,
    /// It was here since, or is no guest any more, or its log is kept.
    Stays,
}

impl Store {
    /// Forgets guests who are due, some at a time; how many.
    pub async fn sweep_guests(&self, now_ms: i64) -> Result<usize, SqlError> {
        let mut forgotten = 0;
        for lane in 0..GUEST_LANES {
            let due = sqlx::query_scalar::<_, i64>(
                "SELECT account_id FROM auth_guests WHERE lane = $1 AND due_ms <= $2 \
                 ORDER BY due_ms LIMIT $3",
            )
            .bind(lane)
            .bind(now_ms)
            .bind(GUESTS_SWEPT_AT_ONCE)
            .fetch_all(self.database.pool())
            .await?;
            for account in due {
                let look = self.look_after_guest(account, now_ms).await?;
                forgotten += usize::from(look == Look::Forgotten);
            }
        }
        Ok(forgotten)
    }

    async fn look_after_guest(&self, account: i64, now_ms: i64) -> Result<Look, SqlError> {
        let mut transaction = self.database.begin().await?;
        let next_ms = last_seen(&mut transaction, account).await? + GUEST_IDLE_MS;
        let look = if next_ms > now_ms {
            put_off(&mut transaction, account, next_ms).await?;
            Look::Stays
        } else {
            strike_off(&mut transaction, account).await?;
            match is_to_be_kept(&mut transaction, account).await? {
                true => Look::Stays,
                false => forget(&mut transaction, account).await?,
            }
        };
        transaction.commit().await?;
        Ok(look)
    }
}

/// From now on it is looked whether this guest may be forgotten.
pub async fn expect(
    transaction: &mut Transaction,
    account: i64,
    now_ms: i64,
) -> Result<(), SqlError> {
    sqlx::query("INSERT INTO auth_guests (lane, account_id, due_ms) VALUES ($1, $2, $3)")
        .bind(lane_of(account))
        .bind(account)
        .bind(now_ms + GUEST_IDLE_MS)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn lane_of(account: i64) -> i64 {
    account.rem_euclid(GUEST_LANES)
}

/// When a session of it was begun or refreshed; 0 if none is known any more.
async fn last_seen(transaction: &mut Transaction, account: i64) -> Result<i64, SqlError> {
    let statement = "SELECT COALESCE(MAX(rotated_ms), 0) FROM auth_sessions WHERE account_id = $1";
    let seen_ms = sqlx::query_scalar(statement)
        .bind(account)
        .fetch_one(&mut **transaction)
        .await?;
    Ok(seen_ms)
}

async fn put_off(transaction: &mut Transaction, account: i64, due_ms: i64) -> Result<(), SqlError> {
    sqlx::query("UPDATE auth_guests SET due_ms = $3 WHERE lane = $1 AND account_id = $2")
        .bind(lane_of(account))
        .bind(account)
        .bind(due_ms)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

async fn strike_off(transaction: &mut Transaction, account: i64) -> Result<(), SqlError> {
    sqlx::query("DELETE FROM auth_guests WHERE lane = $1 AND account_id = $2")
        .bind(lane_of(account))
        .bind(account)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Who was banned or suspended once is kept with its log, for whoever asks why.
async fn is_to_be_kept(transaction: &mut Transaction, account: i64) -> Result<bool, SqlError> {
    let statement = "SELECT COUNT(*) FROM auth_sanctions WHERE account_id = $1";
    let count: i64 = sqlx::query_scalar(statement)
        .bind(account)
        .fetch_one(&mut **transaction)
        .await?;
    Ok(count > 0)
}

/// Deletes a guest and all that is known of it; not who became an account.
async fn forget(transaction: &mut Transaction, account: i64) -> Result<Look, SqlError> {
    let statement = "SELECT COUNT(*) FROM auth_accounts WHERE account_id = $1 AND is_guest = 1";
    let guests: i64 = sqlx::query_scalar(statement)
        .bind(account)
        .fetch_one(&mut **transaction)
        .await?;
    if guests == 0 {
        return Ok(Look::Stays);
    }
    for statement in [
        "DELETE FROM auth_sessions WHERE account_id = $1",
        "DELETE FROM auth_audit WHERE account_id = $1",
        "DELETE FROM auth_accounts WHERE account_id = $1",
    ] {
        sqlx::query(statement)
            .bind(account)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(Look::Forgotten)
}
