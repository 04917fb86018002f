//! SQL on PostgreSQL (with or without Citus) or SQLite, by URL, with one set of queries: `$1`
//! placeholders, `RETURNING` and `ON CONFLICT` are the same on both, numbers are `BIGINT`, truth is 0
//! or 1, times are milliseconds since 1970 that the caller gives.
//!
//! ```no_run
//! # async fn example() -> Result<(), backends::sql::SqlError> {
//! use backends::sql::{Database, Migration, SqlLimits};
//!
//! let database = Database::open("sqlite:game.db", SqlLimits::default()).await?;
//! let tables = Migration::same(1, "tables", "CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)");
//! database.migrate("example_migrations", &[tables]).await?;
//!
//! let mut transaction = database.begin().await?;
//! let add = sqlx::query("INSERT INTO t (id, n) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING");
//! add.bind(1_i64).bind(2_i64).execute(&mut *transaction).await?;
//! transaction.commit().await?;
//! let n: i64 = sqlx::query_scalar("SELECT n FROM t WHERE id = $1").bind(1_i64).fetch_one(database.pool()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! SQLite has one connection: who holds a transaction must not ask the pool for something else, or both
//! wait until one gives up.

mod error;
mod migrations;
mod open;
pub mod row;

pub use error::SqlError;
pub use migrations::Migration;
pub use migrations::citus_declarations;
pub use open::{Database, Dialect, SqlLimits, Transaction};
