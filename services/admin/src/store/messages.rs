//! Messages of the day, one after the other.

use backends::sql::{SqlError, row::get};
use web::ids::ordered_id;

use crate::store::Store;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    pub at_ms: i64,
    pub author: i64,
    /// Empty: there is none.
    pub text: String,
    /// By which chat knows it.
    pub event_id: String,
}

#[derive(Clone, Copy, Debug)]
pub struct NewMessage<'a> {
    pub at_ms: i64,
    pub author: i64,
    pub text: &'a str,
    pub event_id: &'a str,
}

impl Store {
    /// The one that holds, or that says there is none.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn message(&self) -> Result<Option<Message>, SqlError> {
        let row = sqlx::query(
            "SELECT at_ms, author, text, event_id FROM admin_messages \
             ORDER BY message_id DESC LIMIT 1",
        )
        .fetch_optional(self.database.pool())
        .await?;
        let message = row.map(|row| {
            Ok(Message {
                at_ms: get(&row, "at_ms")?,
                author: get(&row, "author")?,
                text: get(&row, "text")?,
                event_id: get(&row, "event_id")?,
            })
        });
        message.transpose()
    }

    /// # Errors
    /// [`SqlError`].
    pub async fn put_message(&self, message: NewMessage<'_>) -> Result<(), SqlError> {
        sqlx::query(
            "INSERT INTO admin_messages (message_id, at_ms, author, text, event_id) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(ordered_id(message.at_ms))
        .bind(message.at_ms)
        .bind(message.author)
        .bind(message.text)
        .bind(message.event_id)
        .execute(self.database.pool())
        .await?;
        Ok(())
    }
}
