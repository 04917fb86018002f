//! How QUIC is set for a link: windows that bound memory, and silence that is noticed within a second.

use crate::limits;

pub fn config() -> quinn::TransportConfig {
    let silence = quinn::IdleTimeout::try_from(limits::SILENCE_MAX).expect("it fits");
    let mut discovery = quinn::MtuDiscoveryConfig::default();
    discovery.upper_bound(limits::PACKET_BYTES_MAX);
    let mut transport = quinn::TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(limits::STREAMS_BOTH_WAYS_MAX.into())
        .max_concurrent_uni_streams(limits::STREAMS_ONE_WAY_MAX.into())
        .max_idle_timeout(Some(silence))
        .keep_alive_interval(Some(limits::PING_INTERVAL))
        .initial_rtt(limits::ROUND_TRIP_INITIAL)
        .stream_receive_window(limits::STREAM_WINDOW_BYTES.into())
        .receive_window(limits::CONNECTION_WINDOW_BYTES.into())
        .send_window(limits::SEND_WINDOW_BYTES)
        .datagram_receive_buffer_size(None)
        .mtu_discovery_config(Some(discovery));
    transport
}
