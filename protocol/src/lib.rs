//! The wire: what goes over a connection.
#![no_std]
#![deny(unsafe_code)]

extern crate alloc;

#[allow(warnings, clippy::all, unsafe_code)]
#[path = "generated/down_datagram_generated.rs"]
mod down_datagram_generated;
#[allow(warnings, clippy::all, unsafe_code)]
#[path = "generated/down_stream_generated.rs"]
mod down_stream_generated;
#[allow(warnings, clippy::all, unsafe_code)]
#[path = "generated/up_generated.rs"]
mod up_generated;
