//! What a process's relay makes room for.

use std::sync::Arc;

use engine::{Frame, arena, tick};
use pod::{
    Outline, PodState, Relay, Ticked,
    limits::{STEPS_MAX, TICKS_AHEAD_MAX},
    state::say,
};
use spatial::partition::Owner;

const POD: u16 = 2;

/// A shard that got ahead of another must not keep that from catching up: what both did would become
/// durable only when all before it is.
#[test]
fn a_shard_that_lags_behind_has_room_where_one_ahead_has_none() {
    let mut world = arena::melee(3, 1, 32);
    tick(&mut world, &mut Vec::new());
    let outline = Outline {
        members: vec![world.owner],
        roster: world.frame.roster.clone(),
    };
    let newcomer = PodState::newcomer((POD, 1), 2, &world, &outline);
    let mut relay = Relay::new(&newcomer);
    let lag = TICKS_AHEAD_MAX.min(STEPS_MAX as u32);
    for number in 1..=STEPS_MAX as u32 {
        assert!(relay.has_room(0));
        let said = say(&world.frame).bytes;
        let offered = relay.handle_frame(world.owner, 1, said);
        offered.expect("a good frame");
        tick(&mut world, &mut Vec::new());
        relay.handle_ticked(ticked(0, newcomer.tick + number));
        if number + lag <= STEPS_MAX as u32 {
            relay.handle_ticked(ticked(1, newcomer.tick + number));
        }
    }
    assert!(!relay.has_room(0), "the journal is behind");
    for number in (1..=STEPS_MAX as u32).skip(STEPS_MAX - lag as usize) {
        assert!(relay.has_room(1), "the other waits for this one");
        relay.handle_ticked(ticked(1, newcomer.tick + number));
    }
    assert!(!relay.has_room(1));
    let commits = std::iter::from_fn(|| relay.poll_commit());
    assert_eq!(commits.count(), STEPS_MAX);
}

fn ticked(shard: u16, tick: u32) -> Ticked {
    let frame = Frame {
        tick,
        source: Owner { pod: POD, shard },
        ..Frame::default()
    };
    Ticked {
        frame: Arc::new(frame),
        places: pod::record::Places::new(),
        record: Vec::new(),
        world: None,
    }
}
