//! What the services keep things in, by URL; in the one process all of it is in the data folder, unless it is
//! said where else.

use std::{fmt::Display, path::Path};

use crate::Failure;
use backends::{
    broker::Broker,
    cache::Cache,
    sql::{Database, SqlLimits},
    warehouse::Warehouse,
};

/// In the data folder: who has an account; all else of players.
const ACCOUNTS_DATABASE: &str = "accounts.db";
const GAME_DATABASE: &str = "game.db";
/// And what happened, in numbers.
const WAREHOUSE: &str = "analytics.db";

/// Where each is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoreUrls {
    pub accounts: String,
    pub game: String,
    pub cache: String,
    pub broker: String,
    pub warehouse: String,
}

/// All that the one process has.
pub struct Stores {
    pub accounts: Database,
    pub game: Database,
    pub cache: Cache,
    pub broker: Broker,
    pub warehouse: Warehouse,
}

impl StoreUrls {
    pub fn embedded(data: &Path) -> Self {
        let sqlite = |file| format!("sqlite://{}", data.join(file).display());
        Self {
            accounts: sqlite(ACCOUNTS_DATABASE),
            game: sqlite(GAME_DATABASE),
            cache: "memory:".to_owned(),
            broker: "memory:".to_owned(),
            warehouse: sqlite(WAREHOUSE),
        }
    }

    /// In the order of the fields.
    pub fn each_mut(&mut self) -> [&mut String; 5] {
        let Self {
            accounts,
            game,
            cache,
            broker,
            warehouse,
        } = self;
        [accounts, game, cache, broker, warehouse]
    }

    pub async fn open(&self) -> Result<Stores, Failure> {
        Ok(Stores {
            accounts: open_database(&self.accounts, "accounts").await?,
            game: open_database(&self.game, "the game").await?,
            cache: open_cache(&self.cache).await?,
            broker: open_broker(&self.broker)?,
            warehouse: open_warehouse(&self.warehouse).await?,
        })
    }
}

pub async fn open_database(url: &str, of: &str) -> Result<Database, Failure> {
    let database = Database::open(url, SqlLimits::default()).await;
    database.map_err(|error| Failure::Usage(format!("the database of {of}: {error}")))
}

pub async fn open_cache(url: &str) -> Result<Cache, Failure> {
    let cache = Cache::open(url).await;
    cache.map_err(|error| Failure::Usage(format!("the cache: {error}")))
}

pub fn open_broker(url: &str) -> Result<Broker, Failure> {
    let broker = Broker::open(url);
    broker.map_err(|error| Failure::Usage(format!("the broker: {error}")))
}

pub async fn open_warehouse(url: &str) -> Result<Warehouse, Failure> {
    let warehouse = Warehouse::open(url).await;
    warehouse.map_err(|error| Failure::Usage(format!("the warehouse: {error}")))
}

/// Whether a start would take a store's URL, of the name that it has among flags and in files; other names are no
/// stores'.
///
/// # Errors
/// A sentence without the URL, which may hold a password.
pub fn check_url(name: &str, url: &str) -> Result<(), String> {
    let said = |error: &dyn Display| error.to_string();
    match name {
        "database" | "game" | "directory" => Database::check_url(url).map_err(|it| said(&it)),
        "cache" => Cache::check_url(url).map_err(|it| said(&it)),
        "broker" => Broker::open(url).map(drop).map_err(|it| said(&it)),
        "warehouse" => Warehouse::check_url(url).map_err(|it| said(&it)),
        _ => Ok(()),
    }
}
