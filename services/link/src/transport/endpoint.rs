//! This process's end of all its links: one UDP port, one identity, one incarnation.

use std::{
    collections::BTreeMap,
    io,
    net::{SocketAddr, UdpSocket},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
    time::{Instant, timeout},
};

use crate::{
    identity::Identity,
    limits::{CLOSING_TIMEOUT, PEERS_MAX, REQUESTS_WAITING_MAX},
    name::PeerName,
    refusal::{CloseCode, Refusal},
    transport::{
        bell::{Ear, Switchboard},
        config,
        context::{Context, Gate},
        dialing, greeting,
        peer::{Peer, PeerCore},
        requests::Request,
    },
};

/// See the module. Cheap to clone; the links close with the last clone.
#[derive(Clone)]
pub struct Endpoint {
    shared: Arc<Shared>,
    _closing: Arc<Closing>,
}

/// What an endpoint is opened with.
pub struct Options {
    pub identity: Identity,
    /// Where it listens: bound before the process says where that is.
    pub socket: UdpSocket,
    /// Which life of this process it is: greater than all before, as the directory says with its
    /// lease. It holds as long as the endpoint; a process that lost its lease opens another.
    pub incarnation: u64,
    pub may_send: Gate,
    /// Silence after which a peer is dead; of the two sides the shorter holds. See
    /// [`crate::limits::SILENCE_MAX_DEFAULT`].
    pub silence_max: Duration,
    /// Draws the pauses between attempts.
    pub random: Box<dyn FnMut() -> u64 + Send>,
}

/// A new endpoint.
pub struct Opened {
    pub endpoint: Endpoint,
    /// Peers that came by themselves, each once. Whoever is linked by [`Endpoint::link`] is not here.
    pub arrivals: mpsc::Receiver<Peer>,
    /// What peers ask for.
    pub requests: mpsc::Receiver<Request>,
}

/// Who was refused.
#[derive(Clone, Debug, Default)]
pub struct TurnedAway {
    pub count: u64,
    pub last: Option<(SocketAddr, Refusal)>,
}

/// What the tasks and handles of an endpoint share.
pub struct Shared {
    pub context: Arc<Context>,
    pub turned_away: watch::Sender<TurnedAway>,
    /// None once the endpoint is closed.
    peers: Mutex<Option<BTreeMap<PeerName, Arc<PeerCore>>>>,
    arrivals: mpsc::Sender<Peer>,
}

/// Closes the endpoint when it is dropped.
struct Closing(Arc<Shared>);

impl Endpoint {
    /// Needs a tokio runtime around it, on which all its tasks then run.
    ///
    /// # Errors
    /// When the system does not take the socket.
    pub fn open(options: Options) -> io::Result<Opened> {
        let (server, client) = options.identity.quinn_configs(options.silence_max);
        let (board, ear) = Switchboard::new()?;
        let (requests_in, requests) = mpsc::channel(REQUESTS_WAITING_MAX);
        let (arrivals_in, arrivals) = mpsc::channel(PEERS_MAX);
        let context = Arc::new(Context {
            name: options.identity.name().clone(),
            incarnation: options.incarnation,
            may_send: options.may_send,
            random: Mutex::new(options.random),
            board,
            runtime: Handle::current(),
            quinn: config::quic(options.socket, server)?,
            client: Mutex::new(client),
            silence_max: options.silence_max,
            requests: requests_in,
            started_at: Instant::now(),
            is_closed: watch::Sender::new(false),
        });
        let shared = Arc::new(Shared {
            context: context.clone(),
            turned_away: watch::Sender::default(),
            peers: Mutex::new(Some(BTreeMap::new())),
            arrivals: arrivals_in,
        });
        context.runtime.spawn(hear(context.clone(), ear));
        context.runtime.spawn(greeting::accept(shared.clone()));
        let endpoint = Self {
            shared: shared.clone(),
            _closing: Arc::new(Closing(shared)),
        };
        Ok(Opened {
            endpoint,
            arrivals,
            requests,
        })
    }
}

impl Endpoint {
    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.shared.context.quinn.local_addr()
    }

    /// Links to a peer: dials it there if that is this side's part, else waits for it. Said again, it
    /// changes the address. None when there are too many peers, or the endpoint is closed.
    pub fn link(&self, name: &PeerName, address: SocketAddr) -> Option<Peer> {
        let peer = self.shared.peer(name)?;
        peer.become_known();
        peer.address.send_replace(Some(address));
        if self.shared.context.name.dials(name) && peer.begin_to_dial() {
            peer.spawn(dialing::keep(peer.clone()));
        }
        Some(Peer(peer))
    }

    /// Unlinks from a peer and forgets all of it, its fence too: raise that again should it come back.
    pub fn forget(&self, name: &PeerName) {
        let mut peers = self.shared.peers.lock().expect("no holder panics");
        let peer = peers.as_mut().and_then(|peers| peers.remove(name));
        drop(peers);
        if let Some(peer) = peer {
            peer.end();
        }
    }

    /// Refuses all that lives of this peer below `lowest` say: the directory has given its lease away.
    /// False when there are too many peers to remember it.
    #[must_use]
    pub fn raise_fence(&self, name: &PeerName, lowest: u64) -> bool {
        let peer = self.shared.peer(name);
        if let Some(peer) = &peer {
            peer.raise_fence(lowest);
        }
        peer.is_some()
    }

    /// Shows another certificate of the same name from now on; connections that stand are kept.
    ///
    /// # Panics
    /// If the name is another.
    pub fn renew_identity(&self, identity: Identity) {
        let context = &self.shared.context;
        assert_eq!(*identity.name(), context.name, "a process keeps its name");
        let (server, client) = identity.quinn_configs(context.silence_max);
        context.quinn.set_server_config(Some(server));
        *context.client.lock().expect("no holder panics") = client;
    }

    /// Who was refused so far, and every change of it.
    pub fn turned_away(&self) -> watch::Receiver<TurnedAway> {
        self.shared.turned_away.subscribe()
    }

    /// Closes all links and lets the peers know. The UDP port is free again when all peers' handles
    /// are dropped, too.
    pub async fn close(self) {
        self.shared.close();
        let _ = timeout(CLOSING_TIMEOUT, self.shared.context.quinn.wait_idle()).await;
    }
}

impl Shared {
    /// The peer of this name; none if there are too many, or the endpoint is closed.
    pub fn peer(&self, name: &PeerName) -> Option<Arc<PeerCore>> {
        let mut peers = self.peers.lock().expect("no holder panics");
        let peers = peers.as_mut()?;
        if let Some(peer) = peers.get(name) {
            return Some(peer.clone());
        }
        if peers.len() >= PEERS_MAX || *name == self.context.name {
            return None;
        }
        let peer = PeerCore::start(name.clone(), self.context.clone());
        peers.insert(name.clone(), peer.clone());
        Some(peer)
    }

    /// Tells of a peer that came by itself, once.
    pub fn announce(&self, peer: &Arc<PeerCore>) {
        if peer.become_known() && self.arrivals.try_send(Peer(peer.clone())).is_err() {
            tracing::warn!(peer = %peer.name, "nobody takes newcomers up");
        }
    }

    fn close(&self) {
        let peers = self.peers.lock().expect("no holder panics").take();
        for peer in peers.into_iter().flatten() {
            peer.1.end();
        }
        self.context.is_closed.send_replace(true);
        let code = CloseCode::Stopped as u32;
        self.context.quinn.close(code.into(), b"this process stops");
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Passes the threads' bells on until the endpoint closes.
async fn hear(context: Arc<Context>, ear: Ear) {
    let mut is_closed = context.is_closed.subscribe();
    tokio::select! {
        () = context.board.hear(ear) => (),
        _ = is_closed.wait_for(|&is_closed| is_closed) => (),
    }
}
