//! What staff did and set, in SQL: small tables that every node holds whole. Knows nothing of HTTP.

mod audit;
mod battles;
mod configs;
mod messages;

use backends::sql::{Database, Migration, SqlError};

pub use audit::{Begun, Entry, Filter, Outcome};
pub use battles::{Battle, BattleState, Claim, NewBattle};
pub use configs::{Change, NewChange};
pub use messages::{Message, NewMessage};

/// Where migrations are noted.
const MIGRATIONS: &str = "admin_migrations";
const WHOLE: [&str; 4] = ["admin_audit", "admin_messages", "admin_configs", MIGRATIONS];

/// Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: Database,
}

impl Store {
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Makes the tables or brings them up to date.
    ///
    /// # Errors
    /// As of [`Database::migrate`].
    pub async fn migrate(database: &Database) -> Result<(), SqlError> {
        database.migrate(MIGRATIONS, &steps()).await
    }

    /// Whether the database answers, and has all tables.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`], [`SqlError::Unmigrated`].
    pub async fn ping(&self) -> Result<(), SqlError> {
        self.database.ping_migrated(MIGRATIONS, &steps()).await
    }
}

/// What this version needs of the tables, in order.
fn steps() -> [Migration; 4] {
    let tables = include_str!("../../migrations/0001_tables.sql");
    let battles = include_str!("../../migrations/0003_battles.sql");
    [
        Migration::same(1, "tables", tables),
        Migration::citus(2, &[], &WHOLE),
        Migration::same(3, "battles", battles),
        Migration::citus(4, &[], &["admin_battles"]),
    ]
}
