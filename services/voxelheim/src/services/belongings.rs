//! The inventory service.

use std::sync::Arc;

use inventory::{Config, Inventory, Owners, ShardToken, domain::Definitions, store::Store};
use tokens::Access;
use tokio::sync::watch;
use web::{Clock, Gate, Shell};

use crate::{
    Failure,
    services::{part::Part, runtime_failure, stores::Stores},
};

/// In the one process, where nobody but the process itself speaks for a shard.
pub async fn open(
    stores: &Stores,
    gates: (Arc<dyn Gate<Access>>, Arc<dyn Owners>),
    shell: &Shell,
    clock: &Clock,
) -> Result<Inventory, Failure> {
    let migrated = Store::migrate(&stores.game).await;
    migrated.map_err(runtime_failure)?;
    let secret = auth::MasterKey::generate().to_hex();
    let config = Config {
        definitions: Arc::new(Definitions::embedded()),
        shard_token: ShardToken::new(&secret).expect("it is long enough"),
    };
    let metrics = shell.metrics();
    Ok(Inventory::open(
        config,
        &stores.game,
        gates,
        metrics,
        clock.clone(),
    ))
}

pub fn part(inventory: &Inventory, stores: &Stores, stopped: watch::Receiver<bool>) -> Part {
    let (running, broker) = (inventory.clone(), stores.broker.clone());
    Part {
        prefix: "/inventory",
        router: inventory.router(),
        checks: vec![inventory.check()],
        run: Box::pin(async move { running.run(&broker, stopped).await }),
    }
}
