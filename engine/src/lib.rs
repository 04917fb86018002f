//! The simulation.
#![no_std]
#![forbid(unsafe_code)]
