//! Frames of other processes that were refused, for operators. One that was refused does not come again, so
//! where its source is waited for the world stands still until somebody mends that.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Instant,
};

use spatial::partition::Owner;

/// A frame that was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    pub source: Owner,
    pub tick: u32,
    pub why: String,
    pub since: Instant,
    /// Whether nothing ticks here for lack of it.
    pub is_waited_for: bool,
}

/// See the module; clones are the same. Locked for moments, by the relay and whoever reads.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    count: u64,
    /// The oldest of each source: that is the one which the others wait for.
    noted: BTreeMap<Owner, Refusal>,
}

impl Refusals {
    /// Takes note of one.
    pub fn note(&self, source: Owner, tick: u32, why: String, since: Instant) {
        let mut inner = self.lock();
        inner.count += 1;
        inner.noted.entry(source).or_insert(Refusal {
            source,
            tick,
            why,
            since,
            is_waited_for: false,
        });
    }

    /// Frames of this tick are gathered, and these sources' are missing; what is older was done without.
    pub fn settle(&self, gathered: u32, missing: impl Iterator<Item = Owner>) {
        let mut inner = self.lock();
        if inner.noted.is_empty() {
            return;
        }
        inner.noted.retain(|_, refusal| refusal.tick >= gathered);
        for source in missing {
            if let Some(refusal) = inner.noted.get_mut(&source) {
                refusal.is_waited_for = refusal.tick == gathered;
            }
        }
    }

    /// Those that a tick may lack yet, one of a source at most.
    pub fn pending(&self) -> Vec<Refusal> {
        self.lock().noted.values().cloned().collect()
    }

    /// Whether nothing ticks here for lack of a frame of this source that was refused.
    pub fn are_waited_for(&self, source: Owner) -> bool {
        let inner = self.lock();
        let refusal = inner.noted.get(&source);
        refusal.is_some_and(|it| it.is_waited_for)
    }

    /// How many there ever were.
    pub fn count(&self) -> u64 {
        self.lock().count
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("no holder panics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_world_waits_for_is_told_until_it_goes_on() {
        let refusals = Refusals::default();
        let [waited, other] = [2, 3].map(|pod| Owner { pod, shard: 0 });
        let now = Instant::now();
        for tick in [9, 10] {
            refusals.note(waited, tick, "unreadable".into(), now);
        }
        refusals.note(other, 9, "unreadable".into(), now);
        refusals.settle(8, [waited].into_iter());
        assert!(refusals.pending().iter().all(|it| !it.is_waited_for));
        refusals.settle(9, [waited].into_iter());
        let told = refusals.pending();
        assert_eq!((told[0].source, told[0].tick), (waited, 9), "the oldest");
        let is_waited_for: Vec<bool> = told.iter().map(|it| it.is_waited_for).collect();
        assert_eq!(is_waited_for, [true, false]);
        let are_waited_for = [waited, other].map(|it| refusals.are_waited_for(it));
        assert_eq!(are_waited_for, [true, false]);
        refusals.settle(11, std::iter::empty());
        assert_eq!(refusals.pending(), []);
        assert_eq!(refusals.count(), 3);
    }
}
