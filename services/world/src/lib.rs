//! The shard host: the thread that runs the tick, its rings to the edges, and its timings.
//!
//! Not responsible for what a tick does (engine), for sessions or for bytes on a wire (edge).

pub mod battle;
pub mod host;
pub mod limits;
pub mod loader;
pub mod pace;
pub mod ports;
pub mod status;
pub mod timings;

pub use battle::{Battle, BattleConfig};
pub use host::{ShardHandle, Simulation, start};
pub use ports::{EdgePort, ShardPort, Wake, connect};
pub use status::{ShardStatus, StatusBoard};
pub use timings::Spread;
