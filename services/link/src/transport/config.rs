//! How QUIC is set for a link: windows that bound memory, and silence that is noticed within a second.

use std::{io, net::UdpSocket, sync::Arc, time::Duration};

use crate::limits;

/// What every connection of a link gets.
pub fn config(silence_max: Duration) -> Arc<quinn::TransportConfig> {
    let silence = silence_max.min(Duration::from_hours(1));
    let silence = quinn::IdleTimeout::try_from(silence).expect("an hour fits");
    let mut discovery = quinn::MtuDiscoveryConfig::default();
    discovery.upper_bound(limits::PACKET_BYTES_MAX);
    let mut transport = quinn::TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(limits::STREAMS_BOTH_WAYS_MAX.into())
        .max_concurrent_uni_streams(limits::STREAMS_ONE_WAY_MAX.into())
        .max_idle_timeout(Some(silence))
        .keep_alive_interval(Some(silence_max / limits::PINGS_PER_SILENCE))
        .initial_rtt(limits::ROUND_TRIP_INITIAL)
        .stream_receive_window(limits::STREAM_WINDOW_BYTES.into())
        .receive_window(limits::CONNECTION_WINDOW_BYTES.into())
        .send_window(limits::SEND_WINDOW_BYTES)
        .datagram_receive_buffer_size(None)
        .mtu_discovery_config(Some(discovery));
    Arc::new(transport)
}

/// An endpoint of QUIC as links have it; needs a tokio runtime around it.
///
/// # Errors
/// When the system does not take the socket.
pub fn quic(socket: UdpSocket, server: quinn::ServerConfig) -> io::Result<quinn::Endpoint> {
    let state = quinn::udp::UdpSocketState::new((&socket).into())?;
    // A system that allows less gives what it allows, and the rest is lost and sent again.
    let _ = state.set_recv_buffer_size((&socket).into(), limits::UDP_BUFFER_BYTES);
    let _ = state.set_send_buffer_size((&socket).into(), limits::UDP_BUFFER_BYTES);
    let mut config = quinn::EndpointConfig::default();
    config
        .max_udp_payload_size(limits::PACKET_BYTES_MAX)
        .expect("it is within QUIC's bounds");
    quinn::Endpoint::new(config, Some(server), socket, Arc::new(quinn::TokioRuntime))
}
