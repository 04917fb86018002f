//! A session: our messages straight over QUIC, or within WebTransport for browsers.
//!
//! A server's side only, and one session a connection: that is all a game has use for.

use std::{cell::RefCell, fmt, io, net::SocketAddr, rc::Rc, time::Duration};

use bytes::{Buf, Bytes};
use quinn_proto::{ConnectionError, VarInt};
use tokio::{io::AsyncReadExt, time::timeout};
use web_transport_proto::{
    Capsule, ConnectRequest, ConnectResponse, Frame, Http3CapsuleReader, Settings, StreamUni,
    VarInt as WebVarInt, error_to_http3,
};

use crate::{
    connection::{Connection, Listening},
    streams::{RecvStream, SendStream, StreamError},
};

/// How long a browser may take to close the connection after it was told that the session is closed;
/// three times the way there and back, if that is more.
const CLOSE_PATIENCE_MIN: Duration = Duration::from_millis(100);

/// See the module. Clones are the same session.
#[derive(Clone)]
pub struct Session {
    connection: Connection,
    web: Option<Rc<Web>>,
}

/// What WebTransport has around our messages.
struct Web {
    /// Goes before every stream of ours.
    stream_prefix: Bytes,
    /// Goes before every datagram, both ways.
    datagram_prefix: Bytes,
    id: WebVarInt,
    /// The request's stream: our end and theirs, until somebody takes them.
    request: RefCell<(Option<SendStream>, Option<RecvStream>)>,
    /// HTTP/3 ends with these two streams, so they stay open as long as the session.
    _settings: (SendStream, RecvStream),
}

/// Why there is no session.
#[derive(Debug)]
pub enum SessionError {
    Lost(ConnectionError),
    Stream(StreamError),
    Read(io::Error),
    /// The peer speaks HTTP/3, but not as WebTransport has it.
    NoWebTransport(String),
}

impl fmt::Display for SessionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(reason) => write!(formatter, "the connection ended: {reason}"),
            Self::Stream(error) => error.fmt(formatter),
            Self::Read(error) => error.fmt(formatter),
            Self::NoWebTransport(why) => write!(formatter, "no WebTransport: {why}"),
        }
    }
}

impl std::error::Error for SessionError {}

impl From<ConnectionError> for SessionError {
    fn from(reason: ConnectionError) -> Self {
        Self::Lost(reason)
    }
}

impl From<StreamError> for SessionError {
    fn from(error: StreamError) -> Self {
        Self::Stream(error)
    }
}

impl From<io::Error> for SessionError {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl Session {
    /// Our messages straight over QUIC.
    pub fn raw(connection: Connection) -> Self {
        Self {
            connection,
            web: None,
        }
    }

    /// WebTransport: exchanges settings and answers the request, whatever path it asks for.
    ///
    /// # Errors
    /// If the peer's is not a request for WebTransport, or the connection ends.
    pub async fn accept(connection: Connection) -> Result<Self, SessionError> {
        let settings = exchange_settings(&connection).await?;
        let (mut send, mut receive) = connection.accept_bi().await?;
        ConnectRequest::read(&mut receive).await.map_err(not_web)?;
        let id = WebVarInt::try_from(send.id()).map_err(|error| not_web(format!("{error:?}")))?;
        ConnectResponse::OK
            .write(&mut send)
            .await
            .map_err(not_web)?;
        let mut stream_prefix = Vec::new();
        StreamUni::WEBTRANSPORT.encode(&mut stream_prefix);
        id.encode(&mut stream_prefix);
        let web = Web {
            stream_prefix: stream_prefix.into(),
            datagram_prefix: datagram_prefix(send.id()).into(),
            id,
            request: RefCell::new((Some(send), Some(receive))),
            _settings: settings,
        };
        Ok(Self {
            connection,
            web: Some(Rc::new(web)),
        })
    }

    pub fn remote_address(&self) -> SocketAddr {
        self.connection.remote_address()
    }

    /// The next stream both ways that the peer opens for the session. Other streams are passed over.
    ///
    /// # Errors
    /// If the connection ends.
    pub async fn accept_bi(&self) -> Result<(SendStream, RecvStream), SessionError> {
        loop {
            let (send, mut receive) = self.connection.accept_bi().await?;
            let Some(web) = &self.web else {
                return Ok((send, receive));
            };
            if web.is_ours(&mut receive).await? {
                return Ok((send, receive));
            }
        }
    }

    /// Opens a stream to the peer.
    ///
    /// # Errors
    /// If the connection ends.
    pub async fn open_uni(&self) -> Result<SendStream, SessionError> {
        let mut stream = self.connection.open_uni().await?;
        if let Some(web) = &self.web {
            // Nothing of lower priority may come to stand before the prefix.
            stream.set_priority(i32::MAX);
            stream.write_chunk(web.stream_prefix.clone()).await?;
            stream.set_priority(0);
        }
        Ok(stream)
    }

    /// Sends a datagram, behind those that wait; false if it is too large or too many wait.
    pub fn send_datagram(&self, message: &[u8]) -> bool {
        let prefix = self
            .web
            .as_ref()
            .map_or(&[][..], |web| &web.datagram_prefix);
        self.connection.send_datagram(prefix, message).is_ok()
    }

    /// The largest message that a datagram carries now; 0 if none.
    pub fn datagram_bytes_max(&self) -> usize {
        let prefix_bytes = self.web.as_ref().map_or(0, |web| web.datagram_prefix.len());
        let bytes_max = self.connection.datagram_bytes_max();
        bytes_max.saturating_sub(prefix_bytes)
    }

    /// Has `sink` called with every datagram's message, for as long as the returned value lives; one
    /// that is not of this session comes as none.
    pub fn listen(&self, mut sink: impl FnMut(Option<Bytes>) + 'static) -> Listening {
        let prefix = self.web.as_ref().map(|web| web.datagram_prefix.clone());
        self.connection.listen(move |mut datagram| match &prefix {
            None => sink(Some(datagram)),
            Some(prefix) if datagram.starts_with(prefix) => {
                datagram.advance(prefix.len());
                sink(Some(datagram));
            }
            Some(_) => sink(None),
        })
    }

    /// Resolves when the peer has left: it closed the session, or the connection ended. One at a time.
    pub async fn left(&self) {
        let request = self
            .web
            .as_ref()
            .and_then(|web| web.request.borrow_mut().1.take());
        match request {
            Some(request) => read_to_close(request).await,
            None => drop(self.connection.closed().await),
        }
    }

    /// Resolves when the connection has ended.
    pub async fn closed(&self) -> ConnectionError {
        self.connection.closed().await
    }

    /// Closes the session and the connection with a code and a reason, and lets both arrive.
    pub async fn close(&self, code: u32, reason: &[u8]) {
        let Some(web) = &self.web else {
            self.connection.close(VarInt::from_u32(code), reason);
            return;
        };
        let request = web.request.borrow_mut().0.take();
        if let Some(request) = request {
            // A browser takes code and reason from the capsule; it then closes the connection itself.
            let patience = CLOSE_PATIENCE_MIN.max(self.connection.rtt() * 3);
            let told = tell_close(request, code, reason);
            let _ = timeout(patience, async {
                tokio::join!(told, self.connection.closed())
            })
            .await;
        }
        let code = VarInt::from_u64(error_to_http3(code)).expect("below 2^62");
        self.connection.close(code, reason);
    }
}

impl Web {
    /// Reads what a stream begins with: whether it is one of this session.
    async fn is_ours(&self, stream: &mut RecvStream) -> Result<bool, SessionError> {
        let kind = read_varint(stream).await?;
        Ok(Frame(kind) == Frame::WEBTRANSPORT && read_varint(stream).await? == self.id)
    }
}

async fn exchange_settings(
    connection: &Connection,
) -> Result<(SendStream, RecvStream), SessionError> {
    let ours = async {
        let mut settings = Settings::default();
        settings.enable_webtransport(1);
        let mut stream = connection.open_uni().await?;
        settings.write(&mut stream).await.map_err(not_web)?;
        Ok::<_, SessionError>(stream)
    };
    let theirs = async {
        let mut stream = connection.accept_uni().await?;
        let settings = Settings::read(&mut stream).await.map_err(not_web)?;
        match settings.supports_webtransport() {
            0 => Err(not_web("the peer does not offer it")),
            _ => Ok(stream),
        }
    };
    tokio::try_join!(ours, theirs)
}

fn not_web(why: impl fmt::Display) -> SessionError {
    SessionError::NoWebTransport(why.to_string())
}

/// A quarter of the number of the request's stream (RFC 9297, 2.1).
fn datagram_prefix(stream_id: u64) -> Vec<u8> {
    let mut prefix = Vec::new();
    let quarter = WebVarInt::from_u64(stream_id / 4).expect("smaller than the stream's number");
    quarter.encode(&mut prefix);
    prefix
}

async fn read_varint(stream: &mut RecvStream) -> Result<WebVarInt, SessionError> {
    let mut bytes = [0; 8];
    stream.read_exact(&mut bytes[..1]).await?;
    // The first two bits say how many bytes there are.
    let size = 1 << (bytes[0] >> 6);
    stream.read_exact(&mut bytes[1..size]).await?;
    Ok(WebVarInt::decode(&mut &bytes[..size]).expect("all its bytes are there"))
}

/// Reads the request's stream until the peer closes the session, or breaks off.
async fn read_to_close(request: RecvStream) {
    let mut capsules = Http3CapsuleReader::new(request);
    while let Ok(Some(capsule)) = capsules.read().await {
        if matches!(capsule, Capsule::CloseWebTransportSession { .. }) {
            return;
        }
    }
}

/// Says on the request's stream that the session is closed, and waits until that has arrived.
async fn tell_close(mut request: SendStream, code: u32, reason: &[u8]) {
    let reason = String::from_utf8_lossy(reason).into_owned();
    let mut capsule = Vec::new();
    Capsule::CloseWebTransportSession { code, reason }.encode(&mut capsule);
    // Capsules go in DATA frames (RFC 9297, 3.2).
    let mut frame = Vec::new();
    Frame::DATA.encode(&mut frame);
    let length = WebVarInt::try_from(capsule.len()).expect("a reason is short");
    length.encode(&mut frame);
    frame.extend_from_slice(&capsule);
    if request.write_chunk(frame.into()).await.is_ok() {
        request.finish();
        let _ = request.stopped().await;
    }
}
