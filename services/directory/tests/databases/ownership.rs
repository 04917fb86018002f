//! Regions and their owners: the database against the pure state machine, and who may change what.

use directory::{Directory, DirectoryError, Fence, limits::LEASE_TTL};
use spatial::{
    partition::{Epoch, Owner, Partition, PartitionError},
    random::SplitMix64,
    region::RegionId,
};

use crate::common::{found, join, on_each_database, owner, region, registration, world};

const HOME: Owner = owner(1, 2);

/// A region at any place and level in and just outside of the world.
fn draw_region(random: &mut SplitMix64) -> RegionId {
    let mut axis = |min: i32, max: i32| random.between(min, max);
    region(axis(-17, 16), axis(-1, 15), axis(0, 15), axis(1, 5) as u8)
}

/// Half of the draws are regions of the world, or parents of some, so that enough is allowed.
fn draw(random: &mut SplitMix64, partition: &Partition) -> RegionId {
    let regions = partition.regions();
    let leaf = regions[random.below(regions.len() as u32) as usize].id;
    match random.below(4) {
        0 | 1 => draw_region(random),
        2 => leaf,
        _ => leaf.parent().unwrap_or(leaf),
    }
}

/// Runs one random operation on both; whether it was allowed, by kind.
async fn operate(
    random: &mut SplitMix64,
    directory: &Directory,
    twin: &mut Partition,
    leader: Fence,
) -> Option<usize> {
    let id = draw(random, twin);
    let back = u64::from(random.below(10)).saturating_sub(5);
    let seen = Epoch((twin.epoch().0 + 1).saturating_sub(back));
    let seen = if random.chance(1, 2) {
        twin.epoch()
    } else {
        seen
    };
    let to = owner(1 + random.below(2) as u16, random.below(4) as u16);
    let kind = random.below(3) as usize;
    let (result, expected) = match kind {
        0 => (
            directory.assign(id, to, seen, leader).await,
            twin.assign(id, to, seen),
        ),
        1 => (
            directory.split(id, seen, leader).await,
            twin.split(id, seen),
        ),
        _ => (
            directory.merge(id, seen, leader).await,
            twin.merge(id, seen),
        ),
    };
    let result = match result {
        Ok(epoch) => Ok(epoch),
        Err(DirectoryError::Partition(error)) => Err(error),
        Err(error) => panic!("{error}"),
    };
    assert_eq!(result, expected, "the same epochs and the same refusals");
    result.is_ok().then_some(kind)
}

#[test]
fn random_operations_agree_with_the_state_machine() {
    on_each_database(async |directory, _| {
        let mut allowed_counts = [0; 3];
        let mut refused_count = 0;
        let leader = join(&directory, 1).await;
        join(&directory, 2).await;
        let mut twin = found(&directory, HOME, leader).await;
        directory.elect(leader).await.expect("nobody leads");
        let mut random = SplitMix64::new(3);
        for step in 0..400 {
            match operate(&mut random, &directory, &mut twin, leader).await {
                Some(kind) => allowed_counts[kind] += 1,
                None => refused_count += 1,
            }
            if step % 20 == 0 {
                assert_eq!(directory.partition().await.expect("a world"), twin);
            }
        }
        assert_eq!(directory.partition().await.expect("a world"), twin);
        assert_eq!(directory.epoch().await.expect("a world"), twin.epoch());
        assert!(allowed_counts.iter().all(|&count| count > 5) && refused_count > 50);
    });
}

#[test]
fn a_takeover_is_an_assignment_of_each_region_in_order() {
    on_each_database(async |directory, database| {
        let first = join(&directory, 1).await;
        let mut twin = found(&directory, HOME, first).await;
        let root = world()[0];
        let epoch = directory.split(root, twin.epoch(), first).await;
        twin.split(root, twin.epoch()).expect("a leaf");
        assert_eq!(epoch.expect("a leaf"), twin.epoch());

        let second = join(&directory, 2).await;
        let heir = owner(2, 1);
        let early = directory.take_over(1, heir, second).await;
        assert!(matches!(
            early,
            Err(DirectoryError::LeaseHeld { pod: 1, .. })
        ));
        let unknown = directory.take_over(9, heir, second).await;
        assert!(matches!(unknown, Err(DirectoryError::UnknownPod(9))));
        assert_eq!(directory.partition().await.expect("a world"), twin);

        database.outlive(&directory, &[second]).await;
        let expired = directory.expired_pods().await.expect("one");
        assert_eq!(expired.iter().map(|pod| pod.id).collect::<Vec<_>>(), [1]);
        let taken = directory.take_over(1, heir, second).await.expect("over");
        let ids: Vec<_> = twin.regions().iter().map(|region| region.id).collect();
        for &id in &ids {
            twin.assign(id, heir, twin.epoch()).expect("a leaf");
        }
        assert_eq!((taken.regions, taken.epoch), (ids, twin.epoch()));
        assert_eq!(directory.partition().await.expect("a world"), twin);
        assert!(directory.expired_pods().await.expect("none").is_empty());

        let again = directory.take_over(1, heir, second).await.expect("gone");
        assert_eq!((again.regions, again.epoch), (vec![], twin.epoch()));
    });
}

#[test]
fn a_paused_holder_is_refused_after_the_takeover() {
    on_each_database(async |directory, database| {
        let paused = join(&directory, 1).await;
        found(&directory, HOME, paused).await;
        let heir = join(&directory, 2).await;
        database.outlive(&directory, &[heir]).await;
        let taken = directory.take_over(1, owner(2, 0), heir).await;
        let epoch = taken.expect("over").epoch;

        // It wakes, having seen everything, and still is nobody.
        let id = world()[0];
        let refused = [
            directory.split(id, epoch, paused).await,
            directory.assign(id, HOME, epoch, paused).await,
            directory.merge(id, epoch, paused).await,
        ];
        for result in refused {
            assert!(
                matches!(
                    result,
                    Err(DirectoryError::LeaseLost {
                        pod: 1,
                        incarnation: 1
                    })
                ),
                "{result:?}"
            );
        }
        assert!(directory.renew(paused).await.is_err());
        assert!(directory.elect(paused).await.is_err());
        // Registered again it is a pod like any other, without regions.
        let again = join(&directory, 1).await;
        let refused = directory.split(id, epoch, again).await;
        assert!(matches!(
            refused,
            Err(DirectoryError::NotOwner { pod: 1, .. })
        ));
        directory.split(id, epoch, heir).await.expect("the owner");
    });
}

#[test]
fn only_the_owner_and_the_leader_change_a_region() {
    on_each_database(async |directory, _| {
        let first = join(&directory, 1).await;
        let second = join(&directory, 2).await;
        let twin = found(&directory, HOME, first).await;
        let [left, right] = [twin.regions()[0].id, twin.regions()[1].id];
        let refused = directory.assign(left, owner(2, 0), Epoch(0), second).await;
        assert!(matches!(
            refused,
            Err(DirectoryError::NotOwner { pod: 2, region }) if region == left
        ));
        assert_eq!(directory.epoch().await.expect("a world"), Epoch(0));

        directory
            .assign(left, owner(2, 0), Epoch(0), first)
            .await
            .expect("its own");
        let refused = directory.split(left, Epoch(1), first).await;
        assert!(
            matches!(refused, Err(DirectoryError::NotOwner { .. })),
            "given away"
        );
        let leadership = directory.elect(second).await.expect("nobody leads");
        directory
            .split(right, Epoch(1), second)
            .await
            .expect("it leads");
        directory.resign(leadership).await.expect("it leads");
        let refused = directory.merge(right, Epoch(2), second).await;
        assert!(matches!(refused, Err(DirectoryError::NotOwner { .. })));
    });
}

#[test]
fn nothing_is_given_to_shards_that_are_not_there() {
    on_each_database(async |directory, database| {
        let first = join(&directory, 1).await;
        join(&directory, 2).await;
        found(&directory, HOME, first).await;
        database.outlive(&directory, &[first]).await;
        for to in [owner(1, 4), owner(2, 0), owner(3, 0)] {
            let refused = directory.assign(world()[0], to, Epoch(0), first).await;
            assert!(
                matches!(refused, Err(DirectoryError::UnknownShard(shard)) if shard == to),
                "{refused:?}"
            );
        }
    });
}

#[test]
fn a_restarted_pod_keeps_its_regions() {
    on_each_database(async |directory, database| {
        let first = join(&directory, 1).await;
        let twin = found(&directory, HOME, first).await;
        database.pass(LEASE_TTL).await;
        let mut fewer = registration(1);
        fewer.shard_cores.truncate(2);
        let refused = directory.register_pod(&fewer).await;
        assert!(
            matches!(
                refused,
                Err(DirectoryError::ShardsMissing {
                    pod: 1,
                    shard_count_min: 3
                })
            ),
            "{refused:?}"
        );
        let again = join(&directory, 1).await;
        assert_eq!(directory.partition().await.expect("a world"), twin);
        let stale = directory.split(world()[0], Epoch(0), first).await;
        assert!(matches!(stale, Err(DirectoryError::LeaseLost { .. })));
        directory
            .split(world()[0], Epoch(0), again)
            .await
            .expect("its own");
    });
}

#[test]
fn pins_stay_through_splits_and_merges() {
    on_each_database(async |directory, _| {
        let by = join(&directory, 1).await;
        found(&directory, HOME, by).await;
        let id = world()[0];
        let children = id.children().expect("large");
        directory.set_pin(id, true).await.expect("a leaf");
        let epoch = directory.split(id, Epoch(0), by).await.expect("a leaf");
        let pinned = async || directory.layout().await.expect("a world").pinned;
        assert_eq!(pinned().await.len(), 8);
        let unknown = directory.set_pin(id, true).await;
        assert!(matches!(
            unknown,
            Err(DirectoryError::Partition(PartitionError::NotALeaf(_)))
        ));
        for child in &children[1..] {
            directory.set_pin(*child, false).await.expect("a leaf");
        }
        directory
            .assign(children[0], owner(1, 0), epoch, by)
            .await
            .expect("a leaf");
        assert_eq!(pinned().await.first(), Some(&children[0]));
        let back = directory.assign(children[0], HOME, Epoch(2), by).await;
        directory
            .merge(id, back.expect("a leaf"), by)
            .await
            .expect("one owner");
        assert!(pinned().await.contains(&id), "one of them was");
        assert_eq!(directory.epoch().await.expect("a world"), Epoch(4));
    });
}

#[test]
fn there_is_one_world() {
    on_each_database(async |directory, _| {
        let by = join(&directory, 1).await;
        assert!(matches!(
            directory.partition().await,
            Err(DirectoryError::NoWorld)
        ));
        let refused = directory.split(world()[0], Epoch(0), by).await;
        assert!(matches!(refused, Err(DirectoryError::NoWorld)));
        let twice = [world()[0], world()[0]];
        let refused = directory.found_world(&twice, HOME, by).await;
        assert!(matches!(
            refused,
            Err(DirectoryError::Partition(PartitionError::BadWorld))
        ));
        found(&directory, HOME, by).await;
        let refused = directory.found_world(&world(), HOME, by).await;
        assert!(matches!(refused, Err(DirectoryError::WorldExists)));
    });
}

#[test]
fn a_row_that_makes_no_sense_is_told() {
    on_each_database(async |directory, database| {
        let by = join(&directory, 1).await;
        found(&directory, HOME, by).await;
        for statement in [
            "UPDATE directory_regions SET epoch = 7",
            "UPDATE directory_regions SET owner_pod = 70000",
            "UPDATE directory_regions SET id = id + 1",
        ] {
            database.run(statement).await;
            let result = directory.partition().await;
            assert!(matches!(result, Err(DirectoryError::Corrupt(_))));
        }
    });
}
