//! Invitations to parties and guilds, each for a while.

use backends::sql::{SqlError, Transaction, row};
use sqlx::AnyConnection;

use crate::{
    PlayerError,
    domain::{Guild, Party, Refusal},
    limits::INVITATIONS_MAX,
    store::{Store, cards, groups, groups::Group, relations},
};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invitation {
    /// `party` or `guild`.
    pub kind: String,
    pub group: i64,
    pub by: i64,
    pub expires_ms: i64,
}

/// Whom somebody invites, and until when.
#[derive(Clone, Copy)]
pub struct Invited {
    pub by: i64,
    pub character: i64,
    pub now_ms: i64,
    pub life_ms: i64,
}

/// Locks both, and refuses whom one cannot invite to a group of this kind.
pub(super) async fn prepare<G: Group>(
    connection: &mut AnyConnection,
    invited: Invited,
) -> Result<(), PlayerError> {
    let Invited { by, character, .. } = invited;
    if by == character {
        return Err(Refusal::ONESELF.into());
    }
    cards::lock(connection, &[by, character]).await?;
    relations::require_not_blocked(connection, by, character).await?;
    let seat = groups::seat_of(connection, G::KIND, character).await?;
    seat.is_none().then_some(()).ok_or(G::SEATED.into())
}

pub(super) async fn put<G: Group>(
    connection: &mut AnyConnection,
    group: i64,
    invited: Invited,
) -> Result<(), PlayerError> {
    forget_expired(connection, invited.character, invited.now_ms).await?;
    let mut count = count_of(connection, invited.character).await?;
    if count >= INVITATIONS_MAX {
        forget_ended(connection, invited.character).await?;
        count = count_of(connection, invited.character).await?;
    }
    if count >= INVITATIONS_MAX {
        return Err(Refusal::INVITATIONS_FULL.into());
    }
    let inserted = sqlx::query(
        "INSERT INTO player_invitations (character_id, kind, group_id, by_character, expires_ms) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (character_id, kind, group_id) DO NOTHING",
    )
    .bind(invited.character)
    .bind(G::KIND)
    .bind(group)
    .bind(invited.by)
    .bind(invited.now_ms + invited.life_ms)
    .execute(connection)
    .await?;
    match inserted.rows_affected() {
        0 => Err(Refusal::INVITED_ALREADY.into()),
        _ => Ok(()),
    }
}

async fn count_of(connection: &mut AnyConnection, character: i64) -> Result<i64, SqlError> {
    let count =
        sqlx::query_scalar("SELECT COUNT(*) FROM player_invitations WHERE character_id = $1");
    Ok(count.bind(character).fetch_one(connection).await?)
}

/// Those to groups that there are no more.
async fn forget_ended(connection: &mut AnyConnection, character: i64) -> Result<(), SqlError> {
    for invitation in all_of(connection, character, 0).await? {
        if !is_there(connection, &invitation).await? {
            sqlx::query(
                "DELETE FROM player_invitations \
                 WHERE character_id = $1 AND kind = $2 AND group_id = $3",
            )
            .bind(character)
            .bind(&invitation.kind)
            .bind(invitation.group)
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}

/// Those that end after this, the first to end first.
async fn all_of(
    connection: &mut AnyConnection,
    character: i64,
    after_ms: i64,
) -> Result<Vec<Invitation>, SqlError> {
    let rows = sqlx::query(
        "SELECT kind, group_id, by_character, expires_ms FROM player_invitations \
         WHERE character_id = $1 AND expires_ms > $2 ORDER BY expires_ms, group_id LIMIT $3",
    )
    .bind(character)
    .bind(after_ms)
    .bind(INVITATIONS_MAX)
    .fetch_all(connection)
    .await?;
    let invitation = |found| {
        Ok(Invitation {
            kind: row::get(found, "kind")?,
            group: row::get(found, "group_id")?,
            by: row::get(found, "by_character")?,
            expires_ms: row::get(found, "expires_ms")?,
        })
    };
    rows.iter().map(invitation).collect()
}

async fn forget_expired(
    connection: &mut AnyConnection,
    character: i64,
    now_ms: i64,
) -> Result<(), SqlError> {
    sqlx::query("DELETE FROM player_invitations WHERE character_id = $1 AND expires_ms <= $2")
        .bind(character)
        .bind(now_ms)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes an invitation, which is used up by this if the transaction is committed.
pub(super) async fn take<G: Group>(
    connection: &mut AnyConnection,
    character: i64,
    group: i64,
    now_ms: i64,
) -> Result<(), PlayerError> {
    let taken = sqlx::query(
        "DELETE FROM player_invitations WHERE character_id = $1 AND kind = $2 AND group_id = $3 \
         RETURNING expires_ms",
    )
    .bind(character)
    .bind(G::KIND)
    .bind(group)
    .fetch_optional(connection)
    .await?;
    let expires_ms: i64 = match taken {
        Some(taken) => row::get(&taken, "expires_ms")?,
        None => return Err(Refusal::NO_INVITATION.into()),
    };
    let is_open = expires_ms > now_ms;
    is_open.then_some(()).ok_or(Refusal::NO_INVITATION.into())
}

/// Of one character by another, whatever to.
pub(super) async fn forget_from(
    connection: &mut AnyConnection,
    character: i64,
    by: i64,
) -> Result<(), SqlError> {
    sqlx::query("DELETE FROM player_invitations WHERE character_id = $1 AND by_character = $2")
        .bind(character)
        .bind(by)
        .execute(connection)
        .await?;
    Ok(())
}

async fn is_there(
    connection: &mut AnyConnection,
    invitation: &Invitation,
) -> Result<bool, SqlError> {
    let id = invitation.group;
    match &*invitation.kind {
        Party::KIND => Ok(groups::find::<Party>(connection, id).await?.is_some()),
        _ => Ok(groups::find::<Guild>(connection, id).await?.is_some()),
    }
}

impl Store {
    /// To a group that has ended: the invitation has, too, and stays taken.
    pub(super) async fn refuse_invitation<T>(
        &self,
        transaction: Transaction,
    ) -> Result<T, PlayerError> {
        self.commit(transaction).await?;
        Err(Refusal::NO_INVITATION.into())
    }

    /// Those that wait for a character, to groups that there are, the first to end first; [`INVITATIONS_MAX`] at
    /// most.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn invitations(
        &self,
        character: i64,
        now_ms: i64,
    ) -> Result<Vec<Invitation>, SqlError> {
        let mut connection = self.database.pool().acquire().await?;
        let mut invitations = Vec::new();
        for invitation in all_of(&mut connection, character, now_ms).await? {
            if is_there(&mut connection, &invitation).await? {
                invitations.push(invitation);
            }
        }
        Ok(invitations)
    }

    /// Declines all invitations to a group.
    ///
    /// # Errors
    /// [`Refusal::NO_INVITATION`]; [`SqlError`].
    pub async fn decline(&self, character: i64, group: i64) -> Result<(), PlayerError> {
        let deleted =
            sqlx::query("DELETE FROM player_invitations WHERE character_id = $1 AND group_id = $2")
                .bind(character)
                .bind(group)
                .execute(self.database.pool())
                .await?;
        match deleted.rows_affected() {
            0 => Err(Refusal::NO_INVITATION.into()),
            _ => Ok(()),
        }
    }
}
