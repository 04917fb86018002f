//! What is told of a character wherever it is named, and the lock of what is around it.

use std::collections::BTreeMap;

use backends::sql::{SqlError, row};
use sqlx::{AnyConnection, AssertSqlSafe, any::AnyRow};

use crate::{
    PlayerError,
    domain::{Appearance, Refusal},
    limits::CARDS_PER_STATEMENT,
    store::Store,
};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Card {
    pub id: i64,
    pub name: String,
    pub house: u8,
    pub look: Appearance,
}

/// The columns of a card.
pub(super) const COLUMNS: &str = "character_id, name, house, hair, skin, tabard, emblem";

pub(super) fn card_of(found: &AnyRow) -> Result<Card, SqlError> {
    Ok(Card {
        id: row::get(found, "character_id")?,
        name: row::get(found, "name")?,
        house: row::number(found, "house")?,
        look: Appearance {
            hair: row::number(found, "hair")?,
            skin: row::number(found, "skin")?,
            tabard: row::number(found, "tabard")?,
            emblem: row::number(found, "emblem")?,
        },
    })
}

impl Store {
    /// The cards of those that are there.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn cards(&self, characters: &[i64]) -> Result<BTreeMap<i64, Card>, SqlError> {
        let mut cards = BTreeMap::new();
        for characters in characters.chunks(CARDS_PER_STATEMENT) {
            let statement = statement(characters.len());
            let query = sqlx::query(AssertSqlSafe(statement)).persistent(false);
            let query = characters.iter().fold(query, |query, id| query.bind(*id));
            for found in query.fetch_all(self.database.pool()).await? {
                let card = card_of(&found)?;
                cards.insert(card.id, card);
            }
        }
        Ok(cards)
    }

    /// # Errors
    /// [`Refusal::NO_CHARACTER`]; [`SqlError`].
    pub async fn card(&self, character: i64) -> Result<Card, PlayerError> {
        let card = self.cards(&[character]).await?.remove(&character);
        Ok(card.ok_or(Refusal::NO_CHARACTER)?)
    }

    /// The character that has a name.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn character_named(&self, name_key: &str) -> Result<Option<i64>, SqlError> {
        let found = sqlx::query("SELECT character_id FROM player_names WHERE name_key = $1")
            .bind(name_key)
            .fetch_optional(self.database.pool())
            .await?;
        found.map(|it| row::get(&it, "character_id")).transpose()
    }
}

/// Made of constants and numbers alone.
fn statement(count: usize) -> String {
    let places: Vec<_> = (1..=count).map(|number| format!("${number}")).collect();
    let places = places.join(", ");
    format!(
        "SELECT {COLUMNS} FROM player_characters WHERE character_id IN ({places}) AND deleted_ms IS NULL"
    )
}

/// Locks characters, so that nobody else changes what is around them. Refuses if one is not there.
pub(super) async fn lock(
    connection: &mut AnyConnection,
    characters: &[i64],
) -> Result<(), PlayerError> {
    let mut characters = characters.to_vec();
    characters.sort_unstable();
    for character in characters {
        let locked = sqlx::query(
            "UPDATE player_characters SET revision = revision + 1 \
             WHERE character_id = $1 AND deleted_ms IS NULL",
        )
        .bind(character)
        .execute(&mut *connection)
        .await?;
        if locked.rows_affected() == 0 {
            return Err(Refusal::NO_CHARACTER.into());
        }
    }
    Ok(())
}
