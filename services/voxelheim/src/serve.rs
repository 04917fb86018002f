//! Runs everything in one process: binds, loads or makes the battle, starts the shards and the edges,
//! and stops them in the other order.

use std::{
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use directory::controller::Policy;
use edge::EdgeConfig;
use engine::Dialect;
use placement::{Steward, StewardOptions};
use pod::PodState;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};
use world::{Battle, BattleConfig, Chronicle, Pod, Runner, battle::divided};

use crate::{
    Failure,
    cli::{Accounts, ServeArguments},
    config::Config,
    config_desk::Desk,
    data::DataDir,
    live::Live,
    say,
    services::{self, Running},
    signals,
};

/// How often is looked whether a thread died, which only a bug of ours does, and at the configuration.
const WATCH_PERIOD: Duration = Duration::from_secs(1);

/// The number of a process that is the whole world, and of the life in which its shards began to speak.
const POD: u16 = 0;
const FIRST_SERIES: u64 = 1;

/// Serves until a signal says stop.
pub fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    let live = Live::begin(arguments)?;
    let config = live.config().clone();
    let data = match &config.edge.data_dir {
        Some(path) => Some(DataDir::open(path)?),
        None => None,
    };
    let (edge_config, mut services) = with_services(arguments, &config)?;
    let edges = edge::bind(edge_config).map_err(usage)?;
    let state = prepare(&config, data.as_ref())?;
    let chronicle = begin_run(&config, data.as_ref(), &state)?;
    let owners = state.owners();
    let (seed, founding) = (config_of(&state).seed, config_of(&state).founding);
    let mut wakes = edges.wakes();
    // The steward looks when it likes.
    wakes.push(std::sync::Arc::new(|| ()));
    // And so do who keeps spoils, who dresses players and who watches for statistics.
    let onlookers_count = services.as_ref().map_or(0, |_| Running::ONLOOKERS_COUNT);
    wakes.extend((0..onlookers_count).map(|_| std::sync::Arc::new(|| ()) as world::Wake));
    let mut ports = world::connect(&owners, seed, wakes);
    let onlookers = ports.edges.split_off(ports.edges.len() - onlookers_count);
    let steward_port = ports.edges.pop().expect("the steward's is before theirs");
    let pod = Pod {
        state,
        shard_ports: ports.shards,
        whole_ports: ports.wholes,
        chronicle,
        links: None,
    };
    let runner = Runner::choose(config.edge.data_dir.as_deref());
    let pod = world::start(pod, runner, config.pinning).map_err(runtime)?;
    let edges = edges.start(ports.edges, pod.status()).map_err(runtime)?;
    let options = StewardOptions {
        socket: data.as_ref().map(DataDir::control_path),
        is_dry_run: config.is_dry_run,
        policy: Policy::default(),
        dialect: Dialect::NEWEST,
        fleet: None,
    };
    let egress = Box::new(edges.egress());
    let steward = Steward::start(steward_port, pod.status(), egress, options).map_err(runtime)?;
    edges.follow_rebalancing(steward.relieving());
    let herald = match &mut services {
        Some(services) => {
            services.connect(&edges);
            Some(services.look_on(onlookers, pod.status(), (POD, founding))?)
        }
        None => None,
    };
    let signals = Signals::watch()?;
    announce(&config, edges.http_address());
    let ended = signals.wait(live, || pod.is_finished() || edges.is_finished());
    steward.stop();
    edges.stop();
    if let Some(herald) = herald {
        herald.stop();
    }
    if let Some(services) = services {
        services.stop();
    }
    pod.stop()
        .map_err(|_| Failure::Runtime("a shard's thread had panicked".into()))?;
    ended
}

/// Starts what serves accounts, if there are any, and tells the edges of it.
fn with_services(
    arguments: &ServeArguments,
    config: &Config,
) -> Result<(EdgeConfig, Option<Running>), Failure> {
    let mut edge = config.edge.clone();
    let Some(data) = edge
        .data_dir
        .as_ref()
        .filter(|_| config.accounts != Accounts::Off)
    else {
        return Ok((edge, None));
    };
    let desk = Arc::new(Desk::new(arguments, config, data));
    let (services, running) = services::start(data, desk, config)?;
    edge.services = services;
    Ok((edge, Some(running)))
}

/// The saved battle, or a new one.
fn prepare(config: &Config, data: Option<&DataDir>) -> Result<PodState, Failure> {
    let begun_at = Instant::now();
    if let Some(data) = data
        && let Some(state) = data.recover(config)?
    {
        tracing::info!(
            tick = state.tick,
            seconds = begun_at.elapsed().as_secs_f32(),
            "the world is back"
        );
        return Ok(state);
    }
    let battle = Battle::new(BattleConfig {
        founding: spoils::new_founding(),
        seed: config.seed(),
        soldiers_per_house: config.soldiers(),
    });
    tracing::info!(
        seconds = begun_at.elapsed().as_secs_f32(),
        "the world is made"
    );
    let name = (POD, FIRST_SERIES);
    Ok(divided(battle.into_world(), name, config.shards_count))
}

fn config_of(state: &PodState) -> &engine::WorldConfig {
    &state.shards[0].world.config
}

/// Begins to keep what the shards are given, if anybody wants that.
fn begin_run(
    config: &Config,
    data: Option<&DataDir>,
    state: &PodState,
) -> Result<Option<Chronicle>, Failure> {
    let Some(data) = data else { return Ok(None) };
    let begun = data.begin_run(state, config.retention);
    let failed = |error| format!("the battle cannot be kept: {error}; check --data");
    begun
        .map(Some)
        .map_err(|error| Failure::Runtime(failed(error)))
}

fn announce(config: &Config, address: std::net::SocketAddr) {
    let url = format!("http://{address}/");
    say(&format!("VoxelHeim listens on {url}"));
    if config.opens_browser {
        open_browser(&url);
    }
}

fn open_browser(url: &str) {
    let opened = Command::new("xdg-open")
        .arg(url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(error) = opened {
        tracing::warn!(%error, "no browser could be opened; open {url} yourself");
    }
}

/// A runtime for signals, watched from before anybody is told that the server runs.
struct Signals {
    runtime: tokio::runtime::Runtime,
    stop: watch::Receiver<bool>,
    hang_up: Signal,
}

impl Signals {
    fn watch() -> Result<Self, Failure> {
        let runtime_local = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(runtime)?;
        let entered = runtime_local.enter();
        let stop = signals::watch().map_err(runtime)?;
        let hang_up = signal(SignalKind::hangup()).map_err(runtime)?;
        drop(entered);
        Ok(Self {
            runtime: runtime_local,
            stop,
            hang_up,
        })
    }

    /// Until a signal to stop, or until `is_broken`; meanwhile the configuration is followed.
    fn wait(mut self, mut live: Live, is_broken: impl Fn() -> bool) -> Result<(), Failure> {
        self.runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = self.stop.wait_for(|&it| it) => return Ok(()),
                    _ = self.hang_up.recv() => live.look(true),
                    () = tokio::time::sleep(WATCH_PERIOD) => {
                        live.look(false);
                        if is_broken() {
                            return Err(Failure::Runtime("a thread died; see the log".into()));
                        }
                    }
                }
            }
        })
    }
}

fn usage(error: edge::StartError) -> Failure {
    Failure::Usage(error.to_string())
}

fn runtime(error: impl std::fmt::Display) -> Failure {
    Failure::Runtime(error.to_string())
}
