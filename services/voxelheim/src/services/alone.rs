//! Services that are processes of their own, until a signal says stop. None asks another for anything while it
//! answers: callers are known by the keys that the auth service publishes.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use ::player::store::Store;
use assets::Assets;
use auth::{Guard, RemoteKeys};
use axum::Router;
use backends::{broker::Broker, cache::Cache, sql::Database};
use tokens::Access;
use tokio::sync::watch;
use web::{Clock, Gate, Settings, Shell};

use crate::{
    Failure,
    cli::{
        AdminArguments, AnalyticsArguments, AssetsArguments, AuthArguments, FileArguments,
        ProxyArguments, RetentionArguments, RoleArguments,
    },
    config, live,
    services::{
        accounts, admin, analytics, belongings, chat,
        part::{Part, assemble},
        player, runtime, runtime_failure,
        stores::{open_broker, open_cache, open_database, open_warehouse},
    },
    signals,
};

/// Connections of a service that runs alone; a proxy in front of it keeps as many open.
const CONNECTIONS_MAX: usize = 1_024;

/// Serves accounts.
pub fn run_auth(arguments: &AuthArguments) -> Result<(), Failure> {
    let process = Process::begin(arguments.listen, &arguments.proxies, &arguments.file)?;
    process.run("auth", async |stage| {
        let database = open_database(&arguments.database, "accounts").await?;
        let cache = open_cache(&arguments.cache).await?;
        let desk = match &arguments.game {
            Some(url) => Some(Arc::new(player::Desk::new(
                &Store::new(open_database(url, "the game").await?),
                &stage.clock,
            ))),
            None => None,
        };
        let options = arguments.try_into()?;
        let kept = (&database, &cache);
        let desk = desk.map(|desk| desk as _);
        let auth = accounts::open(&options, kept, desk, &stage.shell, &stage.clock).await?;
        let broker = open_broker(&arguments.broker)?;
        Ok(vec![accounts::part(&auth, &broker, stage.stopped.clone())])
    })
}

/// Serves characters, and how they stand with each other.
pub fn run_player(arguments: &RoleArguments) -> Result<(), Failure> {
    let process = Process::begin(arguments.listen, &arguments.proxies, &arguments.file)?;
    process.run("player", async |stage| {
        let role = Role::open(arguments, stage).await?;
        let player = player::open(&role.players, &role.cache, role.gate, &stage.clock);
        let part = player::part(&player, &role.players, &role.broker, stage.stopped.clone());
        Ok(vec![role.keys, part])
    })
}

/// Serves belongings.
pub fn run_inventory(arguments: &RoleArguments) -> Result<(), Failure> {
    let process = Process::begin(arguments.listen, &arguments.proxies, &arguments.file)?;
    process.run("inventory", async |stage| {
        let role = Role::open(arguments, stage).await?;
        let owners = Arc::new(player::Desk::new(&role.players, &stage.clock));
        let gates = (role.gate, owners as _);
        let inventory = belongings::open(&role.game, gates, &stage.shell, &stage.clock);
        let part = belongings::part(&inventory, &role.broker, stage.stopped.clone());
        Ok(vec![role.keys, part])
    })
}

/// Serves chat's history and moderation.
pub fn run_chat(arguments: &RoleArguments) -> Result<(), Failure> {
    let process = Process::begin(arguments.listen, &arguments.proxies, &arguments.file)?;
    process.run("chat", async |stage| {
        let role = Role::open(arguments, stage).await?;
        let kept = (&role.game, &role.cache);
        let gates = (role.gate, &role.players);
        let chat = chat::open(kept, gates, &stage.shell, &stage.clock);
        let part = chat::part(&chat, &role.broker, stage.stopped.clone());
        Ok(vec![role.keys, part])
    })
}

/// Sums up what happened, for staff.
pub fn run_analytics(arguments: &AnalyticsArguments) -> Result<(), Failure> {
    let retention = config::statistics(&arguments.retention, RetentionArguments::default())?;
    let process = Process::begin(arguments.listen, &arguments.proxies, &arguments.file)?;
    process.run("analytics", async |stage| {
        let cache = open_cache(&arguments.cache).await?;
        let (gate, keys) = remote_gate(&arguments.keys, &cache, stage)?;
        let warehouse = open_warehouse(&arguments.warehouse).await?;
        let (shell, clock) = (&stage.shell, &stage.clock);
        let kept = (arguments.key.as_path(), retention);
        let analytics = analytics::open(kept, &warehouse, gate, shell, clock)?;
        let broker = open_broker(&arguments.broker)?;
        let part = analytics::part(&analytics, &broker, stage.stopped.clone());
        Ok(vec![keys, part])
    })
}

/// Serves staff.
pub fn run_admin(arguments: &AdminArguments) -> Result<(), Failure> {
    let role = &arguments.role;
    let process = Process::begin(role.listen, &role.proxies, &role.file)?;
    process.run("admin", async |stage| {
        let role = Role::open(&arguments.role, stage).await?;
        let accounts = open_database(&arguments.database, "accounts").await?;
        let kept = admin::Kept::on(&accounts, &role.game, &role.cache, &stage.clock);
        let mut backends =
            admin::shared_backends((&accounts, &role.game), &role.cache, &role.broker);
        backends.extend(admin::others_backends(arguments).await?);
        let shared = admin::Shared {
            game: &role.game,
            cache: &role.cache,
            broker: &role.broker,
            gate: role.gate,
            backends,
        };
        let reach = admin::Reach::try_from(arguments)?;
        let clocks = (&stage.clock, stage.stopped.clone());
        let admin = admin::open(shared, kept, reach, &stage.shell, clocks)?;
        Ok(vec![role.keys, admin::part(&admin)])
    })
}

/// Serves the page.
pub fn run_assets(arguments: &AssetsArguments) -> Result<(), Failure> {
    let assets = match &arguments.client_dir {
        None => Assets::embedded(protocol::VERSION),
        Some(directory) => Assets::from_directory(directory, protocol::VERSION)
            .map_err(|error| Failure::Usage(format!("{}: {error}", directory.display())))?,
    };
    let process = Process::begin(arguments.listen, &arguments.proxies, &arguments.file)?;
    process.run_with("assets", Some(assets.router()), async |_| Ok(Vec::new()))
}

/// What a service of the game has in a process of its own.
struct Role {
    game: Database,
    cache: Cache,
    broker: Broker,
    players: Store,
    gate: Arc<dyn Gate<Access>>,
    /// Keeps fetching whom the gate knows.
    keys: Part,
}

impl Role {
    async fn open(arguments: &RoleArguments, stage: &Stage) -> Result<Self, Failure> {
        let game = open_database(&arguments.game, "the game").await?;
        let cache = open_cache(&arguments.cache).await?;
        let (gate, keys) = remote_gate(&arguments.keys, &cache, stage)?;
        Ok(Self {
            players: Store::new(game.clone()),
            game,
            cache,
            broker: open_broker(&arguments.broker)?,
            gate,
            keys,
        })
    }
}

/// Knows callers by the keys of an auth service elsewhere, and what keeps fetching those.
fn remote_gate(
    url: &str,
    cache: &Cache,
    stage: &Stage,
) -> Result<(Arc<dyn Gate<Access>>, Part), Failure> {
    let keys = RemoteKeys::new(url);
    let keys = keys.map_err(|error| Failure::Usage(format!("--keys: {error}")))?;
    keys.count_in(stage.shell.metrics());
    let guard = Guard::new(keys.clone(), cache, stage.clock.clone());
    let part = accounts::remote_part(keys, stage.stopped.clone());
    Ok((Arc::new(guard), part))
}

/// A process whose address is bound.
struct Process<'a> {
    listener: TcpListener,
    /// Its configuration.
    file: &'a FileArguments,
    settings: Settings,
}

/// What its services are opened with.
struct Stage {
    shell: Shell,
    clock: Clock,
    stopped: watch::Receiver<bool>,
}

impl<'a> Process<'a> {
    fn begin(
        listen: SocketAddr,
        proxies: &ProxyArguments,
        file: &'a FileArguments,
    ) -> Result<Self, Failure> {
        Ok(Self {
            listener: bind(listen)?,
            file,
            settings: Settings {
                trusted_proxies: proxies.trusted_proxies.iter().copied().collect(),
                ..Settings::default()
            },
        })
    }

    fn run(
        self,
        name: &'static str,
        open: impl AsyncFnOnce(&Stage) -> Result<Vec<Part>, Failure>,
    ) -> Result<(), Failure> {
        self.run_with(name, None, open)
    }

    /// `rest` answers what no service does.
    fn run_with(
        self,
        name: &'static str,
        rest: Option<Router>,
        open: impl AsyncFnOnce(&Stage) -> Result<Vec<Part>, Failure>,
    ) -> Result<(), Failure> {
        let role = live::Role::begin(name, self.file)?;
        runtime()?.block_on(async {
            let clock = Clock::system();
            let stage = Stage {
                shell: Shell::new(self.settings, clock.clone()),
                clock,
                stopped: signals::watch().map_err(runtime_failure)?,
            };
            let parts = open(&stage).await?;
            // What operators have a cluster go by is for those who share a world.
            let (_, nobodys) = watch::channel(Arc::from(""));
            let followed = role.follow(nobodys, stage.stopped.clone());
            let (router, run) = assemble(stage.shell, parts, stage.stopped.clone());
            let router = rest.into_iter().fold(router, Router::fallback_service);
            let listener = tokio::net::TcpListener::from_std(self.listener);
            let listener = listener.map_err(runtime_failure)?;
            let address = listener.local_addr().map_err(runtime_failure)?;
            crate::say(&format!("VoxelHeim {name} listens on http://{address}/"));
            let served = web::serve(listener, router, CONNECTIONS_MAX, stage.stopped);
            let ((), (), followed) = tokio::join!(served, run, followed);
            followed.map_err(runtime_failure)
        })
    }
}

fn bind(listen: SocketAddr) -> Result<TcpListener, Failure> {
    let refused = |error| {
        let text = format!("cannot listen on {listen} ({error}): choose another with --listen");
        Failure::Usage(text)
    };
    let listener = TcpListener::bind(listen).map_err(refused)?;
    listener.set_nonblocking(true).map_err(runtime_failure)?;
    Ok(listener)
}
