//! Characters: made, found, renamed and deleted, and whose they are.

use backends::sql::{SqlError, Transaction, row};
use sqlx::{AnyConnection, AssertSqlSafe};
use tokens::name_key;
use web::ids::new_id;

use crate::{
    PlayerError,
    domain::{ANY_HOUSE, Appearance, Refusal, variation},
    limits::{CHARACTERS_MAX, NAME_COUNTS, NAME_TRIES},
    store::{
        Card, Store, boards,
        cards::{self, card_of},
        guilds, insist, parties, relations,
    },
};

/// An account's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Character {
    pub card: Card,
    pub created_ms: i64,
}

/// A character as somebody wants it.
#[derive(Clone, Debug)]
pub struct Wish {
    pub name: String,
    pub house: u8,
    pub look: Appearance,
}

impl Store {
    /// # Errors
    /// [`Refusal::NAME_TAKEN`], [`Refusal::CHARACTERS_FULL`]; [`SqlError`].
    pub async fn create_character(
        &self,
        account: i64,
        wish: &Wish,
        now_ms: i64,
    ) -> Result<Card, PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            lock_account(&mut transaction, account).await?;
            require_room(&mut transaction, account).await?;
            let card = new_card(new_id(), wish.clone());
            if !take_name(&mut transaction, &card.name, card.id).await? {
                return Err(Refusal::NAME_TAKEN.into());
            }
            insert(&mut transaction, account, &card, None, now_ms).await?;
            transaction.commit().await?;
            Ok(card)
        })
        .await
    }

    /// The account's character of this name, or the one that was made for it before, or a new one: under the
    /// name or, if that is another's, one like it.
    ///
    /// # Errors
    /// [`Refusal::CHARACTERS_FULL`], [`Refusal::NAME_TAKEN`]; [`SqlError`].
    pub async fn character_for(
        &self,
        account: i64,
        name: &str,
        now_ms: i64,
    ) -> Result<Card, PlayerError> {
        let key = name_key(name);
        if let Some(card) = self.find_for(account, &key).await? {
            return Ok(card);
        }
        insist(async || {
            let mut transaction = self.database.begin().await?;
            lock_account(&mut transaction, account).await?;
            // Whoever asked at the same time may have made it.
            if let Some(card) = find_own(&mut transaction, account, &key).await? {
                return Ok(card);
            }
            require_room(&mut transaction, account).await?;
            let card = self.make_for(&mut transaction, name).await?;
            insert(&mut transaction, account, &card, Some(&key), now_ms).await?;
            transaction.commit().await?;
            Ok(card)
        })
        .await
    }

    async fn find_for(&self, account: i64, key: &str) -> Result<Option<Card>, SqlError> {
        let mut connection = self.database.pool().acquire().await?;
        find_own(&mut connection, account, key).await
    }

    /// A character with the first name like this that is free.
    async fn make_for(
        &self,
        transaction: &mut Transaction,
        name: &str,
    ) -> Result<Card, PlayerError> {
        let id = new_id();
        for attempt in 1..=NAME_TRIES {
            let name = match attempt {
                1 => name.to_owned(),
                _ => variation(name, number_of(attempt)),
            };
            if take_name(transaction, &name, id).await? {
                let wish = Wish {
                    name,
                    house: ANY_HOUSE,
                    look: Appearance::of_number(id),
                };
                return Ok(new_card(id, wish));
            }
        }
        Err(Refusal::NAME_TAKEN.into())
    }

    /// An account's characters, the oldest first.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn characters(&self, account: i64) -> Result<Vec<Character>, SqlError> {
        let mut connection = self.database.pool().acquire().await?;
        let mut characters = Vec::new();
        for (id, _) in roster(&mut connection, account).await? {
            characters.extend(find(&mut connection, id).await?);
        }
        characters.sort_by_key(|it| (it.created_ms, it.card.id));
        Ok(characters)
    }

    /// Whether a character is an account's.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn owns(&self, account: i64, character: i64) -> Result<bool, SqlError> {
        let found = sqlx::query(
            "SELECT character_id FROM player_rosters WHERE account_id = $1 AND character_id = $2",
        )
        .bind(account)
        .bind(character)
        .fetch_optional(self.database.pool())
        .await?;
        Ok(found.is_some())
    }

    /// # Errors
    /// [`Refusal::NAME_TAKEN`], [`Refusal::NO_CHARACTER`]; [`SqlError`].
    pub async fn rename_character(&self, character: i64, name: &str) -> Result<(), PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            cards::lock(&mut transaction, &[character]).await?;
            let old = find(&mut transaction, character).await?;
            let old = old.ok_or(Refusal::NO_CHARACTER)?.card.name;
            // Only its letters' case may have changed.
            if name_key(&old) != name_key(name) {
                if !take_name(&mut transaction, name, character).await? {
                    return Err(Refusal::NAME_TAKEN.into());
                }
                free_name(&mut transaction, &old, character).await?;
            }
            sqlx::query("UPDATE player_characters SET name = $2 WHERE character_id = $1")
                .bind(character)
                .bind(name)
                .execute(&mut *transaction)
                .await?;
            Ok(transaction.commit().await?)
        })
        .await
    }

    /// # Errors
    /// [`Refusal::NO_CHARACTER`]; [`SqlError`].
    pub async fn set_look(
        &self,
        character: i64,
        house: u8,
        look: Appearance,
    ) -> Result<(), PlayerError> {
        let changed = sqlx::query(
            "UPDATE player_characters SET house = $2, hair = $3, skin = $4, tabard = $5, emblem = $6 \
             WHERE character_id = $1 AND deleted_ms IS NULL",
        )
        .bind(character)
        .bind(i64::from(house))
        .bind(i64::from(look.hair))
        .bind(i64::from(look.skin))
        .bind(i64::from(look.tabard))
        .bind(i64::from(look.emblem))
        .execute(self.database.pool())
        .await?;
        match changed.rows_affected() {
            0 => Err(Refusal::NO_CHARACTER.into()),
            _ => Ok(()),
        }
    }

    /// Its name is free from then on, and it is nobody's friend, party or guild member.
    ///
    /// # Errors
    /// [`Refusal::LEADS_GUILD`], [`Refusal::NO_CHARACTER`]; [`SqlError`].
    pub async fn delete_character(
        &self,
        account: i64,
        character: i64,
        now_ms: i64,
    ) -> Result<(), PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            lock_account(&mut transaction, account).await?;
            cards::lock(&mut transaction, &[character]).await?;
            let found = find(&mut transaction, character).await?;
            let name = found.ok_or(Refusal::NO_CHARACTER)?.card.name;
            parties::leave_if_any(&self.outbox, &mut transaction, character, now_ms).await?;
            guilds::leave_if_any(&self.outbox, &mut transaction, character, now_ms).await?;
            relations::forget_all(&mut transaction, character).await?;
            boards::forget(&mut transaction, character, now_ms).await?;
            free_name(&mut transaction, &name, character).await?;
            retire(&mut transaction, account, character, now_ms).await?;
            Ok(self.commit(transaction).await?)
        })
        .await
    }
}

/// Two to nine, then by chance.
fn number_of(attempt: u32) -> u32 {
    if attempt <= NAME_COUNTS + 1 {
        return attempt;
    }
    10 + u32::try_from(new_id() % 9_990).expect("below 9,990")
}

fn new_card(id: i64, wish: Wish) -> Card {
    Card {
        id,
        name: wish.name,
        house: wish.house,
        look: wish.look,
    }
}

async fn lock_account(connection: &mut AnyConnection, account: i64) -> Result<(), SqlError> {
    sqlx::query(
        "INSERT INTO player_accounts (account_id, revision) VALUES ($1, 1) \
         ON CONFLICT (account_id) DO UPDATE SET revision = player_accounts.revision + 1",
    )
    .bind(account)
    .execute(connection)
    .await?;
    Ok(())
}

async fn require_room(connection: &mut AnyConnection, account: i64) -> Result<(), PlayerError> {
    match roster(connection, account).await?.len() < CHARACTERS_MAX {
        true => Ok(()),
        false => Err(Refusal::CHARACTERS_FULL.into()),
    }
}

/// The account's characters, and what each was made for.
async fn roster(
    connection: &mut AnyConnection,
    account: i64,
) -> Result<Vec<(i64, Option<String>)>, SqlError> {
    let found =
        sqlx::query("SELECT character_id, wished_key FROM player_rosters WHERE account_id = $1")
            .bind(account)
            .fetch_all(connection)
            .await?;
    let rows = found.iter();
    rows.map(|it| Ok((row::get(it, "character_id")?, row::get(it, "wished_key")?)))
        .collect()
}

async fn find(
    connection: &mut AnyConnection,
    character: i64,
) -> Result<Option<Character>, SqlError> {
    let statement = format!(
        "SELECT {}, created_ms FROM player_characters WHERE character_id = $1 AND deleted_ms IS NULL",
        cards::COLUMNS
    );
    let found = sqlx::query(AssertSqlSafe(statement))
        .bind(character)
        .fetch_optional(connection)
        .await?;
    let character = found.map(|found| {
        let created_ms = row::get(&found, "created_ms")?;
        Ok(Character {
            card: card_of(&found)?,
            created_ms,
        })
    });
    character.transpose()
}

/// The account's character of a name, else the one that was made for it.
async fn find_own(
    connection: &mut AnyConnection,
    account: i64,
    key: &str,
) -> Result<Option<Card>, SqlError> {
    let mut made_for_it = None;
    for (id, wished_key) in roster(connection, account).await? {
        let Some(found) = find(connection, id).await? else {
            continue;
        };
        if name_key(&found.card.name) == key {
            return Ok(Some(found.card));
        }
        if wished_key.as_deref() == Some(key) {
            made_for_it = Some(found.card);
        }
    }
    Ok(made_for_it)
}

/// Whether nobody else has it.
async fn take_name(
    connection: &mut AnyConnection,
    name: &str,
    character: i64,
) -> Result<bool, SqlError> {
    let taken = sqlx::query(
        "INSERT INTO player_names (name_key, character_id) VALUES ($1, $2) \
         ON CONFLICT (name_key) DO NOTHING",
    )
    .bind(name_key(name))
    .bind(character)
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() == 1)
}

async fn free_name(
    connection: &mut AnyConnection,
    name: &str,
    character: i64,
) -> Result<(), SqlError> {
    sqlx::query("DELETE FROM player_names WHERE name_key = $1 AND character_id = $2")
        .bind(name_key(name))
        .bind(character)
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert(
    connection: &mut AnyConnection,
    account: i64,
    card: &Card,
    wished_key: Option<&str>,
    now_ms: i64,
) -> Result<(), SqlError> {
    sqlx::query(
        "INSERT INTO player_rosters (account_id, character_id, wished_key) VALUES ($1, $2, $3)",
    )
    .bind(account)
    .bind(card.id)
    .bind(wished_key)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO player_characters (character_id, account_id, name, house, hair, skin, tabard, \
         emblem, created_ms, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)",
    )
    .bind(card.id)
    .bind(account)
    .bind(&card.name)
    .bind(i64::from(card.house))
    .bind(i64::from(card.look.hair))
    .bind(i64::from(card.look.skin))
    .bind(i64::from(card.look.tabard))
    .bind(i64::from(card.look.emblem))
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// It stays, for whoever finds its number somewhere, but is nobody's.
async fn retire(
    connection: &mut AnyConnection,
    account: i64,
    character: i64,
    now_ms: i64,
) -> Result<(), SqlError> {
    sqlx::query("DELETE FROM player_rosters WHERE account_id = $1 AND character_id = $2")
        .bind(account)
        .bind(character)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM player_invitations WHERE character_id = $1")
        .bind(character)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE player_characters SET deleted_ms = $2 WHERE character_id = $1")
        .bind(character)
        .bind(now_ms)
        .execute(connection)
        .await?;
    Ok(())
}
