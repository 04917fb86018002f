//! What players gain is neither lost nor doubled, wherever they are, whenever they leave and come back,
//! and whatever becomes of the words that say it is kept.

mod common;

use std::collections::BTreeMap;

use common::{Crowd, flat_world, scattered};
use engine::{
    Attachment, BlockTarget, Buttons, Command, Event, Frame, SessionId, Slot, World,
    cluster::Cluster,
    limits::SEAL_TICKS,
    spoils::{Gains, Sealed},
    tick,
};
use spatial::{BlockCoord, random::SplitMix64};

const PLAYERS: usize = 24;
/// So many that everybody falls and fells now and then.
const SOLDIERS_PER_HOUSE: u32 = 60;

/// What each session has, in all.
type Totals = BTreeMap<SessionId, Gains>;

fn add(totals: &mut Totals, session: SessionId, gains: &Gains) {
    let total = totals.entry(session).or_default();
    total.deeds.kills += gains.deeds.kills;
    total.deeds.deaths += gains.deeds.deaths;
    total.deeds.score += gains.deeds.score;
    total.deeds.blocks_dug += gains.deeds.blocks_dug;
    total.deeds.blocks_placed += gains.deeds.blocks_placed;
    for (thing, count) in gains.things() {
        total.add(thing, count);
    }
}

/// What a world holds of them: with players, with the seat, and on the way.
fn held(shards: &[World], totals: &mut Totals) {
    for shard in shards {
        for (session, slot) in shard.players.order() {
            add_halves(totals, *session, &shard.players.get(*slot).spoils);
        }
        let crossing = shard.frame.handoffs.bodies.iter();
        for player in crossing.filter_map(|it| it.player.as_ref()) {
            add_halves(totals, player.session, &player.spoils);
        }
        let estates = shard.seat.iter().flat_map(|seat| seat.estates.all());
        for estate in estates.chain(&shard.frame.estates) {
            add_halves(totals, estate.session, &estate.spoils);
        }
    }
}

fn add_halves(totals: &mut Totals, session: SessionId, spoils: &engine::spoils::Spoils) {
    for half in spoils.halves() {
        add(totals, session, half);
    }
}

/// Services that hear what is told, put it down once, and say so over a poor line.
struct Keeper {
    random: SplitMix64,
    kept: BTreeMap<(SessionId, u32), Gains>,
}

impl Keeper {
    fn hear(&mut self, told: &[Sealed], commands: &mut Vec<Command>) {
        for Sealed {
            session,
            seal,
            gains,
        } in told.iter().copied()
        {
            if self.random.chance(1, 4) {
                continue;
            }
            let known = *self.kept.entry((session, seal)).or_insert(gains);
            assert_eq!(known, gains, "what is told does not change");
            match self.random.below(5) {
                0 => {}
                1 => commands.extend(vec![Command::SpoilsKept { session, seal }; 2]),
                2 => commands.push(Command::SpoilsKept {
                    session,
                    seal: seal + 1,
                }),
                _ => commands.push(Command::SpoilsKept { session, seal }),
            }
        }
    }
}

/// Everybody leaves now and then, and is back soon or late.
fn come_and_go(number: u32, commands: &mut Vec<Command>) {
    let session = SessionId(u64::from(number) / 11 % PLAYERS as u64 + 1);
    let back = SessionId(u64::from(number + 60) / 11 % PLAYERS as u64 + 1);
    match number % 11 {
        3 => commands.push(Command::Leave { session }),
        4 | 9 => commands.push(Command::Join {
            session: back,
            attachment: Attachment::default(),
            name: String::from("again"),
            house: 255,
        }),
        _ => {}
    }
}

/// The odd ones do nothing but dig where they stand.
fn dig_below(world: &World, command: &mut Command) {
    let Command::Input { session, input, .. } = command else {
        return;
    };
    let slot = world.players.slot_of(*session);
    let body = slot.map(|slot| world.players.get(slot).body);
    let row = body.and_then(|body| world.bodies.row(body));
    if let Some(row) = row.filter(|_| session.0 % 2 == 1) {
        let feet = world.bodies.motion[row].position.block();
        input.slot = Slot::PICK;
        input.buttons = Buttons(Buttons::PRIMARY);
        input.view_tick = world.tick;
        input.target = Some(BlockTarget {
            block: BlockCoord::new(feet.x, feet.y - 1, feet.z),
            face: 2,
        });
    }
}

/// Commands tick by tick, without a word of what is kept, and what a world to which nobody listens holds
/// after each.
fn record(seed: u64, ticks: u32) -> (Vec<Vec<Command>>, Vec<Totals>) {
    let mut world = flat_world(seed, SOLDIERS_PER_HOUSE);
    let mut crowd = Crowd::new(seed, PLAYERS);
    let mut bodies = BTreeMap::new();
    let mut deaths = Totals::new();
    let (mut script, mut wanted) = (Vec::new(), Vec::new());
    for number in 1..=ticks {
        let mut commands = Vec::new();
        if number == 1 {
            crowd.join(&mut commands);
        }
        crowd.act(number, &world, &mut commands);
        commands.iter_mut().for_each(|it| dig_below(&world, it));
        come_and_go(number, &mut commands);
        script.push(commands.clone());
        let frame = tick(&mut world, &mut commands);
        bodies.extend(frame.players.iter().map(|it| (it.body, it.session)));
        for event in &frame.events {
            if let Event::Died { target, .. } = event
                && let Some(session) = bodies.get(target)
            {
                deaths.entry(*session).or_default().deeds.deaths += 1;
            }
        }
        let mut totals = Totals::new();
        held(std::slice::from_ref(&world), &mut totals);
        for (session, gains) in &deaths {
            assert_eq!(totals[session].deeds.deaths, gains.deeds.deaths);
        }
        wanted.push(totals);
    }
    (script, wanted)
}

fn told(cluster: &Cluster) -> Vec<Sealed> {
    let frames = cluster.frames();
    let spoils = frames.iter().flat_map(|(_, frame)| &frame.spoils);
    spoils.copied().collect()
}

#[test]
fn all_that_is_gained_is_kept_once_or_still_held() {
    for (seed, shard_count) in [(1, 1), (2, 2), (3, 3), (4, 8)] {
        let (script, wanted) = record(seed, 1_400);
        let mut random = SplitMix64::new(seed);
        let partition = scattered(shard_count, &mut random);
        let mut cluster = Cluster::new(flat_world(seed, SOLDIERS_PER_HOUSE), partition);
        let mut keeper = Keeper {
            random: SplitMix64::new(seed + 100),
            kept: BTreeMap::new(),
        };
        for (number, (commands, wanted)) in script.iter().zip(&wanted).enumerate() {
            let mut commands = commands.clone();
            keeper.hear(&told(&cluster), &mut commands);
            if number % 37 == 36 {
                cluster.save_and_load().expect("they were just saved");
            }
            cluster.tick(&mut commands);
            let mut totals = Totals::new();
            held(cluster.shards(), &mut totals);
            let still = told_and_not_forgotten(&cluster);
            let done = keeper.kept.iter().filter(|(key, _)| !still.contains(key));
            done.for_each(|((session, _), gains)| add(&mut totals, *session, gains));
            assert_eq!(&totals, wanted, "seed {seed}, tick {}", number + 1);
        }
        let kept = keeper.kept.len();
        assert!(kept > 60, "seed {seed}: only {kept} were kept");
    }
}

/// Sealed halves that the world still holds: who kept them already must not count them twice.
fn told_and_not_forgotten(cluster: &Cluster) -> Vec<(SessionId, u32)> {
    let mut seals = Vec::new();
    for shard in cluster.shards() {
        let players = shard.players.order().iter();
        seals.extend(players.map(|(session, slot)| {
            let player = shard.players.get(*slot);
            (*session, player.spoils.seal())
        }));
        let crossing = shard.frame.handoffs.bodies.iter();
        let crossing = crossing.filter_map(|it| it.player.as_ref());
        seals.extend(crossing.map(|it| (it.session, it.spoils.seal())));
        let estates = shard.seat.iter().flat_map(|seat| seat.estates.all());
        let estates = estates.chain(&shard.frame.estates);
        seals.extend(estates.map(|it| (it.session, it.spoils.seal())));
    }
    seals
}

#[test]
fn words_that_are_kept_change_nothing_else_on_any_number_of_shards() {
    let (script, _) = record(5, 600);
    let mut world = flat_world(5, SOLDIERS_PER_HOUSE);
    let mut keeper = Keeper {
        random: SplitMix64::new(5),
        kept: BTreeMap::new(),
    };
    let mut full: Vec<(Vec<Command>, Frame)> = Vec::new();
    for commands in script {
        let mut commands = commands;
        keeper.hear(&world.frame.spoils, &mut commands);
        let given = commands.clone();
        let frame = tick(&mut world, &mut commands);
        full.push((given, Frame::clone(&frame)));
    }
    for shard_count in [2, 3, 8] {
        let mut random = SplitMix64::new(shard_count.into());
        let mut cluster = Cluster::new(
            flat_world(5, SOLDIERS_PER_HOUSE),
            scattered(shard_count, &mut random),
        );
        for (commands, wanted) in &full {
            let whole = cluster.tick(&mut commands.clone());
            assert_eq!(whole.hash, wanted.hash, "{shard_count}, {}", wanted.tick);
            assert_eq!(
                whole.spoils, wanted.spoils,
                "{shard_count}, {}",
                wanted.tick
            );
        }
    }
}

#[test]
fn a_stranger_gains_nothing_and_leaves_nothing() {
    for (session, estates_count) in [(SessionId::STRANGER_BIT | 1, 0), (1, 1)] {
        let session = SessionId(session);
        let mut world = flat_world(6, 0);
        let mut commands = vec![enter(session)];
        tick(&mut world, &mut commands);
        let slot = world.players.slot_of(session).expect("it is in");
        let player = world.players.get(slot);
        let (body, blocks_count) = (player.body, player.blocks_count);
        common::send(&mut world, granted(body));
        tick(&mut world, &mut commands);
        let has = world.players.get(slot).blocks_count;
        assert_eq!(has, blocks_count + 1, "it digs like anybody");
        commands.push(Command::Leave { session });
        tick(&mut world, &mut commands);
        assert_eq!(world.frame.estates.len(), estates_count);
    }
}

#[test]
fn who_leaves_and_stays_away_is_put_down_all_the_same() {
    let mut world = flat_world(7, 0);
    let session = SessionId(9);
    let mut commands = vec![enter(session)];
    tick(&mut world, &mut commands);
    let slot = world.players.slot_of(session).expect("it is in");
    let body = world.players.get(slot).body;
    common::send(&mut world, granted(body));
    commands.push(Command::Leave { session });
    tick(&mut world, &mut commands);
    assert!(
        world.frame.estates.is_empty(),
        "it left before the answer came"
    );

    commands.push(enter(session));
    tick(&mut world, &mut Vec::new());
    tick(&mut world, &mut commands);
    let slot = world.players.slot_of(session).expect("it is in again");
    let body = world.players.get(slot).body;
    common::send(&mut world, granted(body));
    tick(&mut world, &mut commands);
    let granted_tick = world.tick;
    commands.push(Command::Leave { session });
    tick(&mut world, &mut commands);
    assert_eq!(world.frame.estates.len(), 1);
    let mut seen = Vec::new();
    for _ in 0..2 * SEAL_TICKS {
        seen.extend(tick(&mut world, &mut commands).spoils.iter().copied());
    }
    assert!(seen.len() > 2, "it is told again and again");
    assert!(seen.iter().all(|it| *it == seen[0]));
    assert_eq!(seen[0].seal, granted_tick + SEAL_TICKS);
    assert_eq!(seen[0].gains.deeds.blocks_dug, 1);
    let seal = seen[0].seal;
    commands.push(Command::SpoilsKept { session, seal });
    tick(&mut world, &mut commands);
    let seat = world.seat.as_ref().expect("one shard");
    assert!(seat.estates.all().is_empty());
}

fn enter(session: SessionId) -> Command {
    Command::Join {
        session,
        attachment: Attachment::default(),
        name: String::from("digger"),
        house: 0,
    }
}

fn granted(body: engine::BodyId) -> engine::effect::Effect {
    use engine::effect::{Change, Effect, EffectTarget, Origin, Work, sequence};
    let thing = Some(engine::spoils::Thing::Stone);
    Effect {
        target: EffectTarget::Body(body),
        source: body,
        sequence: sequence(Origin::Answer, 1),
        change: Change::Grant {
            work: Work::Dug { thing },
        },
    }
}
