//! Frames made by hand, and what is told of them.

use std::sync::Arc;

use engine::{BodyId, Event, Frame, House, PlayerState, SessionId, Weapon, frame::RoundState};
use events::battle::{self, Character, Happenings};
use herald::{
    Aggregator, Origin,
    limits::{FACTS_PER_EVENT_MAX, LOAD_TICKS, TELL_TICKS},
    load::Load,
};
use spatial::{
    Block, BlockCoord, Position,
    partition::{Owner, Partition},
    region::RegionId,
};
use world::ShardStatus;

const ANNA: SessionId = SessionId(7);
const NOBODY: SessionId = SessionId(1 << 63 | 7);

fn origin(pod: u16) -> Origin {
    Origin {
        world: "w".to_owned(),
        pod,
    }
}

fn body(index: u32) -> BodyId {
    BodyId::new(index, 0)
}

/// Of a shard that has these bodies, blue ones odd.
fn frame(pod: u16, tick: u32, bodies: &[u32]) -> Frame {
    let mut frame = Frame {
        tick,
        source: Owner { pod, shard: 0 },
        is_seat: pod == 0,
        ..Frame::default()
    };
    for (index, row) in bodies.iter().zip(0..) {
        frame.bodies.id.push(body(*index));
        frame.bodies.house.push((index % 2) as u8);
        frame.rows.resize(*index as usize, u32::MAX);
        frame.rows.push(row);
    }
    frame
}

fn player(session: SessionId, index: u32) -> PlayerState {
    PlayerState {
        session,
        body: body(index),
        house: if index.is_multiple_of(2) {
            House::Red
        } else {
            House::Blue
        },
        ..PlayerState::default()
    }
}

fn died(target: u32, killer: u32) -> Event {
    Event::Died {
        target: body(target),
        killer: body(killer),
        weapon: Weapon::Arrow,
        position: BlockCoord::new(3, 40, -5).position(),
    }
}

fn hurt(attacker: u32, damage: u16) -> Event {
    Event::Hurt {
        target: body(1),
        attacker: body(attacker),
        weapon: Weapon::Sword,
        damage,
        position: Position::default(),
    }
}

/// All that is told of some ticks.
fn told(aggregator: &mut Aggregator, ticks: Vec<Vec<Frame>>) -> Vec<Happenings> {
    let mut told = Vec::new();
    for (frames, at_ms) in ticks.into_iter().zip((0..).step_by(50)) {
        let frames: Vec<_> = frames.into_iter().map(Arc::new).collect();
        told.extend(aggregator.see(&frames, at_ms));
    }
    told
}

#[test]
fn a_second_is_told_at_once_and_nothing_of_a_quiet_one() {
    let mut aggregator = Aggregator::new(origin(0));
    let quiet = (1..=TELL_TICKS).map(|tick| vec![frame(0, tick, &[1, 2])]);
    assert_eq!(told(&mut aggregator, quiet.collect()), []);
    let mut busy: Vec<_> = (0..TELL_TICKS)
        .map(|it| vec![frame(0, 21 + it, &[1, 2])])
        .collect();
    for tick in [0, 5] {
        busy[tick][0].events = vec![hurt(2, 30), died(1, 2)];
    }
    let [told] = told(&mut aggregator, busy).try_into().expect("one second");
    assert_eq!((told.tick_first, told.tick_last), (21, 40));
    let kill = battle::Kill {
        killer: None,
        victim: None,
        killer_house: Some(0),
        victim_house: 1,
        weapon: battle::Weapon::Arrow,
        place: [3, 40, -5],
    };
    assert_eq!(told.kills, [kill.clone(), kill]);
    let [wounds] = told.wounds.as_slice() else {
        panic!("of one house: {:?}", told.wounds)
    };
    assert_eq!(
        (wounds.house, wounds.count, wounds.damage),
        (Some(0), 2, 60)
    );
}

#[test]
fn each_process_tells_of_its_own_bodies_and_knows_those_of_others() {
    let tick = |tick| {
        let mut own = frame(0, tick, &[1]);
        own.events = vec![died(1, 2), died(1, 4)];
        let mut other = frame(1, tick, &[2, 4]);
        other.players = vec![player(ANNA, 2), player(NOBODY, 4)];
        other.events = vec![died(2, 1)];
        vec![own, other]
    };
    for (pod, killers, victims) in [
        (0, vec![Some(Character(7)), None], vec![None, None]),
        (1, vec![None], vec![Some(Character(7))]),
    ] {
        let mut aggregator = Aggregator::new(origin(pod));
        told(&mut aggregator, vec![tick(1)]);
        let [told] = aggregator.tell(50).try_into().expect("one event");
        let fighters = |of: fn(&battle::Kill) -> battle::Fighter| -> Vec<_> {
            told.kills.iter().map(of).collect()
        };
        assert_eq!(fighters(|it| it.killer), killers);
        assert_eq!(fighters(|it| it.victim), victims);
        // Who came is told by the process that has them, and nobody without an account.
        let visits: Vec<_> = told.visits.iter().map(|it| it.character.0).collect();
        assert_eq!(visits, if pod == 1 { vec![7] } else { vec![] });
    }
}

#[test]
fn who_crosses_stays_and_who_leaves_is_told_by_where_they_were_last() {
    let there = |pod: u16, tick| {
        let mut frames = vec![frame(0, tick, &[]), frame(1, tick, &[])];
        if let Some(frame) = frames.get_mut(usize::from(pod)) {
            frame.players = vec![player(ANNA, 2)];
        }
        frames
    };
    let mut each = [0, 1].map(|pod| Aggregator::new(origin(pod)));
    let visits = each.each_mut().map(|aggregator| {
        // In neither from the 41st tick on.
        let ticks = (1..=60).map(|tick| there((tick > 20) as u16 + (tick > 40) as u16, tick));
        told(aggregator, ticks.collect())
    });
    let [first, second] = visits.map(|told| {
        let visits = told.into_iter().flat_map(|it| it.visits);
        visits
            .map(|it| (it.is_there, it.at_ms, it.seconds))
            .collect::<Vec<_>>()
    });
    assert_eq!(first, [(true, 0, 0)]);
    assert_eq!(second, [(false, 2_000, 2)]);
}

#[test]
fn an_arrow_of_one_who_just_left_is_still_theirs() {
    let mut aggregator = Aggregator::new(origin(0));
    let mut there = frame(0, 1, &[1, 2]);
    there.players = vec![player(ANNA, 2)];
    let mut gone = frame(0, 2, &[1]);
    gone.events = vec![died(1, 2)];
    told(&mut aggregator, vec![vec![there], vec![gone]]);
    let [told] = aggregator.tell(100).try_into().expect("one event");
    assert_eq!(told.kills[0].killer, Some(Character(7)));
}

#[test]
fn rounds_and_blocks_are_told() {
    let mut aggregator = Aggregator::new(origin(0));
    let mut ticks: Vec<_> = (1..=TELL_TICKS)
        .map(|tick| vec![frame(0, tick, &[2])])
        .collect();
    for frames in &mut ticks {
        frames[0].players = vec![player(ANNA, 2)];
    }
    let block = BlockCoord::new(0, 0, 0);
    ticks[0][0].events = vec![Event::RoundStarted { round: 3 }];
    ticks[1][0].events = vec![
        Event::BlockBroken {
            block,
            was: Block::STONE,
            by: body(2),
        },
        Event::BlockBroken {
            block,
            was: Block::STONE,
            by: body(2),
        },
        Event::BlockPlaced {
            block,
            now: Block::PLANK,
            by: body(9),
        },
    ];
    let last = &mut ticks[TELL_TICKS as usize - 1][0];
    last.events = vec![Event::RoundEnded { winner: 1 }];
    last.round = RoundState {
        number: 3,
        score: [4, 9],
        ..RoundState::default()
    };
    // A tick takes as long as that.
    let mut all = Vec::new();
    for (frames, at_ms) in ticks.into_iter().zip((0..).step_by(1_000)) {
        let frames: Vec<_> = frames.into_iter().map(Arc::new).collect();
        all.extend(aggregator.see(&frames, at_ms));
    }
    let [told] = all.try_into().expect("one event");
    let round = battle::Round {
        number: 3,
        winner: 1,
        score: [4, 9],
        seconds: 19,
        players: [1, 0],
    };
    assert_eq!(told.rounds, [round]);
    let stone = Block::STONE.kind().name;
    let by_anna = told.blocks.iter().find(|it| it.by == Some(Character(7)));
    assert_eq!(by_anna.expect("she dug").broken[stone], 2);
    let by_nobody = told.blocks.iter().find(|it| it.by.is_none());
    assert_eq!(
        by_nobody.expect("somebody built").placed[Block::PLANK.kind().name],
        1
    );
}

#[test]
fn ticks_that_were_not_seen_are_counted() {
    let mut aggregator = Aggregator::new(origin(0));
    let seen = [5, 6, 9, 10, 40].map(|tick| vec![frame(0, tick, &[])]);
    told(&mut aggregator, seen.into());
    assert_eq!(aggregator.frames_skipped(), 2 + 29);
}

#[test]
fn much_is_told_in_several_events_that_a_broker_takes() {
    let mut aggregator = Aggregator::new(origin(0));
    let mut massacre = frame(0, 1, &[1, 2]);
    massacre.events = vec![died(1, 2); 3 * FACTS_PER_EVENT_MAX + 1];
    told(&mut aggregator, vec![vec![massacre]]);
    let told = aggregator.tell(50);
    let kills: Vec<_> = told.iter().map(|it| it.kills.len()).collect();
    assert_eq!(
        kills,
        [
            FACTS_PER_EVENT_MAX,
            FACTS_PER_EVENT_MAX,
            FACTS_PER_EVENT_MAX,
            1
        ]
    );
    for it in told {
        let bytes = events::Body::to_bytes(&it).len();
        assert!(bytes < 100_000, "{bytes}");
    }
}

#[test]
fn each_own_shard_tells_how_its_ticks_went() {
    let mut load = Load::new(origin(1));
    let mut told = Vec::new();
    for tick in 1..=400 {
        let mut own = frame(1, tick, &[1, 2, 3]);
        own.players = vec![player(ANNA, 2)];
        let frames = [frame(0, tick, &[]), own].map(Arc::new);
        let status = |shard| {
            let mut status = ShardStatus::default();
            status.tick_us.p99 = 900 + u64::from(shard);
            Some(status)
        };
        told.extend(load.see(&frames, i64::from(tick), status));
    }
    let told: Vec<_> = told
        .iter()
        .map(|it| (it.pod, it.at_ms, it.count, it.p99_us, it.bodies, it.players))
        .collect();
    assert_eq!(told, [(1, 200, 200, 900, 3, 1), (1, 400, 200, 900, 3, 1)]);
}

#[test]
fn each_region_of_a_shard_has_its_own_cells_bodies_and_players() {
    let owner = Owner { pod: 0, shard: 0 };
    let places = [[0, 0, 0], [5, 0, 0], [17, 0, 0], [40, 0, 0]];
    let places = places.map(|[x, y, z]| BlockCoord::new(x, y, z).position());
    let region = |place: Position| RegionId::of_cell(place.cell(), 1).expect("it is in the world");
    let regions = [region(places[0]), region(places[3])];
    let mut own = frame(0, 1, &[1, 2, 3, 4]);
    own.partition = Partition::new(&regions, owner).expect("a world").into();
    let axes = [
        |it: Position| it.x,
        |it: Position| it.y,
        |it: Position| it.z,
    ];
    let [x, y, z] = axes.map(|axis| places.map(axis));
    own.cells.rebuild(&x, &y, &z);
    let mut anna = player(ANNA, 1);
    anna.motion.position = places[3];
    own.players = vec![anna];
    let own = [Arc::new(own)];
    let mut load = Load::new(origin(0));
    let mut see = |_| load.see(&own, 0, |_| Some(ShardStatus::default()));
    let told: Vec<_> = (0..LOAD_TICKS).flat_map(&mut see).collect();
    let [ticks] = told.as_slice() else {
        panic!("ten seconds are told once: {told:?}");
    };
    let of = |number: usize, cells, bodies, players| battle::Region {
        region: regions[number].to_string(),
        cells,
        bodies,
        players,
    };
    assert_eq!(ticks.regions, [of(0, 2, 3, 0), of(1, 1, 1, 1)]);
}
