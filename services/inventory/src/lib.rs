//! Belongings: what things there are, who has them, and how they come, change hands and go.
//!
//! [`domain`] holds the rules; they know no clock and no I/O.

pub mod domain;
pub mod limits;
