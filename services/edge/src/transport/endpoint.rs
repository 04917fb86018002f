//! The QUIC endpoint of one edge: one UDP port for browsers and native clients alike.

use std::{
    io,
    net::{SocketAddr, UdpSocket},
    sync::Arc,
    time::Duration,
};

use ring::hmac;

use crate::{
    certificate::Certificate,
    config::QuicDriver,
    limits,
    token::{TokenKey, random},
    transport::{ALPN_NATIVE, carrier::Endpoint},
};

/// The first packets' size; paths that carry more are found out, up to this.
const PACKET_BYTES_MAX: u16 = 1_452;

/// Bytes of a connection's name: as many as quinn's own have.
const CONNECTION_ID_BYTES: usize = 8;

/// Starts the endpoint on a bound socket; needs a runtime and a local set around it.
///
/// # Errors
/// If the socket cannot be made non-blocking or be watched.
pub fn start(
    driver: QuicDriver,
    socket: UdpSocket,
    certificate: &Certificate,
    reset_key: &[u8; TokenKey::BYTES],
) -> io::Result<Endpoint> {
    let server = server_config(certificate);
    Endpoint::new(driver, socket, endpoint_config(reset_key), server)
}

/// Whoever was connected to an earlier process at this address with the same key hears at its next word
/// that this is over, instead of waiting in vain.
fn endpoint_config(reset_key: &[u8; TokenKey::BYTES]) -> quinn::EndpointConfig {
    let resets = hmac::Key::new(hmac::HMAC_SHA256, reset_key);
    let mut config = quinn::EndpointConfig::new(Arc::new(resets));
    config.cid_generator(|| Box::new(RandomIds));
    config
}

/// Names of connections that an endpoint cannot tell from those of an earlier one: quinn's own are
/// marked, and it has no answer for packets of others.
struct RandomIds;

impl quinn::ConnectionIdGenerator for RandomIds {
    fn generate_cid(&mut self) -> quinn::ConnectionId {
        quinn::ConnectionId::new(&random::<CONNECTION_ID_BYTES>())
    }

    fn cid_len(&self) -> usize {
        CONNECTION_ID_BYTES
    }

    fn cid_lifetime(&self) -> Option<Duration> {
        None
    }
}

/// What new connections get; given again to the endpoint whenever the certificate is renewed.
pub fn server_config(certificate: &Certificate) -> quinn::ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("ring knows TLS 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der.clone()], certificate.key())
        .expect("we made the certificate and its key together");
    tls.alpn_protocols = vec![
        web_transport_quinn::ALPN.as_bytes().to_vec(),
        ALPN_NATIVE.to_vec(),
    ];
    let crypto = quinn::crypto::rustls::QuicServerConfig::try_from(tls)
        .expect("TLS 1.3 brings the initial cipher suite");
    let mut config = quinn::ServerConfig::with_crypto(Arc::new(crypto));
    config.transport_config(Arc::new(transport_config()));
    // A phone that leaves the house goes on at its new address.
    config.migration(true);
    config
}

fn transport_config() -> quinn::TransportConfig {
    let idle = quinn::IdleTimeout::try_from(limits::IDLE_TIMEOUT).expect("seconds fit");
    let mut discovery = quinn::MtuDiscoveryConfig::default();
    discovery.upper_bound(PACKET_BYTES_MAX);
    let mut acks = quinn::AckFrequencyConfig::default();
    acks.ack_eliciting_threshold(limits::ACK_PACKETS.into())
        .max_ack_delay(Some(limits::ACK_DELAY_MAX));
    let mut transport = quinn::TransportConfig::default();
    transport
        .ack_frequency_config(Some(acks))
        .max_concurrent_bidi_streams(limits::STREAMS_BOTH_WAYS_MAX.into())
        .max_concurrent_uni_streams(limits::STREAMS_ONE_WAY_MAX.into())
        .max_idle_timeout(Some(idle))
        .keep_alive_interval(Some(limits::IDLE_TIMEOUT / 3))
        .initial_rtt(Duration::from_millis(50))
        .send_window(limits::STREAM_SEND_WINDOW_BYTES)
        .stream_receive_window(limits::STREAM_RECEIVE_WINDOW_BYTES.into())
        .receive_window((limits::STREAM_RECEIVE_WINDOW_BYTES * 4).into())
        .datagram_send_buffer_size(limits::DATAGRAM_SEND_BUFFER_BYTES)
        .datagram_receive_buffer_size(Some(limits::DATAGRAM_RECEIVE_BUFFER_BYTES))
        .mtu_discovery_config(Some(discovery));
    transport
}

/// Binds the UDP socket of an edge.
///
/// # Errors
/// If the address is taken or not ours.
pub fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    widen_buffers(&socket)?;
    Ok(socket)
}

/// Room in the kernel for what comes while this thread is busy with a frame, and for what it sends at
/// once. A system that allows less gives what it allows, and the rest is lost and sent again.
fn widen_buffers(socket: &UdpSocket) -> io::Result<()> {
    let state = quinn::udp::UdpSocketState::new(socket.into())?;
    let _ = state.set_recv_buffer_size(socket.into(), limits::UDP_BUFFER_BYTES);
    let _ = state.set_send_buffer_size(socket.into(), limits::UDP_BUFFER_BYTES);
    Ok(())
}
