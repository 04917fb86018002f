//! A whole server on free ports of loopback, with a small battle.

use std::net::SocketAddr;

use edge::{EdgeConfig, EdgesHandle, KeptSession, PageSource};
use engine::{World, divide::unite};
use world::{
    Battle, BattleConfig, Pinning, Pod, PodHandle, PodStatus, Runner,
    battle::{divided, owners},
};

pub const SEED: u64 = 11;
pub const SOLDIERS_PER_HOUSE: u32 = 10;
/// Two, so that every test of sessions is one of shards, too.
const SHARD_COUNT: usize = 2;

pub struct Server {
    edges: EdgesHandle,
    pod: PodHandle,
}

/// What survives a server.
pub struct Remains {
    pub world: World,
    pub sessions: Vec<KeptSession>,
}

pub fn config() -> EdgeConfig {
    EdgeConfig {
        listen: "127.0.0.1:0".parse().expect("an address"),
        edges_count: 1,
        sessions_max: 200,
        budget_bytes_per_second_max: protocol::limits::BUDGET_BYTES_PER_SECOND_MAX,
        page: PageSource::Embedded,
        data_dir: None,
    }
}

impl Server {
    pub fn start() -> Self {
        Self::start_with(config())
    }

    pub fn start_with(config: EdgeConfig) -> Self {
        let battle = Battle::new(BattleConfig {
            seed: SEED,
            soldiers_per_house: SOLDIERS_PER_HOUSE,
        });
        Self::go_on(
            config,
            Remains {
                world: battle.into_world(),
                sessions: Vec::new(),
            },
        )
    }

    pub fn go_on(config: EdgeConfig, remains: Remains) -> Self {
        let edges = edge::bind(config).expect("free ports");
        let ports = world::connect(&owners(0, SHARD_COUNT), SEED, edges.wakes());
        let pod = Pod {
            state: divided(remains.world, (0, 1), SHARD_COUNT),
            shard_ports: ports.shards,
            whole_ports: ports.wholes,
            chronicle: None,
            links: None,
        };
        let pod = world::start(pod, Runner::Plain, Pinning::Off).expect("threads");
        let edges = edges
            .start(ports.edges, pod.status(), &remains.sessions)
            .expect("threads");
        Self { edges, pod }
    }

    pub fn http(&self) -> SocketAddr {
        self.edges.http_address()
    }

    pub fn status(&self) -> PodStatus {
        self.pod.status()
    }

    /// Stops as the binary does; panics if any thread had panicked.
    pub fn stop(self) -> Remains {
        assert!(!self.edges.is_finished(), "an edge thread died");
        let sessions = self.edges.stop();
        let shards = self.pod.stop().expect("the shards' threads are well");
        let worlds: Vec<_> = shards.into_iter().map(Battle::into_world).collect();
        Remains {
            world: unite(&worlds),
            sessions,
        }
    }
}
