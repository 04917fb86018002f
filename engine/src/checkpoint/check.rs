//! What a loaded world must hold so that no later tick can stumble over it (R7).

use spatial::Position;

use crate::{
    body::{Bodies, Indices, NONE},
    effect::{Change, Effect, EffectTarget},
    frame::BodyColumns,
    history::Lag,
    id::BodyId,
    input::Slot,
    limits::{ARROWS_MAX, BODIES_MAX, BOMBS_MAX, EFFECTS_MAX, INPUTS_PER_TICK_MAX, PLAYERS_MAX},
    player::Player,
    record::CheckpointError,
    world::World,
};

/// Positions are this far from the middle at most, so that no sum of two overflows.
const COORDINATE_MAX: i32 = 1 << 30;
/// Banners are named by a byte, of which 255 means none.
const BANNERS_MAX: usize = 254;

type Checked = Result<(), CheckpointError>;

/// Columns of one length, ids of their own, indices that agree with them.
pub fn bodies(bodies: &Bodies, indices: &Indices) -> Checked {
    let count = bodies.count();
    let lengths = [
        bodies.motion.len(),
        bodies.intent.len(),
        bodies.combat.len(),
        bodies.mind.len(),
    ];
    let is_one_table = lengths.iter().all(|&length| length == count) && count <= BODIES_MAX;
    let is_counted = bodies.created_count.checked_sub(bodies.destroyed_count) == Some(count as u64);
    require(is_one_table && is_counted)?;
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
    for id in &bodies.id {
        use_up(id.index())?;
        require(indices.generation[id.index() as usize] == id.generation())?;
    }
    for (index, _) in &indices.resting {
        use_up(*index)?;
    }
    bodies.motion.iter().try_for_each(|motion| {
        position(motion.position)?;
        vector(motion.velocity)?;
        require(motion.fall_from_y.abs() <= COORDINATE_MAX)
    })
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
    check_landmarks(world)?;
    require(world.arrows.len() <= ARROWS_MAX && world.bombs.len() <= BOMBS_MAX)?;
    for arrow in &world.arrows {
        position(arrow.position)?;
        vector(arrow.velocity)?;
        require(arrow.lag >= Lag::NEWEST && arrow.lag <= Lag::MAX)?;
    }
    for bomb in &world.bombs {
        position(bomb.position)?;
        vector(bomb.velocity)?;
        require(bomb.fuse_ticks > 0)?;
    }
    require(world.outbox.effects().len() <= EFFECTS_MAX && world.outbox.dropped_count == 0)?;
    world.outbox.effects().iter().try_for_each(effect)?;
    check_rows(world)?;
    check_roster(world)
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
    require(landmarks.banners.len() == world.banners.len())?;
    let banners = world.banners.iter().map(|banner| &banner.block);
    let mut blocks = landmarks
        .camps
        .iter()
        .chain(&landmarks.banners)
        .chain(banners);
    require(blocks.all(|block| [block.x, block.y, block.z].iter().all(is_block)))
}

/// Players and bodies name each other, and health is within its bounds.
fn check_rows(world: &World) -> Checked {
    for row in 0..world.bodies.count() {
        let combat = &world.bodies.combat[row];
        require(combat.health <= combat.health_max && combat.breath_ticks > 0)?;
        let slot = world.bodies.player[row];
        require(slot == NONE || world.players.get(slot).body == world.bodies.id[row])?;
    }
    Ok(())
}

/// Every body has a place in the roster.
fn check_roster(world: &World) -> Checked {
    let appearances = &world.roster.appearances;
    require(appearances.len() <= BODIES_MAX + 1)?;
    let is_known = |id: &BodyId| {
        appearances
            .get(id.index() as usize)
            .is_some_and(Option::is_some)
    };
    require(world.bodies.id.iter().all(is_known))
}

/// Effects ask of bodies what bodies can do, and of cells what cells can.
fn effect(effect: &Effect) -> Checked {
    let is_for_body = matches!(effect.target, EffectTarget::Body(_));
    match effect.change {
        Change::Hurt { push, .. } => {
            vector(push)?;
            require(is_for_body)
        }
        Change::Heal { .. } | Change::Credit { .. } | Change::Grant { .. } => require(is_for_body),
        Change::Break { block } | Change::Place { block, .. } | Change::Restore { block, .. } => {
            require([block.x, block.y, block.z].iter().all(is_block))?;
            require(effect.target == EffectTarget::of_cell(block.cell()))
        }
        Change::Blast { centre } => {
            position(centre)?;
            require(!is_for_body)
        }
    }
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

fn require(is_so: bool) -> Checked {
    is_so.then_some(()).ok_or(CheckpointError::Inconsistent)
}
