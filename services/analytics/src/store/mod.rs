//! The warehouse: facts, sums of them by hour and day, and questions.
//!
//! A fact's row is known by its time, event and place; tables keep one row of each (ClickHouse's
//! ReplacingMergeTree read with `FINAL`, SQLite's primary key). So a batch may be inserted again after a crash, and
//! an event in another batch, by another process. Sums are made anew out of the facts of their whole hour, never
//! added to, and are as many as are known to have got facts since the last time.

mod queries;
mod sums;
mod tables;

use backends::warehouse::{Param, Query, Warehouse, WarehouseError};
use ring::digest::{Context, SHA256};
use serde::de::DeserializeOwned;

pub use queries::{
    Balance, BlockSum, CellKills, Cohort, Crowd, EconomySum, RegionLoad, ShardLoad, Span, WeaponSum,
};
pub use sums::{DAY_MS, HOUR_MS};

use crate::{
    facts::{Fact, Facts},
    limits::{SPANS_PER_QUESTION_MAX, SUM_OVERLAP_MS},
    service::Retention,
    store::sums::Sum,
};

/// Where migrations are noted.
const MIGRATIONS: &str = "analytics_migrations";

/// Cheap to clone; the clones share connections.
#[derive(Clone, Debug)]
pub struct Store {
    warehouse: Warehouse,
}

#[derive(serde::Deserialize)]
struct Number {
    number: i64,
}

impl Store {
    pub fn new(warehouse: Warehouse) -> Self {
        Self { warehouse }
    }

    /// Makes the tables, or brings them up to date.
    ///
    /// # Errors
    /// [`WarehouseError::Unavailable`], [`WarehouseError::Failed`].
    pub async fn migrate(&self) -> Result<(), WarehouseError> {
        self.warehouse.migrate(MIGRATIONS, &tables::ALL).await
    }

    /// # Errors
    /// [`WarehouseError::Unavailable`].
    pub async fn ping(&self) -> Result<(), WarehouseError> {
        self.warehouse.ping().await
    }

    /// Has what is too old go.
    ///
    /// # Errors
    /// [`WarehouseError::Unavailable`].
    pub async fn expire(&self, retention: Retention, now_ms: i64) -> Result<(), WarehouseError> {
        for (table, column, kept) in tables::KEPT {
            let days = kept.days(retention);
            self.warehouse.expire(table, column, days, now_ms).await?;
        }
        Ok(())
    }

    /// Puts facts down. `token` is the batch's: the same facts may come again under it, and in any other.
    ///
    /// # Errors
    /// [`WarehouseError::Unavailable`], after which some tables may have them: insert all of them again.
    pub async fn insert(
        &self,
        facts: &mut Facts,
        token: &str,
        now_ms: i64,
    ) -> Result<(), WarehouseError> {
        self.insert_each(&mut facts.sessions, token, now_ms).await?;
        self.insert_each(&mut facts.kills, token, now_ms).await?;
        self.insert_each(&mut facts.damage, token, now_ms).await?;
        self.insert_each(&mut facts.blocks, token, now_ms).await?;
        self.insert_each(&mut facts.economy, token, now_ms).await?;
        self.insert_each(&mut facts.ticks, token, now_ms).await?;
        self.insert_each(&mut facts.regions, token, now_ms).await?;
        self.insert_each(&mut facts.rounds, token, now_ms).await
    }

    async fn insert_each<F: Fact>(
        &self,
        facts: &mut [F],
        token: &str,
        now_ms: i64,
    ) -> Result<(), WarehouseError> {
        facts.iter_mut().for_each(|fact| fact.set_taken(now_ms));
        self.warehouse.insert(F::TABLE, facts, token).await
    }

    /// Sums up every hour and day that got facts since the last time, but of no time before `kept_from_ms`,
    /// whose facts are going; how many.
    ///
    /// # Errors
    /// [`WarehouseError::Unavailable`].
    pub async fn sum_up(&self, kept_from_ms: i64, now_ms: i64) -> Result<usize, WarehouseError> {
        let mut count = 0;
        for sum in &sums::ALL {
            let last: Vec<Number> = self.ask(sums::LAST, &[Param::Text(sum.name)]).await?;
            let since_ms = last.first().map_or(0, |it| it.number) - SUM_OVERLAP_MS;
            // Of the first span some facts may be gone already.
            let mut from_ms = span_of(kept_from_ms, sum.span_ms) + sum.span_ms;
            loop {
                let spans = self.changed(sum, since_ms, from_ms).await?;
                for begin_ms in &spans {
                    self.make(sum, *begin_ms, now_ms).await?;
                }
                count += spans.len();
                match spans.last() {
                    Some(last) if spans.len() == SPANS_PER_QUESTION_MAX => {
                        from_ms = last + sum.span_ms;
                    }
                    _ => break,
                }
            }
            let note = [Param::Text(sum.name), Param::Number(now_ms)];
            self.warehouse.execute(sums::NOTE, &note).await?;
        }
        Ok(count)
    }

    /// The first spans that have facts which came since.
    async fn changed(
        &self,
        sum: &Sum,
        since_ms: i64,
        from_ms: i64,
    ) -> Result<Vec<i64>, WarehouseError> {
        let limit = i64::try_from(SPANS_PER_QUESTION_MAX).expect("it is small");
        let params = [sum.span_ms, since_ms, from_ms, limit].map(Param::Number);
        let spans: Vec<Number> = self.ask(sum.changed, &params).await?;
        Ok(spans.into_iter().map(|it| it.number).collect())
    }

    async fn make(&self, sum: &Sum, begin_ms: i64, now_ms: i64) -> Result<(), WarehouseError> {
        let span = [begin_ms, begin_ms + sum.span_ms];
        let numbers = [begin_ms, now_ms].into_iter().chain(span).chain(span);
        let params: Vec<_> = numbers.take(sum.params).map(Param::Number).collect();
        self.warehouse.execute(sum.make, &params).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        query: Query,
        params: &[Param<'_>],
    ) -> Result<Vec<T>, WarehouseError> {
        self.warehouse.query(query, params).await
    }
}

/// The begin of the span that a time is in.
pub fn span_of(at_ms: i64, span_ms: i64) -> i64 {
    at_ms - at_ms.rem_euclid(span_ms)
}

/// A token for a batch of these events.
pub fn token_of<'a>(event_ids: impl Iterator<Item = &'a str>) -> String {
    let mut context = Context::new(&SHA256);
    for id in event_ids {
        context.update(id.as_bytes());
        context.update(b"\n");
    }
    data_encoding::HEXLOWER.encode(context.finish().as_ref())
}
