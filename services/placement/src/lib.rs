//! Which shard has which region: measures what regions and their moves cost, lets the directory's controller plan,
//! carries plans out while the battle goes on, and answers operators on a socket.
//!
//! On a thread of its own, beside the edges: it reads frames as they do and sends the seat commands;
//! no tick waits for it. Not responsible for deciding ([`directory::controller`]) or for moving bodies
//! (the engine does that as soon as a region has another owner).

pub mod control;
pub mod fleet;
pub mod limits;
pub mod measure;
pub mod moves;
pub mod request;
pub mod steward;

pub use control::{ControlError, ask, carry_out};
pub use fleet::{Fleet, Rules, Sight, Times, Wish};
pub use request::{Answer, Request};
pub use steward::{Steward, StewardHandle, StewardOptions};
