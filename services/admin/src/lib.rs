//! Operations: what staff see of the world, its players and its services, and what they may do about them. Does
//! nothing itself: sanctions are the auth service's, mutes and reports chat's, belongings the ledger's, regions the
//! controller's. What is here: who may what, the log of what was done, and the whole at one look.
//!
//! A service is opened with [`Admin::open`], mounted with [`Admin::router`], and kept going by [`Admin::run`].
//! Nothing here is on the way of a tick: the world is asked on its operators' socket and by its edges' status.

mod actor;
mod declared;
mod diff;
mod error;
mod helm;
pub mod limits;
mod lookout;
pub mod model;
mod routes;
mod schedule;
mod service;
mod sources;
pub mod store;
mod text;

pub use error::AdminError;
pub use helm::Helm;
pub use routes::operations;
pub use service::{Admin, Config, ConfigDesk, Environment, Partners, Settings};
pub use sources::Edges;
