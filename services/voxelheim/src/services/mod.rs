//! The thin services: within the one process on a thread of their own, never on that of a tick or of an
//! edge; or alone, as `voxelheim auth`.

mod accounts;
mod admin;
mod alone;
mod analytics;
mod bailiff;
mod belongings;
pub mod chat;
mod crier;
mod dressing;
mod keeping;
mod observers;
mod offline;
mod part;
mod player;
mod stores;
mod usher;

use std::{
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
};

use ::admin::{ConfigDesk, Edges};
use ::analytics::Retention;
use auth::Auth;
use axum::{Router, extract::Request, http::StatusCode, response::IntoResponse};
use backends::{broker::Broker, sql::Database};
use edge::{
    EdgesHandle,
    services::{Answering, Api},
};
use herald::{Origin, TellerHandle};
use tokens::Access;
use tokio::{
    runtime::{Handle, Runtime},
    sync::watch,
};
use web::{Clock, Gate, Problem, Settings, Shell, TrustedProxies};
use world::{EdgePort, PodStatus};

use crate::{
    Failure,
    config::Config,
    services::{part::assemble, stores::Stores},
    sign_in::SignIn,
};

pub use accounts::{Keys, staff, tickets};
pub use alone::{
    run_admin, run_analytics, run_assets, run_auth, run_chat, run_inventory, run_player,
};
pub use bailiff::Bailiff;
pub use keeping::Keeping;
pub use observers::Telling;
pub use offline::{appoint, migrate};
pub use stores::{StoreUrls, check_url, open_broker};

/// Services that run beside the world in this process.
pub struct Running {
    chat: Option<chat::EdgeLine>,
    rest: chat::Rest,
    stop: watch::Sender<bool>,
    thread: thread::JoinHandle<()>,
    runtime: Handle,
    keeping: Keeping,
    telling: Telling,
    bailiff: Bailiff,
    /// Where staff's service finds the edges.
    edges: Edges,
}

impl Running {
    /// Ports that [`Self::look_on`] takes.
    pub const ONLOOKERS_COUNT: usize = 3;

    /// Keeps what the shards of this process say that players gained, tells them what those wear, and has services
    /// told of the battle. Ports are three; what comes back is to be stopped before the services.
    pub fn look_on(
        &self,
        ports: Vec<EdgePort>,
        status: PodStatus,
        (pod, founding): (u16, u128),
    ) -> Result<TellerHandle, Failure> {
        let [keeper, valet, herald] = <[EdgePort; Self::ONLOOKERS_COUNT]>::try_from(ports)
            .unwrap_or_else(|ports| panic!("three look on, not {}", ports.len()));
        let keeping = self.keeping.clone();
        self.runtime.spawn(keeping.run(keeper, pod, founding));
        self.runtime.spawn(self.keeping.dressing().run(valet, pod));
        let world = spoils::world_name(founding);
        self.telling
            .clone()
            .begin(herald, status, Origin { world, pod })
    }

    /// When the edges run: lets them hear what is said elsewhere, and sends whom staff bans or suspends away.
    pub fn connect(&mut self, edges: &EdgesHandle) {
        let chat = self.chat.take().expect("edges are connected once");
        chat.connect(edges.chat().clone());
        self.edges
            .set(vec![format!("http://{}", edges.http_address())]);
        let expeller = edges.expeller().clone();
        self.runtime.spawn(self.bailiff.clone().run(expeller));
    }

    /// Keeps what was said last, and lets requests under way end. The edges have ended.
    pub fn stop(self) {
        self.rest.carry();
        let _ = self.stop.send(true);
        if self.thread.join().is_err() {
            tracing::error!("the services' thread had panicked");
        }
    }
}

/// Where the services of the one process are.
struct Home {
    data: PathBuf,
    stores: StoreUrls,
    trusted_proxies: TrustedProxies,
    sign_in: SignIn,
    statistics: Retention,
    config_desk: Arc<dyn ConfigDesk>,
}

/// What others than the services' thread have of them.
struct Opened {
    runtime: Handle,
    router: Router,
    auth: Auth,
    keeping: Keeping,
    telling: Telling,
    bailiff: Bailiff,
    edges: Edges,
}

/// Starts the services of a process that is alone, which keeps in its data folder what the configuration puts nowhere
/// else.
pub fn start(
    data: &std::path::Path,
    config_desk: Arc<dyn ConfigDesk>,
    config: &Config,
) -> Result<(edge::services::Services, Running), Failure> {
    let home = Home {
        data: data.to_owned(),
        stores: config.stores.clone().expect("there is a data folder"),
        trusted_proxies: config.edge.trusted_proxies.clone(),
        sign_in: config.sign_in.clone(),
        statistics: config.statistics,
        config_desk,
    };
    let (line, edge_line, rest) = chat::line();
    let (stop, stopped) = watch::channel(false);
    let (ready, opened) = mpsc::channel();
    let thread = thread::Builder::new().name("services".to_owned());
    let thread = thread.spawn(move || live(&home, line, &ready, stopped));
    let thread = thread.map_err(runtime_failure)?;
    let opened = opened.recv().unwrap_or_else(|_| {
        let text = "the services' thread died; see the log";
        Err(Failure::Runtime(text.to_owned()))
    })?;
    let auth = opened.auth;
    let keys = |auth: &Auth| -> accounts::Keys {
        let auth = auth.clone();
        Box::new(move || auth.key_set())
    };
    let services = edge::services::Services {
        api: Some(api(opened.runtime.clone(), opened.router)),
        tickets: accounts::tickets(keys(&auth), config.accounts),
        chat: edge_line.service(),
        staff: Some(accounts::staff(keys(&auth))),
    };
    let running = Running {
        chat: Some(edge_line),
        rest,
        stop,
        thread,
        runtime: opened.runtime,
        keeping: opened.keeping,
        telling: opened.telling,
        bailiff: opened.bailiff,
        edges: opened.edges,
    };
    Ok((services, running))
}

/// The services' thread.
fn live(
    home: &Home,
    line: chat::Line,
    ready: &mpsc::Sender<Result<Opened, Failure>>,
    mut stopped: watch::Receiver<bool>,
) {
    let begin = || {
        let runtime = runtime()?;
        let (opened, run) = runtime.block_on(open(home, line, runtime.handle(), &stopped))?;
        Ok((runtime, opened, run))
    };
    let (runtime, opened, run) = match begin() {
        Ok(begun) => begun,
        Err(failure) => {
            let _ = ready.send(Err(failure));
            return;
        }
    };
    if ready.send(Ok(opened)).is_ok() {
        runtime.block_on(run);
        let _ = runtime.block_on(stopped.wait_for(|stopped| *stopped));
    }
    runtime.shutdown_timeout(web::limits::STOP_TIME_MAX);
}

/// All services, with tables that are up to date, and the future that keeps them going.
async fn open(
    home: &Home,
    line: chat::Line,
    runtime: &Handle,
    stopped: &watch::Receiver<bool>,
) -> Result<(Opened, impl Future + use<>), Failure> {
    let clock = Clock::system();
    let stores = home.stores.open().await?;
    let settings = Settings {
        trusted_proxies: home.trusted_proxies.clone(),
        ..Settings::default()
    };
    let shell = Shell::new(settings, clock.clone());
    prepare(&stores).await?;
    let options = accounts::Options::embedded(&home.data, home.sign_in.clone());
    let players = ::player::store::Store::new(stores.game.clone());
    let desk = Arc::new(player::Desk::new(&players, &clock));
    let kept = (&stores.accounts, &stores.cache);
    let auth = accounts::open(&options, kept, Some(desk.clone()), &shell, &clock).await?;
    let gate: Arc<dyn Gate<Access>> = Arc::new(auth.clone());
    let player = player::open(&players, &stores.cache, gate.clone(), &clock);
    let inventory = belongings::open(&stores.game, (gate.clone(), desk), &shell, &clock);
    let chatting = (gate.clone(), &players);
    let chat = chat::open((&stores.game, &stores.cache), chatting, &shell, &clock);
    let key = home.data.join(analytics::PLAYER_KEY);
    let analytics = analytics::open(
        (&key, home.statistics),
        &stores.warehouse,
        gate.clone(),
        &shell,
        &clock,
    )?;
    let reach = admin::Reach::alone(&home.data, home.config_desk.clone());
    let edges = reach.edges.clone();
    let kept = admin::Kept {
        magistrate: auth.magistrate(),
        players: players.clone(),
        chat: chat.store.clone(),
        ledger: inventory.store.clone(),
    };
    let staff = admin::open(
        admin::Shared::of(&stores, gate),
        kept,
        reach,
        &shell,
        (&clock, stopped.clone()),
    )?;
    let parts = vec![
        accounts::part(&auth, &stores.broker, stopped.clone()),
        player::part(&player, &players, &stores.broker, stopped.clone()),
        belongings::part(&inventory, &stores.broker, stopped.clone()),
        chat::part(&chat, &stores.broker, stopped.clone()),
        analytics::part(&analytics, &stores.broker, stopped.clone()),
        admin::part(&staff),
    ];
    let telling = Telling::new(stores.broker.clone(), shell.metrics().clone(), clock);
    let (router, run) = assemble(shell, parts, stopped.clone());
    let carry = line.carry(stores.broker.clone(), stopped.clone());
    let run = async { tokio::join!(run, carry) };
    let opened = Opened {
        runtime: runtime.clone(),
        router,
        auth,
        keeping: Keeping::of_stores(&stores, stopped.clone()),
        telling,
        bailiff: Bailiff::new(&stores.broker, stopped.clone()),
        edges,
    };
    Ok((opened, run))
}

/// Makes the tables or brings them up to date, and the queues that keep events.
async fn prepare(stores: &Stores) -> Result<(), Failure> {
    let migrated = Auth::migrate(&stores.accounts).await;
    migrated.map_err(accounts::failure)?;
    migrate_game(&stores.game).await?;
    declare_queues(&stores.broker).await?;
    let analytics = ::analytics::declare_queue(&stores.broker).await;
    analytics.map_err(runtime_failure)
}

/// What all services keep in the game's database.
async fn migrate_game(game: &Database) -> Result<(), Failure> {
    player::migrate(game).await?;
    belongings::migrate(game).await?;
    chat::migrate(game).await?;
    admin::migrate(game).await?;
    let spoils = spoils::Store::migrate(game).await;
    spoils.map_err(runtime_failure)
}

/// Has the broker keep events for every service of the game, whether it runs already or not.
async fn declare_queues(broker: &Broker) -> Result<(), Failure> {
    let player = ::player::declare_queues(broker).await;
    player.map_err(runtime_failure)?;
    let crier = crier::declare_queue(broker).await;
    crier.map_err(runtime_failure)?;
    let inventory = inventory::declare_queues(broker).await;
    inventory.map_err(runtime_failure)?;
    let chat = chat_service::declare_queues(broker).await;
    chat.map_err(runtime_failure)
}

/// Hands requests to the services' thread.
fn api(runtime: Handle, router: Router) -> Api {
    Api::new(move |request: Request, from| -> Answering {
        let answered = runtime.spawn(web::answer(router.clone(), from, request));
        Box::pin(async move {
            let crashed = || Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR);
            answered.await.unwrap_or_else(|_| crashed().into_response())
        })
    })
}

pub fn runtime() -> Result<Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().map_err(runtime_failure)
}

pub fn runtime_failure(error: impl std::fmt::Display) -> Failure {
    Failure::Runtime(error.to_string())
}
