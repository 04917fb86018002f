//! What the tests of links share: processes on loopback, and waiting for what must come.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    net::{SocketAddr, UdpSocket},
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use link::{
    Authority, Endpoint, Identity, Options, Peer, PeerName, PeerState,
    limits::SILENCE_MAX_DEFAULT,
    reliable::{LaneId, Position},
    transport::{Gate, Incoming, LaneOptions, Message, Opened, Outgoing, SendError, Wake},
};
use time::OffsetDateTime;
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

pub mod outsider;
pub mod relay;

/// How long anything may take: far longer than it does, on however busy a machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// SplitMix64: the same numbers from the same seed.
pub struct Random {
    pub seed: u64,
    state: u64,
}

impl Random {
    pub fn new(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw() % bound
    }
}

/// A folder that goes with its holder.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("voxelheim-link-{name}-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn authority(name: &str) -> Authority {
    let folder = Folder::new(name);
    Authority::create_or_load(&folder.0, OffsetDateTime::now_utc()).expect("an authority")
}

/// The authority of all processes that trust each other.
pub fn cluster() -> &'static Authority {
    static CLUSTER: OnceLock<Authority> = OnceLock::new();
    CLUSTER.get_or_init(|| authority("cluster"))
}

pub fn identity(name: &PeerName) -> Identity {
    issue(cluster(), name, OffsetDateTime::now_utc())
}

pub fn issue(authority: &Authority, name: &PeerName, now: OffsetDateTime) -> Identity {
    let addresses = ["127.0.0.1".parse().expect("an address")];
    authority
        .issue(name, &addresses, now)
        .expect("a certificate")
}

pub fn pod(number: u16) -> PeerName {
    PeerName::Pod(number)
}

pub fn edge(name: &str) -> PeerName {
    PeerName::edge(name).expect("a good name")
}

pub fn localhost() -> SocketAddr {
    "127.0.0.1:0".parse().expect("an address")
}

/// Silence that no connection breaks of, however busy the machine is.
pub const PATIENT: Duration = PATIENCE;
/// As in production: for tests whose connections shall break.
pub const BRISK: Duration = SILENCE_MAX_DEFAULT;

/// Opens a patient endpoint of this name that always has its lease.
pub fn open(name: &PeerName, incarnation: u64) -> Opened {
    open_options(options(name, incarnation))
}

/// The same, but brisk.
pub fn open_brisk(name: &PeerName, incarnation: u64) -> Opened {
    open_options(Options {
        silence_max: BRISK,
        ..options(name, incarnation)
    })
}

pub fn open_options(options: Options) -> Opened {
    Endpoint::open(options).expect("an endpoint")
}

/// Of a patient process that always has its lease.
pub fn options(name: &PeerName, incarnation: u64) -> Options {
    let mut random = Random::new(incarnation);
    Options {
        identity: identity(name),
        socket: UdpSocket::bind(localhost()).expect("a free port"),
        incarnation,
        may_send: Arc::new(|| true),
        silence_max: PATIENT,
        random: Box::new(move || random.draw()),
    }
}

/// A lease to give and to take away.
pub fn lease() -> (Arc<AtomicBool>, Gate) {
    let lease = Arc::new(AtomicBool::new(true));
    let gate = lease.clone();
    (lease, Arc::new(move || gate.load(Ordering::SeqCst)))
}

pub fn address(endpoint: &Endpoint) -> SocketAddr {
    endpoint.local_address().expect("it is bound")
}

/// Waits for a state of the peer that is so.
pub async fn until(peer: &Peer, is_so: impl FnMut(&PeerState) -> bool) -> PeerState {
    watched(&mut peer.state(), is_so).await
}

pub async fn until_linked(peer: &Peer) {
    until(peer, |state| matches!(state, PeerState::Linked { .. })).await;
}

pub async fn until_apart(peer: &Peer) {
    until(peer, |state| matches!(state, PeerState::Apart(_))).await;
}

pub async fn watched<T: Clone>(
    watched: &mut watch::Receiver<T>,
    is_so: impl FnMut(&T) -> bool,
) -> T {
    let waited = timeout(PATIENCE, watched.wait_for(is_so)).await;
    waited
        .expect("it comes to be in time")
        .expect("the endpoint lives")
        .clone()
}

/// Waits until it is so; looks again and again where nothing tells of a change.
pub async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let look = async {
        let mut looks = tokio::time::interval(Duration::from_millis(2));
        while !is_so() {
            looks.tick().await;
        }
    };
    let waited = timeout(PATIENCE, look).await;
    waited.unwrap_or_else(|_| panic!("{what} does not come to be"));
}

/// A lane's port, for tests that may wait.
pub struct Post {
    pub outgoing: Outgoing,
    pub incoming: Incoming,
    news: Arc<Notify>,
}

impl Post {
    pub fn open(peer: &Peer, send_from: Position, durable: Option<Position>) -> Self {
        let (wake, news) = wake();
        let port = peer
            .reliable_port(LaneOptions {
                lane: LaneId(0),
                send_from,
                durable,
                wake,
            })
            .expect("a port");
        Self {
            outgoing: port.outgoing,
            incoming: port.incoming,
            news,
        }
    }

    /// Sends, waiting for room where there is none.
    pub async fn send(&mut self, message: impl Into<Bytes>) -> u64 {
        let mut message = message.into();
        loop {
            match self.outgoing.send(message) {
                Ok(sequence) => return sequence,
                Err(SendError::Full(back)) => message = back,
                Err(error) => panic!("not sent: {error}"),
            }
            self.news().await;
        }
    }

    pub async fn receive(&mut self) -> Message {
        loop {
            if let Some(message) = self.incoming.receive() {
                return message;
            }
            self.news().await;
        }
    }

    /// Receives a message and says that it is durable.
    pub async fn take(&mut self) -> Message {
        let message = self.receive().await;
        self.incoming.acknowledge(message.place_after());
        message
    }

    pub async fn until_acknowledged(&mut self, sequence: u64) {
        while self.outgoing.unacknowledged() <= sequence {
            self.news().await;
        }
    }

    pub async fn news(&self) {
        let waited = timeout(PATIENCE, self.news.notified()).await;
        waited.expect("news come in time");
    }
}

pub fn wake() -> (Wake, Arc<Notify>) {
    let news = Arc::new(Notify::new());
    let bell = news.clone();
    (Arc::new(move || bell.notify_one()), news)
}

pub fn place(series: u64, next: u64) -> Position {
    Position { series, next }
}

/// A message that says its number, of so many bytes.
pub fn numbered(number: u64, bytes: usize) -> Bytes {
    let mut message = vec![number as u8; bytes.max(8)];
    message[..8].copy_from_slice(&number.to_le_bytes());
    message.into()
}

/// The number of a message, if all of its bytes are right.
pub fn number_of(message: &[u8]) -> u64 {
    let (head, rest) = message.split_at(8);
    let number = u64::from_le_bytes(head.try_into().expect("eight bytes"));
    assert!(rest.iter().all(|&byte| byte == number as u8), "damaged");
    number
}

/// Two linked processes: pod 2, which dials, and pod 1.
pub struct Pair {
    pub dialer: Opened,
    pub acceptor: Opened,
    pub to_acceptor: Peer,
    pub to_dialer: Peer,
}

impl Pair {
    pub async fn linked() -> Self {
        Self::linked_with(options(&pod(2), 1)).await
    }

    /// The options are the dialer's, pod 2.
    pub async fn linked_with(options: Options) -> Self {
        let acceptor = open(&pod(1), 1);
        let dialer = open_options(options);
        let to_acceptor = dialer
            .endpoint
            .link(&pod(1), address(&acceptor.endpoint))
            .expect("room");
        let to_dialer = acceptor
            .endpoint
            .link(&pod(2), address(&dialer.endpoint))
            .expect("room");
        until_linked(&to_acceptor).await;
        until_linked(&to_dialer).await;
        Self {
            dialer,
            acceptor,
            to_acceptor,
            to_dialer,
        }
    }

    /// The two ends of lane 0, from its beginning.
    pub fn posts(&self) -> (Post, Post) {
        let start = place(1, 0);
        (
            Post::open(&self.to_acceptor, start, None),
            Post::open(&self.to_dialer, start, None),
        )
    }
}
