//! The simulation: a pure, deterministic tick over columns at 20 Hz.
//!
//! `tick.rs` shows a whole tick on one screen; each phase is a free function in a file of its own.
//! Pure (R3): no clock, no I/O, no threads, no floats. It knows nothing of sessions' sockets, bytes
//! on a wire or files: commands come in, frames come out.
//!
//! # What could make two runs differ, and what holds it
//!
//! | source | held by |
//! | --- | --- |
//! | order in which commands arrive | `drain` sorts them: terrain, then session, kind, sequence |
//! | order in which attackers act | effects are applied a tick later by target, source, sequence |
//! | which row a body stands in | frames order rows by cell and id; ties go to the lower id; a test swaps rows and compares hashes |
//! | chance | every draw is keyed by world seed, entity and tick (`spatial::random`) |
//! | floats, hash maps, clocks, threads | `#![no_std]`, integers only, lints in `clippy.toml`, `tidy` |
//! | a save and a load in between | `checkpoint` keeps all that `hash` reads, and the frames that attacks look back to |
//! | the browser's copy of the movement step | the very same function, compiled to WebAssembly |
//! | a shorter way to the same step | `movement::glide` is held equal to the full sweep by a property test |
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod act;
mod advance;
pub mod angle;
pub mod arena;
pub mod balance;
mod banner;
pub mod body;
pub mod checkpoint;
pub mod cluster;
pub mod compose;
mod cross;
pub mod dialect;
pub mod divide;
mod drain;
pub mod drops;
mod edit;
pub mod effect;
pub mod event;
pub mod follow;
pub mod frame;
mod gather;
pub mod generate;
pub mod happenings;
mod hash;
pub mod history;
mod hurt;
pub mod id;
pub mod input;
mod intake;
pub mod limits;
pub mod motion;
pub mod movement;
pub mod player;
pub mod projectile;
mod publish;
pub mod record;
mod revive;
mod roster;
pub mod round;
pub mod seat;
pub mod spoils;
mod stage;
pub mod think;
pub mod tick;
pub mod world;
pub mod worn;

pub use dialect::Dialect;
pub use event::{Event, RefusalReason, Weapon};
pub use frame::{
    Appearance, BannerState, BodyColumns, Edit, Frame, House, PlayerState, Roster, RoundState,
};
pub use id::{Attachment, BodyId, SessionId};
pub use input::{BlockTarget, Buttons, Command, PartitionChange, PlayerInput, Slot};
pub use motion::Motion;
pub use tick::{Phase, tick, tick_beside};
pub use world::{Landmarks, World, WorldConfig};
pub use worn::{Dress, Piece, Worn};
