//! What is kept of one peer from connection to connection.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use tokio::{
    sync::{Semaphore, watch},
    time::sleep,
};

use crate::{
    fence::Fence,
    limits::{LEASE_PAUSE, REQUESTS_MAX},
    name::PeerName,
    refusal::{CloseCode, Refusal, RefusalKind},
    transport::{
        context::Context,
        counters::{Counters, Statistics},
        lanes::{LaneError, LaneOptions, Lanes},
        latest_in::{LatestIn, Subscriber},
        latest_out::{self, LatestOut, Publisher},
        ports::{Fault, ReliablePort, Wake},
        requests::{self, RequestError},
        session::Session,
    },
};

/// Another process of the cluster, whether there is a connection to it now or not. Cheap to clone.
#[derive(Clone)]
pub struct Peer(pub(super) Arc<PeerCore>);

/// How things stand with a peer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PeerState {
    /// There is no connection, and why; none before the first attempt.
    Apart(Option<Refusal>),
    /// There is one, to the peer's life of this incarnation.
    Linked { incarnation: u64 },
    /// The peer hears a later life of this process, which must stop to speak.
    Fenced,
}

/// See the module.
pub struct PeerCore {
    pub name: PeerName,
    pub context: Arc<Context>,
    pub fence: Fence,
    pub counters: Counters,
    pub lanes: Lanes,
    pub latest_out: LatestOut,
    pub latest_in: LatestIn,
    pub session: watch::Sender<Option<Arc<Session>>>,
    pub state: watch::Sender<PeerState>,
    /// Where it is dialled, if it is.
    pub address: watch::Sender<Option<SocketAddr>>,
    is_dialled: AtomicBool,
    /// Whether whoever opened the endpoint knows of it.
    is_known: AtomicBool,
    requests: Semaphore,
    is_ended: watch::Sender<bool>,
}

impl Peer {
    pub fn name(&self) -> &PeerName {
        &self.0.name
    }

    /// Whether this process, not the peer, opens the connection between them.
    pub fn is_dialled_from_here(&self) -> bool {
        self.0.context.name.dials(&self.0.name)
    }

    /// How things stand, and every change of it.
    pub fn state(&self) -> watch::Receiver<PeerState> {
        self.0.state.subscribe()
    }

    /// A lane to this peer, for a thread that never waits.
    ///
    /// # Errors
    /// When its port is held, or there are too many.
    pub fn reliable_port(&self, options: LaneOptions) -> Result<ReliablePort, LaneError> {
        let (port, lane_out) = self.0.lanes.open(&self.0.context, options)?;
        self.0.spawn(lane_out.run(self.0.clone()));
        Ok(port)
    }

    /// A way to publish to this peer; none when too many do, or the link was closed.
    pub fn publisher(&self) -> Option<Publisher> {
        self.0.latest_out.publisher()
    }

    /// The way to take out what this peer publishes; none when another thread does already.
    pub fn subscribe(&self, wake: Wake) -> Option<Subscriber> {
        self.0.latest_in.subscribe(wake)
    }

    /// Asks the peer for something.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn request(&self, bytes: Bytes) -> Result<Bytes, RequestError> {
        let permit = self.0.requests.acquire().await;
        let _permit = permit.expect("it is never closed");
        requests::request(&self.0, bytes).await
    }

    /// What happened between this process and the peer.
    pub fn statistics(&self) -> Statistics {
        let mut statistics = self.0.counters.read();
        self.0.lanes.measure(&mut statistics);
        self.0.latest_out.measure(&mut statistics);
        if let Some(session) = self.0.session_now() {
            let connection = session.connection.stats();
            statistics.round_trip = Some(connection.path.rtt);
            statistics.bytes_sent = connection.udp_tx.bytes;
            statistics.bytes_received = connection.udp_rx.bytes;
            statistics.packets_lost = connection.path.lost_packets;
            statistics.packet_bytes_max = connection.path.current_mtu;
        }
        statistics
    }
}

impl PeerCore {
    /// A peer that nothing is known of; spawns the tasks that serve it.
    pub fn start(name: PeerName, context: Arc<Context>) -> Arc<Self> {
        let peer = Arc::new(Self {
            name,
            fence: Fence::default(),
            counters: Counters::default(),
            lanes: Lanes::default(),
            latest_out: LatestOut::new(&context.board),
            latest_in: LatestIn::new(&context.board),
            session: watch::Sender::new(None),
            state: watch::Sender::new(PeerState::Apart(None)),
            address: watch::Sender::new(None),
            is_dialled: AtomicBool::new(false),
            is_known: AtomicBool::new(false),
            requests: Semaphore::new(REQUESTS_MAX),
            is_ended: watch::Sender::new(false),
            context,
        });
        peer.spawn(latest_out::run(peer.clone()));
        let core = peer.clone();
        peer.spawn(async move { core.latest_in.run().await });
        peer
    }

    /// Runs a task until it, or the link, ends.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut is_ended = self.is_ended.subscribe();
        self.context.runtime.spawn(async move {
            tokio::select! {
                () = task => (),
                _ = is_ended.wait_for(|&is_ended| is_ended) => (),
            }
        });
    }

    /// Waits until this process may send.
    pub async fn lease(&self) {
        if (self.context.may_send)() {
            return;
        }
        self.counters.lease_waits.add(1);
        while !(self.context.may_send)() {
            sleep(LEASE_PAUSE).await;
        }
    }

    /// Waits for a connection.
    pub async fn session(&self) -> Arc<Session> {
        let mut sessions = self.session.subscribe();
        let session = sessions.wait_for(Option::is_some).await;
        let session = session.expect("this holds its sender");
        session.clone().expect("just waited for it")
    }

    pub fn session_now(&self) -> Option<Arc<Session>> {
        self.session.borrow().clone()
    }

    /// Takes up a new connection in place of any other.
    pub fn join(&self, session: &Arc<Session>) {
        let elder = self.session.send_replace(Some(session.clone()));
        if let Some(elder) = elder {
            let words = "the same process opened a newer connection";
            CloseCode::Replaced.close(&elder.connection, words);
        }
        self.counters.connections.add(1);
        let incarnation = session.incarnation;
        tracing::info!(peer = %self.name, incarnation, "linked");
        self.state.send_replace(PeerState::Linked { incarnation });
    }

    /// A connection has ended.
    pub fn part(&self, session: &Arc<Session>, refusal: Refusal) {
        let is_current = self.session.send_if_modified(|current| {
            let is_this = current
                .as_ref()
                .is_some_and(|current| Arc::ptr_eq(current, session));
            if is_this {
                *current = None;
            }
            is_this
        });
        if is_current {
            self.note(refusal);
        }
    }

    /// Why there is no connection.
    pub fn note(&self, refusal: Refusal) {
        if self.is_fenced() {
            return;
        }
        if refusal.kind == RefusalKind::Fenced {
            tracing::error!(peer = %self.name, %refusal, "this process is fenced off");
            self.state.send_replace(PeerState::Fenced);
            self.lanes.fail(Fault::Fenced);
            return;
        }
        // The same again and again, while it lasts, is not worth a line each.
        let is_new = !matches!(
            &*self.state.borrow(),
            PeerState::Apart(Some(known)) if known.kind == refusal.kind
        );
        if is_new {
            tracing::warn!(peer = %self.name, %refusal, "no link");
        }
        self.state.send_replace(PeerState::Apart(Some(refusal)));
    }

    pub fn is_fenced(&self) -> bool {
        *self.state.borrow() == PeerState::Fenced
    }

    /// Refuses all that a life before this one says from now on.
    pub fn raise_fence(&self, lowest: u64) {
        self.fence.raise(lowest);
        if let Some(session) = self.session_now()
            && session.incarnation < lowest
        {
            self.counters.stale_refusals.add(1);
            let words = format!("incarnation {lowest} is the lowest that is heard");
            CloseCode::Stale.close(&session.connection, &words);
        }
    }

    /// Ends all that was done for this peer.
    pub fn end(&self) {
        self.is_ended.send_replace(true);
        self.lanes.close();
        self.latest_out.close();
        self.latest_in.close();
        if let Some(session) = self.session.send_replace(None) {
            CloseCode::Stopped.close(&session.connection, "this process stops");
        }
        let stopped = Refusal::new(RefusalKind::Stopped, "the link was closed here");
        self.note(stopped);
    }

    /// True for the first that asks: it then makes the peer known.
    pub fn become_known(&self) -> bool {
        !self.is_known.swap(true, Ordering::SeqCst)
    }

    /// True for the first that asks: it then dials.
    pub fn begin_to_dial(&self) -> bool {
        !self.is_dialled.swap(true, Ordering::SeqCst)
    }
}
