//! How bytes reach clients: QUIC (WebTransport for browsers, bare for native clients) and WebSocket.
//! Knows nothing of what the messages mean.

pub mod carrier;
pub mod endpoint;
pub mod frames;
pub mod quic;
pub mod socket;

/// The ALPN of native clients: our messages straight over QUIC.
pub const ALPN_NATIVE: &[u8] = b"voxelheim/1";
