//! Properties of whole worlds under random players: the same inputs give the same hashes, nobody is
//! ever inside a block, and nothing is lost.

mod common;

use common::{Crowd, flat_world};
use engine::{
    Attachment, Command, Event, Frame, Motion, PlayerInput, RefusalReason, SessionId, World,
    limits::{INPUT_BURST, INPUT_QUEUE_MAX, RESUME_GRACE_TICKS},
    movement::body_box,
    tick,
};
use std::sync::Arc;

const PLAYER_COUNT: usize = 24;

/// Runs a battle of players and soldiers and hands every frame on.
fn battle(seed: u64, ticks: u32, mut see: impl FnMut(&World, &Arc<Frame>)) {
    let mut world = flat_world(seed, 20);
    let mut crowd = Crowd::new(seed, PLAYER_COUNT);
    let mut commands = Vec::new();
    crowd.join(&mut commands);
    for number in 1..=ticks {
        crowd.act(number, &world, &mut commands);
        let frame = tick(&mut world, &mut commands);
        assert!(commands.is_empty());
        see(&world, &frame);
    }
}

#[test]
fn the_same_inputs_give_the_same_hash_at_every_tick() {
    let hashes = || {
        let mut hashes = Vec::new();
        battle(3, 600, |_, frame| hashes.push(frame.hash));
        hashes
    };
    let first = hashes();
    assert_eq!(first, hashes());
    assert!(first.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn no_living_body_is_ever_inside_a_block() {
    for seed in 0..4 {
        battle(seed, 400, |world, _| {
            for (row, motion) in world.bodies.motion.iter().enumerate() {
                let body = body_box(motion.has(Motion::FLAG_CROUCHED));
                let is_free = body.is_free(&world.terrain, motion.position);
                assert!(
                    is_free || !world.bodies.combat[row].is_alive(),
                    "tick {}: {motion:?}",
                    world.tick
                );
            }
        });
    }
}

#[test]
fn a_random_battle_uses_every_weapon_and_tool() {
    let mut seen = [false; 9];
    battle(7, 1_200, |_, frame| {
        for event in &frame.events {
            match event {
                Event::ArrowLoosed { .. } => seen[0] = true,
                Event::ArrowStopped { .. } => seen[1] = true,
                Event::Explosion { .. } => seen[2] = true,
                Event::Hurt { .. } => seen[3] = true,
                Event::Died { .. } => seen[4] = true,
                Event::Respawned { .. } => seen[5] = true,
                Event::BlockBroken { .. } => seen[6] = true,
                Event::BlockPlaced { .. } => seen[7] = true,
                Event::HornBlown { .. } => seen[8] = true,
                _ => {}
            }
        }
    });
    assert_eq!(seen, [true; 9]);
}

#[test]
fn frames_say_where_every_body_is() {
    battle(11, 100, |world, frame| {
        assert_eq!(frame.bodies.count(), world.bodies.count());
        for (row, id) in world.bodies.id.iter().enumerate() {
            let row_in_frame = frame.row(*id).expect("every body is in the frame");
            let position = world.bodies.motion[row].position;
            assert_eq!(frame.bodies.position(row_in_frame), position);
        }
        let mut row_next = 0;
        for cell in frame.cells.cells() {
            assert_eq!(cell.start, row_next);
            row_next = cell.end;
            for row in cell.start..cell.end {
                assert_eq!(frame.bodies.position(row as usize).cell(), cell.cell());
            }
        }
        assert_eq!(row_next as usize, frame.bodies.count());
        let centre = frame.bodies.position(0);
        let mut near = Vec::new();
        frame.cells.rows_within(centre, 40_000, &mut near);
        near.sort_unstable();
        let is_near = |&row: &u32| {
            let at = frame.bodies.position(row as usize);
            let way = [at.x - centre.x, at.y - centre.y, at.z - centre.z].map(i64::from);
            way.iter().map(|axis| axis * axis).sum::<i64>() <= 40_000 * 40_000
        };
        let wanted: Vec<u32> = (0..row_next).filter(is_near).collect();
        assert_eq!(near, wanted);
    });
}

#[test]
fn players_come_and_go_and_the_count_holds() {
    let mut world = flat_world(2, 5);
    let mut commands = Vec::new();
    for number in 1..=200_u64 {
        commands.push(Command::Join {
            session: SessionId(number),
            attachment: Attachment::default(),
            name: String::from("guest"),
            house: 255,
        });
        if number > 10 {
            commands.push(Command::Leave {
                session: SessionId(number - 10),
            });
        }
        let frame = tick(&mut world, &mut commands);
        assert_eq!(frame.players.len(), number.min(10) as usize);
        let alive = world.bodies.tally.alive_count();
        assert_eq!(alive, Some(frame.bodies.count() as u64));
        let known = frame.roster.appearances.iter().flatten().count();
        // The seat hears of who left a tick later.
        assert_eq!(known, frame.bodies.count() + usize::from(number > 10));
    }
    let houses: Vec<u8> = world.bodies.combat.iter().map(|c| c.house as u8).collect();
    let blue_count = houses.iter().filter(|&&house| house == 1).count();
    assert!(blue_count.abs_diff(houses.len() - blue_count) <= 1);
}

/// Two windows of one player: the later one holds the session, whatever the earlier one still sends.
#[test]
fn of_two_attachments_the_later_one_is_heard() {
    let mut world = flat_world(1, 0);
    let session = SessionId(1);
    let join = |attachment| Command::Join {
        session,
        attachment,
        name: String::from("bera"),
        house: 0,
    };
    let input = |attachment, sequence| Command::Input {
        session,
        attachment,
        input: PlayerInput {
            sequence,
            ..PlayerInput::default()
        },
    };
    let (elder, later) = (Attachment(9), Attachment(4));
    tick(&mut world, &mut vec![join(elder), input(elder, 5_000)]);
    let both = &mut vec![input(elder, 5_001), join(later), input(later, 1)];
    let frame = tick(&mut world, both);
    assert_eq!(frame.players[0].attachment, later);
    assert_eq!(frame.players[0].attachments_count, 2);
    assert_eq!(frame.players[0].input_sequence, 1);
    let present = |attachment| Command::Present {
        session,
        attachment,
    };
    let mut count = 0;
    while !world.frame.players.is_empty() {
        tick(&mut world, &mut vec![input(elder, 5_002), present(elder)]);
        count += 1;
    }
    assert_eq!(
        count, RESUME_GRACE_TICKS,
        "nothing speaks for the later one"
    );
}

#[test]
fn a_flood_of_inputs_moves_nobody_faster() {
    let mut world = flat_world(1, 0);
    let session = SessionId(1);
    let mut commands = vec![Command::Join {
        session,
        attachment: Attachment::default(),
        name: String::from("flood"),
        house: 0,
    }];
    let (mut sequence, mut refused_count) = (0, 0);
    for _ in 0..400 {
        for _ in 0..50 {
            sequence += 1;
            let input = PlayerInput {
                sequence,
                ..PlayerInput::default()
            };
            commands.push(Command::Input {
                session,
                attachment: Attachment::default(),
                input,
            });
        }
        let frame = tick(&mut world, &mut commands);
        let answers = frame.events.iter().filter(|event| {
            let reason = RefusalReason::TooFast;
            matches!(event, Event::Refused { reason: told, .. } if *told == reason)
        });
        // However many are refused, one answer a tick is enough.
        let answer_count = answers.count();
        assert!(answer_count <= 1);
        refused_count += answer_count;
        // A refused input was not received, so its sequence may come again.
        let slot = world.players.slot_of(session).expect("it joined");
        sequence = world.players.get(slot).queue.sequence_received;
    }
    let applied_count = sequence as usize - INPUT_QUEUE_MAX;
    assert!(
        applied_count <= 400 + INPUT_BURST as usize,
        "{applied_count}"
    );
    assert!(applied_count >= 390, "{applied_count}");
    assert!(refused_count > 300);
    let counted = world.happenings.counters.refused_count[RefusalReason::TooFast as usize];
    assert!(counted > 10_000);
}
