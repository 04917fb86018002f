//! Rounds: the score of kills and banners, an end, a pause, and a fresh start.
//!
//! In the pause the land heals: what was broken or built since it was loaded goes back, a bounded
//! number of blocks a tick, so that a battle that goes on for ever keeps its field. At a start all
//! return: soldiers in ranks that face each other over the river, players at their camps.

use spatial::{
    Block, BlockCoord, Position,
    position::UNITS_PER_METRE,
    terrain::{BlockChange, Terrain, diff_blocks},
};

use crate::{
    balance::{BANNER_SCORE_PER_SECOND, KILL_ROUND_SCORE, ROUND_PAUSE_TICKS, ROUND_TICKS_MAX},
    banner,
    body::NONE,
    effect::{Change, Effect, EffectTarget, Origin, sequence},
    event::Event,
    frame::{House, RoundState},
    generate::layout::{FIELD, MIDDLE, facing},
    hurt,
    id::BodyId,
    limits::TICK_RATE_HZ,
    world::World,
};

/// Soldiers side by side in a rank, and metres from file to file and from rank to rank.
const FILE_COUNT: i32 = 100;
const FILE_STEP_UNITS: i32 = UNITS_PER_METRE * 3 / 2;
const RANK_STEP_UNITS: i32 = UNITS_PER_METRE * 8 / 5;
/// From the middle of the field to the first rank.
const FRONT_DISTANCE: i32 = 34 * UNITS_PER_METRE;
/// Soldiers return in ranks during the first 3 s of a round; who falls after that returns behind.
const MUSTER_TICKS: u32 = 60;
/// Ticks over which the returns of a start are spread.
const MUSTER_SPREAD_TICKS: u32 = 20;
/// Height around which the field's ground is looked for.
const FIELD_HEIGHT: i32 = 47;
/// Blocks healed at a time, and the ticks from one time to the next.
const HEAL_COUNT_MAX: usize = 4_000;
const HEAL_PERIOD_TICKS: u32 = 10;

/// What a round needs to remember beside what it shows.
#[derive(Clone, Debug, Default)]
pub struct RoundMemory {
    pub start_tick: u32,
    /// The land as it was loaded.
    pub pristine: Terrain,
}

/// Scores, ends, heals, starts.
pub fn phase(world: &mut World) {
    if world.round.pause_ticks == 0 {
        score(world);
        if is_over(world) {
            end(world);
        }
        return;
    }
    world.round.pause_ticks -= 1;
    if world.round.pause_ticks == 0 {
        start(world);
    } else if world.round.pause_ticks.is_multiple_of(HEAL_PERIOD_TICKS) {
        heal(world);
    }
}

/// Where a soldier stands up in the first seconds of a round; none later, and off the field.
pub fn muster_place(world: &World, row: usize) -> Option<Position> {
    let is_soldier = world.bodies.player[row] == NONE;
    if !is_soldier || world.tick > world.round_memory.start_tick + MUSTER_TICKS {
        return None;
    }
    let number = (world.bodies.id[row].index() / 2) as i32;
    let (file, rank) = (number % FILE_COUNT, number / FILE_COUNT);
    let outwards = -facing(world.bodies.combat[row].house);
    let z = MIDDLE * UNITS_PER_METRE + (2 * file - FILE_COUNT) * FILE_STEP_UNITS / 2;
    let distance = FRONT_DISTANCE + rank * RANK_STEP_UNITS;
    (0..6).find_map(|step| {
        let distance = distance + step * 4 * UNITS_PER_METRE;
        let x = MIDDLE * UNITS_PER_METRE + outwards * distance;
        dry_ground(world, x, z)
    })
}

/// The lowest ground of the field at a place, if it is dry.
fn dry_ground(world: &World, x: i32, z: i32) -> Option<Position> {
    let near = Position::new(x, FIELD_HEIGHT * UNITS_PER_METRE, z);
    let is_on_field = FIELD.contains(near.block().x, near.block().z);
    let y = is_on_field.then(|| world.thought.navigation.ground(near))??;
    let block = BlockCoord::new(near.block().x, y, near.block().z);
    let is_free = |y: i32| {
        let at = world.terrain.block(BlockCoord::new(block.x, y, block.z));
        !at.is_solid() && at != Block::WATER
    };
    // Near the surveyed column the ground may be a block higher or lower.
    let y = (y - 2..=y + 2).find(|&y| is_free(y) && is_free(y + 1) && !is_free(y - 1))?;
    let corner = BlockCoord::new(block.x, y, block.z).position();
    let half = UNITS_PER_METRE / 2;
    Some(Position::new(corner.x + half, corner.y, corner.z + half))
}

fn score(world: &mut World) {
    let gains = kills(world).map(|count| count * KILL_ROUND_SCORE);
    for (score, gain) in world.round.score.iter_mut().zip(gains) {
        *score = score.saturating_add(gain);
    }
    if world.tick.is_multiple_of(TICK_RATE_HZ) {
        for banner in &world.banners {
            if let Some(score) = world.round.score.get_mut(usize::from(banner.owner)) {
                *score = score.saturating_add(BANNER_SCORE_PER_SECOND);
            }
        }
    }
}

/// How many bodies of the other house each house felled in this tick.
fn kills(world: &World) -> [u32; 2] {
    let mut kills = [0; 2];
    for event in &world.happenings.events {
        if let Event::Died { target, killer, .. } = *event {
            let row = world
                .bodies
                .row(target)
                .filter(|_| killer != BodyId::NOBODY);
            if let Some(row) = row {
                kills[world.bodies.combat[row].house.other() as usize] += 1;
            }
        }
    }
    kills
}

fn is_over(world: &World) -> bool {
    let is_won = world
        .round
        .score
        .iter()
        .any(|&score| score >= world.round.score_to_win);
    is_won || world.tick >= world.round_memory.start_tick + ROUND_TICKS_MAX
}

fn end(world: &mut World) {
    let [red, blue] = world.round.score;
    let winner = match red.cmp(&blue) {
        core::cmp::Ordering::Greater => House::Red as u8,
        core::cmp::Ordering::Less => House::Blue as u8,
        core::cmp::Ordering::Equal => banner::NO_HOUSE,
    };
    world.round.pause_ticks = ROUND_PAUSE_TICKS;
    world.happenings.tell(Event::RoundEnded { winner });
}

fn start(world: &mut World) {
    world.round = RoundState {
        number: world.round.number.saturating_add(1),
        score_to_win: world.round.score_to_win,
        ..RoundState::default()
    };
    world.round_memory.start_tick = world.tick;
    banner::reset(world);
    world.arrows.clear();
    world.bombs.clear();
    for row in 0..world.bodies.count() {
        recall(world, row);
    }
    let round = world.round.number;
    world.happenings.tell(Event::RoundStarted { round });
}

/// Takes a body off the field, to return at once: not a death, so nobody is credited.
fn recall(world: &mut World, row: usize) {
    let spread = world.bodies.id[row].index() / 2 % MUSTER_SPREAD_TICKS;
    let combat = &mut world.bodies.combat[row];
    combat.health = 0;
    combat.respawn_ticks = 1 + spread as u16;
    if let Some(player) = world.players.of_body(world.bodies.player[row]) {
        (player.kills, player.deaths, player.score) = (0, 0, 0);
        player.drop_work();
    }
    hurt::count_push(world, row);
}

/// Has some of what differs from the land as it was loaded put back.
fn heal(world: &mut World) {
    let mut count = 0;
    diff_blocks(
        &world.terrain,
        &world.round_memory.pristine,
        |change: BlockChange| {
            count += 1;
            if count <= HEAL_COUNT_MAX {
                world.outbox.push(Effect {
                    target: EffectTarget::of_cell(change.at.cell()),
                    source: BodyId::NOBODY,
                    sequence: sequence(Origin::Healing, count as u32),
                    change: Change::Restore {
                        block: change.at,
                        now: change.new,
                    },
                });
            }
        },
    );
}
