//! What is kept in SQL. Each statement on a spread table names its distribution column; a change and its
//! line in the log are one transaction. Knows nothing of HTTP.

mod accounts;
mod audit;
mod factors;
mod guests;
mod keys;
mod links;
mod sanctions;
mod sessions;

use std::sync::Arc;

use backends::{
    outbox::Outbox,
    sql::{Database, Migration, SqlError},
};

pub use accounts::Account;
pub use audit::{Entry, Event};
pub use factors::Factor;
pub use keys::KeptKey;
pub use links::{Link, Purpose};
pub use sanctions::{Kind, Sanction};
pub use sessions::{Rotation, Session};

/// Where migrations are noted.
const MIGRATIONS: &str = "auth_migrations";
const OUTBOX: &str = "auth_outbox";

#[derive(Clone)]
pub struct Store {
    database: Database,
    outbox: Arc<Outbox>,
}

impl Store {
    pub fn new(database: Database) -> Self {
        Self {
            database,
            outbox: Arc::new(Outbox::new(OUTBOX)),
        }
    }

    pub async fn migrate(&self) -> Result<(), SqlError> {
        self.database.migrate(MIGRATIONS, &self.steps()).await
    }

    /// What this version needs of the tables, in order.
    fn steps(&self) -> [Migration; 5] {
        let tables = include_str!("../../migrations/0001_tables.sql");
        let distribution = include_str!("../../migrations/postgres/0002_distribution.sql");
        let guests = include_str!("../../migrations/0004_guests.sql");
        let guests_distribution =
            include_str!("../../migrations/postgres/0005_guests_distribution.sql");
        [
            Migration::same(1, "tables", tables),
            Migration::postgres(2, "distribution", distribution),
            self.outbox.migration(3),
            Migration::same(4, "guests", guests),
            Migration::postgres(5, "guests distribution", guests_distribution),
        ]
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// What others are told of.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    pub async fn ping(&self) -> Result<(), SqlError> {
        self.database.ping_migrated(MIGRATIONS, &self.steps()).await
    }
}
