//! All edge threads together: bound first (so that a taken port is told before anything else is
//! done), started with their ends of the rings, and stopped with a word to every client.

use std::{
    cell::{Cell, RefCell},
    fmt, io,
    net::{SocketAddr, TcpListener, UdpSocket},
    rc::Rc,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use assets::Assets;
use tokio::{
    sync::{Notify, mpsc, watch},
    task::{LocalSet, spawn_local},
    time::timeout,
};
use world::{EdgePort, PodStatus, Wake};

use crate::{
    certificate::CertificateStore,
    chat_exchange::{self, ChatEnd, ChatInlet},
    config::{EdgeConfig, PageSource},
    counters::{Counters, read},
    edge::{Course, Edge, Shared},
    http::{
        HttpState,
        listener::{BoundedListener, Peer},
        router,
    },
    hub::{Hub, expulsion::Expeller},
    limits,
    overload::Board,
    registry::Registry,
    roll::Roll,
    token::TokenKey,
    transport::{carrier::Endpoint, endpoint, quic, socket},
};

/// How often a drain looks whether all have gone.
const DRAIN_LOOK_PERIOD: Duration = Duration::from_millis(10);

/// Why the edges cannot start; one line for the operator, with what to do.
#[derive(Debug)]
pub enum StartError {
    AddressTaken {
        address: SocketAddr,
        protocol: &'static str,
    },
    Address {
        address: SocketAddr,
        error: io::Error,
    },
    Page {
        directory: std::path::PathBuf,
        error: io::Error,
    },
    Certificate(io::Error),
    TokenKey(io::Error),
    Thread(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddressTaken { address, protocol } => write!(
                formatter,
                "{protocol} port {address} is taken: stop what uses it, or choose another with --listen"
            ),
            Self::Address { address, error } => write!(
                formatter,
                "cannot listen on {address} ({error}): choose an address of this machine with --listen"
            ),
            Self::Page { directory, error } => write!(
                formatter,
                "no page in {} ({error}): build it with ./dev play, or name another with --client-dir",
                directory.display()
            ),
            Self::Certificate(error) => write!(
                formatter,
                "the certificate cannot be kept ({error}): choose a folder you may write to with --data"
            ),
            Self::TokenKey(error) => write!(
                formatter,
                "the key of resume tokens cannot be kept ({error}): choose a folder you may write to with --data"
            ),
            Self::Thread(error) => write!(formatter, "the system gives no thread ({error})"),
        }
    }
}

impl std::error::Error for StartError {}

/// Sockets bound and page read, but nothing answers yet.
pub struct BoundEdges {
    config: EdgeConfig,
    http: TcpListener,
    quic: Vec<UdpSocket>,
    assets: Assets,
    certificates: CertificateStore,
    token_key: TokenKey,
    wakes: Vec<Arc<Notify>>,
}

/// Binds all sockets and reads the page.
///
/// # Errors
/// If an address is taken or not ours, or the page, the certificate or the key of tokens cannot be had.
pub fn bind(config: EdgeConfig) -> Result<BoundEdges, StartError> {
    let assets = match &config.page {
        PageSource::Embedded => Assets::embedded(protocol::VERSION),
        PageSource::Directory(directory) => Assets::from_directory(directory, protocol::VERSION)
            .map_err(|error| StartError::Page {
                directory: directory.clone(),
                error,
            })?,
    };
    let http = TcpListener::bind(config.listen)
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
        .map_err(|error| address_error(config.listen, "TCP", error))?;
    let quic = (0..config.edges_count)
        .map(|edge| bind_quic(config.listen, edge))
        .collect::<Result<Vec<_>, _>>()?;
    let now = time::OffsetDateTime::now_utc();
    let certificates =
        CertificateStore::open(config.data_dir.as_deref(), now).map_err(StartError::Certificate)?;
    let token_key = match &config.token_key {
        Some(key) => key.clone(),
        None => TokenKey::open(config.data_dir.as_deref()).map_err(StartError::TokenKey)?,
    };
    Ok(BoundEdges {
        wakes: quic.iter().map(|_| Arc::default()).collect(),
        config,
        http,
        quic,
        assets,
        certificates,
        token_key,
    })
}

fn bind_quic(listen: SocketAddr, edge: usize) -> Result<UdpSocket, StartError> {
    let mut address = listen;
    if listen.port() != 0 {
        address.set_port(listen.port().saturating_add(edge as u16));
    }
    endpoint::bind(address).map_err(|error| address_error(address, "UDP", error))
}

fn address_error(address: SocketAddr, protocol: &'static str, error: io::Error) -> StartError {
    match error.kind() {
        io::ErrorKind::AddrInUse => StartError::AddressTaken { address, protocol },
        _ => StartError::Address { address, error },
    }
}

impl BoundEdges {
    /// The address that HTTP answers on.
    pub fn http_address(&self) -> SocketAddr {
        self.http
            .local_addr()
            .expect("a bound socket has an address")
    }

    /// For each edge, what its shard is to call after a frame.
    pub fn wakes(&self) -> Vec<Wake> {
        let wake = |bell: &Arc<Notify>| -> Wake {
            let bell = bell.clone();
            Arc::new(move || bell.notify_one())
        };
        self.wakes.iter().map(wake).collect()
    }

    /// What players are told for each edge.
    fn quic_ports(&self) -> Vec<u16> {
        let port = |(edge, socket): (usize, &UdpSocket)| match self.config.public_port {
            Some(port) => port.saturating_add(edge as u16),
            None => {
                let address = socket.local_addr();
                address.expect("a bound socket has an address").port()
            }
        };
        self.quic.iter().enumerate().map(port).collect()
    }

    /// Starts a thread for every edge, in the order of [`Self::wakes`].
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(
        self,
        ports: Vec<EdgePort>,
        pod_status: PodStatus,
    ) -> Result<EdgesHandle, StartError> {
        assert_eq!(ports.len(), self.quic.len(), "a port for every edge");
        let (course, course_seen) = watch::channel(Course::Serves);
        let now = Instant::now();
        let (http_address, quic_ports) = (self.http_address(), self.quic_ports());
        let shared = Arc::new(Shared {
            reset_key: self.token_key.reset_key(),
            overload: Board::new(self.quic.len()),
            registry: Registry::new(
                self.config.bounds.clone(),
                self.token_key,
                self.config.services.tickets.clone(),
                now,
            ),
            counters: Arc::new(Counters::default()),
            roll: Roll::default(),
            certificates: self.certificates,
            pod_status,
            started_at: now,
            quic_ports,
            sessions_by_edge: self.quic.iter().map(|_| AtomicUsize::new(0)).collect(),
            siblings: RwLock::default(),
            course: course_seen,
            config: self.config,
        });
        let chat = &shared.config.services.chat;
        let (chat_ends, chat) = chat_exchange::connect(ports.len(), chat, &shared.counters);
        let (expulsions, expeller) = Expeller::connect(ports.len(), &shared);
        let ends = self
            .quic
            .into_iter()
            .zip(ports)
            .zip(chat_ends.into_iter().zip(expulsions));
        let mut threads = Vec::new();
        for (index, (((quic, port), told), wake)) in ends.zip(self.wakes).enumerate() {
            let parts = Parts {
                index,
                shared: shared.clone(),
                http: self.http.try_clone().map_err(StartError::Thread)?,
                quic,
                port,
                told,
                wake,
                assets: self.assets.clone(),
            };
            let thread = thread::Builder::new().name(format!("edge-{index}"));
            threads.push(
                thread
                    .spawn(move || parts.run())
                    .map_err(StartError::Thread)?,
            );
        }
        Ok(EdgesHandle {
            shared,
            course,
            threads,
            http_address,
            chat,
            expeller,
        })
    }
}

/// Running edges.
pub struct EdgesHandle {
    shared: Arc<Shared>,
    course: watch::Sender<Course>,
    threads: Vec<JoinHandle<()>>,
    http_address: SocketAddr,
    chat: ChatInlet,
    expeller: Expeller,
}

impl EdgesHandle {
    /// The address that HTTP answers on.
    pub fn http_address(&self) -> SocketAddr {
        self.http_address
    }

    /// Tells the players here what was said elsewhere, and what moderators want.
    pub fn chat(&self) -> &ChatInlet {
        &self.chat
    }

    /// Sends players of this process away.
    pub fn expeller(&self) -> &Expeller {
        &self.expeller
    }

    /// Counts the bytes that all edges sent since the start.
    pub fn egress(&self) -> impl Fn() -> u64 + Send + use<> {
        let shared = self.shared.clone();
        move || read(&shared.counters.bytes_out)
    }

    /// Whether an edge's thread ended by itself, which only a bug of ours does.
    pub fn is_finished(&self) -> bool {
        self.threads.iter().any(JoinHandle::is_finished)
    }

    /// Where clients may go on when this process goes away or is lost: base addresses of other edge
    /// processes of the battle, like `http://10.0.0.5:8080`.
    pub fn set_siblings(&self, siblings: Vec<String>) {
        let shared = &self.shared.siblings;
        *shared.write().expect("no holder panics") = siblings;
    }

    /// Whether newcomers are let in; while not they wait in line. Who is in the battle may come back
    /// all the same.
    pub fn set_admission(&self, is_open: bool) {
        let overload = &self.shared.overload;
        overload.set_open(is_open);
        self.shared.registry.set_open(overload.is_open());
    }

    /// Shows plans against overload to the players and in `/status`, by the flag of who makes them.
    pub fn follow_rebalancing(&self, is_rebalancing: Arc<AtomicBool>) {
        self.shared.overload.follow_rebalancing(is_rebalancing);
    }

    /// Asks every client to go on at a sibling, or to try again later if there is none, and lets
    /// nobody in any more.
    pub fn hand_over(&self) {
        self.course.send_replace(Course::Drains);
    }

    /// Clients that are here.
    pub fn players_count(&self) -> usize {
        let sessions = self.shared.sessions_by_edge.iter();
        sessions.map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// Hands all clients over and waits until they have gone, at most so long; how many have not.
    pub fn drain(&self, patience: Duration) -> usize {
        self.hand_over();
        let end = Instant::now() + patience;
        loop {
            let count = self.players_count();
            if count == 0 || Instant::now() >= end {
                return count;
            }
            thread::sleep(DRAIN_LOOK_PERIOD);
        }
    }

    /// Tells every client that the server stops, waits for the words to arrive, and ends the threads.
    pub fn stop(self) {
        self.end(Course::Stops);
    }

    /// Ends the threads without a word to anybody, as a crash would.
    pub fn kill(self) {
        self.end(Course::Dies);
    }

    fn end(self, course: Course) {
        self.course.send_replace(course);
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("an edge thread had panicked");
            }
        }
    }
}

/// What an edge's thread is made of.
struct Parts {
    index: usize,
    shared: Arc<Shared>,
    http: TcpListener,
    quic: UdpSocket,
    port: EdgePort,
    /// What others tell this edge: chat, and accounts that have to go.
    told: (ChatEnd, mpsc::Receiver<u64>),
    wake: Arc<Notify>,
    assets: Assets,
}

impl Parts {
    fn run(self) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("the system gives a runtime its timers and events");
        let tasks = LocalSet::new();
        tasks.block_on(&runtime, self.serve());
    }

    async fn serve(self) {
        let certificate = self.shared.certificates.current();
        let driver = self.shared.config.quic;
        let endpoint = endpoint::start(driver, self.quic, &certificate, &self.shared.reset_key)
            .expect("a bound socket can be watched by the runtime");
        let hub = Hub::new(
            self.port,
            self.told,
            self.shared.counters.clone(),
            self.shared.config.bounds.clone(),
        );
        let edge = Rc::new(Edge {
            index: self.index,
            shared: self.shared.clone(),
            hub: RefCell::new(hub),
            wake: self.wake,
            handshakes_count: Cell::new(0),
        });
        let (sockets, sockets_opened) = mpsc::channel(limits::SOCKETS_OPENING_MAX);
        let state = HttpState {
            shared: self.shared.clone(),
            assets: self.assets,
            sockets,
        };
        spawn_local(serve_http(self.http, state));
        spawn_local(serve_sockets(edge.clone(), sockets_opened));
        spawn_local(quic::accept(edge.clone(), endpoint.clone()));
        spawn_local(edge.clone().tell_frames());
        spawn_local(edge.clone().look_after(endpoint.clone()));
        let mut course = self.shared.course.clone();
        let begun = course.wait_for(|course| *course > Course::Serves).await;
        if begun.is_ok_and(|course| *course == Course::Drains) {
            send_clients_away(&edge);
        }
        let ended = course.wait_for(|course| *course > Course::Drains).await;
        if ended.is_ok_and(|course| *course == Course::Stops) {
            stop_clients(&edge, &endpoint).await;
        }
    }
}

async fn serve_http(listener: TcpListener, state: HttpState) {
    let listener = tokio::net::TcpListener::from_std(listener)
        .expect("a bound socket can be watched by the runtime");
    let listener = BoundedListener::new(listener, limits::HTTP_CONNECTIONS_MAX);
    let service = router(state).into_make_service_with_connect_info::<Peer>();
    if let Err(error) = axum::serve(listener, service).await {
        tracing::error!(%error, "HTTP ended");
    }
}

async fn serve_sockets(
    edge: Rc<Edge>,
    mut opened: mpsc::Receiver<(axum::extract::ws::WebSocket, SocketAddr)>,
) {
    while let Some((opened, address)) = opened.recv().await {
        spawn_local(socket::serve(edge.clone(), opened, address));
    }
}

fn send_clients_away(edge: &Edge) {
    if let Some(farewell) = edge.shared.farewell() {
        edge.hub.borrow_mut().end_all(&farewell);
    }
}

/// Ends all sessions, and waits until their clients were told, or long enough.
async fn stop_clients(edge: &Edge, endpoint: &Endpoint) {
    send_clients_away(edge);
    let told = async {
        while edge.sessions_count().load(Ordering::Relaxed) > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let _ = timeout(limits::STOP_TIMEOUT, told).await;
    endpoint.close(b"the server is stopping").await;
}
