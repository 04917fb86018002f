//! The player service, and what accounts and belongings ask it.

use std::sync::Arc;

use auth::{Character, CharacterDesk};
use backends::{
    broker::Broker,
    cache::Cache,
    sql::{Database, SqlError},
};
use inventory::Owners;
use player::{Allowances, Player, PlayerError, store::Store};
use tokens::Access;
use tokio::sync::watch;
use web::{Asked, Clock, Gate, Problem};

use crate::{
    Failure,
    services::{crier, part::Part, runtime_failure, usher::Usher},
};

/// Makes its tables.
pub async fn migrate(game: &Database) -> Result<(), Failure> {
    let migrated = Store::migrate(game).await;
    migrated.map_err(runtime_failure)
}

/// On tables that are up to date.
pub fn open(store: &Store, cache: &Cache, gate: Arc<dyn Gate<Access>>, clock: &Clock) -> Player {
    let kept = (store.clone(), cache);
    Player::open(Allowances::default(), kept, gate, clock.clone())
}

/// With who tells chat of parties and guilds, and of levels.
pub fn part(
    player: &Player,
    store: &Store,
    broker: &Broker,
    stopped: watch::Receiver<bool>,
) -> Part {
    let (running, broker) = (player.clone(), broker.clone());
    let usher = Usher::new(store, &broker);
    Part {
        prefix: "/player",
        router: player.router(),
        checks: player.checks().into(),
        run: Box::pin(async move {
            tokio::select! {
                () = running.run(&broker, stopped) => {}
                () = usher.run() => {}
                () = crier::run(&broker) => {}
            }
        }),
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

    fn require_acquaintance(&self, character: i64, other: i64) -> Asked<'_, ()> {
        Box::pin(async move {
            let known = self.store.require_acquaintance(character, other).await;
            known.map_err(Problem::from)
        })
    }
}
