//! What the controller is shown.

use std::collections::BTreeSet;

use spatial::{
    partition::{Owner, Partition},
    region::RegionId,
};

use super::load::{Load, ShardLimits};

/// One moment of the world. Regions without a measurement count as idle.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    pub partition: &'a Partition,
    pub regions: &'a [RegionLoad],
    /// The shards that regions can be on; a region of any other owner is left alone, as its pod is
    /// not well.
    pub shards: &'a [ShardLoad],
    /// Where in the regions the bodies are.
    pub spots: &'a [Spot],
    pub pinned: &'a BTreeSet<RegionId>,
    /// Pods that are to be emptied.
    pub draining: &'a BTreeSet<u16>,
}

/// What a region costs its owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RegionLoad {
    pub id: RegionId,
    pub load: Load,
}

/// A shard, and what it carries besides its regions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShardLoad {
    pub owner: Owner,
    /// What its ticks cost without any region.
    pub base: Load,
    pub limits: ShardLimits,
}

/// Bodies in one place: what tells whether the parts of a split could go apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Spot {
    /// A region of the smallest size, or any other that is not larger than the one it lies in.
    pub id: RegionId,
    pub bodies: u64,
}
