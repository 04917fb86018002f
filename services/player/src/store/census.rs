//! What is asked of all nodes at once: all who belong anywhere, when a process begins; and whom staff looks for.

use std::collections::BTreeMap;

use backends::sql::{SqlError, row};
use tokens::name_key;

use crate::{
    limits::SEATS_PAGE_MAX,
    store::{Card, Seats, Store},
};

impl Store {
    /// Some of all who belong anywhere, those with greater ids than this; none when there are no more.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn seats_after(&self, character: i64) -> Result<BTreeMap<i64, Seats>, SqlError> {
        let rows = sqlx::query(
            "SELECT character_id, kind, group_id FROM player_seats WHERE character_id > $1 \
             ORDER BY character_id, kind LIMIT $2",
        )
        .bind(character)
        .bind(SEATS_PAGE_MAX)
        .fetch_all(self.database().pool())
        .await?;
        let mut all: BTreeMap<i64, Seats> = BTreeMap::new();
        for found in &rows {
            let character = row::get(found, "character_id")?;
            all.entry(character).or_default().take(found)?;
        }
        // The page may end within one's seats, who is then the first of the next.
        if rows.len() as i64 == SEATS_PAGE_MAX {
            all.pop_last();
        }
        Ok(all)
    }

    /// The account of a character that is there.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn account_of(&self, character: i64) -> Result<Option<i64>, SqlError> {
        let found = sqlx::query_scalar(
            "SELECT account_id FROM player_characters \
             WHERE character_id = $1 AND deleted_ms IS NULL",
        )
        .bind(character)
        .fetch_optional(self.database().pool())
        .await?;
        Ok(found)
    }

    /// Characters whose name begins so, by name, and whose they are. For staff: it reads all names.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn named_like(
        &self,
        beginning: &str,
        count_max: usize,
    ) -> Result<Vec<(i64, Card)>, SqlError> {
        let rows = sqlx::query(
            "SELECT character_id FROM player_names WHERE name_key LIKE $1 ESCAPE '!' \
             ORDER BY name_key LIMIT $2",
        )
        .bind(pattern_of(beginning))
        .bind(count_max as i64)
        .fetch_all(self.database().pool())
        .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let character = row::get(row, "character_id")?;
            let card = self.cards(&[character]).await?.remove(&character);
            let account = self.account_of(character).await?;
            found.extend(account.zip(card));
        }
        Ok(found)
    }
}

/// What begins so, whatever signs are in it.
fn pattern_of(beginning: &str) -> String {
    let mut pattern = String::new();
    for letter in name_key(beginning).chars() {
        if let '%' | '_' | '!' = letter {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern + "%"
}
