//! A whole server on free ports of loopback, with a small battle.

use std::net::SocketAddr;

use edge::{EdgeConfig, EdgesHandle, PageSource, TokenKey, services::Services};
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

/// One world and several edge servers that know nothing of each other, as edge processes are.
pub struct Realm {
    /// None once it was killed.
    edges: Vec<Option<EdgesHandle>>,
    pod: PodHandle,
}

pub fn config() -> EdgeConfig {
    EdgeConfig {
        public_port: None,
        trusted_proxies: edge::TrustedProxies::default(),
        listen: "127.0.0.1:0".parse().expect("an address"),
        edges_count: 1,
        quic: edge::QuicDriver::default(),
        bounds: edge::Bounds::new(200, protocol::limits::BUDGET_BYTES_PER_SECOND_MAX),
        page: PageSource::Embedded,
        data_dir: None,
        token_key: Some(TokenKey::new(&[7; TokenKey::BYTES])),
        services: Services::default(),
    }
}

impl Server {
    pub fn start() -> Self {
        Self::start_with(config())
    }

    pub fn start_with(config: EdgeConfig) -> Self {
        Self::go_on(config, new_world())
    }

    pub fn go_on(config: EdgeConfig, world: World) -> Self {
        let (mut edges, pod) = begin(vec![config], world);
        let edges = edges.pop().expect("it was started");
        Self { edges, pod }
    }

    pub fn edges(&self) -> &EdgesHandle {
        &self.edges
    }

    pub fn http(&self) -> SocketAddr {
        self.edges.http_address()
    }

    pub fn status(&self) -> PodStatus {
        self.pod.status()
    }

    /// Stops as the binary does; panics if any thread had panicked.
    pub fn stop(self) -> World {
        assert!(!self.edges.is_finished(), "an edge thread died");
        self.edges.stop();
        let shards = self.pod.stop().expect("the shards' threads are well");
        let worlds: Vec<_> = shards.into_iter().map(Battle::into_world).collect();
        unite(&worlds)
    }
}

impl Realm {
    pub fn start(edges_count: usize) -> Self {
        let configs = vec![config(); edges_count];
        let (edges, pod) = begin(configs, new_world());
        let edges = edges.into_iter().map(Some).collect();
        Self { edges, pod }
    }

    pub fn http(&self, edge: usize) -> SocketAddr {
        self.edge(edge).http_address()
    }

    pub fn edge(&self, edge: usize) -> &EdgesHandle {
        self.edges[edge].as_ref().expect("it lives")
    }

    pub fn kill(&mut self, edge: usize) {
        self.edges[edge].take().expect("it lives").kill();
    }

    pub fn stop(self) {
        let edges = self.edges.into_iter().flatten();
        edges.for_each(EdgesHandle::stop);
        self.pod.stop().expect("the shards' threads are well");
    }
}

fn new_world() -> World {
    let battle = Battle::new(BattleConfig {
        founding: 0,
        seed: SEED,
        soldiers_per_house: SOLDIERS_PER_HOUSE,
    });
    battle.into_world()
}

/// Starts a world and its edge servers.
fn begin(configs: Vec<EdgeConfig>, world: World) -> (Vec<EdgesHandle>, PodHandle) {
    let edges: Vec<_> = configs
        .into_iter()
        .map(|config| edge::bind(config).expect("free ports"))
        .collect();
    let wakes = edges.iter().flat_map(edge::BoundEdges::wakes).collect();
    let ports = world::connect(&owners(0, SHARD_COUNT), SEED, wakes);
    let pod = Pod {
        state: divided(world, (0, 1), SHARD_COUNT),
        shard_ports: ports.shards,
        whole_ports: ports.wholes,
        chronicle: None,
        links: None,
    };
    let pod = world::start(pod, Runner::Plain, Pinning::Off).expect("threads");
    let mut ports = ports.edges.into_iter();
    let edges = edges.into_iter().map(|edges| {
        let ports = ports.by_ref().take(edges.wakes().len()).collect();
        edges.start(ports, pod.status()).expect("threads")
    });
    (edges.collect(), pod)
}
