//! What processes run on. A machine has a clock of its own, and whoever reads the folder of a pod from
//! another machine than the one that wrote it sees what that one has synced.

use spatial::random::SplitMix64;

use crate::time::Clock;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    pub number: u32,
    pub clock: Clock,
}

/// Where a process is started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Where its last life was.
    Same,
    /// On another machine: the first may be lost, or cut off and alive.
    Other,
}

/// All machines there have been.
#[derive(Debug, Default)]
pub struct Machines {
    count: u32,
}

impl Machines {
    pub fn draw(&mut self, random: &mut SplitMix64) -> Machine {
        self.count += 1;
        Machine {
            number: self.count,
            clock: Clock::draw(random),
        }
    }
}
