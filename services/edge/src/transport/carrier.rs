//! What carries QUIC: our own loop (the crate `quic`), or stock quinn with a task for every connection,
//! kept to compare with. Messages, sessions and their ends are the same over both.

use std::{
    future, io,
    net::{SocketAddr, UdpSocket},
    rc::Rc,
};

use bytes::Bytes;
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time::timeout,
};

use crate::{
    config::QuicDriver,
    counters::Transport,
    limits,
    session::{Ending, Lane, Seat},
    transport::ALPN_NATIVE,
    work::{Part, Work, set},
};

/// The endpoint of one edge.
#[derive(Clone)]
pub enum Endpoint {
    Loop(quic::Endpoint),
    Quinn(quinn::Endpoint),
}

impl Endpoint {
    /// Starts on a bound socket; needs a runtime and a local set around it.
    ///
    /// # Errors
    /// If the socket cannot be watched.
    pub fn new(
        driver: QuicDriver,
        socket: UdpSocket,
        config: quinn::EndpointConfig,
        server: quinn::ServerConfig,
    ) -> io::Result<Self> {
        match driver {
            QuicDriver::Loop => quic::Endpoint::new(socket, config, Some(server)).map(Self::Loop),
            QuicDriver::Quinn => {
                let runtime = std::sync::Arc::new(quinn::TokioRuntime);
                quinn::Endpoint::new(config, Some(server), socket, runtime).map(Self::Quinn)
            }
        }
    }

    /// The next connection that somebody begins; none once the endpoint is closed.
    pub async fn accept(&self) -> Option<Incoming> {
        match self {
            Self::Loop(endpoint) => endpoint.accept().await.map(Incoming::Loop),
            Self::Quinn(endpoint) => endpoint.accept().await.map(Incoming::Quinn),
        }
    }

    /// Writes down what the loop did so far; quinn's tasks do not tell.
    pub fn note_work(&self, work: &Work) {
        if let Self::Loop(endpoint) = self {
            let (times, sent) = (endpoint.times(), endpoint.send_counts());
            work.set_spent(Part::Receive, times.receiving);
            work.set_spent(Part::Send, times.serving);
            set(&work.receive_calls, endpoint.receive_calls());
            set(&work.send_calls, sent.calls);
            set(&work.packets, sent.packets);
            set(&work.packet_bytes, sent.bytes);
            set(&work.packets_refused, sent.refused);
        }
    }

    /// What connections that come from now on get.
    pub fn set_server_config(&self, config: quinn::ServerConfig) {
        match self {
            Self::Loop(endpoint) => endpoint.set_server_config(config),
            Self::Quinn(endpoint) => endpoint.set_server_config(Some(config)),
        }
    }

    /// Closes all connections, and waits until that has been said, or long enough.
    pub async fn close(&self, reason: &[u8]) {
        let idle = async {
            match self {
                Self::Loop(endpoint) => {
                    endpoint.close(0_u32.into(), reason);
                    endpoint.wait_idle().await;
                }
                Self::Quinn(endpoint) => {
                    endpoint.close(0_u32.into(), reason);
                    endpoint.wait_idle().await;
                }
            }
        };
        let _ = timeout(limits::CLOSING_TIMEOUT, idle).await;
    }
}

/// A connection that somebody wants.
pub enum Incoming {
    Loop(quic::Incoming),
    Quinn(quinn::Incoming),
}

impl Incoming {
    /// Whether the address can and should first prove that it is its own.
    pub fn is_doubtful(&self) -> bool {
        match self {
            Self::Loop(incoming) => !incoming.remote_address_validated() && incoming.may_retry(),
            Self::Quinn(incoming) => !incoming.remote_address_validated() && incoming.may_retry(),
        }
    }

    /// Asks it to come again with that proof.
    pub fn retry(self) {
        match self {
            Self::Loop(incoming) => incoming.retry(),
            // Only one that has proved it cannot be asked again.
            Self::Quinn(incoming) => drop(incoming.retry()),
        }
    }

    pub fn refuse(self) {
        match self {
            Self::Loop(incoming) => incoming.refuse(),
            Self::Quinn(incoming) => incoming.refuse(),
        }
    }

    /// Completes the handshake of either kind of client.
    pub async fn open(self) -> Option<(Session, Transport)> {
        match self {
            Self::Loop(incoming) => open_in_loop(incoming).await,
            Self::Quinn(incoming) => open_in_quinn(incoming).await,
        }
    }
}

async fn open_in_loop(incoming: quic::Incoming) -> Option<(Session, Transport)> {
    let connection = incoming.accept().await.ok()?;
    let (session, transport) = match connection.alpn().as_deref() == Some(ALPN_NATIVE) {
        true => (quic::Session::raw(connection), Transport::Native),
        false => {
            let session = quic::Session::accept(connection).await.ok()?;
            (session, Transport::Browser)
        }
    };
    Some((Session::Loop(session), transport))
}

async fn open_in_quinn(incoming: quinn::Incoming) -> Option<(Session, Transport)> {
    let connection = incoming.await.ok()?;
    let data = connection.handshake_data()?;
    let data = data
        .downcast::<quinn::crypto::rustls::HandshakeData>()
        .ok()?;
    if data.protocol.as_deref() == Some(ALPN_NATIVE) {
        let session = web_transport_quinn::Session::raw(connection);
        return Some((Session::Quinn(Box::new(session)), Transport::Native));
    }
    let request = web_transport_quinn::Request::accept(connection)
        .await
        .ok()?;
    let session = request.ok().await.ok()?;
    Some((Session::Quinn(Box::new(session)), Transport::Browser))
}

/// A client's session; clones are the same one.
#[derive(Clone)]
pub enum Session {
    Loop(quic::Session),
    Quinn(Box<web_transport_quinn::Session>),
}

impl Session {
    pub fn remote_address(&self) -> SocketAddr {
        match self {
            Self::Loop(session) => session.remote_address(),
            Self::Quinn(session) => session.remote_address(),
        }
    }

    /// The stream that the client opens; none if the connection ends first.
    pub async fn accept_bi(&self) -> Option<(SendStream, RecvStream)> {
        match self {
            Self::Loop(session) => {
                let (send, receive) = session.accept_bi().await.ok()?;
                Some((SendStream::Loop(send), RecvStream::Loop(receive)))
            }
            Self::Quinn(session) => {
                let (send, receive) = session.accept_bi().await.ok()?;
                Some((SendStream::Quinn(send), RecvStream::Quinn(receive)))
            }
        }
    }

    /// A stream to the client; none if the connection ends first.
    pub async fn open_uni(&self) -> Option<SendStream> {
        match self {
            Self::Loop(session) => session.open_uni().await.ok().map(SendStream::Loop),
            Self::Quinn(session) => session.open_uni().await.ok().map(SendStream::Quinn),
        }
    }

    /// The largest message that a datagram carries now.
    pub fn datagram_bytes_max(&self) -> usize {
        match self {
            Self::Loop(session) => session.datagram_bytes_max(),
            Self::Quinn(session) => session.max_datagram_size(),
        }
    }

    /// Sends a datagram now; false if too many wait or it is too large.
    pub fn send_datagram(&self, message: &[u8]) -> bool {
        match self {
            Self::Loop(session) => session.send_datagram(message),
            // quinn would drop the oldest to make room; we would rather count.
            Self::Quinn(session) => {
                session.datagram_send_buffer_space() >= message.len()
                    && session
                        .send_datagram(Bytes::copy_from_slice(message))
                        .is_ok()
            }
        }
    }

    /// Has the seat take every datagram that comes, until the returned value is dropped.
    pub fn hear(&self, seat: &Rc<Seat>, duties: &mut JoinSet<Ending>) -> Hearing {
        match self {
            Self::Loop(session) => {
                let seat = seat.clone();
                Hearing::Loop(session.listen(move |message| {
                    // One that is not of this session is as good as an empty one.
                    let taken = seat.on_datagram(&message.unwrap_or_default());
                    if let Err(ending) = taken {
                        seat.end(ending);
                    }
                }))
            }
            Self::Quinn(session) => {
                let reading = read_datagrams(seat.clone(), session.clone());
                Hearing::Quinn(duties.spawn_local(reading))
            }
        }
    }

    /// Resolves when the client has gone.
    pub async fn left(&self) {
        match self {
            Self::Loop(session) => session.left().await,
            Self::Quinn(session) => drop(session.closed().await),
        }
    }

    pub async fn closed(&self) {
        match self {
            Self::Loop(session) => drop(session.closed().await),
            Self::Quinn(session) => drop(session.closed().await),
        }
    }

    /// Closes the connection with a code and a reason, and lets that arrive.
    pub async fn close(&self, code: u32, reason: &[u8]) {
        let closing = async {
            match self {
                Self::Loop(session) => session.close(code, reason).await,
                Self::Quinn(session) => {
                    session.close(code, reason);
                    session.closed().await;
                }
            }
        };
        let _ = timeout(limits::CLOSING_TIMEOUT, closing).await;
    }
}

/// See [`Session::hear`].
pub enum Hearing {
    Loop(#[expect(dead_code, reason = "listens as long as it lives")] quic::Listening),
    Quinn(AbortHandle),
}

impl Drop for Hearing {
    fn drop(&mut self) {
        if let Self::Quinn(reading) = self {
            reading.abort();
        }
    }
}

async fn read_datagrams(seat: Rc<Seat>, session: Box<web_transport_quinn::Session>) -> Ending {
    loop {
        let read = match session.read_datagram().await {
            Ok(datagram) => seat.on_datagram(&datagram),
            Err(_) if session.close_reason().is_some() => return Ending::Lost,
            // Its session prefix was wrong: as good as an empty one.
            Err(_) => seat.on_datagram(&[]),
        };
        if let Err(ending) = read {
            return ending;
        }
    }
}

/// The stream or its connection ended.
#[derive(Debug)]
pub struct StreamEnded;

/// What we write to.
pub enum SendStream {
    Loop(quic::SendStream),
    Quinn(web_transport_quinn::SendStream),
}

impl SendStream {
    /// Streams of higher priority are sent first; a new one has 0.
    pub fn set_priority(&self, priority: i32) {
        match self {
            Self::Loop(stream) => stream.set_priority(priority),
            // One that has ended needs none.
            Self::Quinn(stream) => drop(stream.set_priority(priority)),
        }
    }

    /// Writes all of it; waits while the client or the window takes no more.
    ///
    /// # Errors
    /// When the stream or its connection ended.
    pub async fn write_chunk(&mut self, chunk: Bytes) -> Result<(), StreamEnded> {
        let is_written = match self {
            Self::Loop(stream) => stream.write_chunk(chunk).await.is_ok(),
            Self::Quinn(stream) => stream.write_chunk(chunk).await.is_ok(),
        };
        is_written.then_some(()).ok_or(StreamEnded)
    }

    /// Gives the stream to the hub: what it says there, of which so many messages may wait, and what
    /// sees to it that they are written.
    pub fn into_lane(self, messages_max: usize) -> (Lane, Writer) {
        match self {
            Self::Loop(stream) => {
                let stream = Rc::new(stream);
                (Lane::Stream(stream.clone()), Writer::Loop(stream))
            }
            Self::Quinn(_) => {
                let (lane, waiting) = Lane::queue(messages_max);
                let mut writing = JoinSet::new();
                writing.spawn_local(write(self, waiting));
                (lane, Writer::Task(writing))
            }
        }
    }

    /// Writes no more, and waits until all has arrived or the connection ends.
    pub async fn finish(mut self) {
        match &mut self {
            Self::Loop(stream) => {
                stream.finish();
                let _ = stream.stopped().await;
            }
            Self::Quinn(stream) => {
                let _ = stream.finish();
                let _ = stream.stopped().await;
            }
        }
    }
}

/// Sees to it that what the hub says on a stream is written.
pub enum Writer {
    /// The loop does.
    Loop(Rc<quic::SendStream>),
    Task(JoinSet<()>),
}

impl Writer {
    /// Resolves when the stream takes no more. Over the loop that is noticed by who reads.
    pub async fn broken(&mut self) {
        match self {
            Self::Loop(_) => future::pending().await,
            Self::Task(writing) => drop(writing.join_next().await),
        }
    }

    /// Resolves when all that the hub said has arrived, once it says no more.
    pub async fn conclude(self) {
        match self {
            Self::Loop(stream) => {
                stream.written().await;
                stream.finish();
                let _ = stream.stopped().await;
            }
            Self::Task(mut writing) => drop(writing.join_next().await),
        }
    }
}

/// Writes what waits until nobody says any more and all of it has arrived, or the connection breaks.
async fn write(mut stream: SendStream, mut waiting: mpsc::Receiver<Bytes>) {
    while let Some(message) = waiting.recv().await {
        if stream.write_chunk(message).await.is_err() {
            return;
        }
    }
    stream.finish().await;
}

/// What we read from.
pub enum RecvStream {
    Loop(quic::RecvStream),
    Quinn(web_transport_quinn::RecvStream),
}

impl RecvStream {
    /// Fills the whole buffer.
    ///
    /// # Errors
    /// When the stream or its connection ends first.
    pub async fn read_exact(&mut self, buffer: &mut [u8]) -> Result<(), StreamEnded> {
        let mut filled = 0;
        while filled < buffer.len() {
            let rest = &mut buffer[filled..];
            let read = match self {
                Self::Loop(stream) => stream.read(rest).await.ok().flatten(),
                Self::Quinn(stream) => stream.read(rest).await.ok().flatten(),
            };
            filled += read.ok_or(StreamEnded)?;
        }
        Ok(())
    }
}
