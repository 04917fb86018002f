//! QUIC and WebTransport for one thread that has thousands of connections and sends all of them
//! something twenty times a second.
//!
//! The protocol itself is quinn's (`quinn-proto`), WebTransport's bytes are `web-transport-proto`'s;
//! what is ours is how they are driven. One task of a current-thread runtime owns the socket: it reads
//! many packets with one call of the system, sends many with one, keeps all timers in one wheel, and
//! goes over the connections that have something to do in the order they lie in memory. A connection has
//! no task, no channel and no lock, and a datagram that comes is handed to its owner by a plain call.
//!
//! Knows nothing of what the bytes mean. Must be used within a [`tokio::task::LocalSet`].

mod batch;
mod connection;
mod driver;
mod endpoint;
pub mod limits;
mod session;
mod streams;
mod waits;
mod wheel;

pub use batch::SendCounts;
pub use connection::{Connection, Listening};
pub use endpoint::{Endpoint, Incoming, LoopTimes};
pub use quinn_proto::{ConnectionError, EndpointConfig, ServerConfig, VarInt};
pub use session::{Session, SessionError};
pub use streams::{RecvStream, SendStream, StreamError};
