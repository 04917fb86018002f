//! The second factor of an account, and its codes on paper.

use backends::sql::{SqlError, row};

use crate::store::{Event, Store, audit};

#[derive(Clone, Debug)]
pub struct Factor {
    pub sealed_secret: String,
    pub is_confirmed: bool,
    pub last_step: i64,
}

impl Store {
    pub async fn factor(&self, account: i64) -> Result<Option<Factor>, SqlError> {
        let found = sqlx::query(
            "SELECT sealed_secret, confirmed_ms, last_step FROM auth_second_factors WHERE account_id = $1",
        )
        .bind(account)
        .fetch_optional(self.database.pool())
        .await?;
        let factor = found.map(|it| {
            let confirmed_ms: Option<i64> = row::get(&it, "confirmed_ms")?;
            Ok(Factor {
                sealed_secret: row::get(&it, "sealed_secret")?,
                is_confirmed: confirmed_ms.is_some(),
                last_step: row::get(&it, "last_step")?,
            })
        });
        factor.transpose()
    }

    /// Keeps a secret that is not confirmed yet; not if one is confirmed.
    pub async fn begin_factor(&self, account: i64, sealed: &str) -> Result<bool, SqlError> {
        let changed = sqlx::query(
            "INSERT INTO auth_second_factors (account_id, sealed_secret, last_step) VALUES ($1, $2, 0) \
             ON CONFLICT (account_id) DO UPDATE SET sealed_secret = excluded.sealed_secret \
             WHERE auth_second_factors.account_id = $1 AND auth_second_factors.confirmed_ms IS NULL",
        )
        .bind(account)
        .bind(sealed)
        .execute(self.database.pool())
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// From now on the account needs its second factor; not if it did before.
    pub async fn confirm_factor(
        &self,
        step: i64,
        recovery_hashes: &[String],
        event: &Event<'_>,
    ) -> Result<bool, SqlError> {
        let mut transaction = self.database.begin().await?;
        let changed = sqlx::query(
            "UPDATE auth_second_factors SET confirmed_ms = $2, last_step = $3 \
             WHERE account_id = $1 AND confirmed_ms IS NULL",
        )
        .bind(event.account)
        .bind(event.at_ms)
        .bind(step)
        .execute(&mut *transaction)
        .await?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("DELETE FROM auth_recovery_codes WHERE account_id = $1")
            .bind(event.account)
            .execute(&mut *transaction)
            .await?;
        for hash in recovery_hashes {
            sqlx::query("INSERT INTO auth_recovery_codes (account_id, code_hash) VALUES ($1, $2)")
                .bind(event.account)
                .bind(hash)
                .execute(&mut *transaction)
                .await?;
        }
        audit::write(&mut transaction, event).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Uses a step's code up; whether nobody did before.
    pub async fn use_step(&self, account: i64, step: i64) -> Result<bool, SqlError> {
        let changed = sqlx::query(
            "UPDATE auth_second_factors SET last_step = $2 WHERE account_id = $1 AND last_step < $2",
        )
        .bind(account)
        .bind(step)
        .execute(self.database.pool())
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Uses a code from paper up; whether there was such a one.
    pub async fn use_recovery_code(&self, account: i64, hash: &str) -> Result<bool, SqlError> {
        let deleted =
            sqlx::query("DELETE FROM auth_recovery_codes WHERE account_id = $1 AND code_hash = $2")
                .bind(account)
                .bind(hash)
                .execute(self.database.pool())
                .await?;
        Ok(deleted.rows_affected() == 1)
    }

    pub async fn delete_factor(&self, event: &Event<'_>) -> Result<(), SqlError> {
        let mut transaction = self.database.begin().await?;
        for statement in [
            "DELETE FROM auth_second_factors WHERE account_id = $1",
            "DELETE FROM auth_recovery_codes WHERE account_id = $1",
        ] {
            sqlx::query(statement)
                .bind(event.account)
                .execute(&mut *transaction)
                .await?;
        }
        audit::write(&mut transaction, event).await?;
        Ok(transaction.commit().await?)
    }
}
