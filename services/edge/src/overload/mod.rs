//! The ladder of overload as an edge lives it: what each edge thread measures and does for its own
//! clients ([`Strain`]), what a client was told of that ([`Told`]), and what the process shows of all its
//! edges and does for newcomers ([`Board`]). When a step holds is [`world::Ladder`]'s to say.

mod board;
mod strain;
mod told;

pub use board::{Board, StepRecord};
pub use strain::{Strain, rate_permille};
pub use told::Told;

use crate::interest::policy::Slowing;
use world::{Step, Steps};

/// What clients are told less often while these steps hold.
pub fn slowing_of(steps: Steps) -> Slowing {
    if steps.has(Step::NearSlower) {
        Slowing::Near
    } else if steps.has(Step::FarSlower) {
        Slowing::Far
    } else {
        Slowing::None
    }
}
