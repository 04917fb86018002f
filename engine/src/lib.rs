//! The simulation: a pure, deterministic tick over columns at 20 Hz.
//!
//! `tick.rs` shows a whole tick on one screen; each phase is a free function in a file of its own.
//! Pure (R3): no clock, no I/O, no threads, no floats. It knows nothing of sessions' sockets, bytes
//! on a wire or files: commands come in, frames come out.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod angle;
pub mod balance;
pub mod body;
pub mod event;
pub mod frame;
pub mod generate;
pub mod id;
pub mod input;
pub mod limits;
pub mod motion;
pub mod movement;

pub use event::{Event, RefusalReason, Weapon};
pub use frame::{
    Appearance, BannerState, BodyColumns, Edit, Frame, House, PlayerState, Roster, RoundState,
};
pub use id::{BodyId, SessionId};
pub use input::{BlockTarget, Buttons, Command, PlayerInput, Slot};
pub use motion::Motion;
