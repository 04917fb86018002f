//! What the edges are started with.

use std::{net::SocketAddr, path::PathBuf};

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

/// See the fields; the binary fills it from flags and files.
#[derive(Clone, Debug)]
pub struct EdgeConfig {
    /// HTTP and WebSocket listen here (TCP). Edge number i has its QUIC socket (UDP) at this port
    /// plus i, or at any free port when this one is 0.
    pub listen: SocketAddr,
    /// Threads, each with its own runtime and QUIC socket.
    pub edges_count: usize,
    /// What drives QUIC at all edges.
    pub quic: QuicDriver,
    pub sessions_max: usize,
    /// No client gets more than this, whatever it wishes.
    pub budget_bytes_per_second_max: u32,
    pub page: PageSource,
    /// Keeps the certificate over restarts; without it every start makes a new one.
    pub data_dir: Option<PathBuf>,
    /// What all edge processes of the battle mark resume tokens with. None for one that is alone: it
    /// keeps its own in `data_dir`.
    pub token_key: Option<TokenKey>,
    pub services: Services,
}
