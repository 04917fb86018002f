//! Guilds. They end when the last leaves, or when they are disbanded.

use backends::{outbox::Outbox, sql::SqlError, sql::Transaction};
use events::player::GroupChange;
use sqlx::AnyConnection;
use tokens::name_key;
use web::ids::new_id;

use crate::{
    PlayerError,
    domain::{Guild, Rank, Refusal},
    limits::GUILD_INVITATION_MS,
    store::{
        Kept, Store, cards,
        events::{News, put_guild},
        groups::{self, Group},
        insist,
        invitations::{self, Invited},
    },
};

/// Where a character is in a guild.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GuildSeat {
    pub guild: i64,
    pub name: String,
    pub tag: String,
    pub rank: Rank,
}

impl Group for Guild {
    const KIND: &'static str = "guild";
    const NONE: Refusal = Refusal::NO_GUILD;
    const SEATED: Refusal = Refusal::IN_GUILD;
    const INSERT: &'static str =
        "INSERT INTO player_guilds (guild_id, body, revision) VALUES ($1, $2, 1)";
    const LOCK: &'static str =
        "UPDATE player_guilds SET revision = revision + 1 WHERE guild_id = $1 RETURNING body";
    const FIND: &'static str = "SELECT body FROM player_guilds WHERE guild_id = $1";
    const SAVE: &'static str = "UPDATE player_guilds SET body = $2 WHERE guild_id = $1";
    const DELETE: &'static str = "DELETE FROM player_guilds WHERE guild_id = $1";
}

impl Store {
    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn found_guild(
        &self,
        by: i64,
        (name, tag): (&str, &str),
        now_ms: i64,
    ) -> Result<Kept<Guild>, PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            cards::lock(&mut transaction, &[by]).await?;
            let kept = Kept {
                id: new_id(),
                group: Guild::found(by, name, tag, now_ms),
            };
            groups::take_seat::<Guild>(&mut transaction, by, kept.id).await?;
            take_names(&mut transaction, &kept).await?;
            kept.insert(&mut transaction).await?;
            let news = (GroupChange::Founded, by, now_ms);
            self.tell_guild(transaction, kept, news).await
        })
        .await
    }

    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn invite_to_guild(
        &self,
        by: i64,
        character: i64,
        now_ms: i64,
    ) -> Result<Kept<Guild>, PlayerError> {
        let invited = Invited {
            by,
            character,
            now_ms,
            life_ms: GUILD_INVITATION_MS,
        };
        insist(async || {
            let mut transaction = self.database.begin().await?;
            invitations::prepare::<Guild>(&mut transaction, invited).await?;
            let id = groups::seat_of(&mut transaction, Guild::KIND, by).await?;
            let kept = groups::lock::<Guild>(&mut transaction, id.ok_or(Guild::NONE)?).await?;
            let kept = kept.ok_or(Guild::NONE)?;
            kept.group.may_invite(by, character)?;
            invitations::put::<Guild>(&mut transaction, kept.id, invited).await?;
            let news = (GroupChange::Invited, character, now_ms);
            self.tell_guild(transaction, kept, news).await
        })
        .await
    }

    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn join_guild(
        &self,
        character: i64,
        guild: i64,
        now_ms: i64,
    ) -> Result<Kept<Guild>, PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            cards::lock(&mut transaction, &[character]).await?;
            invitations::take::<Guild>(&mut transaction, character, guild, now_ms).await?;
            let Some(mut kept) = groups::lock::<Guild>(&mut transaction, guild).await? else {
                return self.refuse_invitation(transaction).await;
            };
            groups::take_seat::<Guild>(&mut transaction, character, guild).await?;
            kept.group.join(character, now_ms)?;
            kept.save(&mut transaction).await?;
            let news = (GroupChange::Joined, character, now_ms);
            self.tell_guild(transaction, kept, news).await
        })
        .await
    }

    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn leave_guild(&self, character: i64, now_ms: i64) -> Result<(), PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            let kept = groups::lock_own::<Guild>(&mut transaction, character).await?;
            leave(&self.outbox, &mut transaction, kept, character, now_ms).await?;
            Ok(self.commit(transaction).await?)
        })
        .await
    }

    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn kick_from_guild(
        &self,
        by: i64,
        character: i64,
        now_ms: i64,
    ) -> Result<Kept<Guild>, PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            let mut kept = groups::lock_own::<Guild>(&mut transaction, by).await?;
            kept.group.kick(by, character)?;
            groups::free_seat::<Guild>(&mut transaction, character, kept.id).await?;
            kept.save(&mut transaction).await?;
            let news = (GroupChange::Kicked, character, now_ms);
            self.tell_guild(transaction, kept, news).await
        })
        .await
    }

    /// Does to the guild of `by` what changes nobody's seat.
    ///
    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    async fn change_guild(
        &self,
        by: i64,
        news: (GroupChange, i64, i64),
        change: &(dyn Fn(&mut Guild) -> Result<(), Refusal> + Sync),
    ) -> Result<Kept<Guild>, PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            let mut kept = groups::lock_own::<Guild>(&mut transaction, by).await?;
            change(&mut kept.group)?;
            kept.save(&mut transaction).await?;
            self.tell_guild(transaction, kept, news).await
        })
        .await
    }

    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn set_guild_rank(
        &self,
        by: i64,
        (character, rank): (i64, Rank),
        now_ms: i64,
    ) -> Result<Kept<Guild>, PlayerError> {
        let news = (GroupChange::Rank, character, now_ms);
        let change = |guild: &mut Guild| guild.set_rank(by, character, rank);
        self.change_guild(by, news, &change).await
    }

    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn hand_guild_over(
        &self,
        by: i64,
        character: i64,
        now_ms: i64,
    ) -> Result<Kept<Guild>, PlayerError> {
        let news = (GroupChange::Leader, character, now_ms);
        let change = |guild: &mut Guild| guild.hand_over(by, character);
        self.change_guild(by, news, &change).await
    }

    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn set_guild_message(
        &self,
        by: i64,
        message: &str,
        now_ms: i64,
    ) -> Result<Kept<Guild>, PlayerError> {
        let news = (GroupChange::Message, by, now_ms);
        let change = |guild: &mut Guild| guild.set_message(by, message);
        self.change_guild(by, news, &change).await
    }

    /// # Errors
    /// [`Refusal`]; [`SqlError`].
    pub async fn disband_guild(&self, by: i64, now_ms: i64) -> Result<(), PlayerError> {
        insist(async || {
            let mut transaction = self.database.begin().await?;
            let kept = groups::lock_own::<Guild>(&mut transaction, by).await?;
            kept.group.require_leader(by)?;
            for member in kept.group.members.keys() {
                groups::free_seat::<Guild>(&mut transaction, *member, kept.id).await?;
            }
            end(&mut transaction, &kept).await?;
            let news = (GroupChange::Ended, by, now_ms);
            self.tell_guild(transaction, kept, news).await.map(drop)
        })
        .await
    }

    /// # Errors
    /// [`SqlError`].
    pub async fn guild_seat(&self, character: i64) -> Result<Option<GuildSeat>, SqlError> {
        let kept = self.group_of::<Guild>(character).await?;
        let seat = kept.and_then(|kept| {
            let rank = kept.group.rank(character)?;
            Some(GuildSeat {
                guild: kept.id,
                name: kept.group.name,
                tag: kept.group.tag,
                rank,
            })
        });
        Ok(seat)
    }

    async fn tell_guild(
        &self,
        mut transaction: Transaction,
        kept: Kept<Guild>,
        (change, character, at_ms): (GroupChange, i64, i64),
    ) -> Result<Kept<Guild>, PlayerError> {
        let news = News {
            change,
            character,
            at_ms,
        };
        put_guild(&self.outbox, &mut transaction, &kept, news).await?;
        self.commit(transaction).await?;
        Ok(kept)
    }
}

/// How a guild's name and tag are kept apart from each other.
fn name_keys(guild: &Guild) -> [String; 2] {
    let tag = guild.tag.to_lowercase();
    [
        format!("name:{}", name_key(&guild.name)),
        format!("tag:{tag}"),
    ]
}

async fn take_names(connection: &mut AnyConnection, kept: &Kept<Guild>) -> Result<(), PlayerError> {
    let refusals = [Refusal::GUILD_NAME_TAKEN, Refusal::GUILD_TAG_TAKEN];
    for (key, refusal) in name_keys(&kept.group).into_iter().zip(refusals) {
        let taken = sqlx::query(
            "INSERT INTO player_guild_names (name_key, guild_id) VALUES ($1, $2) \
             ON CONFLICT (name_key) DO NOTHING",
        )
        .bind(key)
        .bind(kept.id)
        .execute(&mut *connection)
        .await?;
        if taken.rows_affected() == 0 {
            return Err(refusal.into());
        }
    }
    Ok(())
}

async fn end(connection: &mut AnyConnection, kept: &Kept<Guild>) -> Result<(), SqlError> {
    for key in name_keys(&kept.group) {
        sqlx::query("DELETE FROM player_guild_names WHERE name_key = $1 AND guild_id = $2")
            .bind(key)
            .bind(kept.id)
            .execute(&mut *connection)
            .await?;
    }
    kept.delete(connection).await
}

async fn leave(
    outbox: &Outbox,
    transaction: &mut Transaction,
    mut kept: Kept<Guild>,
    character: i64,
    at_ms: i64,
) -> Result<(), PlayerError> {
    kept.group.leave(character)?;
    groups::free_seat::<Guild>(transaction, character, kept.id).await?;
    let change = match kept.group.members.is_empty() {
        true => {
            end(transaction, &kept).await?;
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
    Ok(put_guild(outbox, transaction, &kept, news).await?)
}

/// Of a character that is locked, and about to be deleted.
pub(super) async fn leave_if_any(
    outbox: &Outbox,
    transaction: &mut Transaction,
    character: i64,
    at_ms: i64,
) -> Result<(), PlayerError> {
    match groups::lock_own::<Guild>(transaction, character).await {
        Ok(kept) => leave(outbox, transaction, kept, character, at_ms).await,
        Err(PlayerError::Refused(Refusal::NO_GUILD)) => Ok(()),
        Err(error) => Err(error),
    }
}
