//! The shard host; its owner writes the rest.

pub mod loader;
