//! Changes of the configuration's file by this service, so that the last can be undone.

use backends::sql::{SqlError, row::get};
use sqlx::any::AnyRow;
use web::ids::ordered_id;

use crate::{limits::CONFIG_CHANGES_MAX, store::Store};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    pub at_ms: i64,
    pub author: i64,
    pub reason: String,
    pub text_before: String,
    pub text_after: String,
    pub is_undo: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct NewChange<'a> {
    pub at_ms: i64,
    pub author: i64,
    pub reason: &'a str,
    pub text_before: &'a str,
    pub text_after: &'a str,
    pub is_undo: bool,
}

impl Store {
    /// The newest first.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn changes(&self) -> Result<Vec<Change>, SqlError> {
        let rows = sqlx::query(
            "SELECT at_ms, author, reason, text_before, text_after, is_undo FROM admin_configs \
             ORDER BY change_id DESC LIMIT $1",
        )
        .bind(CONFIG_CHANGES_MAX)
        .fetch_all(self.database.pool())
        .await?;
        rows.iter().map(change_of).collect()
    }

    /// # Errors
    /// [`SqlError`].
    pub async fn put_change(&self, change: NewChange<'_>) -> Result<(), SqlError> {
        sqlx::query(
            "INSERT INTO admin_configs (change_id, at_ms, author, reason, text_before, text_after, \
             is_undo) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(ordered_id(change.at_ms))
        .bind(change.at_ms)
        .bind(change.author)
        .bind(change.reason)
        .bind(change.text_before)
        .bind(change.text_after)
        .bind(i64::from(change.is_undo))
        .execute(self.database.pool())
        .await?;
        Ok(())
    }
}

fn change_of(row: &AnyRow) -> Result<Change, SqlError> {
    let is_undo: i64 = get(row, "is_undo")?;
    Ok(Change {
        at_ms: get(row, "at_ms")?,
        author: get(row, "author")?,
        reason: get(row, "reason")?,
        text_before: get(row, "text_before")?,
        text_after: get(row, "text_after")?,
        is_undo: is_undo != 0,
    })
}
