//! Samples of every message, and what a decoded message says, as JSON.
#![allow(dead_code, reason = "each test file uses its share")]

pub mod describe;
pub mod samples;
