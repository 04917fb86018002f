//! The directory: which pods there are, which region each owns, who leads and what was planned.
//! Durable and fenced, in PostgreSQL or SQLite; docs/invariants/ownership.md is its protocol.
//!
//! [`keeper`] watches a pod's lease for it, [`controller`] decides what should move. Neither moves
//! anything: carrying a region's contents over, and telling shards and edges, is not done here.

mod burial;
pub mod controller;
mod error;
pub mod keeper;
mod leader;
pub mod limits;
mod migrations;
mod ownership;
mod plans;
mod pods;
mod row;
mod settings;
mod store;
mod watch;

pub use error::DirectoryError;
pub use leader::Leadership;
pub use ownership::{Layout, TakeOver};
pub use plans::{PlanId, PlanRecord, PlanState, Why};
pub use pods::{Fence, Lease, Pod, PodState, Registration, Role, Shard};
pub use settings::Settings;
pub use store::Directory;
pub use watch::Watch;
