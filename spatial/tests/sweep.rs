//! Swept boxes against one that creeps unit by unit.

use spatial::{
    Block, BlockBox, BlockCoord, Brick, CellCoord, Position, Terrain,
    limits::SWEEP_DELTA_UNITS_MAX,
    random::SplitMix64,
    sweep::{BodyBox, Sweep, Swept},
};

const SOLDIER: BodyBox = BodyBox {
    half_width_units: 1_229,
    height_units: 7_373,
};

/// Three cells an edge around the origin, of one block.
fn space(block: Block) -> Terrain {
    let mut terrain = Terrain::new();
    for index in 0..27 {
        let cell = CellCoord::new(index % 3 - 1, index / 9 - 1, index / 3 % 3 - 1);
        terrain.insert_brick(cell, Brick::uniform(block));
    }
    terrain
}

/// A floor at y = 0 with scattered blocks above it.
fn rubble(random: &mut SplitMix64) -> Terrain {
    let mut terrain = space(Block::AIR);
    let floor = BlockBox::new(BlockCoord::new(-16, -1, -16), BlockCoord::new(31, -1, 31));
    terrain.fill_box(floor, Block::STONE);
    for _ in 0..300 {
        let mut axis = || random.between(-8, 8);
        let at = BlockCoord::new(axis(), axis() / 2 + 2, axis());
        terrain.set(at, Block::STONE);
    }
    terrain
}

fn draw_free_place(random: &mut SplitMix64, terrain: &Terrain) -> Position {
    loop {
        let mut axis = || random.between(-6 * 4_096, 6 * 4_096);
        let (x, y, z) = (axis(), axis().max(0), axis());
        // Often exactly on a block, so that the ground is met.
        let y = if random.chance(1, 2) {
            y >> 12 << 12
        } else {
            y
        };
        let feet = Position::new(x, y, z);
        if SOLDIER.is_free(terrain, feet) {
            return feet;
        }
    }
}

fn moved(feet: Position, axis: usize, by: i32) -> Position {
    let mut axes = [feet.x, feet.y, feet.z];
    axes[axis] += by;
    Position::new(axes[0], axes[1], axes[2])
}

/// Unit by unit until something is in the way.
fn creep(terrain: &Terrain, feet: Position, axis: usize, distance: i32) -> (Position, i32) {
    for step in 1..=distance.abs() {
        let next = moved(feet, axis, step * distance.signum());
        if !SOLDIER.is_free(terrain, next) {
            let reached = (step - 1) * distance.signum();
            return (moved(feet, axis, reached), reached);
        }
    }
    (moved(feet, axis, distance), distance)
}

fn creep_level(terrain: &Terrain, feet: Position, wanted: [i32; 2]) -> (Position, [i32; 2]) {
    let mut reached = [0; 2];
    let mut feet = feet;
    let first = usize::from(wanted[1].abs() > wanted[0].abs());
    for side in [first, 1 - first] {
        (feet, reached[side]) = creep(terrain, feet, 2 * side, wanted[side]);
    }
    (feet, reached)
}

/// What [`Sweep::run`] says for moves of at most a block from a free place.
fn sweep_naively(sweep: &Sweep, terrain: &Terrain) -> Swept {
    let (feet, rise) = creep(terrain, sweep.feet, 1, sweep.delta[1]);
    let is_down_blocked = sweep.delta[1] < 0 && rise != sweep.delta[1];
    let may_step = if sweep.delta[1] == 0 {
        sweep.is_grounded
    } else {
        is_down_blocked
    };
    let wanted = [sweep.delta[0], sweep.delta[2]];
    let (mut end, mut reached) = creep_level(terrain, feet, wanted);
    if reached != wanted && may_step {
        let (raised, up) = creep(terrain, feet, 1, sweep.step_units_max);
        let (over, reached_over) = creep_level(terrain, raised, wanted);
        let reach = |reached: [i32; 2]| reached[0].abs() + reached[1].abs();
        if reach(reached_over) > reach(reached) {
            (end, reached) = (creep(terrain, over, 1, -up).0, reached_over);
        }
    }
    Swept {
        feet: end,
        is_blocked: [
            reached[0] != wanted[0],
            rise != sweep.delta[1],
            reached[1] != wanted[1],
        ],
        is_grounded: creep(terrain, end, 1, -1).1 == 0,
        step_units: end.y - feet.y,
    }
}

#[test]
fn agrees_with_creeping() {
    let (mut step_count, mut blocked_count) = (0, 0);
    for seed in 0..150 {
        let mut random = SplitMix64::new(seed);
        let terrain = rubble(&mut random);
        for _ in 0..6 {
            let feet = draw_free_place(&mut random, &terrain);
            let mut axis = |min: i32, max: i32| random.between(min, max);
            let sweep = Sweep {
                body: SOLDIER,
                feet,
                delta: [axis(-4_096, 4_096), axis(-1_000, 300), axis(-4_096, 4_096)],
                step_units_max: [0, 2_000, 4_300][axis(0, 2) as usize],
                is_grounded: axis(0, 1) > 0,
            };
            let swept = sweep.run(&terrain);
            assert_eq!(swept, sweep_naively(&sweep, &terrain), "{sweep:?}");
            step_count += u32::from(swept.step_units > 0);
            blocked_count += u32::from(swept.is_blocked.contains(&true));
        }
    }
    assert!(
        step_count > 9 && blocked_count > 50,
        "{step_count} {blocked_count}"
    );
}

#[test]
fn nobody_leaves_a_closed_room_at_any_speed() {
    let mut terrain = space(Block::AIR);
    let edge = |low: i32, high: i32| {
        BlockBox::new(
            BlockCoord::new(low, low, low),
            BlockCoord::new(high, high, high),
        )
    };
    let (outer, inner) = (edge(-6, 6), edge(-5, 5));
    terrain.replace(outer, |at, old| {
        if inner.contains(at) {
            old
        } else {
            Block::PLANK
        }
    });
    let mut random = SplitMix64::new(3);
    let mut feet = Position::new(0, 0, 0);
    for _ in 0..3_000 {
        let sweep = Sweep {
            body: SOLDIER,
            feet,
            delta: [0; 3].map(|_| random.between(-SWEEP_DELTA_UNITS_MAX, SWEEP_DELTA_UNITS_MAX)),
            step_units_max: 4_096,
            is_grounded: random.chance(1, 2),
        };
        feet = sweep.run(&terrain).feet;
        assert!(SOLDIER.is_free(&terrain, feet), "{sweep:?}");
        let blocks = SOLDIER.blocks(feet);
        assert!(
            inner.contains(blocks.min) && inner.contains(blocks.max),
            "{sweep:?}"
        );
    }
}

#[test]
fn a_free_fall_of_64_metres_ends_on_the_ground_exactly() {
    let mut terrain = Terrain::new();
    for y in 0..5 {
        terrain.insert_brick(CellCoord::new(0, y, 0), Brick::uniform(Block::AIR));
    }
    terrain.set(BlockCoord::new(8, 0, 8), Block::GRASS);
    let sweep = Sweep {
        body: SOLDIER,
        feet: Position::new(8 * 4_096 + 7, 60 * 4_096, 8 * 4_096 + 2_000),
        delta: [0, -SWEEP_DELTA_UNITS_MAX, 0],
        step_units_max: 0,
        is_grounded: false,
    };
    let swept = sweep.run(&terrain);
    assert_eq!(swept.feet, Position::new(sweep.feet.x, 4_096, sweep.feet.z));
    assert!(swept.is_grounded);
    assert_eq!(swept.is_blocked, [false, true, false]);
}

#[test]
fn a_box_in_the_void_or_at_the_edge_of_space_does_not_panic() {
    let terrain = Terrain::new();
    for place in [i32::MIN, 0, i32::MAX] {
        for delta in [i32::MIN, -1, 1, i32::MAX] {
            let sweep = Sweep {
                body: SOLDIER,
                feet: Position::new(place, place, place),
                delta: [delta; 3],
                step_units_max: 4_096,
                is_grounded: true,
            };
            let swept = sweep.run(&terrain);
            let moved = i64::from(swept.feet.x) - i64::from(place);
            assert!(moved.abs() < 8_192, "held at the first plane: {moved}");
        }
    }
}
