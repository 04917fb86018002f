//! The wire: every message that goes over a connection, to bytes and back. WIRE.md is the standard.
//!
//! Plain structs of columns go in and come out; FlatBuffers stays inside. Whatever comes from outside
//! is checked before it is believed (R7): structure, sizes, lengths of parallel columns and ranges.
//! A foreign message gives a [`WireError`] and never panics; a message of our own that breaks a limit
//! does panic.
//!
//! It knows nothing of sockets, sessions or who may see what.
#![no_std]
#![deny(unsafe_code)]

extern crate alloc;

// Written by flatc, which uses unsafe code for its unchecked reads; every read here is behind its
// verifier.
#[allow(warnings, clippy::all, unsafe_code)]
#[path = "generated/down_datagram_generated.rs"]
mod down_datagram_generated;
#[allow(warnings, clippy::all, unsafe_code)]
#[path = "generated/down_stream_generated.rs"]
mod down_stream_generated;
#[allow(warnings, clippy::all, unsafe_code)]
#[path = "generated/up_generated.rs"]
mod up_generated;

pub mod battle;
pub mod chat;
pub mod down;
pub mod encoder;
pub mod error;
pub mod event;
pub mod header;
pub mod limits;
pub mod loot;
pub mod own;
pub mod session;
pub mod snapshot;
pub mod stream;
pub mod terrain;
pub mod up;
mod verify;

pub use encoder::{Encode, Encoder};
pub use error::WireError;
pub use header::{Header, Kind};

/// The version both sides must speak; grows with every change that an older reader would misread.
pub const VERSION: u16 = 4;
/// The protocol's name in TLS (ALPN) for bots and other native clients.
pub const ALPN: &[u8] = b"voxelheim/1";
