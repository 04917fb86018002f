//! What the fallen leave lies where they fell until one takes it up or its time is over, and nothing of it is
//! lost or doubled on any number of shards.

mod common;

use std::{collections::BTreeMap, sync::Arc};

use common::{Crowd, GROUND, LOOT, flat_world, lay, scattered, send, standing};
use engine::{
    Attachment, BodyId, Command, Event, Frame, SessionId, World,
    cluster::Cluster,
    drops::{Drop, Drops, Loot},
    effect::{Change, Effect, EffectTarget, Origin, sequence},
    limits::{DROP_CLAIM_TICKS, DROP_TICKS, DROPS_SWEEP_TICKS},
    tick,
};
use spatial::{Block, BlockCoord, random::SplitMix64};

const PLAYERS: usize = 24;
const SOLDIERS_PER_HOUSE: u32 = 60;

fn add(things: &mut BTreeMap<usize, u32>, loot: Loot) {
    for (thing, count) in loot.things() {
        *things.entry(thing as usize).or_default() += u32::from(count);
    }
}

/// A battle's commands, tick by tick, and the frames of one shard.
fn record(seed: u64, ticks: u32) -> Vec<(Vec<Command>, Arc<Frame>)> {
    let mut world = flat_world(seed, SOLDIERS_PER_HOUSE);
    let mut crowd = Crowd::new(seed, PLAYERS);
    let mut script = Vec::new();
    for number in 1..=ticks {
        let mut commands = Vec::new();
        if number == 1 {
            crowd.join(&mut commands);
        }
        crowd.act(number, &world, &mut commands);
        let given = commands.clone();
        let frame = tick(&mut world, &mut commands);
        script.push((given, Arc::new(Frame::clone(&frame))));
    }
    script
}

/// What was there and is no more, though its time was not over.
fn taken(before: &Drops, after: &Drops, tick: u32) -> Vec<Drop> {
    let is_gone = |drop: &&Drop| {
        let is_over = tick - drop.tick >= DROP_TICKS;
        !is_over && after.all().iter().all(|it| it.id != drop.id)
    };
    before.all().iter().filter(is_gone).copied().collect()
}

#[test]
fn who_takes_something_up_has_it_and_nobody_else() {
    for seed in [1, 2, 3] {
        let script = record(seed, 1_500);
        let (mut lost, mut found) = (BTreeMap::new(), BTreeMap::new());
        for pair in script.windows(2) {
            let (before, after) = (&pair[0].1, &pair[1].1);
            for event in &after.events {
                if let Event::Found { loot, .. } = event {
                    add(&mut found, *loot);
                }
            }
            assert_eq!(found, lost, "seed {seed}: it is had in the tick after");
            taken(&before.drops, &after.drops, after.tick)
                .iter()
                .for_each(|drop| add(&mut lost, drop.loot));
        }
        assert!(found.values().sum::<u32>() > 20, "seed {seed}: {found:?}");
    }
}

#[test]
fn it_lies_where_it_lies_on_any_number_of_shards_and_after_any_checkpoint() {
    let script = record(4, 900);
    let most = script
        .iter()
        .map(|(_, frame)| frame.drops.all().len())
        .max();
    assert!(most > Some(5), "much lies around: {most:?}");
    for shard_count in [2, 3, 8] {
        let mut random = SplitMix64::new(shard_count.into());
        let partition = scattered(shard_count, &mut random);
        let mut cluster = Cluster::new(flat_world(4, SOLDIERS_PER_HOUSE), partition);
        for (commands, wanted) in &script {
            if wanted.tick % 61 == 60 {
                cluster.save_and_load().expect("they were just saved");
            }
            let whole = cluster.tick(&mut commands.clone());
            assert_eq!(whole.drops, wanted.drops, "{shard_count}, {}", wanted.tick);
            assert_eq!(whole.hash, wanted.hash, "{shard_count}, {}", wanted.tick);
        }
    }
}

/// A world of players who stand in one place and do nothing, and their bodies.
fn standers(sessions: &[u64]) -> (World, Vec<BodyId>) {
    let mut world = flat_world(5, 0);
    let mut commands: Vec<Command> = sessions.iter().map(|it| enter(SessionId(*it))).collect();
    tick(&mut world, &mut commands);
    while world.frame.players.iter().any(|player| !player.alive) {
        tick(&mut world, &mut commands);
    }
    let bodies = sessions.iter().map(|session| {
        let slot = world.players.slot_of(SessionId(*session));
        world.players.get(slot.expect("it is in")).body
    });
    let bodies: Vec<BodyId> = bodies.collect();
    for body in &bodies {
        let row = world.bodies.row(*body).expect("it is there");
        world.bodies.motion[row].position = standing(30, GROUND + 1, 30);
    }
    (world, bodies)
}

fn enter(session: SessionId) -> Command {
    Command::Join {
        session,
        attachment: Attachment::default(),
        name: format!("player {}", session.0 & 0xff),
        house: 0,
    }
}

/// Ticks until somebody finds something, and who.
fn find(world: &mut World, ticks_max: u32) -> Option<(u32, SessionId)> {
    (1..=ticks_max).find_map(|number| {
        let frame = tick(world, &mut Vec::new());
        frame.events.iter().find_map(|event| match event {
            Event::Found { session, loot } => {
                assert_eq!(*loot, LOOT);
                Some((number, *session))
            }
            _ => None,
        })
    })
}

#[test]
fn only_who_felled_them_may_take_it_for_a_while() {
    let (mut world, bodies) = standers(&[1, 2]);
    let at = standing(30, GROUND + 1, 31);
    lay(&mut world, 1, bodies[1], at);
    let (ticks, session) = find(&mut world, 20).expect("it is at their feet");
    assert_eq!(session, SessionId(2), "found in {ticks} ticks");
    lay(&mut world, 2, BodyId::NOBODY, at);
    let (ticks, _) = find(&mut world, DROP_CLAIM_TICKS + 20).expect("it is free then");
    assert!(ticks > DROP_CLAIM_TICKS, "after {ticks}");
    assert!(world.drops.is_empty());
}

#[test]
fn strangers_and_the_dead_take_nothing() {
    let (mut world, bodies) = standers(&[SessionId::STRANGER_BIT | 1, 2]);
    let row = world.bodies.row(bodies[1]).expect("it is there");
    world.bodies.combat[row].health = 0;
    world.bodies.combat[row].respawn_ticks = u16::MAX;
    let at = standing(30, GROUND + 1, 30);
    bodies
        .iter()
        .zip(1..)
        .for_each(|(body, id)| lay(&mut world, id, *body, at));
    assert_eq!(find(&mut world, DROP_CLAIM_TICKS + 20), None);
    assert_eq!(world.drops.all().len(), 2);
}

#[test]
fn it_is_gone_after_a_while() {
    let mut world = flat_world(6, 0);
    lay(&mut world, 1, BodyId::NOBODY, standing(10, GROUND + 1, 10));
    for _ in 0..DROP_TICKS {
        tick(&mut world, &mut Vec::new());
        assert_eq!(world.drops.all().len(), 1, "tick {}", world.tick);
    }
    for _ in 0..=DROPS_SWEEP_TICKS {
        tick(&mut world, &mut Vec::new());
    }
    assert!(world.drops.is_empty());
}

#[test]
fn it_falls_with_the_ground_and_rises_from_what_is_built_over_it() {
    let mut world = flat_world(7, 0);
    let at = standing(10, GROUND + 5, 10);
    lay(&mut world, 1, BodyId::NOBODY, at);
    let rests = |world: &mut World| {
        (0..=DROPS_SWEEP_TICKS).for_each(|_| drop(tick(world, &mut Vec::new())));
        world.drops.all()[0].position
    };
    assert_eq!(rests(&mut world), standing(10, GROUND + 1, 10), "it fell");
    let change = |world: &mut World, y: i32, now: Block| {
        let block = BlockCoord::new(10, y, 10);
        send(
            world,
            Effect {
                target: EffectTarget::of_cell(block.cell()),
                source: BodyId::NOBODY,
                sequence: sequence(Origin::Hand, 1),
                change: Change::Restore { block, now },
            },
        );
    };
    change(&mut world, GROUND, Block::AIR);
    assert_eq!(
        rests(&mut world),
        standing(10, GROUND, 10),
        "into the next cell"
    );
    change(&mut world, GROUND, Block::STONE);
    assert_eq!(rests(&mut world), standing(10, GROUND + 1, 10), "out again");
}
