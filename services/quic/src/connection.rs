//! One connection, as its owner holds it and as the loop serves it.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use quinn_proto::{
    ConnectionError, ConnectionHandle, Dir, Event, SendDatagramError, StreamEvent, StreamId,
    VarInt, WriteError, crypto::rustls::HandshakeData,
};

use crate::{
    endpoint::{Shared, wait_until},
    streams::{RecvStream, SendStream},
    waits::{Wait, Waits},
    wheel::Timers,
};

/// What is called with every datagram that comes.
type DatagramSink = Box<dyn FnMut(Bytes)>;

/// A handle; clones are the same connection. When the last one and the last of its streams is dropped,
/// the connection is closed with code 0.
#[derive(Clone)]
pub struct Connection(Rc<Handle>);

struct Handle {
    shared: Rc<Shared>,
    cell: Rc<ConnectionCell>,
}

/// What the loop keeps of a connection.
pub(crate) struct ConnectionCell {
    pub handle: ConnectionHandle,
    pub state: RefCell<State>,
    /// Whether it stands in the list of those that have something to do.
    pub is_dirty: Cell<bool>,
}

pub(crate) struct State {
    pub proto: quinn_proto::Connection,
    pub waits: Waits,
    pub is_connected: bool,
    pub lost: Option<ConnectionError>,
    /// What waits to be written to streams, without anybody waiting for that.
    pub backlogs: Vec<Backlog>,
    /// Where the wheel has it.
    pub timers: Timers,
    sink: Option<DatagramSink>,
    is_listening: bool,
}

/// Chunks that a stream did not take yet.
pub(crate) struct Backlog {
    pub id: StreamId,
    pub chunks: VecDeque<Bytes>,
}

impl ConnectionCell {
    /// Has the loop look at it in its next turn.
    pub fn mark(&self, shared: &Shared) {
        if !self.is_dirty.replace(true) {
            shared.dirty.borrow_mut().push(self.handle.0);
            shared.ring();
        }
    }

    pub fn close(&self, shared: &Shared, code: VarInt, reason: Bytes) {
        let mut state = self.state.borrow_mut();
        if state.lost.is_none() {
            state.proto.close(Instant::now(), code, reason);
            state.lose(ConnectionError::LocallyClosed);
            self.mark(shared);
        }
    }

    /// Hands the datagrams that came to who listens.
    pub fn deliver(&self) {
        let Some(mut sink) = self.state.borrow_mut().sink.take() else {
            return;
        };
        loop {
            // Not borrowed while it is called: it may well send something.
            let datagram = self.state.borrow_mut().proto.datagrams().recv();
            let Some(datagram) = datagram else {
                break;
            };
            sink(datagram);
            if !self.state.borrow().is_listening {
                return;
            }
        }
        self.state.borrow_mut().sink = Some(sink);
    }
}

impl State {
    /// Wakes who waits for what happened.
    pub fn take_event(&mut self, event: Event) {
        match event {
            Event::Connected => {
                self.is_connected = true;
                self.waits.wake(Wait::Connected);
            }
            Event::ConnectionLost { reason } => self.lose(reason),
            Event::Stream(StreamEvent::Opened { dir }) => self.waits.wake(Wait::Accept(dir)),
            Event::Stream(StreamEvent::Available { dir }) => self.waits.wake(Wait::Open(dir)),
            Event::Stream(StreamEvent::Readable { id }) => self.waits.wake(Wait::Readable(id)),
            Event::Stream(StreamEvent::Writable { id }) => {
                self.write_backlog(id);
                self.waits.wake(Wait::Writable(id));
            }
            Event::Stream(StreamEvent::Finished { id }) => self.waits.wake(Wait::Stopped(id)),
            Event::Stream(StreamEvent::Stopped { id, .. }) => {
                self.waits.wake(Wait::Stopped(id));
                self.waits.wake(Wait::Writable(id));
            }
            Event::HandshakeDataReady | Event::DatagramReceived | Event::DatagramsUnblocked => {}
        }
    }

    /// Writes as much as the stream takes of what waits for it.
    pub fn write_backlog(&mut self, id: StreamId) {
        let Some(index) = self.backlogs.iter().position(|backlog| backlog.id == id) else {
            return;
        };
        let backlog = &mut self.backlogs[index];
        while !backlog.chunks.is_empty() {
            let chunks = backlog.chunks.make_contiguous();
            match self.proto.send_stream(id).write_chunks(chunks) {
                Ok(written) => drop(backlog.chunks.drain(..written.chunks)),
                Err(WriteError::Blocked) => return,
                Err(WriteError::Stopped(_) | WriteError::ClosedStream) => backlog.chunks.clear(),
            }
        }
        self.backlogs.swap_remove(index);
        self.waits.wake(Wait::Written(id));
    }

    fn lose(&mut self, reason: ConnectionError) {
        self.lost = Some(reason);
        self.backlogs.clear();
        self.waits.wake_all();
    }
}

impl Connection {
    pub(crate) fn new(
        shared: &Rc<Shared>,
        handle: ConnectionHandle,
        proto: quinn_proto::Connection,
    ) -> Self {
        let cell = Rc::new(ConnectionCell {
            handle,
            state: RefCell::new(State {
                proto,
                waits: Waits::default(),
                is_connected: false,
                lost: None,
                backlogs: Vec::new(),
                timers: Timers::default(),
                sink: None,
                is_listening: false,
            }),
            is_dirty: Cell::new(false),
        });
        shared.enter(cell.clone());
        cell.mark(shared);
        Self(Rc::new(Handle {
            shared: shared.clone(),
            cell,
        }))
    }

    pub(crate) async fn connected(&self) -> Result<(), ConnectionError> {
        self.wait_until(Wait::Connected, |state| state.is_connected.then_some(()))
            .await
    }

    /// The application protocol that both sides agreed on.
    pub fn alpn(&self) -> Option<Vec<u8>> {
        let data = self.with(|state| state.proto.crypto_session().handshake_data())?;
        data.downcast::<HandshakeData>().ok()?.protocol
    }

    pub fn remote_address(&self) -> SocketAddr {
        self.with(|state| state.proto.remote_address())
    }

    /// The time to the peer and back, as measured so far.
    pub fn rtt(&self) -> Duration {
        self.with(|state| state.proto.rtt())
    }

    /// Closes it at once; what is on its way may be lost.
    pub fn close(&self, code: VarInt, reason: &[u8]) {
        let reason = Bytes::copy_from_slice(reason);
        self.0.cell.close(&self.0.shared, code, reason);
    }

    /// Resolves when the connection has ended, by whomever.
    pub async fn closed(&self) -> ConnectionError {
        wait_until(|waker| {
            self.with(|state| {
                if state.lost.is_none() {
                    state.waits.add(Wait::Closed, waker);
                }
                state.lost.clone()
            })
        })
        .await
    }

    /// Why the connection ended, if it has.
    pub fn close_reason(&self) -> Option<ConnectionError> {
        self.with(|state| state.lost.clone())
    }

    /// Sends a datagram, a prefix before the message, behind those that wait.
    ///
    /// # Errors
    /// If it is larger than [`Self::datagram_bytes_max`] or too many wait.
    pub fn send_datagram(&self, prefix: &[u8], message: &[u8]) -> Result<(), SendDatagramError> {
        let data = self.0.shared.datagram(prefix, message);
        self.with(|state| state.proto.datagrams().send(data, false))?;
        self.mark();
        Ok(())
    }

    /// The largest datagram that the path and the peer take now; 0 if none. Grows when the path turns
    /// out to carry more, and may shrink.
    pub fn datagram_bytes_max(&self) -> usize {
        self.with(|state| state.proto.datagrams().max_size())
            .unwrap_or(0)
    }

    /// Has `sink` called, by the loop, with every datagram that comes, as long as the returned value
    /// lives. Only one may listen at a time; what comes while nobody does waits, up to a bound.
    pub fn listen(&self, sink: impl FnMut(Bytes) + 'static) -> Listening {
        self.with(|state| {
            assert!(!state.is_listening, "only one may listen");
            state.sink = Some(Box::new(sink));
            state.is_listening = true;
        });
        self.mark();
        Listening(self.clone())
    }

    /// Opens a stream to the peer, as soon as it permits one more.
    ///
    /// # Errors
    /// If the connection ends.
    pub async fn open_uni(&self) -> Result<SendStream, ConnectionError> {
        let id = self
            .wait_until(Wait::Open(Dir::Uni), |state| {
                state.proto.streams().open(Dir::Uni)
            })
            .await?;
        Ok(SendStream::new(self.clone(), id))
    }

    /// The next stream that the peer opened.
    ///
    /// # Errors
    /// If the connection ends.
    pub async fn accept_uni(&self) -> Result<RecvStream, ConnectionError> {
        let id = self
            .wait_until(Wait::Accept(Dir::Uni), |state| {
                state.proto.streams().accept(Dir::Uni)
            })
            .await?;
        self.mark();
        Ok(RecvStream::new(self.clone(), id))
    }

    /// The next stream both ways that the peer opened.
    ///
    /// # Errors
    /// If the connection ends.
    pub async fn accept_bi(&self) -> Result<(SendStream, RecvStream), ConnectionError> {
        let id = self
            .wait_until(Wait::Accept(Dir::Bi), |state| {
                state.proto.streams().accept(Dir::Bi)
            })
            .await?;
        self.mark();
        let send = SendStream::new(self.clone(), id);
        Ok((send, RecvStream::new(self.clone(), id)))
    }

    /// Waits until `look` finds something, or the connection ends. What is there is found even then.
    async fn wait_until<T>(
        &self,
        wait: Wait,
        mut look: impl FnMut(&mut State) -> Option<T>,
    ) -> Result<T, ConnectionError> {
        wait_until(|waker| {
            self.with(|state| {
                if let Some(found) = look(state) {
                    return Some(Ok(found));
                }
                if let Some(reason) = &state.lost {
                    return Some(Err(reason.clone()));
                }
                state.waits.add(wait, waker);
                None
            })
        })
        .await
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.cell.state.borrow_mut())
    }

    pub(crate) fn mark(&self) {
        self.0.cell.mark(&self.0.shared);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.cell
            .close(&self.shared, VarInt::from_u32(0), Bytes::new());
    }
}

/// Somebody listens to a connection's datagrams; dropped, nobody does.
pub struct Listening(Connection);

impl Drop for Listening {
    fn drop(&mut self) {
        // Dropped only after the borrow: what the sink holds may have a connection in it.
        let _sink = self.0.with(|state| {
            state.is_listening = false;
            state.sink.take()
        });
    }
}
