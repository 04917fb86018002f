//! What is kept in SQL. Each statement on a spread table names its distribution column; a change and its
//! line in the log are one transaction. Knows nothing of HTTP.

mod accounts;
mod audit;
mod factors;
mod keys;
mod links;
mod sanctions;
mod sessions;

use backends::sql::{Database, Migration, SqlError};

pub use accounts::Account;
pub use audit::{Entry, Event};
pub use factors::Factor;
pub use keys::KeptKey;
pub use links::{Link, Purpose};
pub use sanctions::{Kind, Sanction};
pub use sessions::{Rotation, Session};

/// Where migrations are noted.
const MIGRATIONS: &str = "auth_migrations";

#[derive(Clone)]
pub struct Store {
    database: Database,
}

impl Store {
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    pub async fn migrate(&self) -> Result<(), SqlError> {
        let tables = include_str!("../../migrations/0001_tables.sql");
        let distribution = include_str!("../../migrations/postgres/0002_distribution.sql");
        let steps = [
            Migration::same(1, "tables", tables),
            Migration::postgres(2, "distribution", distribution),
        ];
        self.database.migrate(MIGRATIONS, &steps).await
    }

    pub async fn ping(&self) -> Result<(), SqlError> {
        self.database.ping().await
    }
}
