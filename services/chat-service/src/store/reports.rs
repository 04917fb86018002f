//! Reports: a message that somebody finds wrong, with what was said before it.

use backends::sql::{
    SqlError,
    row::{corrupt, get},
};
use chat::Words;
use sqlx::any::AnyRow;

use crate::{
    limits::CONTEXT_LINES,
    store::{Stamp, Store},
    topics,
};

/// See the module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    pub id: i64,
    pub message: u64,
    pub at_ms: i64,
    pub reporter: u64,
    pub reason: String,
    /// The eldest first; the message itself is the last.
    pub context: Vec<Words>,
    pub state: ReportState,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReportState {
    Open,
    Resolved { at_ms: i64, by: u64, note: String },
}

/// A report as it is made.
#[derive(Clone, Copy, Debug)]
pub struct NewReport<'a> {
    pub message: u64,
    pub reason: &'a str,
}

const OPEN: &str = "open";
const RESOLVED: &str = "resolved";

impl Store {
    /// Puts a report down, the same of one account twice as once; its number. None if there is no such message.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn report(
        &self,
        report: NewReport<'_>,
        stamp: Stamp,
    ) -> Result<Option<i64>, SqlError> {
        let Some((key, at)) = self.place(report.message).await? else {
            return Ok(None);
        };
        let lines = self.lines(key, at.with_itself(), CONTEXT_LINES + 1);
        let mut lines = lines.await?;
        lines.reverse();
        let context: Vec<Words> = lines.into_iter().map(|line| line.words).collect();
        let id = report_id(report.message, stamp.by);
        sqlx::query(
            "INSERT INTO chat_reports (report_id, message_id, at_ms, reporter, reason, context, \
             state, resolved_ms, resolved_by, note) VALUES ($1, $2, $3, $4, $5, $6, 'open', 0, 0, '') \
             ON CONFLICT (report_id) DO NOTHING",
        )
        .bind(id)
        .bind(report.message.cast_signed())
        .bind(stamp.at_ms)
        .bind(stamp.by.cast_signed())
        .bind(report.reason)
        .bind(serde_json::to_string(&context).expect("strings and numbers are JSON"))
        .execute(self.database.pool())
        .await?;
        Ok(Some(id))
    }

    /// Reports that are open, the eldest first, or that are resolved, the newest first; those behind the cursor,
    /// a time and a number.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`], [`SqlError::Corrupt`].
    pub async fn reports(
        &self,
        is_open: bool,
        behind: Option<(i64, i64)>,
        count: i64,
    ) -> Result<Vec<Report>, SqlError> {
        let (statement, start) = match is_open {
            true => (
                "SELECT report_id, message_id, at_ms, reporter, reason, context, state, \
                 resolved_ms, resolved_by, note FROM chat_reports WHERE state = $1 \
                 AND (at_ms > $2 OR (at_ms = $2 AND report_id > $3)) \
                 ORDER BY at_ms, report_id LIMIT $4",
                (i64::MIN, i64::MIN),
            ),
            false => (
                "SELECT report_id, message_id, at_ms, reporter, reason, context, state, \
                 resolved_ms, resolved_by, note FROM chat_reports WHERE state = $1 \
                 AND (at_ms < $2 OR (at_ms = $2 AND report_id < $3)) \
                 ORDER BY at_ms DESC, report_id DESC LIMIT $4",
                (i64::MAX, i64::MAX),
            ),
        };
        let (at_ms, id) = behind.unwrap_or(start);
        let rows = sqlx::query(statement)
            .bind(if is_open { OPEN } else { RESOLVED })
            .bind(at_ms)
            .bind(id)
            .bind(count)
            .fetch_all(self.database.pool())
            .await?;
        rows.iter().map(report_of).collect()
    }

    /// # Errors
    /// [`SqlError::Unavailable`], [`SqlError::Corrupt`].
    pub async fn report_by_id(&self, id: i64) -> Result<Option<Report>, SqlError> {
        let row = sqlx::query(
            "SELECT report_id, message_id, at_ms, reporter, reason, context, state, \
             resolved_ms, resolved_by, note FROM chat_reports WHERE report_id = $1",
        )
        .bind(id)
        .fetch_optional(self.database.pool())
        .await?;
        row.as_ref().map(report_of).transpose()
    }

    /// Resolves an open report; false if there is none.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn resolve(&self, id: i64, note: &str, stamp: Stamp) -> Result<bool, SqlError> {
        let result = sqlx::query(
            "UPDATE chat_reports SET state = 'resolved', resolved_ms = $2, resolved_by = $3, \
             note = $4 WHERE report_id = $1 AND state = 'open'",
        )
        .bind(id)
        .bind(stamp.at_ms)
        .bind(stamp.by.cast_signed())
        .bind(note)
        .execute(self.database.pool())
        .await?;
        Ok(result.rows_affected() == 1)
    }
}

/// Of one message and one account there is one report.
fn report_id(message: u64, reporter: u64) -> i64 {
    let number = topics::number_of_event(&format!("{message} {reporter}")) >> 1;
    number.cast_signed().max(1)
}

fn report_of(row: &AnyRow) -> Result<Report, SqlError> {
    let bits = |column| -> Result<u64, SqlError> { Ok(get::<i64>(row, column)?.cast_unsigned()) };
    let context: String = get(row, "context")?;
    let state: String = get(row, "state")?;
    Ok(Report {
        id: get(row, "report_id")?,
        message: bits("message_id")?,
        at_ms: get(row, "at_ms")?,
        reporter: bits("reporter")?,
        reason: get(row, "reason")?,
        context: serde_json::from_str(&context).map_err(|_| corrupt("context", &context))?,
        state: match state.as_str() {
            OPEN => ReportState::Open,
            RESOLVED => ReportState::Resolved {
                at_ms: get(row, "resolved_ms")?,
                by: bits("resolved_by")?,
                note: get(row, "note")?,
            },
            _ => return Err(corrupt("state", &state)),
        },
    })
}
