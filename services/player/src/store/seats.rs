//! Who sits where, for whoever tells others.

use backends::sql::{SqlError, row};
use sqlx::any::AnyRow;

use crate::{
    domain::{Guild, Party},
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
}

impl Seats {
    pub(super) fn take(&mut self, found: &AnyRow) -> Result<(), SqlError> {
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
