//! What comes for cells outside of the world is refused and counted (R4).

mod common;

use common::{GROUND, flat_world, send};
use engine::{
    BodyId, Command, World,
    effect::{Change, Effect, EffectTarget},
    limits::EFFECTS_MAX,
    tick,
};
use spatial::{Block, BlockCoord, Brick, CellCoord};

/// Just outside of the world on each side.
const OUTSIDE: [CellCoord; 6] = [
    CellCoord::new(-1, 0, 0),
    CellCoord::new(64, 0, 0),
    CellCoord::new(0, -1, 0),
    CellCoord::new(0, 64, 0),
    CellCoord::new(0, 0, -1),
    CellCoord::new(0, 0, 64),
];

fn make_air(block: BlockCoord) -> Effect {
    Effect {
        target: EffectTarget::of_cell(block.cell()),
        source: BodyId::NOBODY,
        sequence: 0,
        change: Change::Restore {
            block,
            now: Block::AIR,
        },
    }
}

/// A tick in which one effect arrives.
fn tick_with(world: &mut World, effect: Effect) {
    send(world, effect);
    tick(world, &mut Vec::new());
}

#[test]
fn loads_outside_of_the_world_are_refused_and_counted() {
    let mut world = flat_world(1, 0);
    let inside = [CellCoord::new(5, 0, 5), CellCoord::new(63, 63, 63)];
    let bricks = OUTSIDE.iter().chain(&inside);
    let bricks = bricks.map(|&cell| (cell, Brick::uniform(Block::STONE)));
    let mut commands = vec![Command::Terrain {
        bricks: bricks.collect(),
    }];
    tick(&mut world, &mut commands);
    // It is there from the next tick on, for all shards at once.
    let frame = tick(&mut world, &mut commands);
    assert!(OUTSIDE.iter().all(|&cell| !world.terrain.is_loaded(cell)));
    assert!(inside.iter().all(|&cell| world.terrain.is_loaded(cell)));
    assert_eq!(frame.loaded, inside);
    assert_eq!(world.counters().loads_foreign_count, OUTSIDE.len() as u64);
}

#[test]
fn effects_outside_of_the_world_are_refused_and_counted() {
    let mut world = flat_world(1, 0);
    for (count, cell) in (1..).zip(OUTSIDE) {
        // It is there only for this test, so that a write to it would show.
        world
            .terrain
            .insert_brick(cell, Brick::uniform(Block::STONE));
        tick_with(&mut world, make_air(cell.block()));
        assert_eq!(world.terrain.block(cell.block()), Block::STONE, "{cell:?}");
        assert_eq!(world.counters().effects_foreign_count, count);
    }
    assert!(world.frame.edits.is_empty());
}

#[test]
fn effects_beyond_the_bound_are_counted_once() {
    let mut world = flat_world(1, 0);
    for _ in 0..EFFECTS_MAX + 5 {
        world.outbox.push(make_air(BlockCoord::new(20, GROUND, 20)));
    }
    for _ in 0..3 {
        tick(&mut world, &mut Vec::new());
        assert_eq!(world.counters().effects_dropped_count, 5);
    }
}
