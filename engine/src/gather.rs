//! The gather phase: what all shards published of the last tick becomes what this tick reads, and
//! what it brings this shard is taken in: terrain, the partition, the seat, bodies.
//!
//! Terrain is replicated: every shard loads every brick and applies every edit at the same tick, so
//! that nobody's feet, arrows or eyes care for borders. Which shard decides on a cell is another
//! matter: see `edit`.

use alloc::{boxed::Box, sync::Arc};

use spatial::{BlockBox, partition::Owner};

use crate::{
    body::Tally,
    frame::Frame,
    hash,
    seat::{SEAT_CELL, Seat},
    world::World,
};

/// Takes in the other shards' frames of the last tick, in any order.
pub fn phase(world: &mut World, siblings: &[Arc<Frame>]) {
    let own = world.frame.clone();
    world.history.see(own.clone(), siblings);
    let seat = world.history.newest().seat();
    let dialect = seat.dialect;
    world.partition = seat.partition.clone();
    world.speak(dialect);
    load(world, &own);
    for sibling in siblings {
        load(world, sibling);
        take_in(world, sibling);
    }
    take_or_leave_seat(world);
    inherit(world);
    let is_lost = world.seat.is_some() && !world.history.newest().conservation().holds();
    world.happenings.counters.conservation_faults_count += u64::from(is_lost);
}

/// Puts bricks in place, except where something is loaded: it may have been edited since.
fn load(world: &mut World, frame: &Frame) {
    for (cell, brick) in &frame.arriving {
        if !world.terrain.is_loaded(*cell) {
            let pristine = &mut world.round_memory.pristine;
            pristine.insert_brick(*cell, brick.clone());
            world.terrain.insert_brick(*cell, brick.clone());
            let navigation = &mut world.thought.navigation;
            navigation.touch(BlockBox::of_cell(*cell));
            world.terrain_hash = world.terrain_hash.wrapping_add(hash::of_load(*cell));
            world.happenings.loaded.push(*cell);
        }
    }
}

/// Bodies and projectiles that crossed to this shard.
fn take_in(world: &mut World, frame: &Frame) {
    let owner = world.owner;
    let handoffs = &frame.handoffs;
    for crossing in handoffs.bodies.iter().filter(|it| it.to == owner) {
        let player = crossing.player.clone();
        world.bring_in(crossing.body, player);
    }
    let arrows = handoffs.arrows.iter().filter(|(to, _)| *to == owner);
    world.arrows.extend(arrows.map(|(_, arrow)| *arrow));
    let bombs = handoffs.bombs.iter().filter(|(to, _)| *to == owner);
    world.bombs.extend(bombs.map(|(_, bomb)| *bomb));
}

/// The seat goes with its cell: in the frame of who had it, in the tick that its owner changed.
fn take_or_leave_seat(world: &mut World) {
    if !world.owns(SEAT_CELL) {
        world.seat = None;
    } else if world.seat.is_none() {
        let given = world.history.newest().seat().seat.as_ref();
        let seat = given.expect("who lost the seat handed it over");
        world.seat = Some(Box::new(Seat::clone(seat)));
    }
}

/// Whoever made a frame for the last time leaves its counts of bodies to the seat, and begins anew if it
/// comes back.
fn inherit(world: &mut World) {
    let last = world.history.newest();
    let members = &last.seat().members;
    let is_member = |owner: &Owner| members.binary_search(owner).is_ok();
    if !is_member(&world.owner) {
        world.bodies.tally = Tally::default();
    }
    if world.seat.is_some() {
        let gone = last.frames().iter().filter(|it| !is_member(&it.source));
        gone.for_each(|frame| world.bodies.tally.add(&frame.tally));
    }
}
