//! The network between processes: packets are late, overtake each other, come twice or not at all, and
//! whole ways are cut.

use std::collections::BTreeSet;

use link::PeerName;
use spatial::random::SplitMix64;

use crate::time::{MS, Time};

/// How well packets get through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Conditions {
    pub delay_min: Time,
    pub delay_max: Time,
    /// In thousandths: packets that do not come, that come twice, that come much later.
    pub dropped: u32,
    pub doubled: u32,
    pub late: u32,
}

impl Conditions {
    /// A data centre on a good day.
    pub const GOOD: Conditions = Conditions {
        delay_min: 200,
        delay_max: MS,
        dropped: 0,
        doubled: 0,
        late: 0,
    };
}

/// How much later a late packet comes, at most: longer than a lease.
const LATE_MAX: Time = 4_000 * MS;

/// See the module.
#[derive(Debug)]
pub struct Network {
    pub conditions: Conditions,
    /// Ways that are cut, from whom to whom.
    cuts: BTreeSet<(PeerName, PeerName)>,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            conditions: Conditions::GOOD,
            cuts: BTreeSet::new(),
        }
    }
}

impl Network {
    /// Cuts the way from one process to another, whichever of its lives.
    pub fn cut(&mut self, from: &PeerName, to: &PeerName) {
        self.cuts.insert((from.clone(), to.clone()));
    }

    pub fn mend(&mut self, from: &PeerName, to: &PeerName) {
        self.cuts.remove(&(from.clone(), to.clone()));
    }

    pub fn mend_all(&mut self) {
        self.cuts.clear();
        self.conditions = Conditions::GOOD;
    }

    /// After which spans a packet arrives: none, one or two.
    pub fn carry(&self, from: &PeerName, to: &PeerName, random: &mut SplitMix64) -> Vec<Time> {
        let is_cut = self.cuts.contains(&(from.clone(), to.clone()));
        if is_cut || random.chance(self.conditions.dropped, 1_000) {
            return Vec::new();
        }
        let count = 1 + usize::from(random.chance(self.conditions.doubled, 1_000));
        (0..count).map(|_| self.delay(random)).collect()
    }

    fn delay(&self, random: &mut SplitMix64) -> Time {
        let Conditions {
            delay_min,
            delay_max,
            late,
            ..
        } = self.conditions;
        let spread = u32::try_from(delay_max - delay_min).expect("delays are short");
        let delay = delay_min + Time::from(random.below(spread + 1));
        match random.chance(late, 1_000) {
            true => delay + Time::from(random.below(LATE_MAX as u32)),
            false => delay,
        }
    }
}
