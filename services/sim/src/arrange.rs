//! Who rearranges the world: regions are split, merged and moved all the time, in storms all at once,
//! pods are emptied and leave. It sees what an edge sees, and has its changes taken as commands, like a placement controller.

use std::collections::BTreeSet;

use engine::{Command, Frame, PartitionChange, seat::SEAT_CELL};
use spatial::{
    limits::REGION_LEVEL_MAX,
    partition::{Owner, Partition, Region},
    random::SplitMix64,
    region::RegionId,
};

use crate::scene::field;

/// Regions beyond which none is split.
const REGIONS_MAX: usize = 160;
/// Regions of a pod that leaves, moved at once.
const MOVES_AT_ONCE: usize = 12;

/// See the module.
#[derive(Debug, Default)]
pub struct Arranger {
    /// Pods that are to leave.
    pub leaving: BTreeSet<u16>,
}

impl Arranger {
    /// What is to change now, given the world as an edge knows it.
    pub fn arrange(
        &mut self,
        whole: &Frame,
        is_stormy: bool,
        random: &mut SplitMix64,
    ) -> Vec<Command> {
        let members = whole.members.iter();
        let staying = members.filter(|owner| !self.leaving.contains(&owner.pod));
        let staying: Vec<Owner> = staying.copied().collect();
        if staying.is_empty() {
            return Vec::new();
        }
        let partition = &whole.partition;
        let mut changes = self.empty_leaving(whole, &staying, random);
        if is_stormy {
            changes.extend(move_all(partition, &staying, random));
        }
        let change = match random.below(100) {
            0..60 => move_any(partition, &staying, random),
            60..65 => move_seat(partition, &staying, random),
            65..82 => split_any(partition, random),
            _ => merge_any(partition, random),
        };
        changes.extend(change);
        changes.into_iter().map(Command::Partition).collect()
    }

    /// Pods that leave give their regions away; who has nothing any more is discharged.
    fn empty_leaving(
        &self,
        whole: &Frame,
        staying: &[Owner],
        random: &mut SplitMix64,
    ) -> Vec<PartitionChange> {
        let seen = whole.partition.epoch();
        let regions = whole.partition.regions().iter();
        let given = regions.filter(|region| self.leaving.contains(&region.owner.pod));
        let moves = given
            .take(MOVES_AT_ONCE)
            .map(|region| PartitionChange::Assign {
                region: region.id,
                owner: draw(staying, random),
                seen,
            });
        let mut changes: Vec<PartitionChange> = moves.collect();
        for &owner in &whole.members {
            let mut regions = whole.partition.regions().iter();
            let is_empty = regions.all(|region| region.owner != owner);
            if self.leaving.contains(&owner.pod) && is_empty {
                changes.push(PartitionChange::Discharge { owner });
            }
        }
        changes
    }
}

fn draw<T: Copy>(among: &[T], random: &mut SplitMix64) -> T {
    among[random.below(among.len() as u32) as usize]
}

fn move_any(
    partition: &Partition,
    staying: &[Owner],
    random: &mut SplitMix64,
) -> Option<PartitionChange> {
    let region = draw(partition.regions(), random);
    Some(PartitionChange::Assign {
        region: region.id,
        owner: draw(staying, random),
        seen: partition.epoch(),
    })
}

/// The field's regions of each shard go to another one.
fn move_all<'a>(
    partition: &'a Partition,
    staying: &'a [Owner],
    random: &mut SplitMix64,
) -> impl Iterator<Item = PartitionChange> + 'a {
    // One more than the others there are: then all stay.
    let shift = 1 + random.below(staying.len() as u32) as usize;
    let regions = partition.regions().iter();
    let in_field = regions.filter(|region| region.id.blocks().intersection(field()).is_some());
    in_field.map(move |region| {
        let place = staying.iter().position(|owner| *owner == region.owner);
        let place = (place.unwrap_or(0) + shift) % staying.len();
        PartitionChange::Assign {
            region: region.id,
            owner: staying[place],
            seen: partition.epoch(),
        }
    })
}

fn move_seat(
    partition: &Partition,
    staying: &[Owner],
    random: &mut SplitMix64,
) -> Option<PartitionChange> {
    Some(PartitionChange::Assign {
        region: partition.locate(SEAT_CELL).ok()?.id,
        owner: draw(staying, random),
        seen: partition.epoch(),
    })
}

fn split_any(partition: &Partition, random: &mut SplitMix64) -> Option<PartitionChange> {
    let is_large = |region: &&Region| region.id.children().is_some();
    let large: Vec<Region> = partition
        .regions()
        .iter()
        .filter(is_large)
        .copied()
        .collect();
    if large.is_empty() || partition.regions().len() > REGIONS_MAX {
        return None;
    }
    Some(PartitionChange::Split {
        region: draw(&large, random).id,
        seen: partition.epoch(),
    })
}

/// Some region whose parts are all of one owner, of any size.
fn merge_any(partition: &Partition, random: &mut SplitMix64) -> Option<PartitionChange> {
    let is_whole = |id: &RegionId| {
        let children = id.children();
        let owners = children.map(|it| it.map(|child| partition.region(child).map(|it| it.owner)));
        owners.is_some_and(|owners| owners[0].is_ok() && owners.iter().all(|it| *it == owners[0]))
    };
    let parents = partition.regions().iter().filter_map(|it| it.id.parent());
    let wanted = |id: &RegionId| id.level() < REGION_LEVEL_MAX && is_whole(id);
    let parents: BTreeSet<RegionId> = parents.filter(wanted).collect();
    let parents: Vec<RegionId> = parents.into_iter().collect();
    (!parents.is_empty()).then(|| PartitionChange::Merge {
        region: draw(&parents, random),
        seen: partition.epoch(),
    })
}
