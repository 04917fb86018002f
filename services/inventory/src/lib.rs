//! Belongings: what things there are, who has them, and how they come, change hands and go.
//!
//! [`domain`] holds the rules; they know no clock and no I/O. [`store`] keeps the ledger in SQL, by the same
//! rules, whatever crashes: see docs/invariants/ledger.md. A service is opened with [`Inventory::open`],
//! mounted with [`Inventory::router`] for players and [`Inventory::shard_router`] for shards, and kept going
//! by [`Inventory::run`]. Nothing here is on the way of a tick: shards hold what is carried, and write
//! batches when they can.

pub mod domain;
mod error;
mod gate;
pub mod limits;
mod routes;
mod service;
mod spoils;
pub mod store;

pub use error::InventoryError;
pub use gate::{Insider, Owners, ShardToken};
pub use service::{Config, Inventory};
pub use spoils::declare_queues;
