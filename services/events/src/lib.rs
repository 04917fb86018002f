//! What services are told of the battle and of each other, as JSON on the broker: the words that who tells
//! and who listens share. No I/O, no clock.
//!
//! Two kinds of telling. [`battle::Spoils`] change what somebody has: they lie in the world until the teller
//! has put them down for good, and each is applied once. All others are observations, for statistics: a
//! process that is killed takes the last second of them along.
//!
//! Every body says its `version`; a listener refuses a greater one than it knows. Ids and other numbers of 64
//! bits are text, as a browser would round them. Times are milliseconds since 1970, places are blocks.

pub mod admin;
pub mod auth;
pub mod battle;
mod body;
pub mod inventory;
pub mod player;

pub use body::{BadBody, Body};
