//! What a cluster had to stand in a run, counted where it happens: a run in which nothing goes wrong
//! shows nothing.

use std::{collections::BTreeMap, fmt};

/// Something that happens to a cluster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Occurrence {
    /// A packet that comes later than on a good day, before one that was sent earlier, twice, not at all, or
    /// not because its way is cut.
    Delay,
    Reorder,
    Duplicate,
    Drop,
    Cut,
    /// A disk that takes its time, does not do what it is told, or is full.
    SlowDisk,
    FailedDisk,
    FullDisk,
    /// A journal whose last write was found half done, and was cut.
    TornWrite,
    /// A disk that lost what was not synced.
    PowerLoss,
    /// A pod's process that is killed, one that comes back on its machine, and one that comes back on
    /// another, from what it reads of the first one's disk.
    PodCrash,
    Restart,
    Takeover,
    EdgeCrash,
    EdgeRestart,
    /// A process that stands still.
    Pause,
    /// A directory that does not answer, and one whose answer is lost.
    DirectoryAway,
    AnswerLost,
    /// A lease that its holder finds to be over.
    LeaseLost,
    /// A holder that finds that out too late, for it stood still after it had asked.
    Unaware,
    /// A word of an earlier life that is refused.
    StaleWord,
    /// A lease that is kept by a clock that goes wrong.
    ClockSkew,
    /// A pod that begins to follow the world, one that leaves it, one that gives up and begins anew, and
    /// a change of who owns which region.
    Join,
    Leave,
    GiveUp,
    Move,
    /// An edge that lost its place and takes a new snapshot.
    EdgeAnew,
    /// A world that came to speak a newer dialect.
    Raise,
}

impl Occurrence {
    pub const ALL: [Occurrence; 28] = [
        Occurrence::Delay,
        Occurrence::Reorder,
        Occurrence::Duplicate,
        Occurrence::Drop,
        Occurrence::Cut,
        Occurrence::SlowDisk,
        Occurrence::FailedDisk,
        Occurrence::FullDisk,
        Occurrence::TornWrite,
        Occurrence::PowerLoss,
        Occurrence::PodCrash,
        Occurrence::Restart,
        Occurrence::Takeover,
        Occurrence::EdgeCrash,
        Occurrence::EdgeRestart,
        Occurrence::Pause,
        Occurrence::DirectoryAway,
        Occurrence::AnswerLost,
        Occurrence::LeaseLost,
        Occurrence::Unaware,
        Occurrence::StaleWord,
        Occurrence::ClockSkew,
        Occurrence::Join,
        Occurrence::Leave,
        Occurrence::GiveUp,
        Occurrence::Move,
        Occurrence::EdgeAnew,
        Occurrence::Raise,
    ];
}

/// How often each happened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Occurrences(BTreeMap<Occurrence, u64>);

impl Occurrences {
    pub fn note(&mut self, what: Occurrence) {
        self.note_many(what, 1);
    }

    pub fn note_many(&mut self, what: Occurrence, count: u64) {
        if count > 0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    pub fn count(&self, what: Occurrence) -> u64 {
        self.0.get(&what).copied().unwrap_or(0)
    }

    /// Adds those of another run.
    pub fn add(&mut self, others: &Occurrences) {
        for (what, count) in &others.0 {
            self.note_many(*what, *count);
        }
    }

    /// What never happened.
    pub fn missing(&self) -> impl Iterator<Item = Occurrence> {
        let all = Occurrence::ALL.into_iter();
        all.filter(|what| self.count(*what) == 0)
    }
}

impl fmt::Display for Occurrences {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (what, count)) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(out, "{comma}{what:?} {count}")?;
        }
        Ok(())
    }
}
