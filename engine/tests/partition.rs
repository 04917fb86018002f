//! Partition is layout, not meaning (R2): the same commands on any number of shards, however the
//! world is divided and however that changes, give the same world at every tick. And R4: nobody is
//! ever on two shards or on none.

mod common;

use common::{Crowd, GROUND, flat_terrain};
use std::{collections::BTreeSet, sync::Arc};

use engine::{
    Attachment, Command, Event, Frame, Landmarks, PartitionChange, World, WorldConfig, arena,
    balance::ROUND_PAUSE_TICKS,
    cluster::Cluster,
    follow::{self, Follower},
    generate::layout::WORLD_EDGE,
    limits::RESUME_GRACE_TICKS,
    record::{self, roster::RosterKeeper},
    seat::SEAT_CELL,
    tick, tick_beside,
};
use spatial::{
    BlockBox, BlockCoord, CellCoord,
    partition::{Owner, Partition},
    random::SplitMix64,
    terrain::{Terrain, diff_blocks},
};

/// Cells along the edge of the battlefield: 96 m, so that the smallest regions divide it by nine.
const EDGE_CELLS: i32 = 6;

fn battle_world(seed: u64, soldiers_per_house: u32) -> World {
    let at = |x, z| BlockCoord::new(x, GROUND + 1, z);
    let config = WorldConfig {
        founding: 0,
        seed,
        soldiers_per_house,
        score_to_win: 60,
        landmarks: Landmarks {
            camps: [at(24, 48), at(72, 48)],
            banners: vec![at(48, 48), at(32, 64), at(64, 31)],
        },
    };
    World::new(config, flat_terrain(EDGE_CELLS))
}

/// What a crowd does in a battle of one shard, tick by tick, and what comes of it.
fn record(seed: u64, players: usize, ticks: u32) -> (Vec<Vec<Command>>, Vec<Frame>) {
    let mut world = battle_world(seed, 40);
    let mut crowd = Crowd::new(seed, players);
    let mut script = Vec::new();
    let mut frames = Vec::new();
    for number in 1..=ticks {
        let mut commands = Vec::new();
        if number == 1 {
            crowd.join(&mut commands);
        }
        crowd.act(number, &world, &mut commands);
        come_and_go(number, players, &mut commands);
        keep_spoils(&world.frame, &mut commands);
        if number == 90 {
            commands.extend(vec![end_of(world.frame.round.number); 2]);
        }
        script.push(commands.clone());
        frames.push(Frame::clone(&tick(&mut world, &mut commands)));
    }
    (script, frames)
}

fn end_of(number: u32) -> Command {
    Command::EndRound { number }
}

/// Now and then one leaves, and comes back as a newcomer; others reconnect.
fn come_and_go(number: u32, players: usize, commands: &mut Vec<Command>) {
    let session = engine::SessionId(u64::from(number) / 20 % players as u64 + 1);
    match number % 20 {
        7 => commands.push(Command::Leave { session }),
        13 | 17 => commands.push(Command::Join {
            session,
            attachment: Attachment::default(),
            name: String::from("again"),
            house: 255,
        }),
        _ => {}
    }
}

/// What is told is kept, some of it when it is told again.
fn keep_spoils(frame: &Frame, commands: &mut Vec<Command>) {
    for told in &frame.spoils {
        if (told.session.0 + u64::from(frame.tick)) % 3 != 0 {
            commands.push(Command::SpoilsKept {
                session: told.session,
                seal: told.seal,
            });
        }
    }
}

/// Who falls silent leaves, and who is only said to be there stays, on whatever shard it is.
#[test]
fn the_silent_leave_at_the_same_tick_on_any_number_of_shards() {
    let (seed, players) = (5, 12);
    let mut whole = battle_world(seed, 40);
    let mut random = SplitMix64::new(seed);
    let mut cluster = Cluster::new(battle_world(seed, 40), scattered(8, &mut random));
    let mut crowd = Crowd::new(seed, players);
    for number in 1..=900 {
        let mut commands = Vec::new();
        if number == 1 {
            crowd.join(&mut commands);
        }
        crowd.act(number, &whole, &mut commands);
        // From one tick on the odd ones are silent; of a third of them their edge says that they are there.
        if number > 200 {
            commands
                .retain(|it| matches!(it, Command::Input { session, .. } if session.0 % 2 == 0));
            commands.push(Command::Present {
                session: engine::SessionId(u64::from(number % 2) * 6 + 3),
                attachment: Attachment::default(),
            });
        }
        let composed = cluster.tick(&mut commands.clone());
        let wanted = tick(&mut whole, &mut commands);
        assert_same(&composed, &wanted, "while some are silent");
        let left = wanted.players.iter().map(|player| player.session.0);
        let is_over = number >= 200 + u32::from(RESUME_GRACE_TICKS);
        match is_over {
            true => assert!(left.eq([2, 3, 4, 6, 8, 9, 10, 12]), "at tick {number}"),
            false => assert_eq!(left.count(), players),
        }
    }
}

/// As [`arena::scattered`], for the field of [`battle_world`].
fn scattered(shard_count: u16, random: &mut SplitMix64) -> Partition {
    let field = BlockBox::new(
        BlockCoord::new(0, 0, 0),
        BlockCoord::new(EDGE_CELLS * 16 - 1, 63, EDGE_CELLS * 16 - 1),
    );
    arena::scattered(field, &owners(shard_count), random)
}

fn owners(shard_count: u16) -> Vec<Owner> {
    let owner = |shard| Owner { pod: 0, shard };
    (0..shard_count).map(owner).collect()
}

/// Some region goes to some shard.
fn move_one(cluster: &Cluster, shard_count: u16, random: &mut SplitMix64) -> Command {
    let partition = partition_of(cluster);
    let regions = partition.regions();
    let region = regions[random.below(regions.len() as u32) as usize].id;
    move_to_any(region.first_cell(), cluster, shard_count, random)
}

fn partition_of(cluster: &Cluster) -> &Partition {
    let seat = cluster.shards().iter().find_map(|it| it.seat.as_ref());
    &seat.expect("some shard keeps the seat").partition
}

/// The region of a cell goes to some shard.
fn move_to_any(
    cell: CellCoord,
    cluster: &Cluster,
    shard_count: u16,
    random: &mut SplitMix64,
) -> Command {
    let partition = partition_of(cluster);
    let region = partition.locate(cell).expect("it is in the world").id;
    let owner = Owner {
        pod: 0,
        shard: random.below(shard_count.into()) as u16,
    };
    let seen = partition.epoch();
    Command::Partition(PartitionChange::Assign {
        region,
        owner,
        seen,
    })
}

fn assert_same(whole: &Frame, wanted: &Frame, what: &str) {
    let tick = whole.tick;
    assert_eq!(
        whole.bodies.id, wanted.bodies.id,
        "{what}, tick {tick}: bodies"
    );
    assert!(whole.bodies.x == wanted.bodies.x, "{what}, tick {tick}: x");
    assert_eq!(
        whole.players, wanted.players,
        "{what}, tick {tick}: players"
    );
    assert_eq!(whole.edits, wanted.edits, "{what}, tick {tick}: edits");
    assert_eq!(whole.round, wanted.round, "{what}, tick {tick}: round");
    assert_eq!(
        whole.banners, wanted.banners,
        "{what}, tick {tick}: banners"
    );
    assert_eq!(whole.roster, wanted.roster, "{what}, tick {tick}: roster");
    assert_eq!(whole.spoils, wanted.spoils, "{what}, tick {tick}: spoils");
    assert_eq!(whole.hash, wanted.hash, "{what}, tick {tick}: hash");
    let count = |frame: &Frame| {
        let mut names: Vec<String> = frame.events.iter().map(|it| format!("{it:?}")).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(count(whole), count(wanted), "{what}, tick {tick}: events");
}

#[test]
fn any_number_of_shards_gives_the_same_world_at_every_tick() {
    for seed in 1..=3 {
        let (script, wanted) = record(seed, 24, 700);
        for shard_count in [1, 2, 3, 8, 32] {
            let mut random = SplitMix64::new(seed * 100 + u64::from(shard_count));
            let partition = scattered(shard_count, &mut random);
            let mut cluster = Cluster::new(battle_world(seed, 40), partition);
            assert_eq!(cluster.shards().len(), usize::from(shard_count));
            let what = format!("seed {seed} on {shard_count} shards");
            for (commands, wanted) in script.iter().zip(&wanted) {
                let whole = cluster.tick(&mut commands.clone());
                assert_same(&whole, wanted, &what);
            }
            assert_counts(&cluster, shard_count);
        }
    }
}

/// The script does what it is there to prove, across borders.
fn assert_counts(cluster: &Cluster, shard_count: u16) {
    let tallies = cluster.shards().iter().map(|shard| shard.bodies.tally);
    let crossed: u64 = tallies.map(|tally| tally.departed_count).sum();
    assert!(shard_count == 1 || crossed > 100, "only {crossed} crossed");
    for shard in cluster.shards() {
        let counters = shard.counters();
        assert_eq!(counters.effects_dropped_count, 0);
        assert_eq!(counters.events_dropped_count, 0);
        assert_eq!(counters.conservation_faults_count, 0);
    }
}

/// A client may say two things under one sequence, and a session may come in twice at once. Which of them
/// counts must not depend on what else is in an inbox, nor on the order in which they come.
#[test]
fn commands_that_contradict_each_other_are_taken_in_one_order() {
    let mut world = battle_world(12, 20);
    let mut random = SplitMix64::new(12);
    let mut cluster = Cluster::new(world.clone(), scattered(6, &mut random));
    let mut crowd = Crowd::new(12, 60);
    for number in 1..=120 {
        let mut commands = Vec::new();
        if number % 40 == 1 {
            crowd.join(&mut commands);
        }
        crowd.act(number, &world, &mut commands);
        let others = commands.iter().map(contradiction).collect::<Vec<_>>();
        let mut backwards: Vec<Command> = commands.iter().chain(&others).rev().cloned().collect();
        commands.splice(0..0, others);
        let wanted = tick(&mut world, &mut commands);
        assert_same(&cluster.tick(&mut backwards), &wanted, "contradictions");
    }
}

/// Another command that is taken at the same place.
fn contradiction(command: &Command) -> Command {
    let mut other = command.clone();
    match &mut other {
        Command::Input { input, .. } => input.yaw = input.yaw.wrapping_add(16_384),
        Command::Join { name, house, .. } => (*name, *house) = (String::from("another"), 1),
        _ => unreachable!("the crowd has no others"),
    }
    other
}

#[test]
fn the_script_has_all_that_may_happen() {
    let (_, frames) = record(1, 24, 700);
    let events: Vec<&Event> = frames.iter().flat_map(|frame| &frame.events).collect();
    let has = |what: fn(&Event) -> bool| events.iter().any(|event| what(event));
    assert!(has(
        |it| matches!(it, Event::ArrowStopped { hit, .. } if hit.0 != 0)
    ));
    assert!(has(|it| matches!(it, Event::Explosion { .. })));
    assert!(has(|it| matches!(it, Event::BlockPlaced { .. })));
    assert!(has(|it| matches!(it, Event::BlockBroken { .. })));
    assert!(has(|it| matches!(it, Event::Healed { .. })));
    assert!(has(|it| matches!(it, Event::BannerTaken { .. })));
    assert!(has(|it| matches!(it, Event::RoundEnded { .. })));
    assert!(has(|it| matches!(it, Event::RoundStarted { .. })));
    assert!(frames.iter().any(|frame| !frame.edits.is_empty()));
}

#[test]
fn staff_end_a_round_by_its_number_and_not_the_next() {
    let mut world = battle_world(9, 4);
    let number = tick(&mut world, &mut Vec::new()).round.number;
    let frame = tick(&mut world, &mut vec![end_of(number)]);
    let ended = |event: &Event| matches!(event, Event::RoundEnded { .. });
    assert!(frame.events.iter().any(ended));
    for left in (0..ROUND_PAUSE_TICKS - 1).rev() {
        let round = tick(&mut world, &mut vec![end_of(number)]).round;
        assert_eq!(round.pause_ticks, left);
        assert_eq!(round.number, number + u32::from(left == 0));
    }
    for _ in 0..3 {
        let round = tick(&mut world, &mut vec![end_of(number)]).round;
        assert_eq!((round.number, round.pause_ticks), (number + 1, 0));
    }
}

#[test]
fn regions_that_move_all_the_time_change_nothing() {
    for seed in 4..=6 {
        let (script, wanted) = record(seed, 24, 500);
        let mut random = SplitMix64::new(seed);
        let shard_count = 5;
        let partition = scattered(shard_count, &mut random);
        let mut cluster = Cluster::new(battle_world(seed, 40), partition);
        for (commands, wanted) in script.iter().zip(&wanted) {
            let mut commands = commands.clone();
            if random.chance(1, 3) {
                commands.push(move_one(&cluster, shard_count, &mut random));
            }
            let whole = cluster.tick(&mut commands);
            assert_same(&whole, wanted, &format!("seed {seed}"));
        }
        let refused = cluster.shards().iter().map(|it| it.counters());
        let refused: u64 = refused.map(|it| it.partition_refused_count).sum();
        assert_eq!(refused, 0);
    }
}

#[test]
fn a_world_divided_and_united_at_any_tick_goes_on_the_same() {
    let (script, wanted) = record(7, 24, 300);
    let mut random = SplitMix64::new(7);
    let mut world = battle_world(7, 40);
    let mut number = 0;
    while number < script.len() {
        let shard_count = 1 + random.below(6) as u16;
        let mut cluster = Cluster::new(world, scattered(shard_count, &mut random));
        for _ in 0..=random.below(25) {
            let Some(commands) = script.get(number) else {
                break;
            };
            let whole = cluster.tick(&mut commands.clone());
            assert_same(&whole, &wanted[number], "divided");
            number += 1;
        }
        world = cluster.unite();
        assert_eq!(
            world.frame.hash,
            wanted[number - 1].hash,
            "united at {number}"
        );
    }
}

#[test]
fn every_shard_is_saved_and_loaded_as_it_is() {
    let (script, wanted) = record(8, 24, 240);
    let mut random = SplitMix64::new(8);
    let mut cluster = Cluster::new(battle_world(8, 40), scattered(4, &mut random));
    for (number, (commands, wanted)) in script.iter().zip(&wanted).enumerate() {
        if number % 31 == 30 {
            cluster.save_and_load().expect("they were just saved");
        }
        let whole = cluster.tick(&mut commands.clone());
        assert_same(&whole, wanted, "saved and loaded");
    }
}

/// A shard that comes back says its frames again, and they must be what it said before, byte for byte.
/// Its past comes back as frames of the whole world, in which bodies stand in another order than in the
/// frames of many shards; that must not show.
#[test]
fn a_shard_that_was_loaded_says_the_same_bytes() {
    let (script, _) = record(8, 60, 500);
    let mut random = SplitMix64::new(8);
    let mut cluster = Cluster::new(battle_world(8, 40), scattered(8, &mut random));
    let mut loaded = cluster.clone();
    for (number, commands) in script.iter().enumerate() {
        if number % 8 == 7 {
            loaded = cluster.clone();
            loaded.save_and_load().expect("they were just saved");
        }
        cluster.tick(&mut commands.clone());
        loaded.tick(&mut commands.clone());
        for (shard, again) in cluster.shards().iter().zip(loaded.shards()) {
            let (owner, tick) = (shard.owner, shard.tick);
            assert!(
                bytes_of(&shard.frame) == bytes_of(&again.frame),
                "{owner:?}, tick {tick}"
            );
        }
    }
}

fn bytes_of(frame: &Frame) -> Vec<u8> {
    let mut bytes = Vec::new();
    record::frame::write(frame, &mut bytes);
    bytes
}

/// On the world's own field, where soldiers find their ways over the survey that every shard makes.
#[test]
fn soldiers_find_their_ways_across_borders() {
    let half = 64;
    let middle = WORLD_EDGE / 2;
    let area = BlockBox::new(
        BlockCoord::new(middle - half, 0, middle - half),
        BlockCoord::new(middle + half - 1, 63, middle + half - 1),
    );
    let mut world = arena::melee(3, 250, 2 * half);
    let mut random = SplitMix64::new(3);
    let mut cluster = Cluster::new(
        world.clone(),
        arena::scattered(area, &owners(12), &mut random),
    );
    for _ in 0..300 {
        let wanted = tick(&mut world, &mut Vec::new());
        let whole = cluster.tick(&mut Vec::new());
        assert_same(&whole, &wanted, "melee");
    }
    assert_counts(&cluster, 12);
}

/// Shards in other processes read frames as bytes; so does an edge, which ticks nothing itself. The
/// seat moves meanwhile, and with it who says what became of the roster.
#[test]
fn frames_that_travel_as_bytes_are_the_same() {
    let (script, wanted) = record(9, 24, 300);
    let mut random = SplitMix64::new(9);
    let mut cluster = Cluster::new(battle_world(9, 40), scattered(4, &mut random));
    for (commands, wanted) in script[..50].iter().zip(&wanted) {
        assert_same(&cluster.tick(&mut commands.clone()), wanted, "warm-up");
    }
    let snapshot = follow::snapshot(&cluster.shards()[2], &wanted[48].roster);
    let mut follower = Follower::new(&snapshot).expect("it was just taken");
    assert_same(&follow(&mut follower, &cluster), &wanted[49], "followed");
    let keeper = RosterKeeper::new(wanted[49].roster.clone(), wanted[49].tick);
    let mut keepers = vec![keeper; 4];
    let mut seats = BTreeSet::new();
    for (commands, wanted) in script[50..].iter().zip(&wanted[50..]) {
        let mut commands = commands.clone();
        if random.chance(1, 20) {
            commands.push(move_to_any(SEAT_CELL, &cluster, 4, &mut random));
        }
        let whole = cluster.tick_through(&mut commands, |_, to, frame| {
            let mut read = travel(frame);
            if read.is_seat {
                read.roster = keepers[to].follow(&read);
            }
            Arc::new(read)
        });
        assert_same(&whole, wanted, "as bytes");
        for (place, frame) in cluster.frames().into_iter().filter(|(_, it)| it.is_seat) {
            keepers[place].see(&frame);
            seats.insert(frame.source);
        }
        let seen = follow(&mut follower, &cluster);
        assert_same(&seen, wanted, "followed");
        assert!(diff_count(&seen.terrain, &wanted.terrain) == 0);
    }
    assert!(seats.len() > 2, "the seat moves: {seats:?}");
}

fn travel(frame: &Frame) -> Frame {
    record::frame::read(&bytes_of(frame)).expect("it was just written")
}

fn follow(follower: &mut Follower, cluster: &Cluster) -> Frame {
    let frames = cluster.frames();
    let read = frames.iter().map(|(_, frame)| Arc::new(travel(frame)));
    follower.follow(&read.collect::<Vec<_>>())
}

fn diff_count(old: &Terrain, new: &Terrain) -> usize {
    let mut count = 0;
    diff_blocks(old, new, |_| count += 1);
    count
}

/// Whatever bytes a frame's are damaged to, they are refused or can be ticked with.
#[test]
fn damaged_frames_are_refused_or_harmless() {
    let (script, _) = record(10, 24, 80);
    let mut random = SplitMix64::new(10);
    let mut cluster = Cluster::new(battle_world(10, 40), scattered(2, &mut random));
    for commands in &script {
        cluster.tick(&mut commands.clone());
    }
    let frame = cluster.shards()[1].frame.clone();
    let bytes = bytes_of(&frame);
    for length in (0..bytes.len()).step_by(7) {
        assert!(record::frame::read(&bytes[..length]).is_err());
    }
    let mut harmless_count = 0;
    for _ in 0..600 {
        let mut damaged = bytes.clone();
        let place = random.below(damaged.len() as u32) as usize;
        damaged[place] ^= 1 << random.below(8);
        let Ok(read) = record::frame::read(&damaged) else {
            continue;
        };
        // Whoever carries frames refuses those that name another source.
        let is_like_ours =
            read.source == frame.source && read.tick == frame.tick && read.is_seat == frame.is_seat;
        let is_same_layout =
            !frame.is_seat || (read.partition == frame.partition && read.members == frame.members);
        if is_like_ours && is_same_layout {
            harmless_count += 1;
            let mut shard = cluster.shards()[0].clone();
            tick_beside(&mut shard, &mut Vec::new(), &[Arc::new(read)], |_| {});
        }
    }
    assert!(harmless_count > 100, "only {harmless_count} were read");
}

/// A process joins a battle, takes all regions of another, which leaves: nothing changes.
#[test]
fn shards_join_and_leave_a_battle() {
    let (script, wanted) = record(11, 24, 400);
    let mut random = SplitMix64::new(11);
    let mut cluster = Cluster::new(battle_world(11, 40), scattered(3, &mut random));
    let newcomer = Owner { pod: 1, shard: 0 };
    let leaver = Owner { pod: 0, shard: 0 };
    for (number, (commands, wanted)) in script.iter().zip(&wanted).enumerate() {
        let mut commands = commands.clone();
        match number {
            50 => cluster.add(newcomer),
            60 => commands.push(Command::Partition(PartitionChange::Enlist {
                owner: newcomer,
            })),
            70..300 => {
                let change = move_from(&cluster, leaver, newcomer);
                let discharge = Command::Partition(PartitionChange::Discharge { owner: leaver });
                commands.push(change.unwrap_or(discharge));
            }
            _ => {}
        }
        let whole = cluster.tick(&mut commands);
        assert_same(&whole, wanted, "joining and leaving");
    }
    let faults = cluster.shards().iter().map(|shard| shard.counters());
    let faults: u64 = faults.map(|it| it.conservation_faults_count).sum();
    assert_eq!(faults, 0, "who leaves leaves its counts behind");
    let mut owners: Vec<Owner> = cluster.shards().iter().map(|shard| shard.owner).collect();
    owners.sort_unstable();
    assert!(
        owners.contains(&newcomer) && !owners.contains(&leaver),
        "{owners:?}"
    );
    assert_eq!(owners.len(), 3);
}

/// Some region of one shard goes to another, if it has any.
fn move_from(cluster: &Cluster, from: Owner, to: Owner) -> Option<Command> {
    let partition = partition_of(cluster);
    let region = partition.regions().iter().find(|it| it.owner == from)?;
    Some(Command::Partition(PartitionChange::Assign {
        region: region.id,
        owner: to,
        seen: partition.epoch(),
    }))
}

/// On a border nobody is handed to and fro.
#[test]
fn a_body_that_dances_on_a_border_stays_where_it_is() {
    let mut random = SplitMix64::new(1);
    let mut cluster = Cluster::new(battle_world(1, 0), scattered(9, &mut random));
    let session = engine::SessionId(1);
    let mut commands = vec![Command::Join {
        session,
        attachment: Attachment::default(),
        name: String::from("dancer"),
        house: 0,
    }];
    for tick in 1..=2_000 {
        let buttons = match tick / 5 % 2 {
            0 => engine::Buttons::FORWARD,
            _ => engine::Buttons::BACK,
        };
        commands.push(Command::Input {
            session,
            attachment: Attachment::default(),
            input: engine::PlayerInput {
                sequence: tick,
                buttons: engine::Buttons(buttons),
                yaw: 16_384,
                ..engine::PlayerInput::default()
            },
        });
        cluster.tick(&mut commands);
    }
    let tallies = cluster.shards().iter().map(|shard| shard.bodies.tally);
    let crossed: u64 = tallies.map(|tally| tally.departed_count).sum();
    assert!(crossed <= 4, "{crossed} handoffs of one dancer");
}
