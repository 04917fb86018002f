//! What parties and guilds share: a document under a lock, and who has a seat where. The document says who is
//! a member; a seat only says where to look, and keeps its character from taking another of the kind.

use backends::sql::{SqlError, row};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::AnyConnection;

use crate::{
    PlayerError,
    domain::Refusal,
    store::{Store, cards},
};

/// A kind of group, and the statements of its table.
pub trait Group: Serialize + DeserializeOwned + Send + Sync {
    const KIND: &'static str;
    /// Who looks for a group of this kind and is in none; who joins one and is in one.
    const NONE: Refusal;
    const SEATED: Refusal;
    const INSERT: &'static str;
    /// Waits for whoever has it, and gives it as it is then.
    const LOCK: &'static str;
    const FIND: &'static str;
    const SAVE: &'static str;
    const DELETE: &'static str;
}

/// A group and its number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept<G> {
    pub id: i64,
    pub group: G,
}

impl<G: Group> Kept<G> {
    pub(super) async fn insert(&self, connection: &mut AnyConnection) -> Result<(), SqlError> {
        self.write(connection, G::INSERT).await
    }

    /// Of one that is locked.
    pub(super) async fn save(&self, connection: &mut AnyConnection) -> Result<(), SqlError> {
        self.write(connection, G::SAVE).await
    }

    async fn write(
        &self,
        connection: &mut AnyConnection,
        statement: &'static str,
    ) -> Result<(), SqlError> {
        let text = serde_json::to_string(&self.group).expect("names and numbers are JSON");
        let query = sqlx::query(statement).bind(self.id).bind(text);
        query.execute(connection).await?;
        Ok(())
    }

    pub(super) async fn delete(&self, connection: &mut AnyConnection) -> Result<(), SqlError> {
        let query = sqlx::query(G::DELETE).bind(self.id);
        query.execute(connection).await?;
        Ok(())
    }
}

async fn read<G: Group>(
    connection: &mut AnyConnection,
    statement: &'static str,
    id: i64,
) -> Result<Option<Kept<G>>, SqlError> {
    let found = sqlx::query(statement)
        .bind(id)
        .fetch_optional(connection)
        .await?;
    let Some(found) = found else { return Ok(None) };
    let text: String = row::get(&found, "body")?;
    let group = serde_json::from_str(&text).map_err(|_| row::corrupt("body", &text))?;
    Ok(Some(Kept { id, group }))
}

/// The group of this number.
pub(super) async fn find<G: Group>(
    connection: &mut AnyConnection,
    id: i64,
) -> Result<Option<Kept<G>>, SqlError> {
    read(connection, G::FIND, id).await
}

/// The group of this number, which nobody else changes until the transaction ends.
pub(super) async fn lock<G: Group>(
    connection: &mut AnyConnection,
    id: i64,
) -> Result<Option<Kept<G>>, SqlError> {
    read(connection, G::LOCK, id).await
}

/// Locks a character and its group.
pub(super) async fn lock_own<G: Group>(
    connection: &mut AnyConnection,
    character: i64,
) -> Result<Kept<G>, PlayerError> {
    cards::lock(connection, &[character]).await?;
    let id = seat_of(connection, G::KIND, character).await?;
    let id = id.ok_or(G::NONE)?;
    // Gone, if it was disbanded meanwhile.
    Ok(lock(connection, id).await?.ok_or(G::NONE)?)
}

pub(super) async fn seat_of(
    connection: &mut AnyConnection,
    kind: &str,
    character: i64,
) -> Result<Option<i64>, SqlError> {
    let found =
        sqlx::query("SELECT group_id FROM player_seats WHERE character_id = $1 AND kind = $2")
            .bind(character)
            .bind(kind)
            .fetch_optional(connection)
            .await?;
    found.map(|it| row::get(&it, "group_id")).transpose()
}

/// # Errors
/// [`Group::SEATED`] if it has one.
pub(super) async fn take_seat<G: Group>(
    connection: &mut AnyConnection,
    character: i64,
    group: i64,
) -> Result<(), PlayerError> {
    let taken = sqlx::query(
        "INSERT INTO player_seats (character_id, kind, group_id) VALUES ($1, $2, $3) \
         ON CONFLICT (character_id, kind) DO NOTHING",
    )
    .bind(character)
    .bind(G::KIND)
    .bind(group)
    .execute(connection)
    .await?;
    match taken.rows_affected() {
        0 => Err(G::SEATED.into()),
        _ => Ok(()),
    }
}

pub(super) async fn free_seat<G: Group>(
    connection: &mut AnyConnection,
    character: i64,
    group: i64,
) -> Result<(), SqlError> {
    sqlx::query("DELETE FROM player_seats WHERE character_id = $1 AND kind = $2 AND group_id = $3")
        .bind(character)
        .bind(G::KIND)
        .bind(group)
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// The group that a character is in, as it is.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn group_of<G: Group>(&self, character: i64) -> Result<Option<Kept<G>>, SqlError> {
        let mut connection = self.database.pool().acquire().await?;
        match seat_of(&mut connection, G::KIND, character).await? {
            Some(id) => read(&mut connection, G::FIND, id).await,
            None => Ok(None),
        }
    }
}
