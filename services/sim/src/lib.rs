//! The whole cluster on one thread, from one seed: pods with their shards, edges with their players, the
//! directory, links, disks and clocks are parts of one program that draws all that happens, and what
//! goes wrong, from the seed. The code between them is the real one: the engine's tick, the machines of
//! `pod`, the lanes of `link`, the writer and the scanner of `journal`, the directory's keeper of leases.
//! A run that fails fails again, step by step.
//!
//! [`witness`] says what must hold; [`canary`] has builds that are broken on purpose, which it must catch.

#![forbid(unsafe_code)]

mod arrange;
pub mod canary;
mod disk;
mod edge_life;
pub mod faults;
pub mod limits;
mod log;
mod machine;
mod network;
pub mod occurrences;
mod oracle;
mod peers;
mod players;
mod pod_life;
mod registry;
pub mod scene;
mod simulation;
mod stage;
mod storage;
mod tenure;
pub mod time;
mod turmoil;
mod witness;
mod word;

pub use canary::Canary;
pub use occurrences::{Occurrence, Occurrences};
pub use simulation::{Failure, Options, Simulation, Summary};
pub use witness::Counts;
