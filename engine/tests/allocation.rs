//! A tick of a battle allocates nothing once it is warm (R8), except where terrain that frames still
//! share is edited.

mod common;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use common::{Crowd, flat_world};
use engine::{Command, Slot, body::Gear, tick};

struct Counting;

thread_local! {
    /// Only what this thread allocates counts: the test harness has threads of its own.
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `GlobalAlloc::dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocation_count() -> u64 {
    COUNT.with(Cell::get)
}

#[test]
fn a_warm_tick_allocates_nothing() {
    let mut world = flat_world(4, 100);
    let mut crowd = Crowd::new(4, 50);
    let mut commands = Vec::with_capacity(1_000);
    crowd.join(&mut commands);
    for combat in &mut world.bodies.combat {
        if combat.gear == Gear::Sapper {
            combat.gear = Gear::Sword;
        }
    }
    let mut event_count = 0;
    for number in 1..=600 {
        crowd.act(number, &world, &mut commands);
        commands.iter_mut().for_each(leave_terrain_alone);
        let before = allocation_count();
        let frame = tick(&mut world, &mut commands);
        let count = allocation_count() - before;
        // Every one of the recycled frames must have held a crowded tick once.
        if number > 200 {
            assert_eq!(count, 0, "at tick {number}");
            event_count += frame.events.len();
        }
    }
    assert!(event_count > 400, "only {event_count} happenings");
}

#[test]
fn the_counter_counts() {
    let before = allocation_count();
    drop(Box::new(7));
    assert_eq!(allocation_count() - before, 1);
}

/// Bombs, picks and blocks become swords and bows.
fn leave_terrain_alone(command: &mut Command) {
    if let Command::Input { input, .. } = command {
        input.slot = Slot(input.slot.0 % 2);
    }
}
