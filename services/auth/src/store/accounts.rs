//! Accounts, and whose a mail address or another provider's user is.

use backends::sql::{SqlError, Transaction, row};
use sqlx::any::AnyRow;
use tokens::Role;

use crate::store::{Event, Store, audit, guests, sessions::end_all};

#[derive(Clone, Debug)]
pub struct Account {
    pub id: i64,
    pub created_ms: i64,
    pub role: Role,
    /// Nothing but its sessions leads back to it.
    pub is_guest: bool,
    /// Verified.
    pub email: Option<String>,
    pub password_hash: Option<String>,
    pub password_changed_ms: i64,
}

const COLUMNS: &str = "SELECT account_id, created_ms, role, is_guest, email, password_hash, password_changed_ms \
     FROM auth_accounts WHERE account_id = $1";

impl Account {
    fn of(it: &AnyRow) -> Result<Self, SqlError> {
        let role: String = row::get(it, "role")?;
        let is_guest: i64 = row::get(it, "is_guest")?;
        Ok(Self {
            is_guest: is_guest != 0,
            id: row::get(it, "account_id")?,
            created_ms: row::get(it, "created_ms")?,
            role: role.parse().map_err(|()| row::corrupt("role", &role))?,
            email: row::get(it, "email")?,
            password_hash: row::get(it, "password_hash")?,
            password_changed_ms: row::get(it, "password_changed_ms")?,
        })
    }
}

impl Store {
    pub async fn account(&self, id: i64) -> Result<Option<Account>, SqlError> {
        let found = sqlx::query(COLUMNS)
            .bind(id)
            .fetch_optional(self.database.pool())
            .await?;
        found.as_ref().map(Account::of).transpose()
    }

    pub async fn account_of_email(&self, email_key: &str) -> Result<Option<Account>, SqlError> {
        let id = sqlx::query_scalar("SELECT account_id FROM auth_emails WHERE email_key = $1")
            .bind(email_key)
            .fetch_optional(self.database.pool())
            .await?;
        match id {
            Some(id) => self.account(id).await,
            None => Ok(None),
        }
    }

    pub async fn account_of_identity(&self, key: &str) -> Result<Option<Account>, SqlError> {
        let statement = "SELECT account_id FROM auth_identities WHERE identity_key = $1";
        let id = sqlx::query_scalar(statement)
            .bind(key)
            .fetch_optional(self.database.pool())
            .await?;
        match id {
            Some(id) => self.account(id).await,
            None => Ok(None),
        }
    }

    /// Gives another provider's user to an account, which is made if it is not there. Whether the user was
    /// nobody's.
    pub async fn claim_identity(&self, key: &str, event: &Event<'_>) -> Result<bool, SqlError> {
        let mut transaction = self.database.begin().await?;
        let claimed = sqlx::query(
            "INSERT INTO auth_identities (identity_key, account_id) VALUES ($1, $2) \
             ON CONFLICT (identity_key) DO NOTHING",
        )
        .bind(key)
        .bind(event.account)
        .execute(&mut *transaction)
        .await?;
        if claimed.rows_affected() == 0 {
            return Ok(false);
        }
        insert(&mut transaction, event.account, event.at_ms).await?;
        sqlx::query("UPDATE auth_accounts SET is_guest = 0 WHERE account_id = $1")
            .bind(event.account)
            .execute(&mut *transaction)
            .await?;
        audit::write(&mut transaction, event).await?;
        transaction.commit().await?;
        Ok(true)
    }

    pub async fn create_guest(&self, event: &Event<'_>) -> Result<(), SqlError> {
        let mut transaction = self.database.begin().await?;
        insert(&mut transaction, event.account, event.at_ms).await?;
        guests::expect(&mut transaction, event.account, event.at_ms).await?;
        audit::write(&mut transaction, event).await?;
        Ok(transaction.commit().await?)
    }

    /// All sessions but one end with the old password, those among them that it began just now.
    pub async fn set_password(
        &self,
        hash: &str,
        but: i64,
        event: &Event<'_>,
    ) -> Result<(), SqlError> {
        let mut transaction = self.database.begin().await?;
        sqlx::query(
            "UPDATE auth_accounts SET password_hash = $2, password_changed_ms = $3 WHERE account_id = $1",
        )
        .bind(event.account)
        .bind(hash)
        .bind(event.at_ms)
        .execute(&mut *transaction)
        .await?;
        end_all(&mut transaction, event.account, Some(but), event.at_ms).await?;
        audit::write(&mut transaction, event).await?;
        Ok(transaction.commit().await?)
    }

    pub async fn set_role(&self, role: Role, event: &Event<'_>) -> Result<(), SqlError> {
        let mut transaction = self.database.begin().await?;
        write_role(&mut transaction, role, event).await?;
        Ok(transaction.commit().await?)
    }

    /// The same by the hand of an admin, if that is one still: of two who take their roles from each other at once,
    /// one does, and so there is always an admin left.
    pub async fn set_role_by_admin(&self, role: Role, event: &Event<'_>) -> Result<bool, SqlError> {
        let mut transaction = self.database.begin().await?;
        // Both rows are held until the end, and taken in one order by all, that nobody waits in a circle.
        let (one, other) = (
            event.actor.min(event.account),
            event.actor.max(event.account),
        );
        for account in [one, other] {
            sqlx::query("UPDATE auth_accounts SET role = role WHERE account_id = $1")
                .bind(account)
                .execute(&mut *transaction)
                .await?;
        }
        let actor = sqlx::query_scalar("SELECT role FROM auth_accounts WHERE account_id = $1")
            .bind(event.actor)
            .fetch_optional(&mut *transaction)
            .await?;
        if actor.is_none_or(|role: String| role != Role::Admin.name()) {
            return Ok(false);
        }
        write_role(&mut transaction, role, event).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

async fn write_role(
    transaction: &mut Transaction,
    role: Role,
    event: &Event<'_>,
) -> Result<(), SqlError> {
    sqlx::query("UPDATE auth_accounts SET role = $2 WHERE account_id = $1")
        .bind(event.account)
        .bind(role.name())
        .execute(&mut **transaction)
        .await?;
    audit::write(transaction, event).await
}

/// A new account, which is a guest's; nothing if it is there already.
pub async fn insert(transaction: &mut Transaction, id: i64, now_ms: i64) -> Result<(), SqlError> {
    sqlx::query(
        "INSERT INTO auth_accounts (account_id, created_ms, role, is_guest, password_changed_ms) \
         VALUES ($1, $2, $3, 1, $2) ON CONFLICT (account_id) DO NOTHING",
    )
    .bind(id)
    .bind(now_ms)
    .bind(Role::Player.name())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Gives an address to an account, which has a password from then on. Whether nobody else has it, and the
/// account none.
pub async fn claim_email(
    transaction: &mut Transaction,
    account: i64,
    email_key: &str,
    password_hash: &str,
    now_ms: i64,
) -> Result<bool, SqlError> {
    let claimed = sqlx::query(
        "INSERT INTO auth_emails (email_key, account_id) VALUES ($1, $2) \
         ON CONFLICT (email_key) DO NOTHING",
    )
    .bind(email_key)
    .bind(account)
    .execute(&mut **transaction)
    .await?;
    let changed = sqlx::query(
        "UPDATE auth_accounts SET email = $2, password_hash = $3, password_changed_ms = $4, \
         is_guest = 0 WHERE account_id = $1 AND email IS NULL",
    )
    .bind(account)
    .bind(email_key)
    .bind(password_hash)
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    Ok(claimed.rows_affected() == 1 && changed.rows_affected() == 1)
}
