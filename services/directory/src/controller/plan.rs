//! What the controller says: one thing to do, why, and what it should bring.

use std::collections::BTreeSet;

use spatial::{
    partition::{Owner, Partition},
    region::RegionId,
};

/// One thing to do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Replace a region by its eighths.
    Split { region: RegionId },
    /// Replace its eighths by the region.
    Merge { region: RegionId },
    /// Give a region to another shard, to relieve its owner.
    Move {
        region: RegionId,
        from: Owner,
        to: Owner,
    },
    /// Give a region to another shard, because its pod is to leave.
    Drain {
        region: RegionId,
        from: Owner,
        to: Owner,
    },
}

impl Action {
    /// The region that it is about; of a merge, the one that comes to be.
    pub const fn region(&self) -> RegionId {
        match *self {
            Action::Split { region }
            | Action::Merge { region }
            | Action::Move { region, .. }
            | Action::Drain { region, .. } => region,
        }
    }

    /// From whom to whom a region goes, if it goes anywhere.
    pub const fn owners(&self) -> Option<(Owner, Owner)> {
        match *self {
            Action::Split { .. } | Action::Merge { .. } => None,
            Action::Move { from, to, .. } | Action::Drain { from, to, .. } => Some((from, to)),
        }
    }

    /// Whether it takes a pod that is to leave closer to that: it gives a region of its to another, or divides one
    /// that nobody has room for. That is an order, an operator's or the end of a process, and no plan of the
    /// controller's own: held back by a dry run, it would have the world stand still when the pod ends.
    pub fn empties_a_pod(&self, partition: &Partition, draining: &BTreeSet<u16>) -> bool {
        let region = partition.region(self.region());
        region.is_ok_and(|region| draining.contains(&region.owner.pod))
    }

    pub const fn name(&self) -> &'static str {
        match self {
            Action::Split { .. } => "split",
            Action::Merge { .. } => "merge",
            Action::Move { .. } => "move",
            Action::Drain { .. } => "drain",
        }
    }
}

/// An action with its grounds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    pub action: Action,
    /// For people: what was measured, and why this rather than another.
    pub reasons: Vec<String>,
    /// By how much the busier shard's share of its limits should fall; of a split, once its parts
    /// have moved; 0 where relief is not the purpose.
    pub gain_permille: u64,
}
