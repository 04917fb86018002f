//! What characters wear, told to the battle, whether the inventory is in this process or not.

use std::sync::Arc;

use backends::broker::Broker;
use inventory::{domain::Definitions, store::Store};
use tokio::sync::watch;
use wardrobe::Valet;
use world::EdgePort;

use crate::{
    Failure,
    services::{
        keeping::Game,
        stores::{Stores, open_broker},
    },
};

/// Where the inventory keeps what is worn, and who tells that it changed.
#[derive(Clone)]
pub struct Dressing {
    game: Game,
    broker: Broker,
    stopped: watch::Receiver<bool>,
}

impl Dressing {
    pub fn of_stores(stores: &Stores, stopped: watch::Receiver<bool>) -> Self {
        Self {
            game: Game::Open(stores.game.clone()),
            broker: stores.broker.clone(),
            stopped,
        }
    }

    /// By URLs. Neither needs to be there yet: until then who comes wears nothing.
    pub async fn open(
        game: &str,
        broker: &str,
        stopped: watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            game: Game::at(game).await?,
            broker: open_broker(broker)?,
            stopped,
        })
    }

    /// Dresses whom the shards of a process have, until it is told to stop.
    pub async fn run(self, port: EdgePort, pod: u16) {
        let Self {
            game,
            broker,
            mut stopped,
        } = self;
        let database = tokio::select! {
            database = game.opened("dressing of players") => database,
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        match database {
            Ok(database) => {
                let store = Store::new(database, Arc::new(Definitions::embedded()));
                Valet::new(port, pod, store).run(broker, stopped).await;
            }
            Err(error) => tracing::error!(%error, "players are not dressed"),
        }
    }
}
