//! A tick of a battle allocates nothing once it is warm (R8), except where terrain that frames still
//! share is edited.

mod common;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use common::{Crowd, flat_world, send};
use engine::{
    BodyId, Command, Slot,
    body::Gear,
    effect::{Change, Effect, EffectTarget},
    limits::FRAMES_KEPT,
    tick,
};
use spatial::{Block, BlockCoord, Brick, CellCoord};

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

/// What `docs/decisions/0004-edits-allocate.md` says that an edit costs.
#[test]
fn an_edit_allocates_the_nodes_on_its_path_and_a_brick() {
    let mut world = flat_world(1, 0);
    let far = CellCoord::new(63, 0, 63);
    world
        .terrain
        .insert_brick(far, Brick::uniform(Block::STONE));
    let mut commands = Vec::new();
    let mut tick_with_edits = |blocks: &[BlockCoord]| {
        for (number, &block) in (0..).zip(blocks) {
            let effect = Effect {
                target: EffectTarget::of_cell(block.cell()),
                source: BodyId::NOBODY,
                sequence: number,
                change: Change::Restore {
                    block,
                    now: Block::AIR,
                },
            };
            send(&mut world, effect);
        }
        let before = allocation_count();
        let frame = tick(&mut world, &mut commands);
        assert_eq!(frame.edits.len(), blocks.len());
        allocation_count() - before
    };
    // Every one of the recycled frames gets room for edits.
    for number in 0..2 * FRAMES_KEPT as i32 {
        let x = number % 16;
        let y = number / 16;
        tick_with_edits(&[BlockCoord::new(x, y, 0), BlockCoord::new(x, y, 1)]);
    }
    assert_eq!(tick_with_edits(&[]), 0);
    // 1,024 m are 64 cells, which are two levels of 8 along an edge.
    let (node_count, brick_count) = (2, 1);
    let one = [BlockCoord::new(0, 9, 0)];
    assert_eq!(tick_with_edits(&one), node_count + brick_count);
    let two_of_a_cell = [BlockCoord::new(0, 10, 0), BlockCoord::new(1, 10, 0)];
    assert_eq!(tick_with_edits(&two_of_a_cell), node_count + brick_count);
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
