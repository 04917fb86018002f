//! What dividing a world costs and gains: two shards against one, a body that crosses, and a region
//! with 5,000 fighting bodies that moves. Shards take turns on one thread, so that every figure is CPU
//! time of the shard alone; both sides of a comparison are the same world, which is checked by its
//! hash.

use std::{sync::Arc, time::Duration};

use bench::{Claim, Report, median, results, targets, thread_cpu_time, times};
use engine::{
    Command, Frame, PartitionChange, World, arena,
    compose::Composer,
    divide::{balanced, divide},
    frame::Crossing,
    seat::SEAT_CELL,
    tick_beside,
    world::whole_world,
};
use rtrb::RingBuffer;
use spatial::partition::Owner;

const COMMAND: &str = "./dev bench shards";
const SEED: u64 = 1;
const FIELD_EDGE_BLOCKS: i32 = 256;
const WARM_UP_TICKS: usize = 600;
const MEASURED_TICKS: usize = 401;
const MOVES: usize = 50;
/// Bodies copied through the ring at a time.
const CHUNK: usize = 256;

#[expect(clippy::print_stdout, reason = "the report is for the terminal")]
fn main() {
    let mut report = Report::default();
    two_against_one(&mut report);
    handoffs(&mut report);
    moves(&mut report);
    println!("{report}");
}

/// Shards in step on this thread, each tick timed by shard.
struct Shards {
    shards: Vec<World>,
    composer: Composer,
    whole: Frame,
}

impl Shards {
    fn new(world: World, shard_count: u16) -> Self {
        let owners: Vec<Owner> = (0..shard_count).map(owner).collect();
        Self {
            shards: divide(world, balanced(&owners)),
            composer: Composer::new(SEED),
            whole: Frame::default(),
        }
    }

    /// Ticks all; returns what each took.
    fn tick(&mut self, command: Option<Command>) -> Vec<Duration> {
        let frames: Vec<Arc<Frame>> = self.shards.iter().map(|it| it.frame.clone()).collect();
        let mut durations = Vec::new();
        for (place, shard) in self.shards.iter_mut().enumerate() {
            let mut siblings = frames.clone();
            siblings.remove(place);
            let is_seat = shard.owns(SEAT_CELL);
            let mut commands: Vec<Command> =
                command.clone().filter(|_| is_seat).into_iter().collect();
            let begun_at = thread_cpu_time();
            tick_beside(shard, &mut commands, &siblings, |_| {});
            durations.push(thread_cpu_time() - begun_at);
        }
        durations
    }

    fn hash(&mut self) -> u64 {
        let frames: Vec<Arc<Frame>> = self.shards.iter().map(|it| it.frame.clone()).collect();
        self.composer.compose(&frames, &mut self.whole);
        self.whole.hash
    }
}

fn owner(shard: u16) -> Owner {
    Owner { pod: 0, shard }
}

fn two_against_one(report: &mut Report) {
    let mut world = arena::melee(SEED, 5_000, FIELD_EDGE_BLOCKS);
    for _ in 0..times(WARM_UP_TICKS, 40) {
        engine::tick(&mut world, &mut Vec::new());
    }
    let mut one = Shards {
        shards: vec![world.clone()],
        composer: Composer::new(SEED),
        whole: Frame::default(),
    };
    let mut two = Shards::new(world, 2);
    let (mut alone, mut slower) = (Vec::new(), Vec::new());
    for _ in 0..times(MEASURED_TICKS, 5) {
        alone.extend(one.tick(None));
        slower.extend(two.tick(None).into_iter().max());
        assert_eq!(one.hash(), two.hash(), "the same world");
    }
    let (alone, slower) = (median(alone), median(slower));
    let detail = format!(
        "one shard {:.2} ms, the slower of two {:.2} ms; {} and {} bodies",
        milliseconds(alone),
        milliseconds(slower),
        two.shards[0].bodies.count(),
        two.shards[1].bodies.count(),
    );
    report.add(
        Claim::at_least(
            "two shards against one, 10,000 fighting bodies",
            alone.as_secs_f64() / slower.as_secs_f64(),
            1.7,
            "×",
        )
        .with_detail(detail),
    );
}

/// Gives the region of all the field to the other shard.
fn give_all(shards: &Shards, to: Owner) -> Command {
    let seat = shards.shards.iter().find_map(|shard| shard.seat.as_ref());
    let partition = &seat.expect("some shard keeps the seat").partition;
    Command::Partition(PartitionChange::Assign {
        region: partition.regions()[0].id,
        owner: to,
        seen: partition.epoch(),
    })
}

/// A world in one region, of the first of two shards that take part.
fn in_one_region(world: World) -> Shards {
    let mut shards = Shards {
        shards: divide(world, whole_world()),
        composer: Composer::new(SEED),
        whole: Frame::default(),
    };
    let newcomer = engine::divide::newcomer(&shards.shards[0], owner(1));
    let enlist = Command::Partition(PartitionChange::Enlist { owner: owner(1) });
    // The newcomer is not waited for until the tick after.
    let mut commands = vec![enlist];
    let frames = [shards.shards[0].frame.clone()];
    tick_beside(&mut shards.shards[0], &mut commands, &[], |_| {});
    let mut newcomer = newcomer;
    tick_beside(&mut newcomer, &mut Vec::new(), &frames, |_| {});
    shards.shards.push(newcomer);
    shards
}

/// What crossing costs a body, on both sides together, beside copying its bytes through a ring.
fn handoffs(report: &mut Report) {
    let mut world = arena::melee(SEED, 2_500, FIELD_EDGE_BLOCKS);
    for combat in &mut world.bodies.combat {
        combat.health = 0;
        combat.respawn_ticks = u16::MAX;
    }
    let mut shards = in_one_region(world);
    let body_count = shards.shards[0].bodies.count();
    let mut quiet = Vec::new();
    let mut crossing = Vec::new();
    let mut copying = Vec::new();
    for round in 0..times(41, 2) {
        for _ in 0..10 {
            quiet.push(shards.tick(None).iter().sum::<Duration>());
        }
        let to = owner(1 - (round % 2) as u16);
        let command = give_all(&shards, to);
        let mut cost = shards.tick(Some(command)).iter().sum::<Duration>();
        let mut tick_count = 1;
        while shards.shards[usize::from(to.shard)].bodies.count() < body_count {
            cost += shards.tick(None).iter().sum::<Duration>();
            tick_count += 1;
        }
        crossing.push((cost, tick_count));
        copying.push(copy_through_ring(&shards, body_count));
    }
    let quiet = median(quiet);
    let costs = crossing
        .iter()
        .map(|(cost, ticks)| cost.saturating_sub(quiet * *ticks));
    let per_body = |cost: Duration| cost.as_secs_f64() * 1e9 / body_count as f64;
    let crossing = per_body(median(costs.collect()));
    let copying = per_body(median(copying));
    results::record(&targets::HANDOFF, crossing / copying, COMMAND);
    report.add(
        Claim::at_most(
            "handoff of a body, times a raw copy through rtrb",
            crossing / copying,
            4.0,
            "×",
        )
        .with_detail(format!("{crossing:.0} ns against {copying:.0} ns")),
    );
}

/// The same bytes through a ring, chunk by chunk, into columns again.
fn copy_through_ring(shards: &Shards, body_count: usize) -> Duration {
    let shard = &shards.shards[0];
    let body = match shard.bodies.count() {
        0 => shards.shards[1].bodies.body(0),
        _ => shard.bodies.body(0),
    };
    let crossing = Crossing {
        to: owner(1),
        body,
        player: None,
    };
    let all = vec![crossing; body_count];
    let (mut producer, mut consumer) = RingBuffer::<Crossing>::new(CHUNK);
    let mut arrived: Vec<Crossing> = Vec::with_capacity(body_count);
    let begun_at = thread_cpu_time();
    for chunk in all.chunks(CHUNK) {
        let slots = producer
            .write_chunk_uninit(chunk.len())
            .expect("it is empty");
        slots.fill_from_iter(chunk.iter().cloned());
        let read = consumer
            .read_chunk(chunk.len())
            .expect("it was just filled");
        arrived.extend(read);
    }
    let duration = thread_cpu_time() - begun_at;
    assert_eq!(arrived.last(), all.last());
    duration
}

/// The longest tick of either shard in each move of a region full of fighters.
fn moves(report: &mut Report) {
    let mut world = arena::melee(SEED, 2_500, FIELD_EDGE_BLOCKS);
    for _ in 0..times(WARM_UP_TICKS, 40) {
        engine::tick(&mut world, &mut Vec::new());
    }
    let mut shards = in_one_region(world);
    let body_count: usize = shards.shards.iter().map(|it| it.bodies.count()).sum();
    let mut pauses = Vec::new();
    for number in 0..times(MOVES, 2) {
        let to = owner(1 - (number % 2) as u16);
        let command = give_all(&shards, to);
        let mut pause = shards.tick(Some(command)).into_iter().max();
        while shards.shards[usize::from(to.shard)].bodies.count() < body_count {
            pause = pause.max(shards.tick(None).into_iter().max());
        }
        pauses.extend(pause);
    }
    pauses.sort_unstable();
    let p99 = pauses[(pauses.len() - 1) * 99 / 100];
    report.add(
        Claim::at_most(
            "longest tick while a region with 5,000 bodies moves, p99",
            milliseconds(p99),
            50.0,
            "ms",
        )
        .with_detail(format!(
            "median {:.2} ms of {} moves; no tick is left out",
            milliseconds(median(pauses.clone())),
            pauses.len()
        )),
    );
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
