//! The network between processes: words come in order as on a stream, unless they are late, come twice or
//! not at all; and whole ways are cut.

use std::collections::{BTreeMap, BTreeSet};

use link::PeerName;
use spatial::random::SplitMix64;

use crate::{
    occurrences::{Occurrence, Occurrences},
    time::{MS, Time},
};

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
    cuts: BTreeSet<Way>,
    /// When the last word on a way arrives that is not overtaken.
    latest: BTreeMap<Way, Time>,
    /// When the last word on a way arrives, whether it is overtaken or not.
    last: BTreeMap<Way, Time>,
}

/// From whom, to whom.
type Way = (PeerName, PeerName);

impl Default for Network {
    fn default() -> Self {
        Self {
            conditions: Conditions::GOOD,
            cuts: BTreeSet::new(),
            latest: BTreeMap::new(),
            last: BTreeMap::new(),
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

    /// When a packet arrives: never, once or twice.
    pub fn carry(
        &mut self,
        from: &PeerName,
        to: &PeerName,
        now: Time,
        random: &mut SplitMix64,
        occurrences: &mut Occurrences,
    ) -> Vec<Time> {
        let way = (from.clone(), to.clone());
        if self.cuts.contains(&way) {
            occurrences.note(Occurrence::Cut);
            return Vec::new();
        }
        if random.chance(self.conditions.dropped, 1_000) {
            occurrences.note(Occurrence::Drop);
            return Vec::new();
        }
        let arrivals = self.draw_arrivals(&way, now, random);
        let last = self.last.entry(way).or_default();
        let is_delayed = arrivals[0] > now + Conditions::GOOD.delay_max;
        occurrences.note_many(Occurrence::Delay, is_delayed.into());
        occurrences.note_many(Occurrence::Reorder, (arrivals[0] < *last).into());
        occurrences.note_many(Occurrence::Duplicate, arrivals.len() as u64 - 1);
        *last = arrivals[0].max(*last);
        arrivals
    }

    fn draw_arrivals(&mut self, way: &Way, now: Time, random: &mut SplitMix64) -> Vec<Time> {
        let latest = self.latest.entry(way.clone()).or_default();
        let arrival = (now + self.conditions.draw_delay(random)).max(*latest + 1);
        let mut arrivals = Vec::new();
        let is_late = random.chance(self.conditions.late, 1_000);
        if is_late {
            arrivals.push(arrival + Time::from(random.below(LATE_MAX as u32)));
        } else {
            *latest = arrival;
            arrivals.push(arrival);
        }
        if random.chance(self.conditions.doubled, 1_000) {
            arrivals.push(arrival + self.conditions.draw_delay(random));
        }
        arrivals
    }
}

impl Conditions {
    fn draw_delay(&self, random: &mut SplitMix64) -> Time {
        let spread = u32::try_from(self.delay_max - self.delay_min).expect("delays are short");
        self.delay_min + Time::from(random.below(spread + 1))
    }
}
