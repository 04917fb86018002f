//! An endpoint: one UDP socket and all connections over it.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    io,
    net::UdpSocket,
    rc::Rc,
    sync::Arc,
    task::{Poll, Waker},
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use quinn_proto::{
    ConnectionError, ConnectionHandle, EndpointConfig, ServerConfig, Transmit, VarInt,
};
use tokio::{sync::Notify, task::spawn_local};

use crate::{
    batch::{Batch, SendCounts},
    connection::{Connection, ConnectionCell},
    driver::Driver,
    limits::{ARENA_BYTES, INCOMING_MAX},
};

/// A handle; clones are the same endpoint. It lives until [`Self::close`] and its last connection's end.
#[derive(Clone)]
pub struct Endpoint(pub(crate) Rc<Shared>);

/// What the loop, the endpoint and its connections share on their one thread. No borrow outlives a call.
pub(crate) struct Shared {
    pub proto: RefCell<quinn_proto::Endpoint>,
    pub batch: RefCell<Batch>,
    /// By the number of their handle.
    pub connections: RefCell<Vec<Option<Rc<ConnectionCell>>>>,
    pub connections_count: Cell<usize>,
    /// Connections with something to do.
    pub dirty: RefCell<Vec<usize>>,
    /// Where datagrams on their way out lie.
    pub arena: RefCell<BytesMut>,
    /// Whether the loop waits; only then it must be woken.
    pub is_waiting: Cell<bool>,
    pub bell: Notify,
    pub incoming: RefCell<VecDeque<quinn_proto::Incoming>>,
    /// Rung when a connection comes, or the endpoint closes.
    pub knock: Notify,
    pub is_closed: Cell<bool>,
    /// Rung when the last connection has gone.
    pub idle: Notify,
    pub times: Cell<LoopTimes>,
    /// Calls of the system that read packets.
    pub receive_calls: Cell<u64>,
}

/// Where the loop's time went since the start.
#[derive(Clone, Copy, Default, Debug)]
pub struct LoopTimes {
    /// Reading packets and taking them apart.
    pub receiving: Duration,
    /// Handing over what came, and building and sending packets.
    pub serving: Duration,
}

impl Shared {
    /// Something is to do in the loop's next turn.
    pub fn ring(&self) {
        if self.is_waiting.replace(false) {
            self.bell.notify_one();
        }
    }

    /// The connection with this number, if it has not ended.
    pub fn connection(&self, number: usize) -> Option<Rc<ConnectionCell>> {
        self.connections.borrow().get(number)?.clone()
    }

    /// A new connection takes its place.
    pub fn enter(&self, cell: Rc<ConnectionCell>) {
        let mut connections = self.connections.borrow_mut();
        let number = cell.handle.0;
        if connections.len() <= number {
            connections.resize(number + 1, None);
        }
        connections[number] = Some(cell);
        self.connections_count.set(self.connections_count.get() + 1);
    }

    /// Nothing comes or goes over this connection any more.
    pub fn leave(&self, handle: ConnectionHandle) {
        self.connections.borrow_mut()[handle.0] = None;
        self.connections_count.set(self.connections_count.get() - 1);
        if self.connections_count.get() == 0 {
            self.idle.notify_waiters();
        }
    }

    /// A copy of a message behind a prefix, in memory that many share.
    pub fn datagram(&self, prefix: &[u8], message: &[u8]) -> Bytes {
        let mut arena = self.arena.borrow_mut();
        let bytes_count = prefix.len() + message.len();
        if arena.capacity() - arena.len() < bytes_count {
            *arena = BytesMut::with_capacity(ARENA_BYTES.max(bytes_count));
        }
        arena.extend_from_slice(prefix);
        arena.extend_from_slice(message);
        arena.split().freeze()
    }

    /// Sends what belongs to no connection; when the batch is full it is lost, as packets are.
    pub fn respond(&self, transmit: Transmit, contents: &[u8]) {
        let mut batch = self.batch.borrow_mut();
        if !batch.is_full() {
            batch.fill(|buffer| {
                buffer.extend_from_slice(&contents[..transmit.size]);
                Some(transmit)
            });
            self.ring();
        }
    }
}

impl Endpoint {
    /// Starts the loop on a bound, non-blocking socket. Needs a runtime with I/O and time, and a
    /// [`tokio::task::LocalSet`].
    ///
    /// # Errors
    /// If the socket cannot be watched.
    pub fn new(
        socket: UdpSocket,
        config: EndpointConfig,
        server: Option<ServerConfig>,
    ) -> io::Result<Self> {
        let state = quinn_udp::UdpSocketState::new((&socket).into())?;
        let may_change_path_mtu = !state.may_fragment();
        let proto = quinn_proto::Endpoint::new(
            Arc::new(config),
            server.map(Arc::new),
            may_change_path_mtu,
            None,
        );
        let shared = Rc::new(Shared {
            proto: RefCell::new(proto),
            batch: RefCell::new(Batch::new()),
            connections: RefCell::default(),
            connections_count: Cell::new(0),
            dirty: RefCell::default(),
            arena: RefCell::default(),
            is_waiting: Cell::new(false),
            bell: Notify::new(),
            incoming: RefCell::default(),
            knock: Notify::new(),
            is_closed: Cell::new(false),
            idle: Notify::new(),
            times: Cell::default(),
            receive_calls: Cell::new(0),
        });
        let driver = Driver::new(shared.clone(), socket, state)?;
        spawn_local(driver.run());
        Ok(Self(shared))
    }

    /// The next connection that somebody begins; none once the endpoint is closed. One task at a time.
    pub async fn accept(&self) -> Option<Incoming> {
        loop {
            if self.0.is_closed.get() {
                return None;
            }
            let next = self.0.incoming.borrow_mut().pop_front();
            if let Some(proto) = next {
                return Some(Incoming {
                    shared: self.0.clone(),
                    proto: Some(proto),
                });
            }
            self.0.knock.notified().await;
        }
    }

    /// What connections that come from now on get.
    pub fn set_server_config(&self, config: ServerConfig) {
        self.0
            .proto
            .borrow_mut()
            .set_server_config(Some(Arc::new(config)));
    }

    /// Closes all connections and lets none in any more.
    pub fn close(&self, code: VarInt, reason: &[u8]) {
        let shared = &self.0;
        shared.is_closed.set(true);
        shared.knock.notify_one();
        let waiting = shared.incoming.take();
        waiting
            .into_iter()
            .for_each(|incoming| refuse(shared, incoming));
        let cells = shared
            .connections
            .borrow()
            .iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>();
        for cell in cells {
            cell.close(shared, code, Bytes::copy_from_slice(reason));
        }
        shared.ring();
    }

    /// Resolves when there is no connection any more, and all has been said.
    pub async fn wait_idle(&self) {
        while self.0.connections_count.get() > 0 {
            self.0.idle.notified().await;
        }
    }

    /// Where time went since the start.
    pub fn times(&self) -> LoopTimes {
        self.0.times.get()
    }

    /// Calls of the system that read packets, since the start.
    pub fn receive_calls(&self) -> u64 {
        self.0.receive_calls.get()
    }

    /// What was sent since the start.
    pub fn send_counts(&self) -> SendCounts {
        self.0.batch.borrow().counts
    }
}

/// A connection that somebody wants. Dropped it is refused.
pub struct Incoming {
    shared: Rc<Shared>,
    /// None once it was decided.
    proto: Option<quinn_proto::Incoming>,
}

impl Incoming {
    /// Whether the address has shown that it is its own.
    pub fn remote_address_validated(&self) -> bool {
        self.undecided().remote_address_validated()
    }

    pub fn may_retry(&self) -> bool {
        self.undecided().may_retry()
    }

    /// Lets it in; resolves when the handshake is over.
    ///
    /// # Errors
    /// If it breaks off.
    pub async fn accept(mut self) -> Result<Connection, ConnectionError> {
        let mut buffer = Vec::new();
        let accepted = {
            let incoming = self.decide();
            let mut proto = self.shared.proto.borrow_mut();
            proto.accept(incoming, Instant::now(), &mut buffer, None)
        };
        let (handle, proto) = accepted.map_err(|error| {
            if let Some(transmit) = error.response {
                self.shared.respond(transmit, &buffer);
            }
            error.cause
        })?;
        let connection = Connection::new(&self.shared, handle, proto);
        connection.connected().await?;
        Ok(connection)
    }

    /// Asks it to come again with a proof of its address; one that has it is refused.
    pub fn retry(mut self) {
        let incoming = self.decide();
        let mut buffer = Vec::new();
        let answer = self.shared.proto.borrow_mut().retry(incoming, &mut buffer);
        match answer {
            Ok(transmit) => self.shared.respond(transmit, &buffer),
            Err(error) => refuse(&self.shared, error.into_incoming()),
        }
    }

    /// Says no.
    pub fn refuse(self) {}

    fn undecided(&self) -> &quinn_proto::Incoming {
        self.proto.as_ref().expect("what decides takes self")
    }

    fn decide(&mut self) -> quinn_proto::Incoming {
        self.proto.take().expect("what decides takes self")
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(incoming) = self.proto.take() {
            refuse(&self.shared, incoming);
        }
    }
}

/// Lets a newcomer wait to be accepted, unless too many do.
pub(crate) fn take_in(shared: &Shared, incoming: quinn_proto::Incoming) {
    let is_full = shared.incoming.borrow().len() >= INCOMING_MAX;
    if is_full || shared.is_closed.get() {
        refuse(shared, incoming);
        return;
    }
    shared.incoming.borrow_mut().push_back(incoming);
    shared.knock.notify_one();
}

fn refuse(shared: &Shared, incoming: quinn_proto::Incoming) {
    let mut buffer = Vec::new();
    let transmit = shared.proto.borrow_mut().refuse(incoming, &mut buffer);
    shared.respond(transmit, &buffer);
}

/// Waits until `look` finds what it looks for; until then it leaves the waker where that wakes it.
pub(crate) async fn wait_until<T>(mut look: impl FnMut(&Waker) -> Option<T>) -> T {
    poll_fn(|context| look(context.waker()).map_or(Poll::Pending, Poll::Ready)).await
}
