//! The shell around the pure machines: quinn, tokio, and the rings to threads that never wait.

mod bell;
mod config;
mod context;
mod counters;
mod dialing;
mod endpoint;
mod greeting;
mod lane_in;
mod lane_out;
mod lanes;
mod latest_in;
mod latest_out;
mod peer;
mod ports;
mod requests;
mod session;
mod stream;

pub use config::{config, quic};
pub use context::Gate;
pub use counters::Statistics;
pub use endpoint::{Endpoint, Opened, Options, TurnedAway};
pub use lanes::{LaneError, LaneOptions};
pub use latest_in::{LatestMessage, Subscriber};
pub use latest_out::{PublishError, Publisher};
pub use peer::{Peer, PeerState};
pub use ports::{Fault, Incoming, Message, Outgoing, ReliablePort, SendError, Wake};
pub use requests::{Request, RequestError};
