//! The shard host: the thread that runs the tick, its rings to the edges, and its timings.
//!
//! Not responsible for what a tick does (engine), for sessions or for bytes on a wire (edge).

pub mod battle;
pub mod bell;
pub mod host;
pub mod limits;
pub mod loader;
pub mod pace;
pub mod pin;
pub mod ports;
pub mod runner;
pub mod status;
pub mod timings;
pub mod uring;

pub use battle::{Battle, BattleConfig};
pub use bell::Bell;
pub use host::{ShardHandle, Simulation, start};
pub use ports::{EdgePort, ShardPort, Wake, connect};
pub use runner::{Runner, Running, Seat, Turn};
pub use status::{ShardStatus, StatusBoard};
pub use timings::Spread;
