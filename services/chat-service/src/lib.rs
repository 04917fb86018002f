//! Chat beyond one process: what edges tell each other, what is kept of it, and what moderators do. The rules
//! themselves are the crate `chat`, which edges ask in memory.
//!
//! An [`Exchange`] runs in each process with edges: it publishes what is said there and hears what others say. The
//! service is opened with [`ChatService::open`], mounted with [`ChatService::router`] and kept going by
//! [`ChatService::run`]: it keeps history, takes reports, and tells all edges of mutes, removals, slow modes and
//! filters. Whatever is away, words within a process go on; see [`topics`] for who publishes what.

mod channel_key;
mod error;
mod exchange;
mod keeper;
pub mod limits;
mod rates;
mod routes;
mod seen;
mod service;
pub mod store;
mod teller;
pub mod topics;

pub use channel_key::{ChannelKey, number_of};
pub use error::ChatError;
pub use exchange::Exchange;
pub use keeper::declare_queues;
pub use service::{Characters, ChatService};
