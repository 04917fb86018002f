//! A world of one shard as many, and many as one: partition is layout, not meaning (R2). Between two
//! ticks; what is on its way from one tick to the next goes along.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use spatial::{
    CellCoord,
    limits::REGION_LEVEL_MIN,
    partition::{Owner, Partition},
    region::RegionId,
};

use crate::{
    body::NONE,
    compose::Composer,
    frame::Frame,
    generate::layout::FIELD,
    history::History,
    limits::REWIND_TICKS_MAX,
    publish,
    seat::{SEAT_CELL, Seat, owners_of},
    world::{World, whole_world},
};

/// Regions to a shard at least, so that shares come out even.
const PARTS_PER_SHARD: u64 = 4;
/// Where feet are, at most: regions wholly above it are air.
const GROUND_HEIGHT_MAX: i32 = 127;

/// Divides a world of one shard among the owners of a partition, in their order. Panics unless the
/// world has its seat and the partition the seat's cell.
pub fn divide(world: World, partition: Partition) -> Vec<World> {
    let partition = Arc::new(partition);
    let owners = owners_of(&partition);
    let seat = partition.locate(SEAT_CELL);
    let seat = seat.expect("the seat's cell is in the world").owner;
    let mut shards: Vec<World> = owners
        .iter()
        .map(|&owner| beside(&world, owner, partition.clone()))
        .collect();
    let place_of = |cell: CellCoord| {
        let owner = partition.locate(cell).map_or(seat, |region| region.owner);
        owners.binary_search(&owner).expect("all owners are there")
    };
    let place_seat = owners.binary_search(&seat).expect("all owners are there");
    deal_out(world, &mut shards, place_seat, place_of);
    shards.iter_mut().for_each(publish::restart);
    shards
}

/// A shard that knows what another knows, and owns nothing yet: as its newest frame, it has that of a
/// shard with nothing. It may follow the world, and be enlisted.
pub fn newcomer(world: &World, owner: Owner) -> World {
    let mut shard = beside(world, owner, world.frame.partition.clone());
    publish::restart(&mut shard);
    shard
}

fn beside(world: &World, owner: Owner, partition: Arc<Partition>) -> World {
    let terrain = world.terrain.clone();
    let mut shard = World::bare(world.config.clone(), owner, partition, terrain);
    shard.tick = world.tick;
    shard.speak(world.dialect_next);
    shard.history = world.history.clone();
    shard.drops.copy(&world.drops);
    shard.thought = world.thought.clone();
    shard.round_memory = world.round_memory.clone();
    shard.terrain_hash = world.terrain_hash;
    shard.happenings.edit_sequence = world.happenings.edit_sequence;
    shard.happenings.edits.extend_from_slice(&world.frame.edits);
    shard.happenings.loaded.clone_from(&world.frame.loaded);
    shard
}

/// The seat's shard gets what has no place, and the counts of the past.
fn deal_out(
    mut world: World,
    shards: &mut [World],
    place_seat: usize,
    place_of: impl Fn(CellCoord) -> usize,
) {
    for row in (0..world.bodies.count()).rev() {
        let place = place_of(world.bodies.motion[row].position.cell());
        let slot = world.bodies.player[row];
        let session = (slot != NONE).then(|| world.players.get(slot).session);
        let player = session.and_then(|session| world.players.remove(session));
        let body = world.bodies.depart(world.bodies.id[row]);
        shards[place].bring_in(body, player);
    }
    for arrow in &world.arrows {
        shards[place_of(arrow.position.cell())].arrows.push(*arrow);
    }
    for bomb in &world.bombs {
        shards[place_of(bomb.position.cell())].bombs.push(*bomb);
    }
    let shard = &mut shards[place_seat];
    let mut seat = world.seat.take().expect("a world of one shard has it");
    seat.partition = shard.partition.clone();
    seat.members = owners_of(&seat.partition);
    shard.seat = Some(seat);
    shard.happenings.counters = world.happenings.counters;
    shard.bodies.tally.add(&world.bodies.tally);
    carry_over(&world.frame, shard);
}

/// What a frame has on its way to the next tick.
fn carry_over(frame: &Frame, shard: &mut World) {
    frame.effects.iter().for_each(|it| shard.outbox.push(*it));
    let happenings = &mut shard.happenings;
    happenings.events.extend_from_slice(&frame.events);
    happenings.arriving.extend_from_slice(&frame.arriving);
    happenings.forwarded.extend_from_slice(&frame.forwarded);
    happenings.estates.extend_from_slice(&frame.estates);
}

/// Divides the world's field among shards by area, each a connected stretch of the Morton curve: what
/// a battle starts with, before anybody has measured anything. Panics without owners.
pub fn balanced(owners: &[Owner]) -> Partition {
    let mut partition = whole_world();
    let area_max =
        area_of_field(partition.regions()[0].id) / (owners.len() as u64 * PARTS_PER_SHARD);
    loop {
        let mut regions = partition.regions().iter().map(|region| region.id);
        let large = |id: &RegionId| id.level() > REGION_LEVEL_MIN && area_of_field(*id) > area_max;
        let Some(id) = regions.find(large) else { break };
        let epoch = partition.epoch();
        partition.split(id, epoch).expect("it is a leaf");
    }
    let ids: Vec<RegionId> = partition.regions().iter().map(|it| it.id).collect();
    let total: u64 = ids.iter().map(|id| area_of_field(*id)).sum();
    let mut area = 0;
    for id in ids {
        let place = area * owners.len() as u64 / total.max(1);
        let owner = owners[(place as usize).min(owners.len() - 1)];
        area += area_of_field(id);
        let epoch = partition.epoch();
        partition.assign(id, owner, epoch).expect("it is a leaf");
    }
    partition
}

/// Square metres of the field in a region on the ground; none in the air above.
fn area_of_field(id: RegionId) -> u64 {
    let blocks = id.blocks();
    if blocks.min.y > GROUND_HEIGHT_MAX {
        return 0;
    }
    let along = |min: i32, max: i32, low: i32, high: i32| (max.min(high) - min.max(low) + 1).max(0);
    let x = along(blocks.min.x, blocks.max.x, FIELD.min_x, FIELD.max_x);
    let z = along(blocks.min.z, blocks.max.z, FIELD.min_z, FIELD.max_z);
    x as u64 * z as u64
}

/// The world of one shard that others are together: all of one tick, and all there are. Panics
/// unless they are.
pub fn unite(shards: &[World]) -> World {
    let first = shards.first().expect("a world has a shard");
    let owner = Owner::default();
    let mut world = beside(first, owner, Arc::new(whole_world()));
    let mut tally = world.bodies.tally;
    for shard in shards {
        assert_eq!(shard.tick, world.tick, "shards of one tick");
        gather_in(shard, &mut world);
        tally.created_count += shard.bodies.tally.created_count;
        tally.destroyed_count += shard.bodies.tally.destroyed_count;
    }
    assert_eq!(
        tally.alive_count(),
        Some(world.bodies.count() as u64),
        "nobody is lost and nobody is twice (R4)"
    );
    world.bodies.tally = tally;
    let seat = shards.iter().find(|shard| shard.seat.is_some());
    world.speak(seat.expect("some shard keeps the seat").dialect_next);
    world.seat = Some(Box::new(seat_of(shards)));
    world.history = history_of(shards);
    publish::restart(&mut world);
    world
}

fn gather_in(shard: &World, world: &mut World) {
    for row in 0..shard.bodies.count() {
        let slot = shard.bodies.player[row];
        let player = (slot != NONE).then(|| shard.players.get(slot).clone());
        world.bring_in(shard.bodies.body(row), player);
    }
    let handoffs = &shard.frame.handoffs;
    for crossing in &handoffs.bodies {
        world.bring_in(crossing.body, crossing.player.clone());
    }
    world.arrows.extend_from_slice(&shard.arrows);
    let arrows = handoffs.arrows.iter().map(|(_, arrow)| *arrow);
    world.arrows.extend(arrows);
    world.bombs.extend_from_slice(&shard.bombs);
    let bombs = handoffs.bombs.iter().map(|(_, bomb)| *bomb);
    world.bombs.extend(bombs);
    carry_over(&shard.frame, world);
    world.happenings.counters.add(&shard.happenings.counters);
}

fn seat_of(shards: &[World]) -> Seat {
    let mut seats = shards.iter().filter_map(|shard| shard.seat.as_deref());
    let mut seat = seats.next().expect("some shard keeps the seat").clone();
    assert!(seats.next().is_none(), "one shard keeps the seat (R4)");
    seat.partition = Arc::new(whole_world());
    seat.members = owners_of(&seat.partition);
    seat
}

/// As far as attacks look back, each tick as one frame.
fn history_of(shards: &[World]) -> History {
    let world = &shards[0];
    let tick_first = world.tick.saturating_sub(REWIND_TICKS_MAX);
    let sights = (tick_first..world.tick).filter_map(|tick| world.history.sight(tick));
    let sights: Vec<_> = sights.collect();
    let first = sights.first().map_or(world.tick, |sight| sight.tick());
    let mut history = History::new(first);
    let mut composer = Composer::new(world.config.seed);
    for sight in sights {
        let mut whole = Frame::default();
        composer.compose(sight.frames(), &mut whole);
        history.see(Arc::new(whole), &[]);
    }
    history
}
