//! The edge: sessions over WebTransport, QUIC and WebSocket, interest and encoding, and HTTP for the
//! page, status and metrics. Each edge is one thread; see `edge.rs`.
//!
//! Not responsible for what happens in the battle (engine) or when (world).

mod certificate;
mod chat_exchange;
mod clock;
mod config;
mod counters;
mod edge;
mod hex;
mod http;
mod hub;
pub mod interest;
pub mod limits;
mod names;
mod overload;
mod rate;
mod registry;
mod roll;
mod server;
pub mod services;
mod session;
mod token;
mod transport;
mod work;

pub use certificate::write_private;
pub use chat_exchange::{ChatInlet, ChatService};
pub use config::{Bounds, EdgeConfig, PageSource, QuicDriver};
pub use forwarded::{Network, TrustedProxies};
pub use http::pod::{Beside, serve as serve_pod_status};
#[cfg(feature = "crowd")]
pub use hub::crowd::Crowd;
pub use hub::expulsion::Expeller;
pub use registry::Return;
pub use server::{BoundEdges, EdgesHandle, StartError, bind};
pub use token::{Known, LineTicket, TokenKey};
