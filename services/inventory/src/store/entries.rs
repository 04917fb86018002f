//! The ledger itself: what was changed in which account, and when.

use backends::sql::{SqlError, row};
use sqlx::{AnyConnection, any::AnyRow};
use web::ids::first_ordered_id;

use crate::{
    domain::{Account, Changes, Place, Thing},
    limits::MEAL_PAUSE_MS,
    store::{Store, balances, posting::Stamp, rows::Insert},
};

/// A line of an owner's ledger. What the same batch changed in a source or sink says where it came from or
/// went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub batch: i64,
    pub at_ms: i64,
    pub place: Place,
    pub thing: Thing,
    pub change: i64,
}

struct Row {
    stamp: Stamp,
    line: i64,
    account: Account,
    thing: Thing,
    change: i64,
}

const WRITE: Insert<Row> = Insert {
    head: "INSERT INTO inventory_entries (owner, batch_id, line, at_ms, place, item, unique_id, change)",
    columns: 8,
    tail: "",
    bind: |query, row| {
        query
            .bind(row.account.owner)
            .bind(row.stamp.batch)
            .bind(row.line)
            .bind(row.stamp.at_ms)
            .bind(row.account.place.name())
            .bind(row.thing.item.name().to_owned())
            .bind(row.thing.unique.unwrap_or(0))
            .bind(row.change)
    },
};

pub async fn write(
    connection: &mut AnyConnection,
    stamp: Stamp,
    changes: &Changes,
) -> Result<(), SqlError> {
    let rows = changes.iter().zip(0..);
    let rows = rows.map(|(((account, thing), change), line)| Row {
        stamp,
        line,
        account: *account,
        thing: thing.clone(),
        change: *change,
    });
    let rows: Vec<Row> = rows.collect();
    WRITE.run(connection, &rows).await.map(drop)
}

/// Until the owner may eat or drink again; 0 if now. Entries rise with time, so only the newest are looked at.
pub async fn pause_left_ms(
    connection: &mut AnyConnection,
    owner: i64,
    now_ms: i64,
) -> Result<i64, SqlError> {
    let since_ms = now_ms - MEAL_PAUSE_MS;
    let found = sqlx::query(
        "SELECT MAX(at_ms) AS at_ms FROM inventory_entries \
         WHERE owner = $1 AND batch_id >= $2 AND place = 'sink.used' AND change > 0",
    )
    .bind(owner)
    .bind(first_ordered_id(since_ms.max(0)))
    .fetch_one(connection)
    .await?;
    let last_ms: Option<i64> = row::get(&found, "at_ms")?;
    let left_ms = last_ms.map_or(0, |last_ms| last_ms - since_ms);
    Ok(left_ms.clamp(0, MEAL_PAUSE_MS))
}

impl Store {
    /// The newest lines of an owner's ledger before a batch, newest first. Of whole batches, so that who asks for those
    /// before the last one misses none: as many more than asked for as the last one has.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn entries(
        &self,
        owner: i64,
        before_batch: i64,
        count_max: u32,
    ) -> Result<Vec<Entry>, SqlError> {
        let rows = sqlx::query(
            "SELECT batch_id, at_ms, place, item, unique_id, change FROM inventory_entries \
             WHERE owner = $1 AND batch_id < $2 ORDER BY batch_id DESC, line LIMIT $3",
        )
        .bind(owner)
        .bind(before_batch)
        .bind(i64::from(count_max))
        .fetch_all(self.database.pool())
        .await?;
        let mut entries = entries_of(&rows)?;
        let is_full = entries.len() as u64 == u64::from(count_max);
        if let (true, Some(last)) = (is_full, entries.last().map(|it| it.batch)) {
            entries.retain(|it| it.batch != last);
            entries.extend(self.entries_of_batch(owner, last).await?);
        }
        Ok(entries)
    }

    async fn entries_of_batch(&self, owner: i64, batch: i64) -> Result<Vec<Entry>, SqlError> {
        let rows = sqlx::query(
            "SELECT batch_id, at_ms, place, item, unique_id, change FROM inventory_entries \
             WHERE owner = $1 AND batch_id = $2 ORDER BY line",
        )
        .bind(owner)
        .bind(batch)
        .fetch_all(self.database.pool())
        .await?;
        entries_of(&rows)
    }
}

fn entries_of(rows: &[AnyRow]) -> Result<Vec<Entry>, SqlError> {
    let entries = rows.iter().map(|it| {
        Ok(Entry {
            batch: row::get(it, "batch_id")?,
            at_ms: row::get(it, "at_ms")?,
            place: balances::place_of(it)?,
            thing: balances::thing_of(it)?,
            change: row::get(it, "change")?,
        })
    });
    entries.collect()
}
