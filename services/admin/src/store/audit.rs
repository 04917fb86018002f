//! The log of what staff did: a line before anything is done, and once what came of it.

use backends::sql::{
    SqlError,
    row::{corrupt, get},
};
use sqlx::any::AnyRow;
use tokens::Role;
use web::ids::ordered_id;

use crate::{
    limits::{AUDIT_AGE_MAX_MS, SWEEP_LINES_MAX},
    store::Store,
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Begun,
    Done,
    Failed,
}

impl Outcome {
    const ALL: [Self; 3] = [Self::Begun, Self::Done, Self::Failed];

    fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A line as it is begun.
#[derive(Clone, Copy, Debug)]
pub struct Begun<'a> {
    pub at_ms: i64,
    pub actor: i64,
    pub role: Role,
    pub action: &'a str,
    pub target: &'a str,
    pub reason: &'a str,
    pub address: &'a str,
}

/// A line as it is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub line: i64,
    pub at_ms: i64,
    pub actor: i64,
    pub role: String,
    pub action: String,
    pub target: String,
    pub reason: String,
    pub address: String,
    pub outcome: Outcome,
    pub effect: String,
}

/// Which lines are read: those before one, of all or of an actor or about a target.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    pub actor: Option<i64>,
    pub target: Option<&'a str>,
    pub before: i64,
    pub count: i64,
}

impl Store {
    /// Writes that something is about to be done; the line's number.
    ///
    /// # Errors
    /// [`SqlError`]: then it must not be done.
    pub async fn begin(&self, line: &Begun<'_>) -> Result<i64, SqlError> {
        let id = ordered_id(line.at_ms);
        sqlx::query(
            "INSERT INTO admin_audit (line_id, at_ms, actor, role, action, target, reason, \
             address, outcome, effect) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'begun', '')",
        )
        .bind(id)
        .bind(line.at_ms)
        .bind(line.actor)
        .bind(line.role.name())
        .bind(line.action)
        .bind(line.target)
        .bind(line.reason)
        .bind(line.address)
        .execute(self.database.pool())
        .await?;
        Ok(id)
    }

    /// Writes what came of it, once.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn end(&self, line: i64, outcome: Outcome, effect: &str) -> Result<(), SqlError> {
        sqlx::query(
            "UPDATE admin_audit SET outcome = $2, effect = $3 \
             WHERE line_id = $1 AND outcome = 'begun'",
        )
        .bind(line)
        .bind(outcome.name())
        .bind(effect)
        .execute(self.database.pool())
        .await?;
        Ok(())
    }

    /// The newest first.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn log(&self, filter: Filter<'_>) -> Result<Vec<Entry>, SqlError> {
        let statement = match (filter.actor, filter.target) {
            (None, None) => {
                "SELECT * FROM admin_audit WHERE line_id < $1 ORDER BY line_id DESC LIMIT $2"
            }
            (Some(_), None) => {
                "SELECT * FROM admin_audit WHERE line_id < $1 AND actor = $3 \
                 ORDER BY line_id DESC LIMIT $2"
            }
            (None, Some(_)) => {
                "SELECT * FROM admin_audit WHERE line_id < $1 AND target = $3 \
                 ORDER BY line_id DESC LIMIT $2"
            }
            (Some(_), Some(_)) => {
                "SELECT * FROM admin_audit WHERE line_id < $1 AND actor = $3 AND target = $4 \
                 ORDER BY line_id DESC LIMIT $2"
            }
        };
        let mut query = sqlx::query(statement)
            .bind(filter.before)
            .bind(filter.count);
        if let Some(actor) = filter.actor {
            query = query.bind(actor);
        }
        if let Some(target) = filter.target {
            query = query.bind(target);
        }
        let rows = query.fetch_all(self.database.pool()).await?;
        rows.iter().map(entry_of).collect()
    }

    /// Forgets lines that are too old, some at a time; how many.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn sweep(&self, now_ms: i64) -> Result<u64, SqlError> {
        let swept = sqlx::query(
            "DELETE FROM admin_audit WHERE line_id IN (SELECT line_id FROM admin_audit \
             WHERE line_id < $1 ORDER BY line_id LIMIT $2)",
        )
        .bind(ordered_id(now_ms - AUDIT_AGE_MAX_MS))
        .bind(SWEEP_LINES_MAX)
        .execute(self.database.pool())
        .await?;
        Ok(swept.rows_affected())
    }
}

fn entry_of(row: &AnyRow) -> Result<Entry, SqlError> {
    let outcome: String = get(row, "outcome")?;
    let known = Outcome::ALL.into_iter().find(|it| it.name() == outcome);
    Ok(Entry {
        line: get(row, "line_id")?,
        at_ms: get(row, "at_ms")?,
        actor: get(row, "actor")?,
        role: get(row, "role")?,
        action: get(row, "action")?,
        target: get(row, "target")?,
        reason: get(row, "reason")?,
        address: get(row, "address")?,
        outcome: known.ok_or_else(|| corrupt("outcome", &outcome))?,
        effect: get(row, "effect")?,
    })
}
