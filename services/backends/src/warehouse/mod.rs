//! Many rows that are only added to and summed up: what happened, for analysis. In ClickHouse, or in an
//! SQLite file, by URL.
//!
//! Rows are inserted in batches, each with a token of its own: a batch that is inserted again, because
//! nobody knows whether the first time worked, is known again and has no effect. Rows are whatever
//! `serde` makes JSON objects of, of numbers and texts.
//!
//! ```no_run
//! # async fn example() -> Result<(), backends::warehouse::WarehouseError> {
//! use backends::warehouse::{Param, Query, Warehouse, WarehouseMigration};
//!
//! let warehouse = Warehouse::open("sqlite:analytics.db").await?;
//! let kills = WarehouseMigration {
//!     version: 1,
//!     name: "kills",
//!     clickhouse: &["CREATE TABLE IF NOT EXISTS kills (time_ms Int64, weapon String) \
//!         ENGINE = {engine}MergeTree ORDER BY time_ms \
//!         TTL toDateTime(intDiv(time_ms, 1000)) + INTERVAL 90 DAY {deduplicated}"],
//!     sqlite: "CREATE TABLE kills (time_ms BIGINT NOT NULL, weapon TEXT NOT NULL)",
//! };
//! warehouse.migrate("analytics_migrations", &[kills]).await?;
//! let rows = [serde_json::json!({ "time_ms": 1, "weapon": "bow" })];
//! warehouse.insert("kills", &rows, "pod-7 batch-12").await?;
//! let by_weapon = Query::same("SELECT weapon, count(*) AS kills FROM kills WHERE time_ms >= ? GROUP BY weapon");
//! let answer: Vec<serde_json::Value> = warehouse.query(by_weapon, &[Param::Number(0)]).await?;
//! # Ok(())
//! # }
//! ```

mod clickhouse;
mod error;
mod sqlite;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

pub use error::WarehouseError;

use crate::{limits::BATCH_ROWS_MAX, sql::Database};

/// A warehouse. Cheap to clone; the clones share connections.
#[derive(Clone, Debug)]
pub struct Warehouse {
    store: Store,
}

#[derive(Clone, Debug)]
enum Store {
    ClickHouse(Box<clickhouse::ClickHouse>),
    Sqlite(sqlite::Sqlite),
}

/// One step that makes or changes tables.
#[derive(Clone, Copy, Debug)]
pub struct WarehouseMigration {
    pub version: i64,
    pub name: &'static str,
    /// Statements that may run again, as ClickHouse has no transactions. In them `{engine}` stands for
    /// `Replicated` on a cluster and for nothing elsewhere, and `{deduplicated}` for the settings that have
    /// a table know batches again.
    pub clickhouse: &'static [&'static str],
    pub sqlite: &'static str,
}

/// A question. `?` stands for each parameter; numbers are read as such, also large ones.
#[derive(Clone, Copy, Debug)]
pub struct Query {
    clickhouse: &'static str,
    sqlite: &'static str,
}

impl Query {
    /// The same on both.
    pub const fn same(text: &'static str) -> Self {
        Self::each(text, text)
    }

    pub const fn each(clickhouse: &'static str, sqlite: &'static str) -> Self {
        Self { clickhouse, sqlite }
    }
}

/// What a question is about.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Param<'a> {
    Number(i64),
    Text(&'a str),
}

enum Scheme {
    Http,
    Sqlite,
}

fn scheme_of(url: &str) -> Result<Scheme, WarehouseError> {
    let scheme = url.split(':').next().unwrap_or_default();
    match scheme {
        "http" => Ok(Scheme::Http),
        "sqlite" => Ok(Scheme::Sqlite),
        // Not the whole URL: it may hold a password.
        _ => Err(WarehouseError::BadUrl(format!(
            "begins with {scheme:?}, but must with http:// or sqlite:"
        ))),
    }
}

impl Warehouse {
    /// `http://user:password@host:port/database`, with `?replicated` on a cluster; or `sqlite:path`.
    /// ClickHouse need not be there yet. It is spoken to without TLS, so it belongs into the processes'
    /// own network.
    ///
    /// # Errors
    /// [`WarehouseError::BadUrl`]; [`WarehouseError::Unavailable`] of a file.
    pub async fn open(url: &str) -> Result<Self, WarehouseError> {
        let store = match scheme_of(url)? {
            Scheme::Http => Store::ClickHouse(Box::new(clickhouse::ClickHouse::open(url)?)),
            Scheme::Sqlite => Store::Sqlite(sqlite::Sqlite::open(url).await?),
        };
        Ok(Self { store })
    }

    /// Whether [`Self::open`] would take this URL; nobody is asked.
    ///
    /// # Errors
    /// [`WarehouseError::BadUrl`].
    pub fn check_url(url: &str) -> Result<(), WarehouseError> {
        match scheme_of(url)? {
            Scheme::Http => clickhouse::ClickHouse::open(url).map(drop),
            Scheme::Sqlite => Ok(Database::check_url(url)?),
        }
    }

    /// Whether it answers, for readiness.
    ///
    /// # Errors
    /// [`WarehouseError::Unavailable`].
    pub async fn ping(&self) -> Result<(), WarehouseError> {
        let answer: Vec<Value> = self.query(Query::same("SELECT 1 AS one"), &[]).await?;
        debug_assert_eq!(answer.len(), 1);
        Ok(())
    }

    /// Brings the tables up to date. `list_table` keeps what was done.
    ///
    /// # Errors
    /// [`WarehouseError::Failed`], [`WarehouseError::Unavailable`].
    pub async fn migrate(
        &self,
        list_table: &'static str,
        migrations: &[WarehouseMigration],
    ) -> Result<(), WarehouseError> {
        match &self.store {
            Store::ClickHouse(clickhouse) => clickhouse.migrate(list_table, migrations).await,
            Store::Sqlite(sqlite) => sqlite.migrate(list_table, migrations).await,
        }
    }

    /// Adds rows, which all have the same columns, unless a batch of this token was added to the table
    /// before. All of them or none.
    ///
    /// # Errors
    /// [`WarehouseError::TooLarge`]; [`WarehouseError::Failed`] if the table has no such columns;
    /// [`WarehouseError::Unavailable`], after which the same batch with the same token is safe.
    pub async fn insert<T: Serialize>(
        &self,
        table: &str,
        rows: &[T],
        token: &str,
    ) -> Result<(), WarehouseError> {
        if rows.len() > BATCH_ROWS_MAX {
            return Err(WarehouseError::TooLarge("a batch"));
        }
        let Some(batch) = Batch::of(table, rows, token)? else {
            return Ok(());
        };
        match &self.store {
            Store::ClickHouse(clickhouse) => clickhouse.insert(&batch).await,
            Store::Sqlite(sqlite) => sqlite.insert(&batch).await,
        }
    }

    /// Has the warehouse make rows out of rows: `INSERT INTO … SELECT`. It may run again at any time, so what it
    /// makes must be the same then, in a table that knows the same row again.
    ///
    /// # Errors
    /// [`WarehouseError::Failed`], [`WarehouseError::Unavailable`].
    pub async fn execute(&self, query: Query, params: &[Param<'_>]) -> Result<(), WarehouseError> {
        match &self.store {
            Store::ClickHouse(clickhouse) => clickhouse.execute(query.clickhouse, params).await,
            Store::Sqlite(sqlite) => sqlite.execute(query.sqlite, params).await,
        }
    }

    /// Has rows go once `column`, in milliseconds since 1970, is so many days ago: in ClickHouse by themselves
    /// from now on, as it merges; in SQLite now, so call it now and then.
    ///
    /// # Errors
    /// [`WarehouseError::Failed`], [`WarehouseError::Unavailable`].
    pub async fn expire(
        &self,
        table: &str,
        column: &str,
        days: u32,
        now_ms: i64,
    ) -> Result<(), WarehouseError> {
        require_name(table)?;
        require_name(column)?;
        match &self.store {
            Store::ClickHouse(clickhouse) => clickhouse.expire(table, column, days).await,
            Store::Sqlite(sqlite) => {
                const DAY_MS: i64 = 24 * 3_600 * 1_000;
                let end_ms = now_ms.saturating_sub(DAY_MS * i64::from(days));
                sqlite.delete_before(table, column, end_ms).await
            }
        }
    }

    /// Asks. The answer's rows have a field for each column.
    ///
    /// # Errors
    /// [`WarehouseError::TooLarge`] if the answer is; [`WarehouseError::Failed`] if a row is no `T`;
    /// [`WarehouseError::Unavailable`].
    pub async fn query<T: DeserializeOwned>(
        &self,
        query: Query,
        params: &[Param<'_>],
    ) -> Result<Vec<T>, WarehouseError> {
        let rows = match &self.store {
            Store::ClickHouse(clickhouse) => clickhouse.query(query.clickhouse, params).await?,
            Store::Sqlite(sqlite) => sqlite.query(query.sqlite, params).await?,
        };
        let rows = rows.into_iter().map(serde_json::from_value);
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Rows on their way.
struct Batch<'a> {
    table: &'a str,
    /// Of every row.
    columns: Vec<String>,
    rows: Vec<Value>,
    token: &'a str,
}

impl<'a> Batch<'a> {
    /// None without rows.
    fn of<T: Serialize>(
        table: &'a str,
        rows: &[T],
        token: &'a str,
    ) -> Result<Option<Self>, WarehouseError> {
        let rows: Vec<Value> = rows
            .iter()
            .map(serde_json::to_value)
            .collect::<Result<_, _>>()?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let columns: Vec<String> = columns_of(first)?.map(str::to_owned).collect();
        for row in &rows {
            if !columns_of(row)?.eq(columns.iter().map(String::as_str)) {
                return Err(WarehouseError::Failed(
                    "rows of different columns".to_owned(),
                ));
            }
        }
        for name in columns.iter().map(String::as_str).chain([table]) {
            require_name(name)?;
        }
        Ok(Some(Self {
            table,
            columns,
            rows,
            token,
        }))
    }
}

fn columns_of(row: &Value) -> Result<impl Iterator<Item = &str>, WarehouseError> {
    let object = row.as_object();
    let object = object.ok_or_else(|| WarehouseError::Failed("a row without names".to_owned()))?;
    Ok(object.keys().map(String::as_str))
}

/// Part of statements, so nothing that a statement could take for something else.
fn require_name(name: &str) -> Result<(), WarehouseError> {
    let is_allowed = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_';
    if !name.is_empty() && name.bytes().all(is_allowed) {
        return Ok(());
    }
    Err(WarehouseError::Failed(format!("{name:?} is no name")))
}
