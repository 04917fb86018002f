//! The fence: keeps out what a process said in an earlier life, or after its lease was lost (R5).

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

/// The lowest incarnation of one source that is still listened to. It only rises: when the source comes
/// back in a new life, and when the directory says that its lease was given away.
#[derive(Debug, Default)]
pub struct Fence {
    lowest: AtomicU64,
}

/// The source has had a later life than the one that speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stale {
    pub incarnation: u64,
    /// The lowest one that would be heard.
    pub lowest: u64,
}

impl Fence {
    /// Lets a word of this incarnation pass, and none of an earlier one from now on.
    ///
    /// # Errors
    /// When a later one has been heard or announced: the word must not be acted on.
    pub fn admit(&self, incarnation: u64) -> Result<(), Stale> {
        self.raise(incarnation);
        self.check(incarnation)
    }

    /// Lets a word of this incarnation pass; what a peer may claim at any time raises nothing.
    ///
    /// # Errors
    /// When a later one has been heard or announced.
    pub fn check(&self, incarnation: u64) -> Result<(), Stale> {
        let lowest = self.lowest();
        if incarnation < lowest {
            return Err(Stale {
                incarnation,
                lowest,
            });
        }
        Ok(())
    }

    /// Refuses all incarnations below this one from now on; returns the one that holds.
    pub fn raise(&self, lowest: u64) -> u64 {
        self.lowest.fetch_max(lowest, Ordering::AcqRel).max(lowest)
    }

    pub fn lowest(&self) -> u64 {
        self.lowest.load(Ordering::Acquire)
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(
            formatter,
            "incarnation {} is over: {} is the lowest that is heard",
            self.incarnation, self.lowest
        )
    }
}

impl std::error::Error for Stale {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_life_is_heard() {
        let fence = Fence::default();
        assert_eq!(fence.admit(3), Ok(()));
        assert_eq!(fence.admit(3), Ok(()));
        let stale = Stale {
            incarnation: 2,
            lowest: 3,
        };
        assert_eq!(fence.admit(2), Err(stale));
        assert_eq!(fence.admit(7), Ok(()));
        assert!(fence.admit(3).is_err());
    }

    #[test]
    fn the_directory_raises_it_ahead_of_the_new_life() {
        let fence = Fence::default();
        assert_eq!(fence.admit(3), Ok(()));
        assert_eq!(fence.raise(5), 5);
        assert!(fence.admit(3).is_err() && fence.admit(4).is_err());
        assert_eq!(fence.raise(1), 5, "it never sinks");
        assert_eq!(fence.check(9), Ok(()));
        assert_eq!(fence.admit(5), Ok(()), "a look raises nothing");
    }
}
