//! The shard host: the threads that run the ticks, their rings to each other and to the edges, and
//! their timings.
//!
//! Not responsible for what a tick does (engine), for sessions or for bytes on a wire (edge).

pub mod battle;
pub mod host;
pub mod limits;
pub mod loader;
pub mod pace;
pub mod pin;
pub mod ports;
pub mod siblings;
pub mod status;
pub mod timings;

pub use battle::{Battle, BattleConfig};
pub use host::{PodHandle, Simulation, start};
pub use pin::Pinning;
pub use ports::{EdgePort, ShardPort, Wake, connect};
pub use status::{PodStatus, ShardStatus, StatusBoard};
pub use timings::Spread;
