//! Carries what players gain in the battle to the services, each of it once.
//!
//! The world holds it, sealed under a number, and tells of it until it hears that it is kept
//! (`engine::spoils`). [`Keeper`] reads that from its own end of the rings, puts it down in the game
//! database as an event to be sent, and only when that is there for good says so to the world. So nothing is
//! lost whoever crashes; and what comes again is known by its number. docs/invariants/ledger.md has the whole
//! way.
//!
//! Nothing here is on the way of a tick: while the database is away the world goes on telling.

mod keeper;
pub mod limits;
mod pile;
mod store;

pub use keeper::Keeper;
pub use store::Store;

use ring::rand::{SecureRandom, SystemRandom};

/// Tells a new world from all others.
pub fn new_founding() -> u128 {
    let mut bytes = [0; 16];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.expect("the system has random numbers");
    u128::from_le_bytes(bytes)
}

/// The name of a world in events.
pub fn world_name(founding: u128) -> String {
    format!("{founding:032x}")
}
