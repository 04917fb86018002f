//! Operations: what staff see of the world, its players and its services, and what they may do about them.

pub mod model;
