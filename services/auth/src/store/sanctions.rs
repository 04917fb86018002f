//! Bans and suspensions.

use backends::{
    broker,
    sql::{SqlError, row},
};
use events::{Body, auth::Sanctioned};
use sqlx::any::AnyRow;

use crate::{
    limits::LIST_MAX,
    store::{Event, Store, audit, sessions},
};

/// A suspension always ends by itself; a ban may not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Suspension,
    Ban,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Suspension => "suspension",
            Self::Ban => "ban",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Sanction {
    pub account: i64,
    pub id: i64,
    pub kind: Kind,
    pub reason: String,
    pub by: i64,
    pub from_ms: i64,
    pub until_ms: Option<i64>,
    pub lifted_ms: Option<i64>,
}

impl Sanction {
    fn of(it: &AnyRow) -> Result<Self, SqlError> {
        let kind: String = row::get(it, "kind")?;
        let kinds = [Kind::Suspension, Kind::Ban];
        let known = kinds.into_iter().find(|it| it.name() == kind);
        Ok(Self {
            account: row::get(it, "account_id")?,
            id: row::get(it, "sanction_id")?,
            kind: known.ok_or_else(|| row::corrupt("kind", &kind))?,
            reason: row::get(it, "reason")?,
            by: row::get(it, "by_account")?,
            from_ms: row::get(it, "from_ms")?,
            until_ms: row::get(it, "until_ms")?,
            lifted_ms: row::get(it, "lifted_ms")?,
        })
    }

    /// As others are told of it; a sanction is told once.
    fn event(&self) -> broker::Event {
        let sanctioned = Sanctioned {
            account: self.account,
            kind: self.kind.name().to_owned(),
            until_ms: self.until_ms,
            at_ms: self.from_ms,
        };
        broker::Event {
            id: format!("sanction-{:016x}", self.id),
            topic: Sanctioned::TOPIC.to_owned(),
            body: sanctioned.to_bytes(),
        }
    }

    pub fn is_in_force(&self, now_ms: i64) -> bool {
        self.lifted_ms.is_none() && self.until_ms.is_none_or(|until_ms| until_ms > now_ms)
    }
}

impl Store {
    /// Also ends all sessions of the account, and has everybody told.
    pub async fn impose(&self, sanction: &Sanction, event: &Event<'_>) -> Result<(), SqlError> {
        let mut transaction = self.database.begin().await?;
        sqlx::query(
            "INSERT INTO auth_sanctions (account_id, sanction_id, kind, reason, by_account, from_ms, \
             until_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(sanction.account)
        .bind(sanction.id)
        .bind(sanction.kind.name())
        .bind(&sanction.reason)
        .bind(sanction.by)
        .bind(sanction.from_ms)
        .bind(sanction.until_ms)
        .execute(&mut *transaction)
        .await?;
        sessions::end_all(&mut transaction, sanction.account, None, event.at_ms).await?;
        audit::write(&mut transaction, event).await?;
        let told = sanction.event();
        let outbox = self.outbox();
        outbox
            .put(&mut transaction, sanction.account, &told)
            .await?;
        transaction.commit().await?;
        outbox.wake();
        Ok(())
    }

    /// The newest first.
    pub async fn sanctions(&self, account: i64) -> Result<Vec<Sanction>, SqlError> {
        let rows = sqlx::query(
            "SELECT * FROM auth_sanctions WHERE account_id = $1 \
             ORDER BY sanction_id DESC LIMIT $2",
        )
        .bind(account)
        .bind(LIST_MAX)
        .fetch_all(self.database.pool())
        .await?;
        rows.iter().map(Sanction::of).collect()
    }

    /// Of those in force the one that ends last.
    pub async fn sanction_in_force(
        &self,
        account: i64,
        now_ms: i64,
    ) -> Result<Option<Sanction>, SqlError> {
        let found = sqlx::query(
            "SELECT * FROM auth_sanctions WHERE account_id = $1 AND lifted_ms IS NULL \
             AND (until_ms IS NULL OR until_ms > $2) \
             ORDER BY CASE WHEN until_ms IS NULL THEN 0 ELSE 1 END, until_ms DESC LIMIT 1",
        )
        .bind(account)
        .bind(now_ms)
        .fetch_optional(self.database.pool())
        .await?;
        found.as_ref().map(Sanction::of).transpose()
    }

    /// Whether there was one to lift.
    pub async fn lift(&self, sanction: i64, event: &Event<'_>) -> Result<bool, SqlError> {
        let mut transaction = self.database.begin().await?;
        let changed = sqlx::query(
            "UPDATE auth_sanctions SET lifted_ms = $3, lifted_by = $4 \
             WHERE account_id = $1 AND sanction_id = $2 AND lifted_ms IS NULL",
        )
        .bind(event.account)
        .bind(sanction)
        .bind(event.at_ms)
        .bind(event.actor)
        .execute(&mut *transaction)
        .await?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        audit::write(&mut transaction, event).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
