//! What players gain in the battle, kept in the game's database, whether that is in this process or not.

use std::time::Duration;

use backends::{
    backoff::Backoff,
    broker::Broker,
    sql::{Database, SqlError, SqlLimits},
};
use spoils::{Keeper, Store, world_name};
use tokio::sync::watch;
use world::EdgePort;

use crate::{
    Failure,
    services::{
        dressing::Dressing,
        stores::{Stores, open_broker},
    },
};

/// Between two tries to reach the database.
const RETRY_MIN: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(10);

/// Where spoils are kept, and who is told.
#[derive(Clone)]
pub struct Keeping {
    game: Game,
    broker: Broker,
    stopped: watch::Receiver<bool>,
}

/// The game's database, or where it will be.
#[derive(Clone)]
pub enum Game {
    Open(Database),
    Away(String),
}

impl Game {
    /// By its URL. It need not be there yet.
    pub async fn at(url: &str) -> Result<Self, Failure> {
        match Database::open(url, SqlLimits::default()).await {
            Ok(database) => Ok(Self::Open(database)),
            Err(error) if error.is_retryable() => Ok(Self::Away(url.to_owned())),
            Err(error) => Err(Failure::Usage(format!("the database of the game: {error}"))),
        }
    }

    /// The database, once it is there; none when it is told to stop before, or when it is of no use, which is
    /// logged. `what` waits for it.
    pub async fn opened(self, what: &str, stopped: &mut watch::Receiver<bool>) -> Option<Database> {
        let opened = tokio::select! {
            opened = self.reached(what) => opened,
            _ = stopped.wait_for(|stopped| *stopped) => return None,
        };
        opened
            .inspect_err(|error| tracing::error!(%error, "there is no {what}"))
            .ok()
    }

    async fn reached(self, what: &str) -> Result<Database, SqlError> {
        let url = match self {
            Self::Open(database) => return Ok(database),
            Self::Away(url) => url,
        };
        let mut backoff = Backoff::new(RETRY_MIN, RETRY_MAX);
        loop {
            match Database::open(&url, SqlLimits::default()).await {
                Err(error) if error.is_retryable() => {
                    tracing::warn!(%error, "{what} waits for the database");
                    backoff.wait().await;
                }
                opened => return opened,
            }
        }
    }
}

impl Keeping {
    pub fn of_stores(stores: &Stores, stopped: watch::Receiver<bool>) -> Self {
        Self {
            game: Game::Open(stores.game.clone()),
            broker: stores.broker.clone(),
            stopped,
        }
    }

    /// By URLs. Neither needs to be there yet: the battle does not wait for them.
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

    /// Who dresses the players of the same shards, with the same database.
    pub fn dressing(&self) -> Dressing {
        Dressing::new(self.game.clone(), self.broker.clone(), self.stopped.clone())
    }

    /// Keeps what the shards of a process say of a world, until it is told to stop.
    pub async fn run(self, port: EdgePort, pod: u16, founding: u128) {
        let Self {
            game,
            broker,
            mut stopped,
        } = self;
        if let Some(database) = game.opened("keeping of spoils", &mut stopped).await {
            let store = Store::new(database, &world_name(founding));
            Keeper::new(port, pod, store).run(broker, stopped).await;
        }
    }
}
