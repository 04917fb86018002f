//! Settings of an account: one document, changed by whoever has read the newest.

use backends::sql::{SqlError, row};

use crate::{PlayerError, domain::Refusal, store::Store};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// How often they were changed; 0: never.
    pub revision: i64,
    /// JSON.
    pub body: String,
}

impl Store {
    /// # Errors
    /// [`SqlError`].
    pub async fn settings(&self, account: i64) -> Result<Settings, SqlError> {
        let found = sqlx::query("SELECT revision, body FROM player_settings WHERE account_id = $1")
            .bind(account)
            .fetch_optional(self.database.pool())
            .await?;
        let Some(found) = found else {
            return Ok(Settings {
                revision: 0,
                body: "{}".to_owned(),
            });
        };
        Ok(Settings {
            revision: row::get(&found, "revision")?,
            body: row::get(&found, "body")?,
        })
    }

    /// Puts settings in place of those of a revision; the revision from then on.
    ///
    /// # Errors
    /// [`Refusal::SETTINGS_CHANGED`]; [`SqlError`].
    pub async fn set_settings(
        &self,
        account: i64,
        revision: i64,
        body: &str,
    ) -> Result<i64, PlayerError> {
        let statement = match revision {
            0 => {
                "INSERT INTO player_settings (account_id, revision, body) VALUES ($1, $2 + 1, $3) \
                 ON CONFLICT (account_id) DO NOTHING"
            }
            _ => {
                "UPDATE player_settings SET revision = revision + 1, body = $3 \
                 WHERE account_id = $1 AND revision = $2"
            }
        };
        let changed = sqlx::query(statement)
            .bind(account)
            .bind(revision)
            .bind(body)
            .execute(self.database.pool())
            .await?;
        match changed.rows_affected() {
            0 => Err(Refusal::SETTINGS_CHANGED.into()),
            _ => Ok(revision + 1),
        }
    }
}
