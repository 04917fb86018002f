//! What is done when there is too much to do, step by step (R11): all of it pure, told in numbers by
//! whoever measures, and without a clock.
//!
//! The steps, and whose they are: updates of far bodies come less often, then those of near ones too (each
//! edge for its own clients, by its own load); regions move (the placement controller); time is dilated
//! (each shard by its own ticks, all of a process alike); newcomers wait in line (each process with edges).
//! [`Ladder`] is an edge's, [`Dilation`] a shard's, [`Pulse`] tells how fast time really runs.

mod dilation;
mod ladder;
mod pulse;
mod stair;
mod window;

pub use dilation::{Dilation, Tempo};
pub use ladder::{Ladder, Loads, Step, Steps};
pub use pulse::Pulse;
pub use stair::{Stair, StairLimits};
pub use window::Window;

/// A thousandth part of something: all loads and rates are told in it.
pub const PERMILLE: u32 = 1_000;
