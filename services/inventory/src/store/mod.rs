//! The ledger in SQL. Each statement names the key by which its table is spread, but for the check of all
//! sums; what belongs together is one transaction, with its events. Knows nothing of HTTP.

mod audit;
mod balances;
mod batches;
mod characters;
mod entries;
mod equipment;
mod events;
mod hauls;
mod posting;
mod rollback;
mod rows;
mod starts;
mod trades;
mod uniques;

use std::{future::Future, sync::Arc};

use backends::{
    outbox::Outbox,
    sql::{Database, Migration, SqlError},
};

pub use audit::Audit;
pub use batches::{Answer, Order, Outcome, ShardBatch};
pub use characters::{Claim, Holding};
pub use entries::Entry;
pub use equipment::Equipment;
pub use hauls::Haul;
pub use rollback::{Point, Preview};
pub use trades::KeptTrade;

use crate::{domain::Definitions, limits::CONFLICT_TRIES};

/// Where migrations are noted.
const MIGRATIONS: &str = "inventory_migrations";
const OUTBOX: &str = "inventory_outbox";
/// Each table and the column by which it is spread.
const SPREAD: [(&str, &str); 7] = [
    ("inventory_characters", "owner"),
    ("inventory_balances", "owner"),
    ("inventory_entries", "owner"),
    ("inventory_batches", "author"),
    ("inventory_uniques", "unique_id"),
    ("inventory_trades", "trade_id"),
    ("inventory_traders", "owner"),
];

/// Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: Database,
    definitions: Arc<Definitions>,
    outbox: Arc<Outbox>,
}

impl Store {
    pub fn new(database: Database, definitions: Arc<Definitions>) -> Self {
        Self {
            database,
            definitions,
            outbox: Arc::new(Outbox::new(OUTBOX)),
        }
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

    pub fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The events of changes, to be sent.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }
}

/// What this version needs of the tables, in order.
fn steps() -> [Migration; 4] {
    let tables = include_str!("../../migrations/0001_tables.sql");
    let meals = include_str!("../../migrations/0004_meals.sql");
    [
        Migration::same(1, "tables", tables),
        Migration::citus(2, &SPREAD, &[MIGRATIONS]),
        Outbox::new(OUTBOX).migration(3),
        Migration::same(4, "meals", meals),
    ]
}

/// Does it again while another change was in the way: it had no effect then.
async fn insist<T, F: Future<Output = Result<T, SqlError>>>(
    attempt: impl Fn() -> F,
) -> Result<T, SqlError> {
    let mut tries = 1;
    loop {
        match attempt().await {
            Err(SqlError::Conflict(_) | SqlError::Duplicate(_)) if tries < CONFLICT_TRIES => {
                tries += 1;
            }
            result => return result,
        }
    }
}
