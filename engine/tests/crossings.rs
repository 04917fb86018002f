//! Bodies that cross between shards in masses (R4): by their ids, everybody is in just one place at every
//! tick, and the world is that of one shard.

use engine::{
    Command, Frame, PartitionChange, World, arena, cluster::Cluster, generate::layout::MIDDLE,
    limits::HANDOFFS_PER_TICK_MAX, tick, world::whole_world,
};
use spatial::{
    BlockBox, BlockCoord,
    limits::REGION_LEVEL_MIN,
    partition::{Owner, Partition},
    region::RegionId,
};

/// The edge of the battlefield: four of the smallest regions.
const EDGE_BLOCKS: i32 = 128;
const SHARD_COUNT: u16 = 4;
const CROSSINGS_MIN: u64 = 1_000_000;

fn shard(number: u16) -> Owner {
    Owner {
        pod: 0,
        shard: number,
    }
}

fn field() -> BlockBox {
    let low = MIDDLE - EDGE_BLOCKS / 2;
    let high = low + EDGE_BLOCKS - 1;
    BlockBox::new(
        BlockCoord::new(low, 0, low),
        BlockCoord::new(high, 127, high),
    )
}

fn is_in_field(id: RegionId) -> bool {
    id.blocks().intersection(field()).is_some()
}

/// The field in the smallest regions, given to shards in turn; the rest of the world is the last one's.
fn divided(shard_count: u16) -> Partition {
    let mut partition = whole_world();
    loop {
        let regions = partition.regions().iter().map(|region| region.id);
        let mut large = regions.filter(|id| id.level() > REGION_LEVEL_MIN && is_in_field(*id));
        let Some(id) = large.next() else { break };
        let epoch = partition.epoch();
        partition.split(id, epoch).expect("it is a leaf");
    }
    let ids: Vec<RegionId> = partition.regions().iter().map(|it| it.id).collect();
    let mut turn = 0;
    for id in ids {
        let owner = match is_in_field(id) {
            true => shard(turn % shard_count),
            false => shard(SHARD_COUNT - 1),
        };
        turn += u16::from(is_in_field(id));
        let epoch = partition.epoch();
        partition.assign(id, owner, epoch).expect("it is a leaf");
    }
    partition
}

/// Every region of the field goes to another shard.
fn move_all(cluster: &Cluster, to: impl Fn(u16) -> u16) -> Vec<Command> {
    let seat = cluster.shards().iter().find_map(|it| it.seat.as_ref());
    let partition = &seat.expect("some shard keeps the seat").partition;
    let regions = partition.regions().iter();
    let in_field = regions.filter(|region| is_in_field(region.id));
    let moves = in_field.map(|region| {
        Command::Partition(PartitionChange::Assign {
            region: region.id,
            owner: shard(to(region.owner.shard)),
            seen: partition.epoch(),
        })
    });
    moves.collect()
}

/// Where everybody is: in the columns of a shard, or on the way from one to another. In order of ids.
fn everybody(cluster: &Cluster) -> Vec<u32> {
    let mut ids = Vec::new();
    for shard in cluster.shards() {
        ids.extend(shard.bodies.id.iter().map(|id| id.index()));
        let handoffs = shard.frame.handoffs.bodies.iter();
        ids.extend(handoffs.map(|crossing| crossing.body.id.index()));
    }
    ids.sort_unstable();
    ids
}

fn assert_nobody_lost_or_doubled(cluster: &Cluster, oracle: &Frame) {
    let mut wanted: Vec<u32> = oracle.bodies.id.iter().map(|id| id.index()).collect();
    wanted.sort_unstable();
    assert!(everybody(cluster) == wanted, "tick {}", oracle.tick);
}

/// A tick of the cluster and of the same world on one shard, which must be the same; how many crossed, of
/// each shard.
fn tick_both(cluster: &mut Cluster, oracle: &mut World, mut moves: Vec<Command>) -> Vec<usize> {
    let whole = cluster.tick(&mut moves);
    let wanted = tick(oracle, &mut Vec::new());
    assert_eq!(whole.hash, wanted.hash, "tick {}", wanted.tick);
    assert_nobody_lost_or_doubled(cluster, &wanted);
    let shards = cluster.shards().iter();
    shards.map(|it| it.frame.handoffs.bodies.len()).collect()
}

fn assert_no_faults(cluster: &Cluster) {
    for shard in cluster.shards() {
        let counters = shard.counters();
        assert_eq!(counters.conservation_faults_count, 0);
        assert_eq!(counters.partition_refused_count, 0);
        assert_eq!(counters.effects_dropped_count, 0);
    }
}

/// All regions of a battle change hands in every tick.
#[test]
fn a_million_crossings_lose_nobody_and_double_nobody() {
    let mut oracle = arena::melee(5, 1_000, EDGE_BLOCKS);
    let mut cluster = Cluster::new(oracle.clone(), divided(SHARD_COUNT));
    let departed_before = departed_count(&cluster);
    let mut crossings = 0;
    while crossings < CROSSINGS_MIN {
        let moves = move_all(&cluster, |owner| (owner + 1) % SHARD_COUNT);
        let crossed = tick_both(&mut cluster, &mut oracle, moves);
        crossings += crossed.iter().sum::<usize>() as u64;
    }
    eprintln!("{crossings} crossings in {} ticks", oracle.tick);
    assert_no_faults(&cluster);
    assert_eq!(departed_count(&cluster) - departed_before, crossings);
}

fn departed_count(cluster: &Cluster) -> u64 {
    let tallies = cluster.shards().iter().map(|it| it.bodies.tally);
    tallies.map(|tally| tally.departed_count).sum()
}

/// All of a shard's bodies cross to another at once: each tick takes a bounded number, and all get there.
#[test]
fn five_thousand_that_cross_at_once_are_bounded_work_a_tick() {
    let mut oracle = arena::melee(6, 2_500, EDGE_BLOCKS);
    let mut cluster = Cluster::new(oracle.clone(), divided(1));
    let bodies_on = |cluster: &Cluster, owner: Owner| {
        let mut shards = cluster.shards().iter();
        let shard = shards.find(|it| it.owner == owner);
        shard.map_or(0, |it| it.bodies.count())
    };
    assert_eq!(bodies_on(&cluster, shard(0)), 5_000);
    let mut moves = move_all(&cluster, |_| SHARD_COUNT - 1);
    let mut most = 0;
    let mut tick_count = 0;
    while bodies_on(&cluster, shard(0)) > 0 {
        let crossed = tick_both(&mut cluster, &mut oracle, std::mem::take(&mut moves));
        most = crossed.into_iter().max().unwrap_or(0).max(most);
        tick_count += 1;
        assert!(tick_count < 20, "some never get there");
    }
    assert_eq!(most, HANDOFFS_PER_TICK_MAX, "as many as may, and no more");
    // One for the news to come, and 5,000 by 1,024.
    assert_eq!(tick_count, 1 + 5_000_usize.div_ceil(HANDOFFS_PER_TICK_MAX));
    tick_both(&mut cluster, &mut oracle, Vec::new());
    assert_eq!(bodies_on(&cluster, shard(SHARD_COUNT - 1)), 5_000);
    assert_no_faults(&cluster);
}
