//! Battles that were scheduled. Whatever several processes could do at once is one update of a row, which says
//! whether it was this one that did it.

use backends::sql::{
    SqlError,
    row::{corrupt, get},
};
use sqlx::any::AnyRow;
use web::ids::ordered_id;

use crate::{
    limits::{BATTLES_PAST_MAX, BATTLES_SCHEDULED_MAX},
    store::Store,
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BattleState {
    Scheduled,
    /// Some process is at it, or was and was cut off.
    Starting,
    Started,
    Cancelled,
    /// Nobody was there to start it.
    Missed,
}

impl BattleState {
    const ALL: [Self; 5] = [
        Self::Scheduled,
        Self::Starting,
        Self::Started,
        Self::Cancelled,
        Self::Missed,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Starting => "starting",
            Self::Started => "started",
            Self::Cancelled => "cancelled",
            Self::Missed => "missed",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Battle {
    pub id: i64,
    pub at_ms: i64,
    pub author: i64,
    pub title: String,
    /// For players; may be empty.
    pub note: String,
    pub start_ms: i64,
    pub state: BattleState,
    /// Players were told when it was so many minutes away.
    pub told_minutes: i64,
    pub claimed_until_ms: i64,
    /// The battle of the world that ends for it, once somebody starts it.
    pub ends_number: i64,
    /// What came of it, in a sentence; empty until then.
    pub effect: String,
}

#[derive(Clone, Copy, Debug)]
pub struct NewBattle<'a> {
    pub at_ms: i64,
    pub author: i64,
    pub title: &'a str,
    pub note: &'a str,
    pub start_ms: i64,
}

/// Of one who wants to start a battle.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    pub until_ms: i64,
    /// The battle that is fought now; who goes on after another keeps to what that one saw.
    pub ends_number: i64,
}

impl Store {
    /// Its number.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn schedule(&self, battle: NewBattle<'_>) -> Result<i64, SqlError> {
        let id = ordered_id(battle.at_ms);
        sqlx::query(
            "INSERT INTO admin_battles (battle_id, at_ms, author, title, note, start_ms, state, \
             told_minutes, claimed_until_ms, ends_number, effect) \
             VALUES ($1, $2, $3, $4, $5, $6, 'scheduled', $7, 0, 0, '')",
        )
        .bind(id)
        .bind(battle.at_ms)
        .bind(battle.author)
        .bind(battle.title)
        .bind(battle.note)
        .bind(battle.start_ms)
        .bind(i64::MAX)
        .execute(self.database.pool())
        .await?;
        Ok(id)
    }

    /// Those that are to come, the next first.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn battles_to_come(&self) -> Result<Vec<Battle>, SqlError> {
        let rows = sqlx::query(
            "SELECT * FROM admin_battles WHERE state IN ('scheduled', 'starting') \
             ORDER BY start_ms, battle_id LIMIT $1",
        )
        .bind(BATTLES_SCHEDULED_MAX)
        .fetch_all(self.database.pool())
        .await?;
        rows.iter().map(battle_of).collect()
    }

    /// The last that were, the newest first.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn battles_past(&self) -> Result<Vec<Battle>, SqlError> {
        let rows = sqlx::query(
            "SELECT * FROM admin_battles WHERE state IN ('started', 'cancelled', 'missed') \
             ORDER BY start_ms DESC, battle_id DESC LIMIT $1",
        )
        .bind(BATTLES_PAST_MAX)
        .fetch_all(self.database.pool())
        .await?;
        rows.iter().map(battle_of).collect()
    }

    /// # Errors
    /// [`SqlError`].
    pub async fn battle(&self, id: i64) -> Result<Option<Battle>, SqlError> {
        let row = sqlx::query("SELECT * FROM admin_battles WHERE battle_id = $1")
            .bind(id)
            .fetch_optional(self.database.pool())
            .await?;
        row.as_ref().map(battle_of).transpose()
    }

    /// Whether it is the caller who is to tell players how far away a battle is.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn claim_telling(&self, id: i64, minutes: i64) -> Result<bool, SqlError> {
        let told = sqlx::query(
            "UPDATE admin_battles SET told_minutes = $2 \
             WHERE battle_id = $1 AND state = 'scheduled' AND told_minutes > $2",
        )
        .bind(id)
        .bind(minutes)
        .execute(self.database.pool())
        .await?;
        Ok(told.rows_affected() == 1)
    }

    /// Whether it is the caller who is to start a battle that it saw like this: nobody has begun to, or who did was
    /// cut off. Then the number of the battle that ends for it.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn claim_start(&self, seen: &Battle, claim: Claim) -> Result<Option<i64>, SqlError> {
        let ends_number = match seen.state {
            BattleState::Scheduled => claim.ends_number,
            _ => seen.ends_number,
        };
        let claimed = sqlx::query(
            "UPDATE admin_battles SET state = 'starting', claimed_until_ms = $4, ends_number = $5 \
             WHERE battle_id = $1 AND state = $2 AND claimed_until_ms = $3",
        )
        .bind(seen.id)
        .bind(seen.state.name())
        .bind(seen.claimed_until_ms)
        .bind(claim.until_ms)
        .bind(ends_number)
        .execute(self.database.pool())
        .await?;
        Ok((claimed.rows_affected() == 1).then_some(ends_number))
    }

    /// Ends what was scheduled, if it still is as it was seen; whether it was.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn settle_battle(
        &self,
        id: i64,
        (from, to): (BattleState, BattleState),
        effect: &str,
    ) -> Result<bool, SqlError> {
        let settled = sqlx::query(
            "UPDATE admin_battles SET state = $3, effect = $4 WHERE battle_id = $1 AND state = $2",
        )
        .bind(id)
        .bind(from.name())
        .bind(to.name())
        .bind(effect)
        .execute(self.database.pool())
        .await?;
        Ok(settled.rows_affected() == 1)
    }
}

fn battle_of(row: &AnyRow) -> Result<Battle, SqlError> {
    let state: String = get(row, "state")?;
    let known = BattleState::ALL.into_iter().find(|it| it.name() == state);
    Ok(Battle {
        id: get(row, "battle_id")?,
        at_ms: get(row, "at_ms")?,
        author: get(row, "author")?,
        title: get(row, "title")?,
        note: get(row, "note")?,
        start_ms: get(row, "start_ms")?,
        state: known.ok_or_else(|| corrupt("state", &state))?,
        told_minutes: get(row, "told_minutes")?,
        claimed_until_ms: get(row, "claimed_until_ms")?,
        ends_number: get(row, "ends_number")?,
        effect: get(row, "effect")?,
    })
}
