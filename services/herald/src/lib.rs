//! Observes the battle for statistics: reads the frames of this process's shards as an edge does, sums up
//! what it sees, and publishes it for whoever wants to know.
//!
//! Of a world that several processes share each tells only what befell bodies that it owned. All of it is
//! observation: what the broker does not take in time is dropped and counted, and a process that is killed
//! takes the last second along. On a thread of its own; no tick waits for it.
//!
//! [`sight`] finds out who is who in the frames of a tick, [`aggregate`] sums up ([`load`] the ticks
//! themselves): no clock, no I/O. [`teller`] is the thread.

pub mod aggregate;
pub mod limits;
pub mod load;
pub mod sight;
pub mod teller;

pub use aggregate::{Aggregator, Origin};
pub use teller::{Options, Teller, TellerHandle};
