//! The partition against a map from each cell to its region, over random sequences of operations.

use std::collections::{BTreeMap, BTreeSet};

use spatial::{
    CellCoord, Position,
    limits::{REGION_LEVEL_MAX, REGION_LEVEL_MIN},
    morton,
    partition::{Epoch, Owner, Partition, PartitionError, Region},
    random::SplitMix64,
    region::RegionId,
};

const HOME: Owner = Owner { pod: 1, shard: 2 };

fn region(x: i32, y: i32, z: i32, level: u8) -> RegionId {
    RegionId::of_cell(CellCoord::new(x, y, z), level).expect("a region in range")
}

/// Two cubes of 16 cells an edge beside each other, across zero.
fn world() -> Vec<RegionId> {
    vec![region(0, 0, 0, 4), region(-16, 0, 0, 4)]
}

/// The region of every cell, by the cell's code.
type Twin = BTreeMap<u64, Region>;

fn cover(twin: &mut Twin, region: Region) {
    twin.extend(region.id.codes().map(|code| (code, region)));
}

fn new_twin() -> Twin {
    let mut twin = Twin::new();
    for id in world() {
        let epoch = Epoch(0);
        cover(
            &mut twin,
            Region {
                id,
                owner: HOME,
                epoch,
            },
        );
    }
    twin
}

/// What the twin holds inside a region, each region once.
fn inside(twin: &Twin, id: RegionId) -> BTreeMap<RegionId, Region> {
    twin.range(id.codes())
        .map(|(_, region)| (region.id, *region))
        .collect()
}

fn assert_same(partition: &Partition, twin: &Twin) {
    let mut covered_count = 0;
    for region in partition.regions() {
        for code in region.id.codes() {
            assert_eq!(twin.get(&code), Some(region));
            covered_count += 1;
        }
        let cell = region.id.first_cell();
        assert_eq!(partition.locate(cell), Ok(region));
        let last = morton::decode(region.id.codes().end - 1);
        assert_eq!(partition.locate_position(last.position()), Ok(region));
    }
    assert_eq!(covered_count, twin.len(), "exactly one owner for each cell");
    assert!(
        partition
            .regions()
            .iter()
            .all(|region| region.epoch <= partition.epoch())
    );
}

/// What the twin says of an operation on regions that must all be leaves unchanged since `seen`.
fn expect_change(twin: &Twin, ids: &[RegionId], seen: Epoch, current: Epoch) -> Option<Owner> {
    let leaves: Option<Vec<Region>> = ids
        .iter()
        .map(|id| inside(twin, *id).get(id).copied())
        .collect();
    let leaves = leaves?;
    let is_fresh = leaves.iter().all(|region| region.epoch <= seen) && seen <= current;
    let owner = leaves.first()?.owner;
    let is_one = leaves.iter().all(|region| region.owner == owner);
    (is_fresh && is_one).then_some(owner)
}

/// Draws a region at any place and level in and just outside of the world.
fn draw_region(random: &mut SplitMix64) -> RegionId {
    let mut axis = |min: i32, max: i32| random.between(min, max);
    region(axis(-17, 16), axis(-1, 15), axis(0, 15), axis(1, 5) as u8)
}

/// Runs one random operation on both; returns its kind if it was allowed.
fn operate(random: &mut SplitMix64, partition: &mut Partition, twin: &mut Twin) -> Option<usize> {
    let id = draw_region(random);
    let current = partition.epoch();
    let seen = Epoch((current.0 + 1).saturating_sub(u64::from(random.below(12))));
    let owner_new = Owner {
        pod: random.below(2) as u16,
        shard: random.below(2) as u16,
    };
    let children = id.children().map(Vec::from).unwrap_or_default();
    let kind = random.below(3) as usize;
    let (result, expected, becomes) = match kind {
        0 => {
            let expected = expect_change(twin, &[id], seen, current);
            (
                partition.assign(id, owner_new, seen),
                expected.map(|_| owner_new),
                vec![id],
            )
        }
        1 => {
            let expected = expect_change(twin, &[id], seen, current);
            let expected = expected.filter(|_| !children.is_empty());
            (partition.split(id, seen), expected, children)
        }
        _ => {
            let is_splittable = !children.is_empty();
            let expected = expect_change(twin, &children, seen, current).filter(|_| is_splittable);
            (partition.merge(id, seen), expected, vec![id])
        }
    };
    assert_eq!(result.is_ok(), expected.is_some(), "{id:?} {result:?}");
    if let (Ok(epoch), Some(owner)) = (result, expected) {
        assert_eq!(epoch, Epoch(current.0 + 1));
        becomes
            .into_iter()
            .for_each(|id| cover(twin, Region { id, owner, epoch }));
    }
    assert!(partition.epoch() >= current, "epochs never go back");
    assert_eq!(
        partition.epoch() > current,
        result.is_ok(),
        "a refusal changes nothing"
    );
    result.is_ok().then_some(kind)
}

#[test]
fn random_operations_agree_with_a_map_of_every_cell() {
    let mut allowed_counts = [0; 3];
    for seed in 0..12 {
        let mut random = SplitMix64::new(seed);
        let mut partition = Partition::new(&world(), HOME).expect("a fair world");
        let mut twin = new_twin();
        for _ in 0..40 {
            for _ in 0..25 {
                if let Some(kind) = operate(&mut random, &mut partition, &mut twin) {
                    allowed_counts[kind] += 1;
                }
            }
            assert_same(&partition, &twin);
        }
    }
    assert!(
        allowed_counts.iter().all(|&count| count > 50),
        "{allowed_counts:?}"
    );
}

/// The regions of the cells around a region's cells, found cell by cell.
fn neighbours_naively(partition: &Partition, id: RegionId) -> BTreeSet<RegionId> {
    let mut found = BTreeSet::new();
    for cell in id.codes().map(morton::decode) {
        for step in 0..27 {
            let (x, y, z) = (step % 3 - 1, step / 3 % 3 - 1, step / 9 - 1);
            let beside = CellCoord::new(cell.x + x, cell.y + y, cell.z + z);
            found.extend(partition.locate(beside).map(|region| region.id));
        }
    }
    found.remove(&id);
    found
}

#[test]
fn neighbours_are_those_of_the_cells() {
    for seed in 100..104 {
        let mut random = SplitMix64::new(seed);
        let mut partition = Partition::new(&world(), HOME).expect("a fair world");
        let mut twin = new_twin();
        for _ in 0..400 {
            operate(&mut random, &mut partition, &mut twin);
        }
        for region in partition.regions().iter().step_by(5) {
            let neighbours = partition.neighbours(region.id).expect("a leaf");
            let ids: Vec<_> = neighbours.map(|region| region.id).collect();
            assert!(ids.is_sorted());
            let ids: BTreeSet<_> = ids.into_iter().collect();
            assert_eq!(ids, neighbours_naively(&partition, region.id));
        }
    }
}

#[test]
fn refusals_name_their_reason() {
    let root = region(0, 0, 0, REGION_LEVEL_MIN + 1);
    let mut partition = Partition::new(&[root], HOME).expect("a fair world");
    let children = root.children().expect("of two cells");
    let now = partition.split(root, Epoch(0)).expect("a leaf");
    assert_eq!(
        partition.split(root, now),
        Err(PartitionError::NotALeaf(root))
    );
    assert_eq!(
        partition.split(children[0], now),
        Err(PartitionError::TooSmall(children[0]))
    );
    let stale = PartitionError::Stale {
        seen: Epoch(0),
        changed: now,
    };
    assert_eq!(partition.assign(children[0], HOME, Epoch(0)), Err(stale));
    let ahead = PartitionError::Ahead {
        seen: Epoch(9),
        current: now,
    };
    assert_eq!(partition.verify(children[0], Epoch(9)), Err(ahead));
    let other = Owner { pod: 7, shard: 0 };
    let now = partition.assign(children[3], other, now).expect("fresh");
    assert_eq!(
        partition.merge(root, now),
        Err(PartitionError::OwnersDiffer(root))
    );
    assert_eq!(
        partition
            .verify(children[2], Epoch(1))
            .map(|region| region.owner),
        Ok(HOME)
    );
    let far = CellCoord::new(100, 0, 0);
    assert_eq!(
        partition.locate(far),
        Err(PartitionError::OutsideWorld(far))
    );
    let now = partition.assign(children[3], HOME, now).expect("fresh");
    assert_eq!(partition.merge(root, now), Ok(Epoch(4)));
    assert_eq!(partition.regions().len(), 1);
}

#[test]
fn a_world_of_regions_that_share_cells_or_of_none_is_refused() {
    let whole = region(0, 0, 0, 3);
    let part = region(4, 4, 4, 1);
    for ids in [&[][..], &[whole, part], &[whole, whole]] {
        assert_eq!(Partition::new(ids, HOME), Err(PartitionError::BadWorld));
    }
}

#[test]
fn names_come_back_from_their_bits_and_nothing_else_is_a_name() {
    let mut random = SplitMix64::new(1);
    for _ in 0..1_000 {
        let mut axis = || random.between(-32_768, 32_767);
        let cell = CellCoord::new(axis(), axis(), axis());
        let level = random.between(REGION_LEVEL_MIN.into(), REGION_LEVEL_MAX.into()) as u8;
        let id = RegionId::of_cell(cell, level).expect("in range");
        assert!(id.contains(cell) && id.blocks().contains(cell.block()));
        assert_eq!(id.edge_metres(), 16 << level);
        assert_eq!(RegionId::from_bits(id.to_bits()), Some(id));
        assert_eq!(
            RegionId::from_bits(id.to_bits() | 1),
            None,
            "no region starts there"
        );
        if let Some(parent) = id.parent() {
            assert!(parent.children().expect("larger").contains(&id));
        }
    }
    assert_eq!(
        RegionId::of_cell(CellCoord::new(0, 0, 0), REGION_LEVEL_MAX + 1),
        None
    );
    assert_eq!(RegionId::of_cell(CellCoord::new(40_000, 0, 0), 3), None);
    assert_eq!(RegionId::from_bits(0), None);
    assert_eq!(RegionId::from_bits(u64::MAX), None);
    let place = Position::new(-1, -1, -1);
    assert!(region(-1, -1, -1, REGION_LEVEL_MAX).contains(place.cell()));
}

#[test]
fn a_partition_comes_back_from_its_regions_and_nothing_else_does() {
    let mut random = SplitMix64::new(5);
    let mut partition = Partition::new(&world(), HOME).expect("a fair world");
    let mut twin = new_twin();
    for _ in 0..200 {
        operate(&mut random, &mut partition, &mut twin);
    }
    let mut regions = partition.regions().to_vec();
    regions.reverse();
    let restored = Partition::restore(regions.clone(), partition.epoch());
    assert_eq!(restored, Ok(partition.clone()));

    let epoch_before = Epoch(partition.epoch().0 - 1);
    let bad = Err(PartitionError::BadWorld);
    assert_eq!(Partition::restore(regions.clone(), epoch_before), bad);
    regions.push(regions[0]);
    assert_eq!(Partition::restore(regions, partition.epoch()), bad);
    assert_eq!(Partition::restore(Vec::new(), partition.epoch()), bad);
}
