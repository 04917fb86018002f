//! Brings the directory's record of who owns what to what the world says, by the steps that both know.

use directory::{Directory, DirectoryError, Fence};
use spatial::{
    partition::{Owner, Partition},
    region::RegionId,
};

/// See the module. Only the leader may.
pub async fn mirror(
    directory: &Directory,
    world: &Partition,
    by: Fence,
) -> Result<(), DirectoryError> {
    if world.regions().is_empty() {
        return Ok(());
    }
    let mut kept = directory.partition().await?;
    while let Some(step) = next_step(&kept, world) {
        let seen = kept.epoch();
        match step {
            Step::Split(id) => directory.split(id, seen, by).await?,
            Step::Merge(id) => directory.merge(id, seen, by).await?,
            Step::Assign(id, owner) => directory.assign(id, owner, seen, by).await?,
        };
        kept = directory.partition().await?;
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Split(RegionId),
    Merge(RegionId),
    Assign(RegionId, Owner),
}

/// What brings one partition closer to another. Before eighths are merged they are given to one owner.
fn next_step(kept: &Partition, wanted: &Partition) -> Option<Step> {
    for region in kept.regions() {
        let there = wanted.locate(region.id.first_cell());
        let there = there.expect("both are of one world");
        if there.id == region.id {
            if there.owner != region.owner {
                return Some(Step::Assign(region.id, there.owner));
            }
        } else if there.id.level() < region.id.level() {
            return Some(Step::Split(region.id));
        } else if region.owner != there.owner {
            return Some(Step::Assign(region.id, there.owner));
        } else if let Some(parent) = mergeable_parent(kept, region.id, there.owner) {
            return Some(Step::Merge(parent));
        }
    }
    None
}

/// The region that this one and its siblings make up, if all of them are there and the owner's.
fn mergeable_parent(kept: &Partition, id: RegionId, owner: Owner) -> Option<RegionId> {
    let parent = RegionId::of_cell(id.first_cell(), id.level() + 1)?;
    let children = parent.children()?;
    let is_there = |child: &RegionId| kept.region(*child).is_ok_and(|it| it.owner == owner);
    children.iter().all(is_there).then_some(parent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::divide::balanced;

    fn owner(shard: u16) -> Owner {
        Owner { pod: 1, shard }
    }

    #[test]
    fn any_partition_is_reached_from_any_other() {
        let partitions = [1, 2, 3, 7].map(|count| {
            let owners: Vec<Owner> = (0..count).map(owner).collect();
            balanced(&owners)
        });
        for from in &partitions {
            for to in &partitions {
                let mut kept = from.clone();
                while let Some(step) = next_step(&kept, to) {
                    let seen = kept.epoch();
                    let done = match step {
                        Step::Split(id) => kept.split(id, seen),
                        Step::Merge(id) => kept.merge(id, seen),
                        Step::Assign(id, owner) => kept.assign(id, owner, seen),
                    };
                    done.expect("each step can be taken");
                }
                let names = |it: &Partition| -> Vec<_> {
                    it.regions().iter().map(|it| (it.id, it.owner)).collect()
                };
                assert_eq!(names(&kept), names(to));
            }
        }
    }
}
