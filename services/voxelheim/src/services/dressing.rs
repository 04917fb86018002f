//! What characters wear, told to the battle, whether the inventory is in this process or not.

use std::sync::Arc;

use backends::broker::Broker;
use inventory::{domain::Definitions, store::Store};
use tokio::sync::watch;
use wardrobe::Valet;
use world::EdgePort;

use crate::services::keeping::Game;

/// Where the inventory keeps what is worn, and who tells that it changed.
pub struct Dressing {
    game: Game,
    broker: Broker,
    stopped: watch::Receiver<bool>,
}

impl Dressing {
    /// Neither needs to be there yet: until then who comes wears nothing.
    pub fn new(game: Game, broker: Broker, stopped: watch::Receiver<bool>) -> Self {
        Self {
            game,
            broker,
            stopped,
        }
    }

    /// Dresses whom the shards of a process have, until it is told to stop.
    pub async fn run(self, port: EdgePort, pod: u16) {
        let Self {
            game,
            broker,
            mut stopped,
        } = self;
        if let Some(database) = game.opened("dressing of players", &mut stopped).await {
            let store = Store::new(database, Arc::new(Definitions::embedded()));
            Valet::new(port, pod, store).run(broker, stopped).await;
        }
    }
}
