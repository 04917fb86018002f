//! Where a region, or a part of one, would best go.

use spatial::{partition::Owner, region::RegionId};

use super::{
    Policy,
    load::Load,
    view::{Shard, View},
};

/// A region or a part that goes to another shard, and the shares of both after that. The derived
/// order is that of preference: the less busy the busier, then not to make another too busy, then
/// within the pod, then the fewer bodies on the way; the rest only makes it total.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Transfer {
    pub permille_after_max: u64,
    overfills: bool,
    leaves_pod: bool,
    bodies: u64,
    pub region: RegionId,
    pub to: Owner,
    pub permille_from: u64,
    pub permille_to: u64,
}

/// The best of the shards that a region may go to; none if none has room.
pub fn best_transfer<'a>(
    policy: &Policy,
    from: &Shard,
    region: RegionId,
    load: Load,
    targets: impl Iterator<Item = &'a Shard>,
) -> Option<Transfer> {
    let permille_from = from.permille_without(load);
    targets
        .filter(|to| to.owner != from.owner && !to.is_draining && to.has_room(load))
        .map(|to| {
            let permille_to = to.permille_with(load);
            Transfer {
                permille_after_max: permille_from.max(permille_to),
                overfills: permille_to > policy.high_permille,
                leaves_pod: to.owner.pod != from.owner.pod,
                bodies: load.bodies,
                region,
                to: to.owner,
                permille_from,
                permille_to,
            }
        })
        .min()
}

/// The levels that a region can be split down to, with the regions that each adds to its owner.
pub fn levels_below(region: RegionId) -> impl Iterator<Item = (u8, usize)> {
    let levels = (spatial::limits::REGION_LEVEL_MIN..region.level()).rev();
    let added = spatial::region::CHILD_COUNT - 1;
    levels
        .zip(1..)
        .map(move |(level, depth)| (level, added * depth))
}

/// The parts of a region that splitting it may bring about without passing its owner's wall, by
/// falling size.
pub fn reachable_parts(
    view: &View,
    owner: &Shard,
    region: RegionId,
) -> impl Iterator<Item = (RegionId, Load)> {
    levels_below(region)
        .take_while(|(_, added)| *added <= owner.region_room())
        .flat_map(move |(level, _)| view.parts(region, level))
}
