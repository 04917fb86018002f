//! All who belong anywhere: asked when a process begins, of all nodes at once.

use std::collections::BTreeMap;

use backends::sql::{SqlError, row};

use crate::{
    limits::SEATS_PAGE_MAX,
    store::{Seats, Store},
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
}
