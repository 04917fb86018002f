//! Who plays: characters and what became of them, leaderboards, friends, parties, guilds, and settings that
//! follow the account.
//!
//! [`domain`] holds the rules; they know no clock and no I/O. [`store`] keeps all of it in SQL. A service is
//! opened with [`Player::open`], mounted with [`Player::router`], and kept going by [`Player::run`], which
//! takes what the battle tells (`battle.spoils`, and who comes and goes) and tells others what changed (`player.…`). Nothing here is
//! on the way of a tick.

mod attendance;
pub mod domain;
mod error;
pub mod limits;
mod presence;
mod rates;
mod routes;
mod service;
pub mod store;

pub use error::PlayerError;
pub use limits::Allowances;
pub use presence::Presence;
pub use service::{Player, declare_queues};
