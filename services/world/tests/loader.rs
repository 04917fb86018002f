//! The loader generates each column once, near first, and in the memory that was promised.

use std::{collections::BTreeSet, sync::Arc, thread::yield_now};

use engine::{
    Command, Frame, Motion, PlayerState,
    generate::layout::{FIELD, WORLD_EDGE},
};
use spatial::{Brick, CellCoord, Position};
use world::loader::{Loader, Want};

type Bricks = Vec<(CellCoord, Brick)>;

fn bricks_of(command: Command) -> Bricks {
    match command {
        Command::Terrain { bricks } => bricks,
        other => panic!("loaders load terrain, not {other:?}"),
    }
}

/// Everything on its way, however many drains it takes.
fn drain_all(loader: &mut Loader) -> Bricks {
    let mut bricks = Bricks::new();
    while loader.in_flight_count() > 0 {
        match loader.drain() {
            Some(command) => bricks.extend(bricks_of(command)),
            None => yield_now(),
        }
    }
    bricks
}

#[test]
fn the_field_comes_whole_and_once() {
    let mut loader = Loader::new(3);
    let bricks = bricks_of(loader.load_field());
    let cells: BTreeSet<CellCoord> = bricks.iter().map(|(cell, _)| *cell).collect();
    assert_eq!(cells.len(), bricks.len());
    for (x, z) in [(FIELD.min_x, FIELD.min_z), (FIELD.max_x, FIELD.max_z)] {
        assert!((0..16).all(|y| cells.contains(&CellCoord::new(x >> 4, y, z >> 4))));
        assert_eq!(loader.want(x >> 4, z >> 4), Want::Known);
    }
}

#[test]
fn wanted_columns_come_in_bounded_parts_and_are_the_generators() {
    let mut loader = Loader::new(4);
    let mut taken = 0;
    while loader.want(taken, 7) == Want::Taken {
        taken += 1;
    }
    assert_eq!(loader.want(taken, 7), Want::Full);
    assert_eq!(loader.want(0, 7), Want::Known);
    assert_eq!(
        loader.want(-1, 7),
        Want::Known,
        "outside is nothing to want"
    );
    let bricks = drain_all(&mut loader);
    assert_eq!(bricks.len(), taken as usize * 16);
    for (cell, brick) in bricks.iter().step_by(37) {
        let twin = loader.generator().brick(*cell);
        assert!(brick.voxels() == twin.voxels(), "{cell:?}");
    }
    assert!(loader.drain().is_none());
}

#[test]
fn terrain_comes_near_first_around_players() {
    let mut loader = Loader::new(5);
    let position = Position::new(40 << 12, 60 << 12, 40 << 12);
    let frames = [Arc::new(frame_with_player_at(position))];
    loader.look_around(&frames, |_| true);
    let first = drain_all(&mut loader);
    let near = |cell: CellCoord| (cell.x - 2).abs().max((cell.z - 2).abs()) <= 4;
    assert!(first.len() > 8 && first.iter().all(|(cell, _)| near(*cell)));
    for _ in 0..100 {
        loader.look_around(&frames, |_| true);
        drain_all(&mut loader);
    }
    assert_eq!(loader.want(2 + 16, 2), Want::Known);
    assert_eq!(loader.want(2 + 17, 2), Want::Taken);
}

#[test]
fn the_whole_world_keeps_to_its_memory() {
    let mut loader = Loader::new(6);
    let edge = WORLD_EDGE / 16;
    let mut bricks = bricks_of(loader.load_field());
    for column in 0..edge * edge {
        while loader.want(column % edge, column / edge) == Want::Full {
            bricks.extend(drain_all(&mut loader));
        }
    }
    bricks.extend(drain_all(&mut loader));
    assert_eq!(bricks.len(), (edge * edge * 16) as usize);
    let bytes: usize = bricks
        .iter()
        .map(|(_, brick)| size_of::<Brick>() + brick.bytes_count())
        .sum();
    let packed = bricks
        .iter()
        .filter(|(_, brick)| brick.as_uniform().is_none())
        .count();
    // The strictest reading of "byte per voxel of generated terrain": the voxels of uniform bricks
    // count for nothing, though their bytes count.
    let milli_bytes = bytes * 1_000 / (packed * 4_096);
    assert!(
        milli_bytes <= 600,
        "{milli_bytes} thousandths of a byte per voxel"
    );
}

fn frame_with_player_at(position: Position) -> Frame {
    let motion = Motion {
        position,
        ..Motion::default()
    };
    Frame {
        players: vec![player(motion)],
        ..Frame::default()
    }
}

fn player(motion: Motion) -> PlayerState {
    PlayerState {
        session: engine::SessionId(1),
        body: engine::BodyId::new(1, 0),
        attachment: engine::Attachment::default(),
        attachments_count: 1,
        dress: engine::Dress::default(),
        input_sequence: 0,
        input_queue_count: 0,
        motion,
        house: engine::House::Red,
        health: 100,
        health_max: 100,
        alive: true,
        respawn_ticks: 0,
        push_count: 0,
        slot: 0,
        wait_ticks: [0; 6],
        draw_ticks: 0,
        dig_progress: 0,
        bombs_count: 0,
        blocks_count: 0,
        kills: 0,
        deaths: 0,
        score: 0,
    }
}

#[test]
fn shards_load_what_is_theirs_and_nobody_loads_it_twice() {
    let mut first = Loader::new(5);
    let mut second = first.share();
    let position = Position::new(40 << 12, 60 << 12, 40 << 12);
    let frames = [Arc::new(frame_with_player_at(position))];
    let mut columns: [BTreeSet<[i32; 2]>; 2] = Default::default();
    for _ in 0..20 {
        first.look_around(&frames, |cell| cell.x % 2 == 0);
        second.look_around(&frames, |cell| cell.x % 2 == 1);
        for (loader, columns) in [&mut first, &mut second].into_iter().zip(&mut columns) {
            let cells = drain_all(loader).into_iter();
            columns.extend(cells.map(|(cell, _)| [cell.x, cell.z]));
        }
    }
    assert!(columns.iter().all(|columns| columns.len() > 50));
    assert!(columns[0].iter().all(|[x, _]| x % 2 == 0));
    assert!(columns[1].iter().all(|[x, _]| x % 2 == 1));
}
