//! One bot's QUIC connection: the handshake, Hello and Welcome, and its streams.

use std::{
    net::{SocketAddr, UdpSocket},
    sync::Arc,
    time::Duration,
};

use protocol::{
    ALPN, Encoder, VERSION, WireError,
    down::DownMessage,
    session::{CloseReason, Welcome},
    stream::StreamReader,
    up::Hello,
};
use quinn::{
    AckFrequencyConfig, ClientConfig, Connection, Endpoint, RecvStream, SendStream,
    TransportConfig, udp::UdpSocketState,
};

use crate::{connect::Target, limits, trust::Pinned};

/// Why a bot did not get in, or out again too early.
#[derive(Debug)]
pub enum JoinError {
    /// The server said no; a reason of its own words.
    Refused(CloseReason, String),
    /// The connection did not come about or broke.
    Lost(String),
    /// The server said what no server of this version says.
    Nonsense(String),
}

/// A session that was welcomed.
pub struct Session {
    pub connection: Connection,
    pub welcome: Welcome,
    pub control_send: SendStream,
    pub control: ControlStream,
}

/// The server's half of the control stream, as messages.
pub struct ControlStream {
    stream: RecvStream,
    reader: StreamReader,
}

/// A socket that bots share.
pub fn endpoint(target: SocketAddr) -> std::io::Result<Endpoint> {
    let any = if target.is_ipv4() {
        "0.0.0.0:0"
    } else {
        "[::]:0"
    };
    let socket = UdpSocket::bind(any)?;
    socket.set_nonblocking(true)?;
    let state = UdpSocketState::new((&socket).into())?;
    // What the system does not allow is lost and sent again: worse figures, but figures.
    let _ = state.set_recv_buffer_size((&socket).into(), limits::UDP_BUFFER_BYTES);
    let _ = state.set_send_buffer_size((&socket).into(), limits::UDP_BUFFER_BYTES);
    let runtime = Arc::new(quinn::TokioRuntime);
    Endpoint::new(quinn::EndpointConfig::default(), None, socket, runtime)
}

/// How to speak to a server whose certificate has this hash.
pub fn client_config(certificate_sha256: [u8; 32]) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(Pinned::new(certificate_sha256, provider.clone()));
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("ring knows TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    tls.alpn_protocols = vec![ALPN.to_vec()];
    let crypto = quinn::crypto::rustls::QuicClientConfig::try_from(tls)
        .expect("TLS 1.3 brings the initial cipher suite");
    let mut config = ClientConfig::new(Arc::new(crypto));
    config.transport_config(Arc::new(transport_config()));
    config
}

/// A connection costs memory for each stream it permits: few are.
fn transport_config() -> TransportConfig {
    // The server's acknowledgements may wait for the next snapshot, which brings them along.
    let mut acks = AckFrequencyConfig::default();
    acks.max_ack_delay(Some(limits::ACK_DELAY_MAX));
    let mut transport = TransportConfig::default();
    transport
        .ack_frequency_config(Some(acks))
        .max_concurrent_bidi_streams(0u8.into())
        .max_concurrent_uni_streams(1u8.into())
        .initial_rtt(Duration::from_millis(20))
        .datagram_receive_buffer_size(Some(limits::DATAGRAM_BUFFER_BYTES))
        .datagram_send_buffer_size(limits::DATAGRAM_BUFFER_BYTES);
    transport
}

/// Connects, says Hello and waits for Welcome.
///
/// # Errors
/// As [`JoinError`] says; the caller decides whether to try again.
pub async fn join(
    endpoint: &Endpoint,
    target: &Target,
    hello: &Hello,
) -> Result<Session, JoinError> {
    let config = client_config(target.certificate_sha256);
    let connecting = endpoint.connect_with(config, target.address, "voxelheim");
    let connection = connecting.map_err(lost)?.await.map_err(lost)?;
    let (mut control_send, stream) = connection.open_bi().await.map_err(lost)?;
    let hello = Encoder::new().stream(hello).to_vec();
    control_send.write_all(&hello).await.map_err(lost)?;
    let mut control = ControlStream {
        stream,
        reader: StreamReader::new(),
    };
    let welcome = control.welcome().await?;
    Ok(Session {
        connection,
        welcome,
        control_send,
        control,
    })
}

impl ControlStream {
    async fn welcome(&mut self) -> Result<Welcome, JoinError> {
        let mut welcome = None;
        self.read(|message| {
            welcome = Some(match message {
                DownMessage::Welcome(welcome) => Ok(welcome),
                DownMessage::Closing(closing) => {
                    Err(JoinError::Refused(closing.reason, closing.text))
                }
                // A bot that waits puts no load on anything.
                DownMessage::Waiting(waiting) => Err(JoinError::Refused(
                    CloseReason::ServerFull,
                    format!("place {} in the line", waiting.position),
                )),
                _ => Err(JoinError::Nonsense(
                    "the first message is no Welcome".into(),
                )),
            });
        })
        .await?;
        welcome.expect("read returns after a message")
    }

    /// Hears one message, waiting for it.
    pub async fn read(&mut self, hear: impl FnOnce(DownMessage<'_>)) -> Result<(), JoinError> {
        loop {
            if let Some(message) = self.reader.next_message().map_err(nonsense)? {
                let (message, _) = DownMessage::decode(message).map_err(nonsense)?;
                hear(message);
                return Ok(());
            }
            let chunk = self.stream.read_chunk(limits::STREAM_READ_BYTES, true);
            match chunk.await.map_err(lost)? {
                Some(chunk) => self.reader.push(&chunk.bytes),
                None => return Err(JoinError::Lost("the control stream ended".into())),
            }
        }
    }
}

fn lost(error: impl std::fmt::Display) -> JoinError {
    JoinError::Lost(error.to_string())
}

fn nonsense(error: WireError) -> JoinError {
    JoinError::Nonsense(error.to_string())
}

/// A Hello with a name that no other bot of this run has.
pub fn hello(number: usize, budget_bytes_per_second: u32, view_distance_blocks: u16) -> Hello {
    Hello {
        protocol_version: VERSION,
        name: format!("Bot {number}"),
        resume_token: String::new(),
        house: 255,
        view_distance_blocks,
        budget_bytes_per_second,
        ticket: String::new(),
        line_ticket: String::new(),
    }
}
