//! Rounds: the score of kills and banners, an end, a pause, and a fresh start. The seat keeps the
//! score; every shard does its part one tick after the seat said so.
//!
//! In the pause the land heals: what was broken or built since it was loaded goes back, a bounded
//! number of blocks a tick, so that a battle that goes on for ever keeps its field. At a start all
//! return: soldiers in ranks that face each other over the river, players at their camps.

use alloc::vec::Vec;

use spatial::{
    Block, BlockBox, BlockCoord, Brick, CellCoord, Position,
    brick::{BRICK_VOXELS, voxel_index},
    position::UNITS_PER_METRE,
    random::SplitMix64,
    terrain::{Terrain, diff_bricks},
};

use crate::{
    balance::{BANNER_SCORE_PER_SECOND, KILL_ROUND_SCORE, ROUND_PAUSE_TICKS, ROUND_TICKS_MAX},
    banner,
    body::NONE,
    effect::{Change, Effect, EffectTarget, Origin, Outbox, sequence},
    event::Event,
    frame::{House, RoundState},
    generate::layout::{FIELD, MIDDLE, facing},
    hurt,
    id::BodyId,
    limits::TICK_RATE_HZ,
    seat::Seat,
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
/// Ticks from one healing to the next: seldom, for a page that predicts on blocks needs to hear of
/// them first.
const HEAL_PERIOD_TICKS: u32 = 10;
/// Each time one share of all cells heals, by chance of the cell alone, so that it is the same on any
/// number of shards; each cell heals four times in a pause.
const HEAL_SHARE_COUNT: u32 = ROUND_PAUSE_TICKS / HEAL_PERIOD_TICKS / 4;
/// Blocks that a cell heals at a time: a quarter of them all. What does not fit the edits of a tick is
/// left for the next time.
const HEAL_CELL_COUNT_MAX: usize = BRICK_VOXELS / 4;

/// What every shard remembers of the round beside what the seat says of it.
#[derive(Clone, Debug, Default)]
pub struct RoundMemory {
    /// The round that this shard takes part in.
    pub number: u32,
    pub start_tick: u32,
    /// The land as it was loaded.
    pub pristine: Terrain,
}

/// Every shard follows what the seat said in the last tick; the seat goes on from there.
pub fn phase(world: &mut World) {
    let round = world.history.newest().seat().round;
    if round.number != world.round_memory.number {
        begin(world, round.number);
    } else if round.pause_ticks > 0 && round.pause_ticks.is_multiple_of(HEAL_PERIOD_TICKS) {
        heal(
            world,
            round.pause_ticks / HEAL_PERIOD_TICKS % HEAL_SHARE_COUNT,
        );
    }
    if let Some(mut seat) = world.seat.take() {
        judge(world, &mut seat);
        world.seat = Some(seat);
    }
}

/// Scores, ends, starts.
fn judge(world: &mut World, seat: &mut Seat) {
    if seat.round.pause_ticks == 0 {
        score(world, seat);
        if is_over(world, &seat.round) {
            end(world, &mut seat.round);
        }
        return;
    }
    seat.round.pause_ticks -= 1;
    if seat.round.pause_ticks == 0 {
        start(world, seat);
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

fn score(world: &World, seat: &mut Seat) {
    let gains = kills(world).map(|count| count * KILL_ROUND_SCORE);
    for (score, gain) in seat.round.score.iter_mut().zip(gains) {
        *score = score.saturating_add(gain);
    }
    if world.tick.is_multiple_of(TICK_RATE_HZ) {
        for banner in &seat.banners {
            if let Some(score) = seat.round.score.get_mut(usize::from(banner.owner)) {
                *score = score.saturating_add(BANNER_SCORE_PER_SECOND);
            }
        }
    }
}

/// How many bodies of the other house each house felled in the last tick.
fn kills(world: &World) -> [u32; 2] {
    let mut kills = [0; 2];
    let sight = world.history.newest();
    for event in sight.frames().iter().flat_map(|frame| &frame.events) {
        if let Event::Died { target, killer, .. } = *event {
            let found = sight.find(target).filter(|_| killer != BodyId::NOBODY);
            if let Some((frame, row)) = found {
                kills[House::of(frame.bodies.house[row]).other() as usize] += 1;
            }
        }
    }
    kills
}

fn is_over(world: &World, round: &RoundState) -> bool {
    let is_won = round.score.iter().any(|&score| score >= round.score_to_win);
    is_won || world.tick >= world.round_memory.start_tick + ROUND_TICKS_MAX
}

fn end(world: &mut World, round: &mut RoundState) {
    let [red, blue] = round.score;
    let winner = match red.cmp(&blue) {
        core::cmp::Ordering::Greater => House::Red as u8,
        core::cmp::Ordering::Less => House::Blue as u8,
        core::cmp::Ordering::Equal => banner::NO_HOUSE,
    };
    round.pause_ticks = ROUND_PAUSE_TICKS;
    world.happenings.tell(Event::RoundEnded { winner });
}

/// Ends a round as staff want it; false if the seat is on another shard. The number is the round that they saw: said
/// twice, it does not end the next.
pub fn end_early(world: &mut World, number: u32) -> bool {
    let Some(mut seat) = world.seat.take() else {
        return false;
    };
    if seat.round.number == number && seat.round.pause_ticks == 0 {
        end(world, &mut seat.round);
    }
    world.seat = Some(seat);
    true
}

/// Announces the next round; all shards begin it in the next tick.
fn start(world: &mut World, seat: &mut Seat) {
    seat.round = RoundState {
        number: seat.round.number.saturating_add(1),
        score_to_win: seat.round.score_to_win,
        ..RoundState::default()
    };
    banner::reset(&mut seat.banners, &mut world.outbox);
    let round = seat.round.number;
    world.happenings.tell(Event::RoundStarted { round });
}

/// Calls everybody back.
fn begin(world: &mut World, number: u32) {
    world.round_memory.number = number;
    world.round_memory.start_tick = world.tick;
    world.arrows.clear();
    world.bombs.clear();
    for row in 0..world.bodies.count() {
        recall(world, row);
    }
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

/// Has what differs from the land as it was loaded put back, in the own cells of one share.
fn heal(world: &mut World, share: u32) {
    let mut cells = Vec::new();
    let pristine = &world.round_memory.pristine;
    diff_bricks(&world.terrain, pristine, |change| {
        let cell = change.cell;
        if share_of(cell) == share && world.owns(cell) {
            cells.push((cell, change.old.clone(), change.new.clone()));
        }
    });
    for (cell, now, pristine) in cells {
        heal_cell(&mut world.outbox, cell, &now, &pristine);
    }
}

fn share_of(cell: CellCoord) -> u32 {
    let axes = [cell.x, cell.y, cell.z].map(|axis| axis as u32 as u64);
    SplitMix64::keyed(&axes).below(HEAL_SHARE_COUNT)
}

fn heal_cell(outbox: &mut Outbox, cell: CellCoord, now: &Brick, pristine: &Brick) {
    let blocks = BlockBox::of_cell(cell).blocks();
    let differs = |block: &BlockCoord| {
        let voxel = voxel_index(*block);
        now.get(voxel) != pristine.get(voxel)
    };
    for block in blocks.filter(differs).take(HEAL_CELL_COUNT_MAX) {
        let voxel = voxel_index(block);
        outbox.push(Effect {
            target: EffectTarget::of_cell(cell),
            source: BodyId::NOBODY,
            sequence: sequence(Origin::Healing, voxel as u32),
            change: Change::Restore {
                block,
                now: pristine.get(voxel),
            },
        });
    }
}
