//! The log of what was done to an account: written with the change itself, never changed after.

use backends::sql::{SqlError, row};
use sqlx::AnyConnection;

use crate::{limits::LIST_MAX, store::Store};

/// Something done to an account.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    pub account: i64,
    pub at_ms: i64,
    /// The account that did it; mostly the same.
    pub actor: i64,
    pub action: &'static str,
    pub detail: &'a str,
    pub address: &'a str,
}

/// A line of the log, as read.
#[derive(Clone, Debug)]
pub struct Entry {
    pub at_ms: i64,
    pub actor: i64,
    pub action: String,
    pub detail: String,
    pub address: String,
}

pub async fn write(connection: &mut AnyConnection, event: &Event<'_>) -> Result<(), SqlError> {
    sqlx::query(
        "INSERT INTO auth_audit (account_id, entry_id, at_ms, actor, action, detail, address) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(event.account)
    .bind(web::ids::ordered_id(event.at_ms))
    .bind(event.at_ms)
    .bind(event.actor)
    .bind(event.action)
    .bind(event.detail)
    .bind(event.address)
    .execute(connection)
    .await?;
    Ok(())
}

impl Store {
    /// For what changes nothing but is worth knowing.
    pub async fn note(&self, event: &Event<'_>) -> Result<(), SqlError> {
        let mut connection = self.database.pool().acquire().await?;
        write(&mut connection, event).await
    }

    /// The newest first.
    pub async fn audit(&self, account: i64) -> Result<Vec<Entry>, SqlError> {
        let rows = sqlx::query(
            "SELECT at_ms, actor, action, detail, address FROM auth_audit \
             WHERE account_id = $1 ORDER BY entry_id DESC LIMIT $2",
        )
        .bind(account)
        .bind(LIST_MAX)
        .fetch_all(self.database.pool())
        .await?;
        let entry = |it| {
            Ok(Entry {
                at_ms: row::get(it, "at_ms")?,
                actor: row::get(it, "actor")?,
                action: row::get(it, "action")?,
                detail: row::get(it, "detail")?,
                address: row::get(it, "address")?,
            })
        };
        rows.iter().map(entry).collect()
    }
}
