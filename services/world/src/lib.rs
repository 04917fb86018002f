//! The shard host: the threads that run the ticks, their rings to each other and to the edges, and
//! their timings.
//!
//! Not responsible for what a tick does (engine), for sessions or for bytes on a wire (edge).

pub mod battle;
pub mod bell;
pub mod chronicle;
pub mod feed_loop;
pub mod heap;
pub mod herald;
pub mod host;
pub mod lanes;
pub mod limits;
pub mod links;
pub mod loader;
pub mod overload;
pub mod pace;
pub mod pin;
pub mod ports;
pub mod queues;
pub mod refusals;
pub mod relay_loop;
pub mod replay;
pub mod runner;
pub mod shard_loop;
pub mod siblings;
mod snapshots;
pub mod status;
pub mod timings;
pub mod uring;
pub mod world_folder;

pub use battle::{Battle, BattleConfig};
pub use bell::Bell;
pub use chronicle::{Chronicle, Retention};
pub use host::{Pod, PodHandle, start};
pub use links::Links;
pub use overload::{Ladder, Loads, Step, Steps};
pub use pin::Pinning;
pub use ports::{EdgePort, Ports, Wake, connect};
pub use refusals::{Refusal, Refusals};
pub use replay::{Recording, ReplayError};
pub use runner::{Runner, Running, Seat, Turn};
pub use status::{PodStatus, ShardStatus, StatusBoard};
pub use timings::Spread;
pub use world_folder::{COPY_BYTES_MAX, WorldFolder};
