//! Runs everything in one process: binds, loads or makes the battle, starts the shards and the edges,
//! and stops them in the other order.

use std::{
    io::{self, Write},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use directory::controller::Policy;
use engine::World;
use placement::{Steward, StewardOptions};
use tokio::signal::unix::{Signal, SignalKind, signal};
use world::{Battle, BattleConfig, Chronicle, Runner};

use crate::{Failure, cli::ServeArguments, config, config::Config, data::DataDir};

/// How often is looked whether a thread died, which only a bug of ours does.
const WATCH_PERIOD: Duration = Duration::from_secs(1);

/// Serves until a signal says stop.
pub fn run(arguments: &ServeArguments) -> Result<(), Failure> {
    let config = config::load(arguments)?;
    let data = match &config.edge.data_dir {
        Some(path) => Some(DataDir::open(path)?),
        None => None,
    };
    let edges = edge::bind(config.edge.clone()).map_err(usage)?;
    let battles = prepare(&config, data.as_ref())?;
    let chronicles = begin_run(&config, data.as_ref(), &battles)?;
    let owners = world::battle::owners(battles.len());
    let seed = battles[0].config().seed;
    let mut wakes = edges.wakes();
    // The steward looks when it likes.
    wakes.push(std::sync::Arc::new(|| ()));
    let (mut edge_ports, shard_ports) = world::connect(&owners, seed, wakes);
    let steward_port = edge_ports.pop().expect("the steward's is the last");
    let shards = battles.into_iter().zip(shard_ports).zip(chronicles);
    let shard = |((simulation, ports), chronicle)| world::Shard {
        simulation,
        ports,
        chronicle,
    };
    let runner = Runner::choose(config.edge.data_dir.as_deref());
    let shards = shards.map(shard).collect();
    let pod = world::start(shards, runner, config.pinning).map_err(runtime)?;
    let edges = edges.start(edge_ports, pod.status()).map_err(runtime)?;
    let options = StewardOptions {
        socket: data.as_ref().map(DataDir::control_path),
        is_dry_run: config.is_dry_run,
        policy: Policy::default(),
    };
    let egress = Box::new(edges.egress());
    let steward = Steward::start(steward_port, pod.status(), egress, options).map_err(runtime)?;
    let signals = Signals::watch()?;
    announce(&config, edges.http_address());
    let ended = signals.wait(|| pod.is_finished() || edges.is_finished());
    steward.stop();
    edges.stop();
    pod.stop()
        .map_err(|_| Failure::Runtime("a shard's thread had panicked".into()))?;
    ended
}

/// The shards of the saved battle, or of a new one.
fn prepare(config: &Config, data: Option<&DataDir>) -> Result<Vec<Battle>, Failure> {
    let begun_at = Instant::now();
    if let Some(data) = data
        && let Some(worlds) = data.recover(config)?
    {
        tracing::info!(
            tick = worlds[0].tick,
            seconds = begun_at.elapsed().as_secs_f32(),
            "the world is back"
        );
        return Ok(worlds.into_iter().map(Battle::of_world).collect());
    }
    let battle = Battle::new(BattleConfig {
        seed: config.seed(),
        soldiers_per_house: config.soldiers(),
    });
    tracing::info!(
        seconds = begun_at.elapsed().as_secs_f32(),
        "the world is made"
    );
    Ok(battle.divide(config.shards_count))
}

/// Begins to keep what the shards are given, if anybody wants that.
fn begin_run(
    config: &Config,
    data: Option<&DataDir>,
    battles: &[Battle],
) -> Result<Vec<Option<Chronicle>>, Failure> {
    match data {
        Some(data) => {
            let worlds: Vec<&World> = battles.iter().map(Battle::world).collect();
            let chronicles = data.begin_run(&worlds, config.retention);
            let chronicles = chronicles.map_err(|error| {
                Failure::Runtime(format!("the battle cannot be kept: {error}; check --data"))
            })?;
            Ok(chronicles.into_iter().map(Some).collect())
        }
        None => Ok(battles.iter().map(|_| None).collect()),
    }
}

fn announce(config: &Config, address: std::net::SocketAddr) {
    let url = format!("http://{address}/");
    let _ = writeln!(io::stdout(), "VoxelHeim listens on {url}");
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

/// SIGINT and SIGTERM, watched from before anybody is told that the server runs.
struct Signals {
    runtime: tokio::runtime::Runtime,
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn watch() -> Result<Self, Failure> {
        let runtime_local = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(runtime)?;
        let entered = runtime_local.enter();
        let interrupt = signal(SignalKind::interrupt()).map_err(runtime)?;
        let terminate = signal(SignalKind::terminate()).map_err(runtime)?;
        drop(entered);
        Ok(Self {
            runtime: runtime_local,
            interrupt,
            terminate,
        })
    }

    /// Until a signal, or until `is_broken`.
    fn wait(mut self, is_broken: impl Fn() -> bool) -> Result<(), Failure> {
        self.runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = self.interrupt.recv() => return Ok(()),
                    _ = self.terminate.recv() => return Ok(()),
                    () = tokio::time::sleep(WATCH_PERIOD) => {
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
