//! Links between the processes of a cluster: QUIC with a certificate on both sides. They carry opaque
//! bytes; what these mean, who owns what, and who holds which lease are not their part.
//!
//! A peer has three channels: **lanes** ([`reliable`]), on which each message is applied exactly once
//! and in order, across lost connections and restarts of either side; **latest** ([`latest`]), on which
//! only the newest message of each key matters; and **requests**, for control. Every word says in which
//! incarnation its sender lives, and the [`fence`] keeps out those that are over; before anything goes
//! out, the sender's own lease is asked.
//!
//! The pure machines are [`reliable`], [`latest`], [`reassembly`], [`batch`], [`room`], [`fence`] and
//! [`backoff`]: no clock, no I/O, no task. [`transport`] is the shell around them.

pub mod authority;
pub mod backoff;
pub mod batch;
pub mod fence;
pub mod identity;
pub mod latest;
pub mod limits;
pub mod mark;
pub mod name;
pub mod operator;
pub mod reassembly;
pub mod refusal;
pub mod reliable;
pub mod room;
pub mod transport;
mod validity;
pub mod wire;

pub use authority::Authority;
pub use identity::{Identity, PemFiles};
pub use name::PeerName;
pub use operator::Operator;
pub use refusal::{Refusal, RefusalKind};
pub use transport::{Endpoint, Options, Peer, PeerState};
