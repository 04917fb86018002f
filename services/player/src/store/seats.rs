//! Who sits where, for whoever tells others.

use std::collections::BTreeMap;

use backends::sql::{SqlError, row};
use sqlx::any::AnyRow;

use crate::{
    domain::{Guild, Party},
    limits::SEATS_PAGE_MAX,
    store::{Store, groups::Group},
};

/// To whom a character belongs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Seats {
    pub party: Option<i64>,
    pub guild: Option<i64>,
}

impl Store {
    /// # Errors
    /// [`SqlError`].
    pub async fn seats(&self, character: i64) -> Result<Seats, SqlError> {
        let rows = sqlx::query("SELECT kind, group_id FROM player_seats WHERE character_id = $1")
            .bind(character)
            .fetch_all(self.database().pool())
            .await?;
        let mut seats = Seats::default();
        for found in &rows {
            seats.take(found)?;
        }
        Ok(seats)
    }

    /// Some of all who belong anywhere, those with greater ids than this; none when there are no more. The one
    /// statement that asks all nodes for it: when a process begins.
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

impl Seats {
    fn take(&mut self, found: &AnyRow) -> Result<(), SqlError> {
        let kind: String = row::get(found, "kind")?;
        let group = Some(row::get(found, "group_id")?);
        match kind.as_str() {
            Party::KIND => self.party = group,
            Guild::KIND => self.guild = group,
            _ => return Err(row::corrupt("kind", &kind)),
        }
        Ok(())
    }
}
