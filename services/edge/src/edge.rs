//! One edge thread: a current-thread runtime with its QUIC endpoint, its share of the HTTP
//! connections, and the loop that tells every frame to its clients.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{Arc, RwLock, RwLockReadGuard, atomic::AtomicUsize},
    time::{Duration, Instant},
};

use protocol::{session::CloseReason, up::Hello};
use tokio::{
    sync::{Notify, watch},
    task::yield_now,
};
use world::{PodStatus, heap::thread_allocations_count};

use crate::{
    certificate::CertificateStore,
    clock::now_ms,
    config::EdgeConfig,
    counters::{Cause, Counters, Transport, add, read},
    hub::Hub,
    limits,
    overload::{Board, Strain},
    registry::{Answer, JoinRequest, Place, Refusal, Registry, Turn},
    roll::Roll,
    session::{Ending, Visitor},
    token::TokenKey,
    transport::{carrier::Endpoint, endpoint},
    work::{Part, Work, set},
};

/// What all edge threads share; none of it is on the way of a tick.
pub struct Shared {
    pub config: EdgeConfig,
    pub registry: Registry,
    pub overload: Board,
    pub counters: Arc<Counters>,
    pub roll: Roll,
    pub certificates: CertificateStore,
    pub reset_key: [u8; TokenKey::BYTES],
    pub pod_status: PodStatus,
    pub started_at: Instant,
    /// The QUIC port of each edge.
    pub quic_ports: Vec<u16>,
    /// Sessions of each edge, so that newcomers go where most room is.
    pub sessions_by_edge: Vec<AtomicUsize>,
    /// Base addresses of other edge processes of this battle.
    pub siblings: RwLock<Vec<String>>,
    pub course: watch::Receiver<Course>,
}

/// Where the process is in its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Course {
    Serves,
    /// Sends its clients away, and lets nobody in.
    Drains,
    Stops,
    /// As if the process were killed.
    Dies,
}

impl Shared {
    /// What to tell clients when they are to go, and newcomers who are not to come.
    pub fn farewell(&self) -> Option<Ending> {
        let course = *self.course.borrow();
        let has_siblings = !self.siblings().is_empty();
        match course {
            Course::Serves => None,
            Course::Drains if has_siblings => Some(Ending::closed(
                CloseReason::Moving,
                "This server goes away; another one takes you.",
            )),
            Course::Drains | Course::Stops | Course::Dies => Some(Ending::closed(
                CloseReason::ServerStopping,
                "The server is stopping.",
            )),
        }
    }

    /// What each edge does, in order.
    pub fn works(&self) -> impl Iterator<Item = &Work> {
        self.counters.works.iter().take(self.quic_ports.len())
    }

    /// Base addresses of other edge processes of this battle.
    pub fn siblings(&self) -> RwLockReadGuard<'_, Vec<String>> {
        self.siblings.read().expect("no holder panics")
    }
}

/// See the module.
pub struct Edge {
    pub index: usize,
    pub shared: Arc<Shared>,
    pub hub: RefCell<Hub>,
    /// Rung by the shard's thread after a frame.
    pub wake: Arc<Notify>,
    /// Connections that have not said Hello yet.
    pub handshakes_count: Cell<usize>,
}

impl Edge {
    /// Lets a visitor in, shows it a place in the line, or says why not; what is refused is counted.
    ///
    /// # Errors
    /// The ending to tell the visitor.
    pub fn admit(&self, visitor: &Visitor, hello: &Hello, now: Instant) -> Result<Answer, Ending> {
        if let Some(ending) = self.shared.farewell() {
            return Err(ending);
        }
        let request = JoinRequest {
            name: &hello.name,
            resume_token: &hello.resume_token,
            ticket: &hello.ticket,
            line_ticket: &hello.line_ticket,
            address: visitor.address,
            now_ms: now_ms(),
        };
        let hub = self.hub.borrow();
        let registry = &self.shared.registry;
        let answer = registry.admit(&request, &hub.population(), now);
        answer.map_err(|refusal| self.refuse(refusal))
    }

    fn refuse(&self, refusal: Refusal) -> Ending {
        self.shared.counters.drop_one(Cause::JoinRefused);
        let reason = match refusal {
            Refusal::Name(_) => CloseReason::BadName,
            Refusal::Ticket(_) => CloseReason::BadTicket,
            Refusal::Full => CloseReason::ServerFull,
            Refusal::TooManyJoins => CloseReason::TooManyJoins,
        };
        Ending::closed(reason, refusal.text())
    }

    /// Lets in who waits, if its turn has come.
    ///
    /// # Errors
    /// The ending to tell who was sent away meanwhile.
    pub fn advance(&self, place: &mut Place, now: Instant) -> Result<Turn, Ending> {
        let hub = self.hub.borrow();
        let registry = &self.shared.registry;
        let turn = registry.advance(place, &hub.population(), now);
        turn.map_err(|refusal| self.refuse(refusal))
    }

    /// Sessions of this edge.
    pub fn sessions_count(&self) -> &AtomicUsize {
        &self.shared.sessions_by_edge[self.index]
    }

    /// Tells every frame to every client, until the process stops.
    pub async fn tell_frames(self: Rc<Self>) {
        let mut strain = Strain::new(Instant::now());
        loop {
            self.wake.notified().await;
            let woken_at = Instant::now();
            if !self.hub.borrow_mut().begin_frame(self.work()) {
                continue;
            }
            let begun_at = Instant::now();
            self.work().spent(Part::Share, begun_at - woken_at);
            self.tell_frame().await;
            let fan_out = begun_at.elapsed();
            self.note_frame();
            let counters = &self.shared.counters;
            add(&counters.fan_out_us, fan_out.as_micros() as u64);
            add(&counters.fan_out_count, 1);
            self.feel(&mut strain, fan_out);
        }
    }

    /// What this edge's thread does, for all to see.
    pub fn work(&self) -> &Work {
        &self.shared.counters.works[self.index]
    }

    fn note_frame(&self) {
        let work = self.work();
        add(&work.frames_told, 1);
        let allocations = thread_allocations_count();
        set(&work.allocations, allocations);
    }

    /// Notes what a frame cost, and lets the steps hold that follow.
    fn feel(&self, strain: &mut Strain, fan_out: Duration) {
        let mut hub = self.hub.borrow_mut();
        let board = &self.shared.overload;
        let period = hub.tick_period();
        let (loads, steps) = strain.advance(fan_out, period, board.around(), Instant::now());
        board.note(self.index, &loads, steps);
        hub.set_steps(steps);
    }

    async fn tell_frame(&self) {
        let mut told_count = 0;
        loop {
            let is_done = {
                let mut hub = self.hub.borrow_mut();
                let end = told_count + limits::SESSIONS_PER_YIELD;
                hub.tell(told_count..end, self.work());
                told_count = end;
                told_count >= hub.slots_count()
            };
            if is_done {
                return;
            }
            yield_now().await;
        }
    }

    /// Once a second: ends what is over, and renews the certificate.
    pub async fn look_after(self: Rc<Self>, quic: Endpoint) {
        let mut certificate_sha256 = self.shared.certificates.current().sha256();
        let mut second = tokio::time::interval(Duration::from_secs(1));
        loop {
            second.tick().await;
            let now = Instant::now();
            let mut hub = self.hub.borrow_mut();
            hub.end_stuck(now);
            hub.note_depths(self.work());
            drop(hub);
            if self.index == 0 {
                self.look_at_overload(now);
            }
            quic.note_work(self.work());
            self.renew_certificate(&quic, &mut certificate_sha256);
        }
    }

    /// For all edges of the process: what changed, and whether newcomers are let in.
    fn look_at_overload(&self, now: Instant) {
        let shared = &self.shared;
        let tick_permille = shared.pod_status.read().load_permille;
        let bytes_out = read(&shared.counters.bytes_out);
        shared.overload.look(bytes_out, tick_permille, now);
        shared.registry.set_open(shared.overload.is_open());
    }

    fn renew_certificate(&self, quic: &Endpoint, known_sha256: &mut [u8; 32]) {
        let certificates = &self.shared.certificates;
        if let Err(error) = certificates.renew(time::OffsetDateTime::now_utc()) {
            tracing::warn!(%error, "the renewed certificate cannot be kept");
        }
        let current = certificates.current();
        if current.sha256() != *known_sha256 {
            *known_sha256 = current.sha256();
            quic.set_server_config(endpoint::server_config(&current));
        }
    }
}

/// Counts a connection as pending until its Hello.
pub struct Handshake(Rc<Edge>);

impl Handshake {
    /// None when too many are pending already.
    pub fn begin(edge: &Rc<Edge>) -> Option<Self> {
        let count = edge.handshakes_count.get();
        if count >= limits::HANDSHAKES_MAX {
            edge.shared.counters.drop_one(Cause::HandshakeRefused);
            return None;
        }
        edge.handshakes_count.set(count + 1);
        Some(Self(edge.clone()))
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        self.0
            .handshakes_count
            .set(self.0.handshakes_count.get() - 1);
    }
}

/// The visitor's way in, for counting.
pub fn visitor(address: std::net::SocketAddr, transport: Transport) -> Visitor {
    Visitor {
        address: address.ip(),
        transport,
    }
}
