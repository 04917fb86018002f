//! What the edges are started with.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
};

use forwarded::TrustedProxies;

use crate::{services::Services, token::TokenKey};

/// Where the page comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PageSource {
    /// The page built into this binary.
    Embedded,
    /// A folder with a built page.
    Directory(PathBuf),
}

/// What drives QUIC.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum QuicDriver {
    /// Our own loop, over all connections of an edge at once.
    #[default]
    Loop,
    /// Stock quinn, with a task for every connection: to compare with.
    Quinn,
}

/// What an operator may change while the edges run. The clones are one.
#[derive(Clone, Debug)]
pub struct Bounds(Arc<BoundValues>);

/// Each by itself: nobody needs them to change together.
#[derive(Debug)]
struct BoundValues {
    sessions_max: AtomicUsize,
    budget_bytes_per_second_max: AtomicU32,
}

impl Bounds {
    /// Players at once, and what no client gets more of, whatever it wishes.
    pub fn new(sessions_max: usize, budget_bytes_per_second_max: u32) -> Self {
        Self(Arc::new(BoundValues {
            sessions_max: sessions_max.into(),
            budget_bytes_per_second_max: budget_bytes_per_second_max.into(),
        }))
    }

    /// From now on. Who is in stays in, and gets what it may have from the next tick on.
    pub fn follow(&self, other: &Self) {
        let Self(values) = self;
        values
            .sessions_max
            .store(other.sessions_max(), Ordering::Relaxed);
        let budget = other.budget_bytes_per_second_max();
        values
            .budget_bytes_per_second_max
            .store(budget, Ordering::Relaxed);
    }

    pub fn sessions_max(&self) -> usize {
        self.0.sessions_max.load(Ordering::Relaxed)
    }

    pub fn budget_bytes_per_second_max(&self) -> u32 {
        self.0.budget_bytes_per_second_max.load(Ordering::Relaxed)
    }
}

/// See the fields; the binary fills it from flags and files.
#[derive(Clone, Debug)]
pub struct EdgeConfig {
    /// HTTP and WebSocket listen here (TCP). Edge number i has its QUIC socket (UDP) at this port
    /// plus i, or at any free port when this one is 0.
    pub listen: SocketAddr,
    /// The port that players are told for QUIC of edge number 0, and those after it of the others, where a balancer
    /// or a host's port stands before ours; none where players reach ours.
    pub public_port: Option<u16>,
    /// Whose word is taken for where a player of a WebSocket comes from.
    pub trusted_proxies: TrustedProxies,
    /// Threads, each with its own runtime and QUIC socket.
    pub edges_count: usize,
    /// What drives QUIC at all edges.
    pub quic: QuicDriver,
    pub bounds: Bounds,
    pub page: PageSource,
    /// Keeps the certificate over restarts; without it every start makes a new one.
    pub data_dir: Option<PathBuf>,
    /// What all edge processes of the battle mark resume tokens and line tickets with. None for one that is
    /// alone: it keeps its own in `data_dir`.
    pub token_key: Option<TokenKey>,
    pub services: Services,
}
