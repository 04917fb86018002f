//! What characters did in the battle, as the battle tells it.

use backends::{
    broker::Event,
    inbox::{HandleError, Handler},
    sql::{SqlError, Transaction, row},
};
use events::{
    Body,
    battle::{Character, Deeds, Spoils},
    player::Levelled,
};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    PlayerError,
    domain::{Board, Period, Refusal, experience_of, level_of, week_of},
    store::{Store, boards, cards, events::put_level},
};

/// All that a character did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    pub kills: i64,
    pub deaths: i64,
    pub score: i64,
    pub blocks_dug: i64,
    pub blocks_placed: i64,
    pub experience: i64,
}

/// Takes spoils, in the transaction that notes that they were taken.
impl Handler for Store {
    async fn handle(
        &self,
        transaction: &mut Transaction,
        event: &Event,
    ) -> Result<(), HandleError> {
        let spoils = Spoils::from_bytes(&event.body);
        let spoils = spoils.map_err(|error| HandleError::Refused(error.to_string()))?;
        match self.add_deeds(transaction, &spoils).await {
            // A guest without a ticket is no character, and whoever deleted one does not want it back.
            Err(PlayerError::Refused(Refusal::NO_CHARACTER)) => Ok(()),
            result => Ok(result?),
        }
    }
}

impl Store {
    async fn add_deeds(
        &self,
        transaction: &mut Transaction,
        spoils: &Spoils,
    ) -> Result<(), PlayerError> {
        let (character, deeds, at_ms) = (spoils.character, &spoils.deeds, spoils.at_ms);
        cards::lock(transaction, &[character]).await?;
        let experience = add(transaction, character, deeds).await?;
        for board in Board::ALL {
            let gain = board.gain(deeds);
            if gain > 0 {
                for period in [Period::All, Period::Week(week_of(at_ms))] {
                    let key = board.key(period);
                    boards::add(transaction, &key, character, gain, at_ms).await?;
                }
            }
        }
        let levelled = Levelled {
            character: Character(character),
            level_before: level_of(experience - experience_of(deeds)),
            level: level_of(experience),
            at_ms,
        };
        if levelled.level > levelled.level_before {
            put_level(&self.outbox, transaction, &levelled).await?;
        }
        Ok(())
    }

    /// # Errors
    /// [`SqlError`].
    pub async fn progress(&self, character: i64) -> Result<Progress, SqlError> {
        let found = sqlx::query(
            "SELECT kills, deaths, score, blocks_dug, blocks_placed, experience \
             FROM player_progress WHERE character_id = $1",
        )
        .bind(character)
        .fetch_optional(self.database.pool())
        .await?;
        let progress = found.as_ref().map(progress_of).transpose()?;
        Ok(progress.unwrap_or_default())
    }
}

fn progress_of(found: &AnyRow) -> Result<Progress, SqlError> {
    Ok(Progress {
        kills: row::get(found, "kills")?,
        deaths: row::get(found, "deaths")?,
        score: row::get(found, "score")?,
        blocks_dug: row::get(found, "blocks_dug")?,
        blocks_placed: row::get(found, "blocks_placed")?,
        experience: row::get(found, "experience")?,
    })
}

/// The experience afterwards.
async fn add(
    connection: &mut AnyConnection,
    character: i64,
    deeds: &Deeds,
) -> Result<i64, SqlError> {
    let found = sqlx::query(
        "INSERT INTO player_progress (character_id, kills, deaths, score, blocks_dug, blocks_placed, \
         experience) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (character_id) DO UPDATE SET \
         kills = player_progress.kills + excluded.kills, \
         deaths = player_progress.deaths + excluded.deaths, \
         score = player_progress.score + excluded.score, \
         blocks_dug = player_progress.blocks_dug + excluded.blocks_dug, \
         blocks_placed = player_progress.blocks_placed + excluded.blocks_placed, \
         experience = player_progress.experience + excluded.experience RETURNING experience",
    )
    .bind(character)
    .bind(i64::from(deeds.kills))
    .bind(i64::from(deeds.deaths))
    .bind(i64::from(deeds.score))
    .bind(i64::from(deeds.blocks_dug))
    .bind(i64::from(deeds.blocks_placed))
    .bind(experience_of(deeds))
    .fetch_one(connection)
    .await?;
    row::get(&found, "experience")
}
