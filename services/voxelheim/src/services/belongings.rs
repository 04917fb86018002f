//! The inventory service.

use std::sync::Arc;

use backends::{broker::Broker, sql::Database};
use inventory::{Config, Inventory, Owners, ShardToken, domain::Definitions, store::Store};
use tokens::Access;
use tokio::sync::watch;
use web::{Clock, Gate, Shell};

use crate::{
    Failure,
    services::{part::Part, runtime_failure},
};

/// Makes its tables.
pub async fn migrate(game: &Database) -> Result<(), Failure> {
    let migrated = Store::migrate(game).await;
    migrated.map_err(runtime_failure)
}

/// On tables that are up to date. What shards tell comes by the broker, so nobody is given its token.
pub fn open(
    game: &Database,
    gates: (Arc<dyn Gate<Access>>, Arc<dyn Owners>),
    shell: &Shell,
    clock: &Clock,
) -> Inventory {
    let secret = auth::MasterKey::generate().to_hex();
    let config = Config {
        definitions: Arc::new(Definitions::embedded()),
        shard_token: ShardToken::new(&secret).expect("it is long enough"),
    };
    let metrics = shell.metrics();
    Inventory::open(config, game, gates, metrics, clock.clone())
}

pub fn part(inventory: &Inventory, broker: &Broker, stopped: watch::Receiver<bool>) -> Part {
    let (running, broker) = (inventory.clone(), broker.clone());
    Part {
        prefix: "/inventory",
        router: inventory.router(),
        checks: vec![inventory.check()],
        run: Box::pin(async move { running.run(&broker, stopped).await }),
    }
}
