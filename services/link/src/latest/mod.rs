//! The latest-wins channel: of each key only the newest message matters. Pure machines: what waits to
//! be sent and what is on its way ([`Departures`]), and what is news at the receiver ([`Arrivals`]).
//!
//! A message goes over a stream of its own, not in datagrams: frames are 10 to 500 KB, so that every
//! one would be hundreds of datagrams of which the loss of any wastes all. A stream brings what is lost
//! again, holds to the congestion window, and can be given up as a whole when something newer waits.

mod arrivals;
mod departures;
mod waiting;

pub use arrivals::Arrivals;
pub use departures::{Departure, Departures, PublishError};
pub use waiting::Waiting;

/// Orders the messages of a key: by the sender's life, then by its count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Version {
    pub incarnation: u64,
    pub number: u64,
}
