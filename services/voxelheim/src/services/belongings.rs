//! The inventory service.

use std::sync::Arc;

use auth::Auth;
use inventory::{Asked, Config, Gate, Inventory, ShardToken, domain::Definitions, store::Store};
use tokens::Access;
use tokio::sync::watch;
use web::{Authenticate, Clock, Problem, Shell};

use crate::{
    Failure,
    services::{part::Part, runtime_failure, stores::Stores},
};

/// In the one process, where nobody but the process itself speaks for a shard.
pub async fn open(
    stores: &Stores,
    auth: Auth,
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
    let gate = Arc::new(AccountGate(auth));
    let metrics = shell.metrics();
    let inventory = Inventory::open(config, &stores.game, gate, metrics, clock.clone());
    let declared = inventory.declare_queues(&stores.broker).await;
    declared.map_err(runtime_failure)?;
    Ok(inventory)
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

/// Each account has the one character of its own number.
struct AccountGate(Auth);

impl Gate for AccountGate {
    fn access<'a>(&'a self, token: &'a str) -> Asked<'a, Access> {
        Box::pin(self.0.authenticate(token))
    }

    fn owns<'a>(&'a self, access: &'a Access, character: i64) -> Asked<'a, bool> {
        let owns: Result<bool, Problem> = Ok(access.account == character);
        Box::pin(std::future::ready(owns))
    }
}
