//! Sessions and fan-out.

pub mod interest;
