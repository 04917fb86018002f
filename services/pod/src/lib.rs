//! A pod: the shards of one process, and what they share to live in a world with other processes. The
//! machines here are without I/O, threads and clocks: what is said to whom and when, what is kept, and
//! how a pod comes back. Threads, links and disks are put around them by `world`, and by `sim`, which
//! proves them.
//!
//! Words from outside go in by `handle_…`, what is to be done comes out by `poll_…`:
//!
//! | machine | whose | in | out |
//! | --- | --- | --- | --- |
//! | [`Station`] | a shard's thread | frames, commands | what its next tick is given |
//! | [`Relay`] | the process | ticks, others' frames, what is durable | the journal's blocks, frames to say, acknowledgements |
//! | [`Feed`] | an edge | frames of all shards | the frame of the whole world |
//! | [`Admission`] | who begins to listen | what it will hear from whom | which snapshot it needs |
//!
//! [`PodState`] is a pod between two ticks: what a checkpoint holds and [`recovery`] gives back.

#![forbid(unsafe_code)]

pub mod admission;
pub mod exchange;
pub mod feed;
pub mod inlet;
pub mod limits;
pub mod record;
pub mod recovery;
pub mod relay;
pub mod replay;
pub mod state;
pub mod station;
pub mod word;

pub use admission::Admission;
pub use exchange::{Exchange, Offered};
pub use feed::{Feed, Homes};
pub use relay::{Acknowledgement, BadFrame, Commit, Relay, Ticked};
pub use state::{Outline, PodState, Said, SaidTicks, ShardState};
pub use station::{Station, Turn};
