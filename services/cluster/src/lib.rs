//! What makes processes a cluster: each registers with the directory and holds a lease, is linked to all
//! others, and begins where the world is. The threads that simulate and serve are `world`'s and `edge`'s;
//! here are the tasks that look after them, on one thread of their own that no tick waits for.
//!
//! Knows nothing of flags and files of configuration (voxelheim), nor of sessions (edge).

mod burial;
mod configuration;
pub mod control;
pub mod credentials;
pub mod edge;
mod entry;
mod error;
mod fleet;
mod insistence;
pub mod limits;
mod links;
mod member;
mod mirror;
mod neighbours;
pub mod pod;
mod report;

pub use configuration::ConfigurationSender;
pub use credentials::Credentials;
pub use error::ClusterError;
pub use member::Place;
