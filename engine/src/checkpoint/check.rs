//! What a loaded world must hold so that no later tick can stumble over it (R7).

use alloc::vec::Vec;

use spatial::{BlockCoord, Brick, CellCoord, Position, partition::Partition};

use crate::{
    body::{Bodies, Body, NONE},
    drops::Drops,
    effect::{Change, Effect, EffectTarget},
    frame::{BodyColumns, Handoffs},
    history::Lag,
    id::BodyId,
    input::Slot,
    limits::{
        ARROWS_MAX, BODIES_MAX, BOMBS_MAX, DROPS_MAX, EFFECTS_MAX, ESTATES_MAX, FORWARDED_MAX,
        INPUTS_PER_TICK_MAX, PLAYERS_MAX,
    },
    player::Player,
    projectile::{Arrow, Bomb},
    record::{CheckpointError, message::is_loadable},
    seat::{SEAT_CELL, Seat},
    world::World,
};

/// Positions are this far from the middle at most, so that no sum of two overflows.
const COORDINATE_MAX: i32 = 1 << 30;
/// Banners are named by a byte, of which 255 means none.
const BANNERS_MAX: usize = 254;

type Checked = Result<(), CheckpointError>;

/// Columns of one length, ids that name one body each.
pub fn ids(ids: &[BodyId], lengths: &[usize]) -> Checked {
    let count = ids.len();
    let is_one_table = lengths.iter().all(|&length| length == count) && count <= BODIES_MAX;
    require(is_one_table)?;
    let mut indices: Vec<u32> = ids.iter().map(|id| id.index()).collect();
    indices.sort_unstable();
    let is_unique = indices.windows(2).all(|pair| pair[0] < pair[1]);
    let mut range = indices.iter();
    require(is_unique && range.all(|&index| is_index(index)))
}

pub fn tally(bodies: &Bodies) -> Checked {
    require(bodies.tally.alive_count() == Some(bodies.count() as u64))
}

pub fn body(body: &Body) -> Checked {
    position(body.motion.position)?;
    vector(body.motion.velocity)?;
    require(body.motion.fall_from_y.abs() <= COORDINATE_MAX)?;
    require(body.combat.health <= body.combat.health_max && body.combat.breath_ticks > 0)
}

/// Bricks on their way into the world.
pub fn arriving(bricks: &[(CellCoord, Brick)]) -> Checked {
    require(bricks.iter().all(is_loadable))
}

/// Who crosses is on no row of this shard.
pub fn handoffs(world: &World, handoffs: &Handoffs) -> Checked {
    crossing(handoffs)?;
    let ids_crossing = handoffs.bodies.iter().map(|it| it.body.id);
    let all: Vec<BodyId> = world
        .bodies
        .id
        .iter()
        .copied()
        .chain(ids_crossing)
        .collect();
    ids(&all, &[])?;
    let mut sessions = handoffs.bodies.iter().filter_map(|it| it.player.as_ref());
    require(sessions.all(|player| world.players.slot_of(player.session).is_none()))?;
    projectiles(world.arrows.iter(), world.bombs.iter())
}

/// What crosses is there once, and whole.
pub fn crossing(handoffs: &Handoffs) -> Checked {
    let crossing: Vec<BodyId> = handoffs.bodies.iter().map(|it| it.body.id).collect();
    ids(&crossing, &[])?;
    for it in &handoffs.bodies {
        body(&it.body)?;
        if let Some(player) = &it.player {
            players(core::slice::from_ref(player))?;
            require(player.body == it.body.id)?;
            require(player.dress.worn == it.body.combat.worn)?;
        }
    }
    let sessions = handoffs.bodies.iter().filter_map(|it| it.player.as_ref());
    let mut sessions: Vec<_> = sessions.map(|player| player.session).collect();
    sessions.sort_unstable();
    require(sessions.windows(2).all(|pair| pair[0] < pair[1]))?;
    let arrows = handoffs.arrows.iter().map(|(_, it)| it);
    projectiles(arrows, handoffs.bombs.iter().map(|(_, it)| it))
}

fn projectiles<'a>(
    arrows: impl Iterator<Item = &'a Arrow>,
    bombs: impl Iterator<Item = &'a Bomb>,
) -> Checked {
    let mut count = 0;
    for arrow in arrows {
        count += 1;
        position(arrow.position)?;
        vector(arrow.velocity)?;
        require(arrow.lag >= Lag::NEWEST && arrow.lag <= Lag::MAX)?;
    }
    require(count <= ARROWS_MAX)?;
    count = 0;
    for bomb in bombs {
        count += 1;
        position(bomb.position)?;
        vector(bomb.velocity)?;
        require(bomb.fuse_ticks > 0)?;
    }
    require(count <= BOMBS_MAX)
}

/// A seat that knows who is on its shard, and has a banner for every landmark.
fn seat(world: &World, seat: &Seat) -> Checked {
    given_seat(seat)?;
    require(seat.roster_changes.is_empty())?;
    require(world.bodies.id.iter().all(|&id| seat.knows(id)))?;
    require(world.config.landmarks.banners.len() == seat.banners.len())
}

/// A seat whose parts agree: indices are given once or rest once, sessions have bodies that are there,
/// and regions have owners that take part.
pub fn given_seat(seat: &Seat) -> Checked {
    seat_indices(seat)?;
    require(seat.sessions.len() <= PLAYERS_MAX)?;
    let mut pairs = seat.sessions.windows(2);
    require(pairs.all(|pair| pair[0].session < pair[1].session))?;
    require(seat.sessions.iter().all(|seated| seat.knows(seated.body)))?;
    require(seat.estates.all().len() <= ESTATES_MAX)?;
    require(
        seat.estates
            .all()
            .is_sorted_by(|it, next| it.session < next.session),
    )?;
    require(has_seat_cell(&seat.partition))?;
    require(seat.members.is_sorted_by(|member, next| member < next))?;
    let owners = crate::seat::owners_of(&seat.partition);
    let is_member = |owner| seat.members.binary_search(owner).is_ok();
    require(owners.iter().all(is_member))?;
    require(seat.banners.len() <= BANNERS_MAX)?;
    let mut blocks = seat.banners.iter().map(|banner| &banner.block);
    require(blocks.all(is_block_near))
}

pub fn has_seat_cell(partition: &Partition) -> bool {
    partition.locate(SEAT_CELL).is_ok()
}

pub fn is_index(index: u32) -> bool {
    (1..=BODIES_MAX as u32).contains(&index)
}

fn seat_indices(seat: &Seat) -> Checked {
    let indices = &seat.indices;
    let index_count = indices.generation.len();
    require((1..=BODIES_MAX + 1).contains(&index_count))?;
    let mut is_used = alloc::vec![false; index_count];
    is_used[0] = true;
    let mut use_up = |index: u32| {
        let is_free = is_used.get_mut(index as usize).is_some_and(|used| !*used);
        if is_free {
            is_used[index as usize] = true;
        }
        require(is_free)
    };
    let mut resting = indices.resting.iter();
    resting.try_for_each(|(index, _)| use_up(*index))?;
    let appearances = &seat.roster.appearances;
    require(appearances.len() <= index_count)?;
    for (index, looks) in appearances.iter().enumerate() {
        let Some(looks) = looks else { continue };
        use_up(index as u32)?;
        let id = BodyId::new(index as u32, indices.generation[index]);
        require(looks.id == id)?;
    }
    Ok(())
}

/// In order of sessions, each within its bounds.
pub fn players(players: &[Player]) -> Checked {
    require(players.len() <= PLAYERS_MAX)?;
    require(players.is_sorted_by(|player, next| player.session < next.session))?;
    players.iter().try_for_each(|player| {
        let slots = [player.slot].into_iter();
        let mut slots = slots.chain(player.queue.inputs().iter().map(|input| input.slot));
        require(slots.all(|slot: Slot| slot.0 < Slot::COUNT))?;
        require(player.applied_count as usize <= INPUTS_PER_TICK_MAX)?;
        let targets = player
            .queue
            .inputs()
            .iter()
            .filter_map(|input| input.target);
        require(targets.into_iter().all(|target| target.face < 6))?;
        match player.dig {
            Some((block, _)) => require([block.x, block.y, block.z].iter().all(is_block)),
            None => Ok(()),
        }
    })
}

/// All else, once the parts are together.
pub fn world(world: &World) -> Checked {
    require(world.tick < u32::MAX / 2)?;
    require(world.round_memory.start_tick <= world.tick)?;
    require(has_seat_cell(&world.partition))?;
    check_landmarks(world)?;
    require(world.outbox.effects().len() <= EFFECTS_MAX && world.outbox.dropped_count == 0)?;
    world.outbox.effects().iter().try_for_each(effect)?;
    require(world.happenings.forwarded.len() <= FORWARDED_MAX)?;
    require(world.happenings.estates.len() <= PLAYERS_MAX)?;
    drops(&world.drops)?;
    check_players(world)?;
    match &world.seat {
        Some(kept) => seat(world, kept),
        None => Ok(()),
    }
}

/// A frame's columns.
pub fn past(columns: &BodyColumns) -> Checked {
    let count = columns.count();
    let lengths = [
        columns.x.len(),
        columns.y.len(),
        columns.z.len(),
        columns.yaw.len(),
        columns.pose.len(),
        columns.health.len(),
        columns.house.len(),
    ];
    require(lengths.iter().all(|&length| length == count) && count <= BODIES_MAX)?;
    require(
        columns
            .id
            .iter()
            .all(|id| id.index() as usize <= BODIES_MAX),
    )?;
    (0..count).try_for_each(|row| position(columns.position(row)))
}

fn check_landmarks(world: &World) -> Checked {
    let landmarks = &world.config.landmarks;
    require(landmarks.banners.len() <= BANNERS_MAX)?;
    let mut blocks = landmarks.camps.iter().chain(&landmarks.banners);
    require(blocks.all(is_block_near))
}

fn is_block_near(block: &BlockCoord) -> bool {
    [block.x, block.y, block.z].iter().all(is_block)
}

/// Players and bodies name each other, and agree on what is worn.
fn check_players(world: &World) -> Checked {
    let bodies = &world.bodies;
    let mut rows = (0..bodies.count()).filter(|&row| bodies.player[row] != NONE);
    require(rows.all(|row| {
        let player = world.players.get(bodies.player[row]);
        player.body == bodies.id[row] && player.dress.worn == bodies.combat[row].worn
    }))
}

/// Effects ask of bodies what bodies can do, and of cells what cells can.
pub fn effect(effect: &Effect) -> Checked {
    let is_for_body = matches!(effect.target, EffectTarget::Body(_));
    let is_for_cell = matches!(effect.target, EffectTarget::Cell(_));
    match effect.change {
        Change::Hurt { push, .. } => {
            vector(push)?;
            require(is_for_body)
        }
        Change::Credit { at, .. } => {
            position(at)?;
            require(is_for_body)
        }
        Change::Heal { .. } | Change::Grant { .. } => require(is_for_body),
        Change::Break { block } | Change::Place { block, .. } | Change::Restore { block, .. } => {
            require([block.x, block.y, block.z].iter().all(is_block))?;
            require(effect.target == EffectTarget::of_cell(block.cell()))
        }
        Change::Blast { centre } => {
            position(centre)?;
            require(is_for_cell)
        }
        Change::Lay { at, .. } => {
            position(at)?;
            require(effect.target == EffectTarget::of_cell(at.cell()))
        }
        Change::Take { .. } => require(is_for_cell),
        Change::Forget { .. } | Change::Dress { .. } => {
            require(effect.target == EffectTarget::Seat)
        }
    }
}

/// In their order, none twice.
pub fn drops(drops: &Drops) -> Checked {
    let all = drops.all();
    require(all.len() <= DROPS_MAX && all.is_sorted_by(|it, next| it.key() < next.key()))?;
    all.iter().try_for_each(|drop| position(drop.position))
}

fn position(position: Position) -> Checked {
    let axes = [position.x, position.y, position.z];
    require(
        axes.iter()
            .all(|axis| (-COORDINATE_MAX..=COORDINATE_MAX).contains(axis)),
    )
}

/// Speeds fit the 16 bits that they have on the wire.
fn vector(vector: [i32; 3]) -> Checked {
    let max = i32::from(i16::MAX);
    require(vector.iter().all(|axis| (-max..=max).contains(axis)))
}

fn is_block(coordinate: &i32) -> bool {
    let range = -(COORDINATE_MAX >> 12)..=COORDINATE_MAX >> 12;
    range.contains(coordinate)
}

pub fn require(is_so: bool) -> Checked {
    is_so.then_some(()).ok_or(CheckpointError::Inconsistent)
}
