//! Leaderboards. A board of a period is one key, so its best are one look at one index on one node; a row is
//! changed with what it is made of, in the same transaction.

use backends::sql::{SqlError, row};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    domain::{Board, Period, week_of},
    limits::{RANK_MAX, RANKS_AROUND, RANKS_MAX, SWEEP_ROWS, WEEKS_KEPT, WEEKS_SWEPT},
    store::Store,
};

/// Somebody on a board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ranked {
    pub character: i64,
    pub value: i64,
    /// When it was reached: of equals, who was first is before.
    reached_ms: i64,
}

/// Somebody among those next to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Around {
    /// None beyond [`RANK_MAX`].
    pub rank: Option<i64>,
    /// The best first; [`Self::index`] is the one that was asked for.
    pub ranked: Vec<Ranked>,
    pub index: usize,
}

impl Store {
    /// The best of a board.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn best(&self, board: Board, period: Period) -> Result<Vec<Ranked>, SqlError> {
        let rows = sqlx::query(
            "SELECT character_id, rank_value, reached_ms FROM player_leaderboard WHERE board = $1 \
             ORDER BY rank_value, reached_ms, character_id LIMIT $2",
        )
        .bind(board.key(period))
        .bind(RANKS_MAX)
        .fetch_all(self.database.pool())
        .await?;
        rows.iter().map(ranked_of).collect()
    }

    /// Where a character is on a board, if it is on it.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn around(
        &self,
        board: Board,
        period: Period,
        character: i64,
    ) -> Result<Option<Around>, SqlError> {
        let key = board.key(period);
        let found = sqlx::query(
            "SELECT character_id, rank_value, reached_ms FROM player_leaderboard \
             WHERE board = $1 AND character_id = $2",
        )
        .bind(&key)
        .bind(character)
        .fetch_optional(self.database.pool())
        .await?;
        let Some(found) = found else { return Ok(None) };
        let own = ranked_of(&found)?;
        let mut ranked = self.neighbours(BEFORE, &key, own).await?;
        ranked.reverse();
        let index = ranked.len();
        ranked.push(own);
        ranked.extend(self.neighbours(BEHIND, &key, own).await?);
        Ok(Some(Around {
            rank: self.rank(&key, own).await?,
            ranked,
            index,
        }))
    }

    async fn neighbours(
        &self,
        statement: &'static str,
        key: &str,
        own: Ranked,
    ) -> Result<Vec<Ranked>, SqlError> {
        let rows = sqlx::query(statement)
            .bind(key)
            .bind(-own.value)
            .bind(own.reached_ms)
            .bind(own.character)
            .bind(RANKS_AROUND)
            .fetch_all(self.database.pool())
            .await?;
        rows.iter().map(ranked_of).collect()
    }

    async fn rank(&self, key: &str, own: Ranked) -> Result<Option<i64>, SqlError> {
        let before: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM (SELECT 1 FROM player_leaderboard WHERE board = $1 \
             AND (rank_value, reached_ms, character_id) < ($2, $3, $4) LIMIT $5) AS before",
        )
        .bind(key)
        .bind(-own.value)
        .bind(own.reached_ms)
        .bind(own.character)
        .bind(RANK_MAX)
        .fetch_one(self.database.pool())
        .await?;
        Ok((before < RANK_MAX).then_some(before + 1))
    }

    /// Deletes boards of weeks that are over for long.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn sweep_boards(&self, now_ms: i64) -> Result<(), SqlError> {
        let last = week_of(now_ms) - WEEKS_KEPT - 1;
        for week in last - WEEKS_SWEPT + 1..=last {
            for board in Board::ALL {
                self.sweep_board(&board.key(Period::Week(week))).await?;
            }
        }
        Ok(())
    }

    async fn sweep_board(&self, key: &str) -> Result<(), SqlError> {
        loop {
            let deleted = sqlx::query(
                "DELETE FROM player_leaderboard WHERE board = $1 AND character_id IN ( \
                 SELECT character_id FROM player_leaderboard WHERE board = $1 LIMIT $2)",
            )
            .bind(key)
            .bind(SWEEP_ROWS)
            .execute(self.database.pool())
            .await?;
            if deleted.rows_affected() == 0 {
                return Ok(());
            }
        }
    }
}

const BEFORE: &str = "SELECT character_id, rank_value, reached_ms FROM player_leaderboard \
    WHERE board = $1 AND (rank_value, reached_ms, character_id) < ($2, $3, $4) \
    ORDER BY rank_value DESC, reached_ms DESC, character_id DESC LIMIT $5";
const BEHIND: &str = "SELECT character_id, rank_value, reached_ms FROM player_leaderboard \
    WHERE board = $1 AND (rank_value, reached_ms, character_id) > ($2, $3, $4) \
    ORDER BY rank_value, reached_ms, character_id LIMIT $5";

fn ranked_of(found: &AnyRow) -> Result<Ranked, SqlError> {
    let rank_value: i64 = row::get(found, "rank_value")?;
    Ok(Ranked {
        character: row::get(found, "character_id")?,
        value: -rank_value,
        reached_ms: row::get(found, "reached_ms")?,
    })
}

/// Adds to what a character has on a board.
pub(super) async fn add(
    connection: &mut AnyConnection,
    key: &str,
    character: i64,
    gain: i64,
    at_ms: i64,
) -> Result<(), SqlError> {
    sqlx::query(
        "INSERT INTO player_leaderboard (board, character_id, rank_value, reached_ms) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (board, character_id) \
         DO UPDATE SET rank_value = player_leaderboard.rank_value + excluded.rank_value, \
         reached_ms = excluded.reached_ms",
    )
    .bind(key)
    .bind(character)
    .bind(-gain)
    .bind(at_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a character off the boards that are shown.
pub(super) async fn forget(
    connection: &mut AnyConnection,
    character: i64,
    now_ms: i64,
) -> Result<(), SqlError> {
    let week = week_of(now_ms);
    let weeks = (week - WEEKS_KEPT..=week).map(Period::Week);
    for period in weeks.chain([Period::All]) {
        for board in Board::ALL {
            sqlx::query("DELETE FROM player_leaderboard WHERE board = $1 AND character_id = $2")
                .bind(board.key(period))
                .bind(character)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}
