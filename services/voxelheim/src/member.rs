//! `voxelheim shard` and `voxelheim edge`: processes of a world that several share.

use std::{
    io,
    net::{SocketAddr, TcpListener, UdpSocket},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use auth::RemoteKeys;
use cluster::{
    ClusterError, Credentials, Place,
    edge::{EdgeOptions, Serving},
    pod::{Onlooker, Outlook, PodOptions},
};
use directory::{DirectoryError, controller::Policy};
use edge::{Beside, Bounds, EdgeConfig, EdgesHandle, PageSource, TokenKey};
use herald::{Origin, TellerHandle};
use spatial::partition::Owner;
use tokio::{runtime::Runtime, sync::watch};
use web::Metrics;
use world::{BattleConfig, PodStatus, Retention, limits::LINKED_SHARDS_MAX};

use crate::{
    Failure,
    cli::{EdgeArguments, PlaceArguments, ShardArguments},
    config::within,
    live, say,
    services::{self, Bailiff, Keeping, Telling, chat, open_broker},
    signals,
};

/// Runs shards until a signal says stop; then everything moves away first.
pub fn run_shards(arguments: &ShardArguments) -> Result<(), Failure> {
    within("shards", arguments.shards, 1, LINKED_SHARDS_MAX)?;
    let role = live::Role::begin("shard", &arguments.file)?;
    let (configuration, configured) = watch::channel(Arc::from(""));
    let runtime = runtime()?;
    let (heralds, metrics) = (Heralds::default(), Metrics::default());
    let options = PodOptions {
        place: place(&arguments.place)?,
        shard_count: arguments.shards,
        folder: arguments.data.clone(),
        battle: BattleConfig {
            founding: spoils::new_founding(),
            seed: arguments.seed,
            soldiers_per_house: arguments.soldiers,
        },
        retention: match arguments.keep_all {
            true => Retention::All,
            false => Retention::Recovery,
        },
        pinning: arguments.pin.pinning(),
        is_dry_run: arguments.dry_run,
        policy: Policy::default(),
        dialect: arguments.place.dialect_max,
        configuration,
        onlookers: onlookers(arguments, &runtime, &heralds, &metrics)?,
    };
    let number = options.place.number;
    let listener = arguments.status.map(|it| bind_tcp(it, "--status"));
    let listener = listener.transpose()?;
    if let Some(address) = arguments.control {
        let socket = cluster::pod::control_path(&arguments.data);
        let credentials = &options.place.credentials;
        let listener = bind_tcp(address, "--control")?;
        cluster::control::serve(listener, credentials, number, socket).map_err(failure)?;
    }
    let shards = arguments.shards;
    let beside = Beside {
        copied: arguments.copied.clone(),
        metrics: Arc::new(move || metrics.counters()),
    };
    let ready = |status| match listener.map(|listener| tell_status(listener, status, beside)) {
        Some(Ok(address)) => say(&format!(
            "VoxelHeim pod {number} has {shards} shards, and its status on http://{address}/"
        )),
        told => {
            if let Some(Err(error)) = told {
                tracing::error!(%error, "status and metrics are not told");
            }
            say(&format!("VoxelHeim pod {number} has {shards} shards"));
        }
    };
    let ran = runtime.block_on(async {
        let stop = watch_signals()?;
        tokio::spawn(role.follow(configured, stop.clone()));
        cluster::pod::run(options, stop, ready)
            .await
            .map_err(failure)
    });
    // What still waits in a database's connection is not waited for.
    runtime.shutdown_background();
    let mut heralds = heralds.lock().expect("no holder panics");
    heralds.drain(..).for_each(TellerHandle::stop);
    ran
}

/// Those who watch the battle for statistics, once they do.
type Heralds = Arc<Mutex<Vec<TellerHandle>>>;

/// Who keeps what players gain, who tells what they wear, and who has services told of the battle, if it is said
/// where.
fn onlookers(
    arguments: &ShardArguments,
    runtime: &Runtime,
    heralds: &Heralds,
    metrics: &Metrics,
) -> Result<Vec<Onlooker>, Failure> {
    let (Some(game), Some(broker)) = (&arguments.game, &arguments.broker) else {
        return Ok(Vec::new());
    };
    let keeping = runtime.block_on(async {
        let stopped = watch_signals()?;
        Keeping::open(game, broker, stopped).await
    })?;
    let telling = Telling::to(broker, metrics)?;
    let (runtime, heralds) = (runtime.handle().clone(), heralds.clone());
    let (valets, wardrobe) = (runtime.clone(), keeping.clone());
    Ok(vec![
        Box::new(move |outlook: Outlook| {
            valets.spawn(wardrobe.dressing().run(outlook.port, outlook.pod));
        }),
        Box::new(move |outlook: Outlook| {
            let (pod, founding) = (outlook.pod, outlook.config.founding);
            runtime.spawn(keeping.clone().run(outlook.port, pod, founding));
        }),
        Box::new(move |outlook: Outlook| {
            let world = spoils::world_name(outlook.config.founding);
            let origin = Origin {
                world,
                pod: outlook.pod,
            };
            // The shards do without.
            match telling.clone().begin(outlook.port, outlook.status, origin) {
                Ok(herald) => heralds.lock().expect("no holder panics").push(herald),
                Err(failure) => tracing::error!(%failure, "services are not told of the battle"),
            }
        }),
    ])
}

/// Serves players until a signal says stop; then they go on elsewhere.
pub fn run_edges(arguments: &EdgeArguments) -> Result<(), Failure> {
    let role = live::Role::begin("edge", &arguments.file)?;
    let (configuration, configured) = watch::channel(Arc::from(""));
    let place = place(&arguments.place)?;
    let keys = remote_keys(arguments)?;
    let (line, edge_line, rest) = chat::line();
    let mut config = config(arguments, &place, keys.as_ref())?;
    let broker = arguments.broker.as_deref().map(open_broker).transpose()?;
    if let Some(broker) = &broker {
        config.services.chat = edge_line.service();
        line.carry_apart(broker.clone())?;
    }
    let role = role.with_bounds(config.bounds.clone());
    let edges = edge::bind(config).map_err(|error| Failure::Usage(error.to_string()))?;
    let address = edges.http_address();
    let url = arguments.url.clone();
    let url = url.unwrap_or_else(|| format!("http://{address}"));
    // Commands go to whoever sends them on, whatever shard they are for.
    let mut ports = world::connect(&[Owner::default()], 0, edges.wakes());
    let commands = ports.shards.remove(0);
    let sides = commands.into_iter().zip(ports.wholes).collect();
    let serve = |status| {
        let served = edges.start(ports.edges, status);
        let served = served.map_err(|error| ClusterError::World(error.to_string()))?;
        edge_line.connect(served.chat().clone());
        if let Some(broker) = &broker {
            let stopped =
                watch_signals().map_err(|error| ClusterError::World(error.to_string()))?;
            // Beside what follows the world: bans are few.
            tokio::spawn(Bailiff::new(broker, stopped).run(served.expeller().clone()));
        }
        announce(address);
        Ok(Served::new(served))
    };
    let runtime = runtime()?;
    let ran = runtime.block_on(async {
        let stop = watch_signals()?;
        if let Some(keys) = keys {
            tokio::spawn(async move { keys.run().await });
        }
        tokio::spawn(role.follow(configured, stop.clone()));
        let options = EdgeOptions {
            place,
            url,
            dialect: arguments.place.dialect_max,
            configuration,
        };
        let ran = cluster::edge::run(options, sides, stop, serve).await;
        ran.map_err(failure)
    });
    if arguments.broker.is_some() {
        rest.carry();
    }
    runtime.shutdown_background();
    ran
}

fn bind_link(address: SocketAddr) -> Result<UdpSocket, Failure> {
    UdpSocket::bind(address).map_err(|error| {
        Failure::Usage(format!(
            "cannot listen on {address} ({error}): choose another with --link"
        ))
    })
}

fn bind_tcp(address: SocketAddr, flag: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        Failure::Usage(format!(
            "cannot listen on {address} ({error}): choose another with {flag}"
        ))
    })
}

/// Tells it from now on; returns where.
fn tell_status(listener: TcpListener, status: PodStatus, beside: Beside) -> io::Result<SocketAddr> {
    let address = listener.local_addr()?;
    edge::serve_pod_status(listener, status, beside)?;
    Ok(address)
}

/// The edges of this process as the cluster sees them.
struct Served {
    edges: EdgesHandle,
    is_rebalancing: Arc<AtomicBool>,
}

impl Served {
    fn new(edges: EdgesHandle) -> Self {
        let is_rebalancing = Arc::new(AtomicBool::new(false));
        edges.follow_rebalancing(is_rebalancing.clone());
        Self {
            edges,
            is_rebalancing,
        }
    }
}

impl Serving for Served {
    fn egress_bytes(&self) -> u64 {
        (self.edges.egress())()
    }

    fn is_finished(&self) -> bool {
        self.edges.is_finished()
    }

    fn set_siblings(&self, urls: Vec<String>) {
        self.edges.set_siblings(urls);
    }

    fn set_rebalancing(&self, is_rebalancing: bool) {
        self.is_rebalancing.store(is_rebalancing, Ordering::Relaxed);
    }

    fn hand_over(&self) {
        self.edges.hand_over();
    }

    fn players_count(&self) -> usize {
        self.edges.players_count()
    }

    fn stop(self) {
        self.edges.stop();
    }
}

fn place(arguments: &PlaceArguments) -> Result<Place, Failure> {
    let credentials = match (&arguments.authority, &arguments.credentials) {
        (Some(folder), _) => Credentials::Authority(folder.clone()),
        (None, Some(folder)) => Credentials::Files(folder.clone()),
        (None, None) => unreachable!("one of them is required"),
    };
    Ok(Place {
        number: arguments.pod,
        directory: arguments.directory.clone(),
        credentials,
        link: bind_link(arguments.link)?,
        link_public: arguments.link_public.clone(),
    })
}

fn remote_keys(arguments: &EdgeArguments) -> Result<Option<RemoteKeys>, Failure> {
    let keys = arguments.keys.as_deref().map(RemoteKeys::new).transpose();
    keys.map_err(|error| Failure::Usage(format!("--keys: {error}")))
}

fn config(
    arguments: &EdgeArguments,
    place: &Place,
    keys: Option<&RemoteKeys>,
) -> Result<EdgeConfig, Failure> {
    let known = |keys: &RemoteKeys| -> services::Keys {
        let keys = keys.clone();
        Box::new(move || keys.now())
    };
    let tickets = keys.and_then(|keys| services::tickets(known(keys), arguments.accounts));
    let page = arguments.client_dir.clone();
    let config = EdgeConfig {
        listen: arguments.listen,
        public_port: arguments.public_port,
        trusted_proxies: arguments.proxies.trusted_proxies.iter().copied().collect(),
        edges_count: arguments.edges,
        bounds: Bounds::new(arguments.sessions_max, arguments.budget_bytes_per_second),
        quic: arguments.quic.driver(),
        page: page.map_or(PageSource::Embedded, PageSource::Directory),
        data_dir: arguments.data.clone(),
        token_key: Some(TokenKey::new(
            &place.credentials.token_key().map_err(failure)?,
        )),
        services: edge::services::Services {
            tickets,
            staff: keys.map(|keys| services::staff(known(keys))),
            ..edge::services::Services::default()
        },
    };
    crate::config::check_edge(&config)?;
    Ok(config)
}

fn announce(address: SocketAddr) {
    say(&format!("VoxelHeim listens on http://{address}/"));
}

fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Runtime(error.to_string()))
}

fn watch_signals() -> Result<watch::Receiver<bool>, Failure> {
    signals::watch().map_err(|error| Failure::Runtime(error.to_string()))
}

fn failure(error: ClusterError) -> Failure {
    match error {
        ClusterError::FolderTaken(_)
        | ClusterError::Folder(..)
        | ClusterError::Credentials(_)
        | ClusterError::Directory(DirectoryError::BadUrl(_))
        | ClusterError::Link(_) => Failure::Usage(error.to_string()),
        _ => Failure::Runtime(error.to_string()),
    }
}
