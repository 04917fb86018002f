//! Links that were mailed: to verify an address, and to set a new password. Each works once.

use backends::sql::{SqlError, row};

use crate::{
    limits::{DAY_MS, LINK_DAYS_SWEPT},
    store::{Event, Store, accounts, audit},
};

/// What a link is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    Verify,
    Reset,
}

impl Purpose {
    pub fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Link {
    pub purpose: Purpose,
    pub account: i64,
    pub email_key: String,
    /// Of a registration: the password that it begins with.
    pub password_hash: Option<String>,
    pub created_ms: i64,
    pub expires_ms: i64,
}

impl Link {
    /// Under which day it is kept.
    pub fn day(&self) -> i64 {
        self.expires_ms.div_euclid(DAY_MS)
    }
}

impl Store {
    pub async fn put_link(&self, token_hash: &str, link: &Link) -> Result<(), SqlError> {
        sqlx::query(
            "INSERT INTO auth_links (expires_day, token_hash, purpose, account_id, email, password_hash, \
             created_ms, expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(link.day())
        .bind(token_hash)
        .bind(link.purpose.name())
        .bind(link.account)
        .bind(&link.email_key)
        .bind(link.password_hash.as_deref())
        .bind(link.created_ms)
        .bind(link.expires_ms)
        .execute(self.database.pool())
        .await?;
        Ok(())
    }

    /// The link of this token, if it still works.
    pub async fn link(
        &self,
        purpose: Purpose,
        day: i64,
        token_hash: &str,
        now_ms: i64,
    ) -> Result<Option<Link>, SqlError> {
        let found = sqlx::query(
            "SELECT account_id, email, password_hash, created_ms, expires_ms FROM auth_links \
             WHERE expires_day = $1 AND token_hash = $2 AND purpose = $3 AND expires_ms > $4",
        )
        .bind(day)
        .bind(token_hash)
        .bind(purpose.name())
        .bind(now_ms)
        .fetch_optional(self.database.pool())
        .await?;
        let link = found.map(|it| {
            Ok(Link {
                purpose,
                account: row::get(&it, "account_id")?,
                email_key: row::get(&it, "email")?,
                password_hash: row::get(&it, "password_hash")?,
                created_ms: row::get(&it, "created_ms")?,
                expires_ms: row::get(&it, "expires_ms")?,
            })
        });
        link.transpose()
    }

    /// Uses a registration's link up: the account has the address and password from now on. Not if the
    /// link was used, the address is taken or the account has one.
    pub async fn verify_email(
        &self,
        token_hash: &str,
        link: &Link,
        password_hash: &str,
        event: &Event<'_>,
    ) -> Result<bool, SqlError> {
        let mut transaction = self.database.begin().await?;
        let used = use_up(link.day(), token_hash, &mut transaction).await?;
        accounts::insert(&mut transaction, link.account, event.at_ms).await?;
        let claimed = accounts::claim_email(
            &mut transaction,
            link.account,
            &link.email_key,
            password_hash,
            event.at_ms,
        );
        if !used || !claimed.await? {
            return Ok(false);
        }
        audit::write(&mut transaction, event).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Uses a link up that sets a password; whether it was not used before.
    pub async fn reset_password(
        &self,
        token_hash: &str,
        link: &Link,
        password_hash: &str,
        event: &Event<'_>,
    ) -> Result<bool, SqlError> {
        let mut transaction = self.database.begin().await?;
        let used = use_up(link.day(), token_hash, &mut transaction).await?;
        // A password that was changed since the mail was asked for stays.
        let changed = sqlx::query(
            "UPDATE auth_accounts SET password_hash = $2, password_changed_ms = $3 \
             WHERE account_id = $1 AND password_changed_ms <= $4",
        )
        .bind(link.account)
        .bind(password_hash)
        .bind(event.at_ms)
        .bind(link.created_ms)
        .execute(&mut *transaction)
        .await?;
        if !used || changed.rows_affected() == 0 {
            return Ok(false);
        }
        audit::write(&mut transaction, event).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Deletes links whose day is over.
    pub async fn sweep_links(&self, now_ms: i64) -> Result<(), SqlError> {
        let today = now_ms.div_euclid(DAY_MS);
        for day in today - LINK_DAYS_SWEPT..today {
            sqlx::query("DELETE FROM auth_links WHERE expires_day = $1")
                .bind(day)
                .execute(self.database.pool())
                .await?;
        }
        Ok(())
    }
}

async fn use_up(
    day: i64,
    token_hash: &str,
    transaction: &mut backends::sql::Transaction,
) -> Result<bool, SqlError> {
    let deleted = sqlx::query("DELETE FROM auth_links WHERE expires_day = $1 AND token_hash = $2")
        .bind(day)
        .bind(token_hash)
        .execute(&mut **transaction)
        .await?;
    Ok(deleted.rows_affected() == 1)
}
