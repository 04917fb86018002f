//! What characters wear and eat: the greatest revision counts, whatever comes in which order, wherever the body is and
//! however the world is saved or divided; and everybody is told the look that goes with it.

mod common;

use std::collections::BTreeMap;

use common::{Crowd, flat_world, scattered};
use engine::{
    Attachment, Command, Dialect, Dress, Event, Frame, Piece, SessionId, World, Worn,
    cluster::Cluster, tick,
};
use spatial::random::SplitMix64;

const PLAYERS: usize = 16;
const SOLDIERS_PER_HOUSE: u32 = 40;

/// An inventory whose words are late, doubled and out of order; what it said last of each counts.
struct Inventory {
    random: SplitMix64,
    dresses: BTreeMap<SessionId, Dress>,
    late: Vec<Command>,
}

impl Inventory {
    fn new(seed: u64) -> Self {
        Self {
            random: SplitMix64::new(seed),
            dresses: BTreeMap::new(),
            late: Vec::new(),
        }
    }

    fn speak(&mut self, commands: &mut Vec<Command>) {
        let session = SessionId(u64::from(self.random.below(PLAYERS as u32)) + 1);
        let bits = self.random.below(1 << Piece::COUNT) as u8;
        let dress = self.dresses.entry(session).or_default();
        dress.revision += 1 + self.random.below(3);
        dress.worn = Worn::from_bits(bits).expect("each has a meaning");
        let more = if self.random.chance(1, 3) {
            1 + self.random.below(60)
        } else {
            0
        };
        dress.eaten = Some(dress.eaten.unwrap_or(0) + more);
        let word = Command::Wear {
            session,
            dress: *dress,
        };
        match self.random.below(4) {
            0 => self.late.push(word),
            1 => commands.extend([word.clone(), word]),
            _ => commands.push(word),
        }
        if self.random.chance(1, 8) {
            commands.append(&mut self.late);
        }
    }
}

/// The commands of a battle, tick by tick, and the frames of one shard.
fn record(seed: u64, ticks: u32) -> Vec<(Vec<Command>, Frame)> {
    let mut world = flat_world(seed, SOLDIERS_PER_HOUSE);
    let mut crowd = Crowd::new(seed, PLAYERS);
    let mut inventory = Inventory::new(seed);
    let mut script = Vec::new();
    for number in 1..=ticks {
        let mut commands = Vec::new();
        if number == 1 {
            crowd.join(&mut commands);
        }
        crowd.act(number, &world, &mut commands);
        inventory.speak(&mut commands);
        come_and_go(number, &mut commands);
        let given = commands.clone();
        let frame = Frame::clone(&tick(&mut world, &mut commands));
        script.push((given, frame));
    }
    script
}

/// Now and then one leaves, and comes back with or without its estate; others reconnect.
fn come_and_go(number: u32, commands: &mut Vec<Command>) {
    let session = SessionId(u64::from(number) / 20 % PLAYERS as u64 + 1);
    match number % 20 {
        7 => commands.push(Command::Leave { session }),
        9 | 17 => commands.push(enter(session)),
        _ => {}
    }
}

fn enter(session: SessionId) -> Command {
    Command::Join {
        session,
        attachment: Attachment::default(),
        name: String::from("again"),
        house: 255,
    }
}

fn word(session: SessionId, revision: u32, pieces: &[Piece]) -> Command {
    let worn = pieces.iter().copied().collect();
    Command::Wear {
        session,
        dress: Dress {
            worn,
            revision,
            eaten: None,
        },
    }
}

#[test]
fn what_is_worn_is_the_same_on_any_number_of_shards_and_after_any_checkpoint() {
    for seed in [1, 2] {
        let script = record(seed, 500);
        let dressed = script.iter().flat_map(|(_, frame)| &frame.players);
        assert!(dressed.into_iter().any(|it| it.dress.revision > 20));
        let has_eaten = script.iter().any(|(_, frame)| {
            let mut players = frame.players.iter();
            let healed =
                |it: &Event| matches!(it, Event::Healed { target, healer, .. } if target == healer);
            players.any(|it| it.dress.eaten > Some(100)) && frame.events.iter().any(healed)
        });
        assert!(has_eaten, "somebody was hurt, and ate");
        for shard_count in [2, 3, 8] {
            let mut random = SplitMix64::new(seed * 100 + u64::from(shard_count));
            let partition = scattered(shard_count, &mut random);
            let world = flat_world(seed, SOLDIERS_PER_HOUSE);
            let mut cluster = Cluster::new(world, partition);
            for (number, (commands, wanted)) in script.iter().enumerate() {
                if number % 37 == 36 {
                    cluster.save_and_load().expect("they were just saved");
                }
                let mut commands = commands.clone();
                commands.reverse();
                let whole = cluster.tick(&mut commands);
                let what = format!("seed {seed} on {shard_count}, tick {}", wanted.tick);
                assert_eq!(whole.hash, wanted.hash, "{what}");
                assert_eq!(whole.players, wanted.players, "{what}");
                assert_eq!(whole.roster, wanted.roster, "{what}");
            }
        }
    }
}

/// What a player wears as its body has it, its own frame tells, and all others are told.
fn worn_by(world: &World, session: SessionId) -> [Worn; 3] {
    let player = world.frame.players.iter().find(|it| it.session == session);
    let player = player.expect("it is in");
    let row = world.bodies.row(player.body).expect("it has a body");
    let looks = &world.frame.roster.appearances[player.body.index() as usize];
    let looks = looks.as_ref().expect("everybody has looks");
    [world.bodies.combat[row].worn, player.dress.worn, looks.worn]
}

#[test]
fn only_a_greater_revision_changes_anything_and_all_are_told() {
    let session = SessionId(5);
    let mut world = flat_world(3, 0);
    tick(&mut world, &mut vec![enter(session)]);
    let mut say = |words: Vec<Command>| {
        tick(&mut world, &mut words.clone());
        let version = world.frame.roster.version;
        // The seat hears of it in the next tick.
        tick(&mut world, &mut Vec::new());
        let is_news = world.frame.roster.version > version;
        (worn_by(&world, session), is_news)
    };
    let helmet = Worn::from_iter([Piece::Helmet]);
    let boots = Worn::from_iter([Piece::Boots]);
    let first = say(vec![word(session, 4, &[Piece::Helmet])]);
    assert_eq!(first, ([helmet; 3], true));
    let stale = [word(session, 4, &[]), word(session, 3, &[Piece::Boots])];
    assert_eq!(say(stale.to_vec()), ([helmet; 3], false), "no news");
    let same = say(vec![word(session, 5, &[Piece::Helmet])]);
    assert_eq!(
        same,
        ([helmet; 3], false),
        "another revision, the same look"
    );
    let both = vec![word(session, 9, &[Piece::Boots]), word(session, 7, &[])];
    assert_eq!(say(both), ([boots; 3], true), "whichever comes first");
}

#[test]
fn a_fall_and_a_reconnect_undress_nobody_and_who_comes_anew_is_dressed_by_an_estate_alone() {
    let session = SessionId(5);
    let mut world = flat_world(4, 0);
    tick(&mut world, &mut vec![enter(session)]);
    tick(&mut world, &mut vec![word(session, 2, &Piece::ALL)]);
    tick(&mut world, &mut vec![enter(session)]);
    let body = world.frame.players[0].body;
    let row = world.bodies.row(body).expect("it has a body");
    world.bodies.combat[row].safe_ticks = 0;
    common::send(&mut world, blow(body));
    tick(&mut world, &mut Vec::new());
    assert!(!world.bodies.combat[row].is_alive(), "it fell");
    for _ in 0..300 {
        tick(&mut world, &mut vec![present(session)]);
    }
    assert!(world.bodies.combat[row].is_alive(), "it is back");
    let all: Worn = Piece::ALL.into_iter().collect();
    assert_eq!(worn_by(&world, session), [all; 3]);

    let leave = || vec![Command::Leave { session }];
    tick(&mut world, &mut leave());
    tick(&mut world, &mut Vec::new());
    tick(&mut world, &mut vec![enter(session)]);
    assert_eq!(
        worn_by(&world, session),
        [all; 3],
        "its death is not put down"
    );
    let seal = world.frame.spoils.first().map(|told| told.seal);
    let slot = world.players.slot_of(session).expect("it is in");
    let seal = seal.unwrap_or_else(|| world.players.get(slot).spoils.seal());
    assert_ne!(seal, 0);
    let mut kept = vec![Command::SpoilsKept { session, seal }];
    tick(&mut world, &mut kept);
    tick(&mut world, &mut leave());
    tick(&mut world, &mut Vec::new());
    tick(&mut world, &mut vec![enter(session)]);
    assert_eq!(worn_by(&world, session), [Worn::NOTHING; 3]);
}

/// A word of so many points that were eaten, ever.
fn meal(session: SessionId, revision: u32, eaten: u32) -> Command {
    let dress = Dress {
        revision,
        eaten: Some(eaten),
        ..Dress::default()
    };
    Command::Wear { session, dress }
}

#[test]
fn what_is_eaten_heals_once_whatever_is_told_again_and_who_comes_is_not_healed_for_the_past() {
    let session = SessionId(5);
    let mut world = flat_world(6, 0);
    tick(&mut world, &mut vec![enter(session)]);
    let body = world.frame.players[0].body;
    let row = world.bodies.row(body).expect("it has a body");
    world.bodies.combat[row].health = 10;
    let mut health_after = |words: Vec<Command>| {
        tick(&mut world, &mut words.clone());
        world.bodies.combat[row].health
    };
    assert_eq!(health_after(vec![meal(session, 3, 500)]), 10, "long ago");
    assert_eq!(health_after(vec![meal(session, 4, 515)]), 25);
    assert_eq!(health_after(vec![meal(session, 4, 515)]), 25, "told again");
    assert_eq!(health_after(vec![meal(session, 3, 500)]), 25, "and late");
    let two = vec![meal(session, 7, 545), meal(session, 6, 530)];
    assert_eq!(health_after(two), 55, "two at once");
    assert_eq!(
        health_after(vec![meal(session, 9, 575)]),
        85,
        "one was lost"
    );
    assert_eq!(health_after(vec![meal(session, 10, 560)]), 85, "taken back");
    assert_eq!(health_after(vec![meal(session, 11, u32::MAX)]), 100);
}

#[test]
fn food_is_of_no_use_to_the_dead_and_in_the_first_dialect() {
    let session = SessionId(5);
    for (dialect, health, wanted) in [(1, 40, 40), (2, 40, 55), (2, 0, 0)] {
        let dialect = Dialect::new(dialect).expect("we speak it");
        let mut world = flat_world(7, 0).speaking(dialect);
        tick(&mut world, &mut vec![enter(session)]);
        let row = world.bodies.row(world.frame.players[0].body);
        let row = row.expect("it has a body");
        let combat = &mut world.bodies.combat[row];
        (combat.health, combat.respawn_ticks) = (health, 50);
        tick(&mut world, &mut vec![meal(session, 1, 0)]);
        tick(&mut world, &mut vec![meal(session, 2, 15)]);
        assert_eq!(world.bodies.combat[row].health, wanted);
        let told = world.frame.players[0].dress.eaten;
        assert_eq!(told, (dialect > Dialect::OLDEST).then_some(15));
    }
}

#[test]
fn what_was_eaten_before_the_world_speaks_of_food_heals_nobody_afterwards() {
    let session = SessionId(5);
    let mut world = flat_world(8, 0).speaking(Dialect::OLDEST);
    tick(&mut world, &mut vec![enter(session)]);
    let row = world.bodies.row(world.frame.players[0].body);
    let row = row.expect("it has a body");
    world.bodies.combat[row].health = 10;
    tick(&mut world, &mut vec![meal(session, 4, 500)]);
    let dialect = Dialect::NEWEST;
    tick(&mut world, &mut vec![Command::Speak { dialect }]);
    // The same word again, now that it may tell more.
    tick(&mut world, &mut vec![meal(session, 4, 500)]);
    assert_eq!(world.frame.players[0].dress.eaten, Some(500));
    assert_eq!(world.bodies.combat[row].health, 10);
    tick(&mut world, &mut vec![meal(session, 5, 515)]);
    assert_eq!(world.bodies.combat[row].health, 25);
}

fn present(session: SessionId) -> Command {
    Command::Present {
        session,
        attachment: Attachment::default(),
    }
}

fn blow(target: engine::BodyId) -> engine::effect::Effect {
    use engine::effect::{Change, Effect, EffectTarget, Origin, sequence};
    Effect {
        target: EffectTarget::Body(target),
        source: target,
        sequence: sequence(Origin::Fall, 1),
        change: Change::Hurt {
            damage: 1_000,
            weapon: engine::Weapon::Fall,
            push: [0; 3],
        },
    }
}
