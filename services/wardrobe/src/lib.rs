//! Tells the battle what characters wear and have eaten, as the inventory has it.
//!
//! A [`Valet`] looks at the world from its own end of the rings, beside the shards of a process. Whoever it sees
//! for the first time, and whoever the broker says to wear something else or to have eaten, it asks the
//! inventory's store about, and says what it was answered as [`engine::Command::Wear`]. The world keeps what has
//! the greatest revision, and its frames tell which that is: so what was lost is said again, and what comes twice
//! or late changes nothing.
//!
//! Nothing here is on the way of a tick or of a join: while the inventory is away one who comes wears nothing,
//! and the others what they wore. No client is ever asked.

mod fittings;
pub mod limits;
mod valet;

pub use valet::{Valet, dress_of};
