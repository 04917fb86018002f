//! The receiver's end: what of a key is news.

use std::collections::BTreeMap;

use crate::{latest::Version, limits::KEYS_MAX};

/// The newest version of each key that has arrived. Of more than [`KEYS_MAX`] keys it forgets the one
/// heard of least lately, of which an elder message could then pass once more.
#[derive(Debug, Default)]
pub struct Arrivals {
    newest: BTreeMap<u32, Newest>,
    /// Keys by when they were last heard of.
    by_time: BTreeMap<u64, u32>,
    arrivals_count: u64,
}

#[derive(Clone, Copy, Debug)]
struct Newest {
    version: Version,
    heard_at: u64,
}

impl Arrivals {
    /// Whether a message of this version would be news.
    pub fn is_news(&self, key: u32, version: Version) -> bool {
        let newest = self.newest.get(&key);
        newest.is_none_or(|newest| newest.version < version)
    }

    /// Remembers an arrival; false if it is no news.
    pub fn on_arrival(&mut self, key: u32, version: Version) -> bool {
        if !self.is_news(key, version) {
            return false;
        }
        self.arrivals_count += 1;
        let heard_at = self.arrivals_count;
        let newest = Newest { version, heard_at };
        if let Some(elder) = self.newest.insert(key, newest) {
            self.by_time.remove(&elder.heard_at);
        }
        self.by_time.insert(heard_at, key);
        self.forget();
        true
    }

    fn forget(&mut self) {
        if self.newest.len() > KEYS_MAX {
            let (_, key) = self.by_time.pop_first().expect("each key has its time");
            self.newest.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(incarnation: u64, number: u64) -> Version {
        Version {
            incarnation,
            number,
        }
    }

    #[test]
    fn only_newer_versions_are_news() {
        let mut arrivals = Arrivals::default();
        assert!(arrivals.on_arrival(1, version(1, 5)));
        assert!(!arrivals.on_arrival(1, version(1, 5)));
        assert!(!arrivals.on_arrival(1, version(1, 4)));
        assert!(arrivals.on_arrival(2, version(1, 4)), "keys are apart");
        assert!(arrivals.on_arrival(1, version(2, 1)), "a later life");
        assert!(!arrivals.on_arrival(1, version(1, 9)));
    }

    #[test]
    fn memory_is_bounded_and_keeps_the_lively() {
        let mut arrivals = Arrivals::default();
        for key in 0..KEYS_MAX as u32 {
            arrivals.on_arrival(key, version(1, 1));
        }
        arrivals.on_arrival(0, version(1, 2));
        arrivals.on_arrival(u32::MAX, version(1, 1));
        assert_eq!(arrivals.newest.len(), KEYS_MAX);
        assert_eq!(arrivals.by_time.len(), KEYS_MAX);
        assert!(!arrivals.is_news(0, version(1, 2)), "heard of lately");
        assert!(arrivals.is_news(1, version(1, 1)), "forgotten");
    }
}
