//! Parties. They end when the last leaves, and outlive a restart.

use backends::{outbox::Outbox, sql::Transaction};
use events::player::GroupChange;
use sqlx::AnyConnection;
use web::ids::new_id;

use crate::{
    PlayerError,
    domain::{Party, Refusal},
    limits::PARTY_INVITATION_MS,
    store::{
        Kept, Store,
        events::{News, put_party},
        groups::{self, Group},
        insist,
        invitations::{self, Invited},
    },
};

impl Group for Party {
    const KIND: &'static str = "party";
    const NONE: Refusal = Refusal::NO_PARTY;
    const SEATED: Refusal = Refusal::IN_PARTY;
    const INSERT: &'static str =
        "INSERT INTO player_parties (party_id, body, revision) VALUES ($1, $2, 1)";
    const LOCK: &'static str =
        "UPDATE player_parties SET revision = revision + 1 WHERE party_id = $1 RETURNING body";
    const FIND: &'static str = "SELECT body FROM player_parties WHERE party_id = $1";
    const SAVE: &'static str = "UPDATE player_parties SET body = $2 WHERE party_id = $1";
    const DELETE: &'static str = "DELETE FROM player_parties WHERE party_id = $1";
}

impl Store {
    /// Invites somebody to the own party, which is founded if there is none.
    ///
    /// # Errors
    /// [`Refusal`]; [`PlayerError::Sql`].
    pub async fn invite_to_party(
        &self,
        by: i64,
        character: i64,
        now_ms: i64,
    ) -> Result<Kept<Party>, PlayerError> {
        let invited = Invited {
            by,
            character,
            now_ms,
            life_ms: PARTY_INVITATION_MS,
        };
        insist(async || {
            let mut transaction = self.database.begin().await?;
            invitations::prepare::<Party>(&mut transaction, invited).await?;
            let kept = own_or_new(&mut transaction, by).await?;
            kept.group.may_invite(by, character)?;
            invitations::put::<Party>(&mut transaction, kept.id, invited).await?;
            let news = (GroupChange::Invited, character, now_ms);
            self.tell_party(transaction, kept, news).await
        })
        .await
    }

    /// # Errors
    /// [`Refusal`]; [`PlayerError::Sql`].
    pub async fn join_party(
        &self,
        character: i64,
        party: i64,
        now_ms: i64,
    ) -> Result<Kept<Party>, PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            super::cards::lock(&mut transaction, &[character]).await?;
            invitations::take::<Party>(&mut transaction, character, party, now_ms).await?;
            let Some(mut kept) = groups::lock::<Party>(&mut transaction, party).await? else {
                return self.refuse_invitation(transaction).await;
            };
            groups::take_seat::<Party>(&mut transaction, character, party).await?;
            kept.group.join(character)?;
            kept.save(&mut transaction).await?;
            let news = (GroupChange::Joined, character, now_ms);
            self.tell_party(transaction, kept, news).await
        })
        .await
    }

    /// # Errors
    /// [`Refusal`]; [`PlayerError::Sql`].
    pub async fn leave_party(&self, character: i64, now_ms: i64) -> Result<(), PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            let kept = groups::lock_own::<Party>(&mut transaction, character).await?;
            leave(&self.outbox, &mut transaction, kept, character, now_ms).await?;
            Ok(self.commit(transaction).await?)
        })
        .await
    }

    /// # Errors
    /// [`Refusal`]; [`PlayerError::Sql`].
    pub async fn kick_from_party(
        &self,
        by: i64,
        character: i64,
        now_ms: i64,
    ) -> Result<Kept<Party>, PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            let mut kept = groups::lock_own::<Party>(&mut transaction, by).await?;
            kept.group.kick(by, character)?;
            groups::free_seat::<Party>(&mut transaction, character, kept.id).await?;
            kept.save(&mut transaction).await?;
            let news = (GroupChange::Kicked, character, now_ms);
            self.tell_party(transaction, kept, news).await
        })
        .await
    }

    /// # Errors
    /// [`Refusal`]; [`PlayerError::Sql`].
    pub async fn promote_in_party(
        &self,
        by: i64,
        character: i64,
        now_ms: i64,
    ) -> Result<Kept<Party>, PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            let mut kept = groups::lock_own::<Party>(&mut transaction, by).await?;
            kept.group.promote(by, character)?;
            kept.save(&mut transaction).await?;
            let news = (GroupChange::Leader, character, now_ms);
            self.tell_party(transaction, kept, news).await
        })
        .await
    }

    async fn tell_party(
        &self,
        mut transaction: Transaction,
        kept: Kept<Party>,
        (change, character, at_ms): (GroupChange, i64, i64),
    ) -> Result<Kept<Party>, PlayerError> {
        let news = News {
            change,
            character,
            at_ms,
        };
        put_party(&self.outbox, &mut transaction, &kept, news).await?;
        self.commit(transaction).await?;
        Ok(kept)
    }
}

/// Of a character that is locked.
async fn own_or_new(connection: &mut AnyConnection, by: i64) -> Result<Kept<Party>, PlayerError> {
    if let Some(id) = groups::seat_of(connection, Party::KIND, by).await? {
        let kept = groups::lock(connection, id).await?;
        return Ok(kept.ok_or(Refusal::NO_PARTY)?);
    }
    let kept = Kept {
        id: new_id(),
        group: Party::found(by),
    };
    kept.insert(connection).await?;
    groups::take_seat::<Party>(connection, by, kept.id).await?;
    Ok(kept)
}

async fn leave(
    outbox: &Outbox,
    transaction: &mut Transaction,
    mut kept: Kept<Party>,
    character: i64,
    at_ms: i64,
) -> Result<(), PlayerError> {
    kept.group.leave(character)?;
    groups::free_seat::<Party>(transaction, character, kept.id).await?;
    let change = match kept.group.members.is_empty() {
        true => {
            kept.delete(transaction).await?;
            GroupChange::Ended
        }
        false => {
            kept.save(transaction).await?;
            GroupChange::Left
        }
    };
    let news = News {
        change,
        character,
        at_ms,
    };
    Ok(put_party(outbox, transaction, &kept, news).await?)
}

/// Of a character that is locked, and about to be deleted.
pub(super) async fn leave_if_any(
    outbox: &Outbox,
    transaction: &mut Transaction,
    character: i64,
    at_ms: i64,
) -> Result<(), PlayerError> {
    match groups::lock_own::<Party>(transaction, character).await {
        Ok(kept) => leave(outbox, transaction, kept, character, at_ms).await,
        Err(PlayerError::Refused(Refusal::NO_PARTY)) => Ok(()),
        Err(error) => Err(error),
    }
}
