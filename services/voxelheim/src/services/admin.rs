//! The operations service, and what it asks of all others.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use ::admin::{Admin, Config, ConfigDesk, Edges, Environment, Helm, Partners};
use ::player::Presence;
use auth::Magistrate;
use backends::{
    broker::Broker, cache::Cache, objects::Objects, sql::Database, warehouse::Warehouse,
};
use cluster::{Credentials, control::Remote};
use inventory::domain::Definitions;
use placement::ask;
use tokens::Access;
use tokio::sync::watch;
use web::{Check, Clock, Gate, Shell};

use crate::{
    Failure,
    cli::AdminArguments,
    config_desk::{Ask, ClusterDesk},
    data::CONTROL,
    services::{
        part::Part,
        runtime_failure,
        stores::{Stores, open_warehouse},
    },
};

/// What this one is called where nobody says.
const HERE: &str = "here";

/// Makes its tables.
pub async fn migrate(game: &Database) -> Result<(), Failure> {
    let migrated = ::admin::store::Store::migrate(game).await;
    migrated.map_err(runtime_failure)
}

/// The stores of the services whose matters staff act on: those that run here, or others on the same databases.
pub struct Kept {
    pub magistrate: Magistrate,
    pub players: ::player::store::Store,
    pub chat: chat_service::store::Store,
    pub ledger: inventory::store::Store,
}

impl Kept {
    /// For a process of its own.
    pub fn on(accounts: &Database, game: &Database, cache: &Cache, clock: &Clock) -> Self {
        let definitions = Arc::new(Definitions::embedded());
        Self {
            magistrate: Magistrate::new(accounts, cache, clock.clone()),
            players: ::player::store::Store::new(game.clone()),
            chat: chat_service::store::Store::new(game.clone()),
            ledger: inventory::store::Store::new(game.clone(), definitions),
        }
    }
}

/// Where staff's orders go.
pub struct Reach {
    pub helm: Helm,
    pub edges: Edges,
    pub config_desk: Option<Arc<dyn ConfigDesk>>,
    pub environments: Vec<Environment>,
    pub declared: Option<PathBuf>,
}

impl Reach {
    /// Of a process that is alone, with its data folder; its edges are known when they run.
    pub fn alone(data: &Path, desk: Arc<dyn ConfigDesk>) -> Self {
        Self {
            helm: Helm::on_socket(data.join(CONTROL)),
            edges: Edges::default(),
            config_desk: Some(desk),
            environments: vec![Environment {
                name: HERE.to_owned(),
                url: None,
            }],
            declared: None,
        }
    }
}

impl TryFrom<&AdminArguments> for Reach {
    type Error = Failure;

    fn try_from(arguments: &AdminArguments) -> Result<Self, Failure> {
        let edges = Edges::default();
        edges.set(arguments.edges.clone());
        let environments = arguments.environments.iter();
        let ask = world(arguments)?;
        let config_desk = ask.clone().map(|ask| Arc::new(ClusterDesk::new(ask)) as _);
        Ok(Self {
            helm: ask.map_or_else(Helm::default, |ask| Helm::new(move |request| ask(request))),
            edges,
            config_desk,
            environments: environments.map(|text| environment_of(text)).collect(),
            declared: arguments.declared.clone(),
        })
    }
}

/// The world over the network, or on the socket of a process beside this one.
fn world(arguments: &AdminArguments) -> Result<Option<Ask>, Failure> {
    let credentials = match (&arguments.authority, &arguments.credentials) {
        (Some(folder), _) => Credentials::Authority(folder.clone()),
        (None, Some(folder)) => Credentials::Files(folder.clone()),
        (None, None) => {
            let socket = arguments.world.as_ref().map(|data| data.join(CONTROL));
            return Ok(socket.map(|socket| Arc::new(move |request: &_| ask(&socket, request)) as _));
        }
    };
    let operator = credentials.operator();
    let operator = operator.map_err(|error| Failure::Usage(error.to_string()))?;
    let remote = Remote::new(operator, arguments.pods.clone());
    Ok(Some(Arc::new(move |request: &_| remote.ask(request))))
}

fn environment_of(text: &str) -> Environment {
    let (name, url) = match text.split_once('=') {
        Some((name, url)) => (name, Some(url.to_owned())),
        None => (text, None),
    };
    let name = name.to_owned();
    Environment { name, url }
}

/// The cache and broker of all services, and who says whose a token is.
pub struct Shared<'a> {
    pub game: &'a Database,
    pub cache: &'a Cache,
    pub broker: &'a Broker,
    pub gate: Arc<dyn Gate<Access>>,
    pub backends: Vec<Check>,
}

impl<'a> Shared<'a> {
    /// In the one process.
    pub fn of(stores: &'a Stores, gate: Arc<dyn Gate<Access>>) -> Self {
        Self {
            game: &stores.game,
            cache: &stores.cache,
            broker: &stores.broker,
            gate,
            backends: backends(stores),
        }
    }
}

/// On tables that are up to date.
pub fn open(
    shared: Shared<'_>,
    kept: Kept,
    reach: Reach,
    shell: &Shell,
    (clock, stopped): (&Clock, watch::Receiver<bool>),
) -> Result<Admin, Failure> {
    let config = Config {
        version: env!("VOXELHEIM_VERSION").to_owned(),
        environments: reach.environments,
        declared: reach.declared,
    };
    let partners = Partners {
        gate: shared.gate,
        magistrate: kept.magistrate,
        players: kept.players,
        presence: Presence::new(shared.cache),
        chat: kept.chat,
        ledger: kept.ledger,
        broker: shared.broker.clone(),
        backends: shared.backends,
        helm: reach.helm,
        edges: reach.edges,
        config_desk: reach.config_desk,
    };
    let clocks = (clock.clone(), stopped);
    let opened = Admin::open(config, shared.game, partners, shell.metrics(), clocks);
    opened.map_err(Failure::Runtime)
}

pub fn part(admin: &Admin) -> Part {
    let running = admin.clone();
    Part {
        prefix: "/admin",
        router: admin.router(),
        checks: vec![admin.check()],
        run: Box::pin(async move { running.run().await }),
    }
}

/// Whether each of the stores answers.
fn backends(stores: &Stores) -> Vec<Check> {
    let mut checks = shared_backends(
        (&stores.accounts, &stores.game),
        &stores.cache,
        &stores.broker,
    );
    checks.push(warehouse(&stores.warehouse));
    checks
}

/// Of those that only others use: where a process of its own was told of them.
pub async fn others_backends(arguments: &AdminArguments) -> Result<Vec<Check>, Failure> {
    let mut checks = Vec::new();
    if let Some(url) = &arguments.warehouse {
        checks.push(warehouse(&open_warehouse(url).await?));
    }
    if let Some(url) = &arguments.objects {
        let objects = Objects::open(url);
        let objects = objects.map_err(|error| Failure::Usage(format!("the objects: {error}")))?;
        checks.push(Check::new("objects", move || {
            let objects = objects.clone();
            async move { objects.ping().await.map_err(|error| error.to_string()) }
        }));
    }
    Ok(checks)
}

/// The same of those that a process of its own has.
pub fn shared_backends(
    (accounts, game): (&Database, &Database),
    cache: &Cache,
    broker: &Broker,
) -> Vec<Check> {
    let (cache, broker) = (cache.clone(), broker.clone());
    vec![
        database("accounts database", accounts),
        database("game database", game),
        Check::new("cache", move || {
            let cache = cache.clone();
            async move { cache.ping().await.map_err(|error| error.to_string()) }
        }),
        Check::new("broker", move || {
            let broker = broker.clone();
            async move { broker.ping().await.map_err(|error| error.to_string()) }
        }),
    ]
}

fn warehouse(warehouse: &Warehouse) -> Check {
    let warehouse = warehouse.clone();
    Check::new("warehouse", move || {
        let warehouse = warehouse.clone();
        async move { warehouse.ping().await.map_err(|error| error.to_string()) }
    })
}

fn database(name: &'static str, database: &Database) -> Check {
    let database = database.clone();
    Check::new(name, move || {
        let database = database.clone();
        async move { database.ping().await.map_err(|error| error.to_string()) }
    })
}
