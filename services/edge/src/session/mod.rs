//! One client's session, whatever its transport: admission, what it may send, and how it ends.

pub mod ending;
pub mod inbound;
pub mod line;
pub mod meter;
pub mod outbox;
pub mod seat;

pub use ending::{Ending, Goodbye};
pub use line::{Step, Wait};
pub use outbox::{Datagrams, Lane, Outbox};
pub use seat::{Seat, Visitor};
