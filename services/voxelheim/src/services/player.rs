//! The player service, and what accounts and belongings ask it.

use std::sync::Arc;

use auth::{Auth, Character, CharacterDesk};
use backends::sql::SqlError;
use inventory::Owners;
use player::{Allowances, Player, PlayerError, store::Store};
use tokio::sync::watch;
use web::{Asked, Clock, Problem};

use crate::{
    Failure,
    services::{part::Part, runtime_failure, stores::Stores},
};

/// What the service keeps, on tables that are up to date: others ask it before the service itself is open.
pub async fn open_store(stores: &Stores) -> Result<Store, Failure> {
    let migrated = Store::migrate(&stores.game).await;
    migrated.map_err(runtime_failure)?;
    Ok(Store::new(stores.game.clone()))
}

/// In the one process.
pub fn open(store: &Store, stores: &Stores, auth: Auth, clock: &Clock) -> Player {
    let kept = (store.clone(), &stores.cache);
    let gate = Arc::new(auth);
    Player::open(Allowances::default(), kept, gate, clock.clone())
}

pub fn part(player: &Player, stores: &Stores, stopped: watch::Receiver<bool>) -> Part {
    let (running, broker) = (player.clone(), stores.broker.clone());
    Part {
        prefix: "/player",
        router: player.router(),
        checks: player.checks().into(),
        run: Box::pin(async move { running.run(&broker, stopped).await }),
    }
}

/// Says whom accounts play, and whose characters are.
pub struct Desk {
    store: Store,
    clock: Clock,
}

impl Desk {
    pub fn new(store: &Store, clock: &Clock) -> Self {
        Self {
            store: store.clone(),
            clock: clock.clone(),
        }
    }
}

impl CharacterDesk for Desk {
    fn character_for<'a>(&'a self, account: i64, name: &'a str) -> Asked<'a, Character> {
        Box::pin(async move {
            let now_ms = self.clock.now_ms();
            let card = self.store.character_for(account, name, now_ms).await?;
            Ok(Character {
                id: card.id,
                name: card.name,
            })
        })
    }
}

impl Owners for Desk {
    fn owns(&self, account: i64, character: i64) -> Asked<'_, bool> {
        let told = |error: SqlError| Problem::from(PlayerError::from(error));
        Box::pin(async move { self.store.owns(account, character).await.map_err(told) })
    }
}
