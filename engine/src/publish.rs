//! The publish phase: the tick's frame, rows in Morton order of their cell, in storage used again.

use alloc::{sync::Arc, vec::Vec};

use spatial::Terrain;

use crate::{
    act::dig_progress,
    balance::WALK_SPEED,
    body::{Bodies, Combat, NONE},
    cross,
    frame::{BodyColumns, Frame, PlayerState, RoundState, pose},
    hash,
    motion::Motion,
    player::Player,
    seat::{SEAT_CELL, Seat},
    world::World,
};

/// Slower than this a body stands, for the animator: 0.4 m/s.
const STAND_SPEED: i32 = WALK_SPEED / 11;
/// Faster than this it runs.
const RUN_SPEED_MIN: i32 = WALK_SPEED * 9 / 8;

/// Makes the frame of the tick.
pub fn phase(world: &mut World) -> Arc<Frame> {
    assert_eq!(
        world.bodies.tally.alive_count(),
        Some(world.bodies.count() as u64),
        "created + arrived - destroyed - departed = alive (R4)"
    );
    let (mut frame, is_new) = world.history.storage();
    world.happenings.counters.frames_allocated_count += is_new as u64;
    let filled = Arc::get_mut(&mut frame).expect("nobody else holds it");
    fill(filled, world);
    cross::phase(world, filled);
    filled.tally = world.bodies.tally;
    world.frame = frame.clone();
    frame
}

/// Publishes what a world is before its next tick: of one that is new, loaded, divided or united.
/// Nobody crosses.
pub fn restart(world: &mut World) {
    let mut frame = Frame::with_room();
    fill(&mut frame, world);
    frame.tally = world.bodies.tally;
    world.frame = Arc::new(frame);
}

/// A frame of the past, of which only bodies and terrain are known.
pub fn past_frame(tick: u32, bodies: BodyColumns, terrain: Terrain) -> Frame {
    let mut frame = Frame {
        tick,
        is_seat: true,
        bodies,
        terrain,
        ..Frame::default()
    };
    let columns = &frame.bodies;
    frame.cells.rebuild(&columns.x, &columns.y, &columns.z);
    frame.index_rows();
    frame
}

fn fill(frame: &mut Frame, world: &mut World) {
    frame.tick = world.tick;
    frame.source = world.owner;
    frame.dialect = world.dialect_next;
    frame.hash_sum = hash::sum_of_shard(world);
    frame.hash = hash::of_sum(world.tick, world.config.seed, frame.hash_sum);
    fill_bodies(frame, &world.bodies);
    fill_players(frame, world);
    frame.terrain = world.terrain.clone();
    frame.drops.copy(&world.drops);
    let happenings = &mut world.happenings;
    take_over(&mut frame.events, &mut happenings.events);
    take_over(&mut frame.edits, &mut happenings.edits);
    take_over(&mut frame.loaded, &mut happenings.loaded);
    take_over(&mut frame.arriving, &mut happenings.arriving);
    take_over(&mut frame.forwarded, &mut happenings.forwarded);
    take_over(&mut frame.estates, &mut happenings.estates);
    happenings.counters.effects_dropped_count += world.outbox.dropped_count;
    world.outbox.hand_over(&mut frame.effects);
    frame.handoffs.clear();
    fill_seat(frame, world);
}

/// What the seat says of the world, and the seat itself if it goes to another shard.
fn fill_seat(frame: &mut Frame, world: &mut World) {
    frame.is_seat = world.seat.is_some();
    frame.seat = None;
    frame.banners.clear();
    frame.round = RoundState::default();
    frame.partition = world.partition.clone();
    frame.members.clear();
    frame.roster_changes.clear();
    frame.projectiles_count = (world.arrows.len() + world.bombs.len()) as u32;
    if let Some(seat) = &mut world.seat {
        frame.members.extend_from_slice(&seat.members);
        core::mem::swap(&mut frame.roster_changes, &mut seat.roster_changes);
        frame.banners.extend_from_slice(&seat.banners);
        frame.round = seat.round;
        frame.roster = seat.roster.clone();
        frame.partition = seat.partition.clone();
        let region = seat.partition.locate(SEAT_CELL);
        let region = region.expect("the seat's cell is in the world");
        if region.owner != world.owner {
            frame.seat = Some(Arc::new(Seat::clone(seat)));
        }
    }
    frame.round.alive_count = alive_counts(&world.bodies);
}

/// Swaps what the tick collected into the frame; the frame's old storage collects the next.
fn take_over<T>(into: &mut Vec<T>, from: &mut Vec<T>) {
    into.clear();
    core::mem::swap(into, from);
}

fn fill_bodies(frame: &mut Frame, bodies: &Bodies) {
    let columns = &mut frame.bodies;
    // In order of their ids first, so that the order within a cell does not depend on rows (R2).
    let rows = &mut frame.rows;
    collect_present(bodies.rows(), rows);
    let position = |row: &u32| bodies.motion[*row as usize].position;
    collect(&mut columns.x, rows, |row| position(row).x);
    collect(&mut columns.y, rows, |row| position(row).y);
    collect(&mut columns.z, rows, |row| position(row).z);
    frame.cells.rebuild(&columns.x, &columns.y, &columns.z);
    let order = frame.cells.rows().iter().map(|&place| rows[place as usize]);
    gather(columns, bodies, order);
    // From here on the index speaks of the frame's rows, which stand in its order.
    frame.cells.renumber();
    frame.index_rows();
}

/// The rows that are any. Half of them may be another shard's bodies in no order that a processor could
/// foresee, so nothing here branches on that.
fn collect_present(rows: &[u32], present: &mut Vec<u32>) {
    present.resize(rows.len(), NONE);
    let mut count = 0;
    for &row in rows {
        present[count] = row;
        count += usize::from(row != NONE);
    }
    present.truncate(count);
}

impl Frame {
    /// Notes the row of each body.
    pub(crate) fn index_rows(&mut self) {
        let index_last = self.bodies.id.iter().map(|id| id.index()).max();
        self.rows.clear();
        self.rows.resize(index_last.unwrap_or(0) as usize + 1, NONE);
        for (row, id) in self.bodies.id.iter().enumerate() {
            self.rows[id.index() as usize] = row as u32;
        }
    }
}

fn collect(column: &mut Vec<i32>, rows: &[u32], value: impl Fn(&u32) -> i32) {
    column.clear();
    column.extend(rows.iter().map(value));
}

/// Fills the columns with the bodies in an order of rows.
fn gather(columns: &mut BodyColumns, bodies: &Bodies, order: impl Iterator<Item = u32>) {
    columns.clear();
    for row in order {
        let row = row as usize;
        let motion = &bodies.motion[row];
        let combat = &bodies.combat[row];
        columns.id.push(bodies.id[row]);
        columns.x.push(motion.position.x);
        columns.y.push(motion.position.y);
        columns.z.push(motion.position.z);
        columns.yaw.push(motion.yaw);
        columns.pose.push(pose_of(motion, combat));
        columns.health.push(health_of(combat));
        columns.house.push(combat.house as u8);
    }
}

impl BodyColumns {
    pub(crate) fn clear(&mut self) {
        self.id.clear();
        self.x.clear();
        self.y.clear();
        self.z.clear();
        self.yaw.clear();
        self.pose.clear();
        self.health.clear();
        self.house.clear();
    }
}

/// Legs and hands, for the animator.
fn pose_of(motion: &Motion, combat: &Combat) -> u8 {
    if !combat.is_alive() {
        return pose::DEAD;
    }
    let hands = if combat.hands_ticks > 0 {
        combat.hands
    } else if combat.holds_bow {
        pose::HANDS_BOW
    } else {
        pose::HANDS_REST
    };
    legs_of(motion) | hands
}

fn legs_of(motion: &Motion) -> u8 {
    if motion.dash_ticks > 0 {
        return pose::DASH;
    }
    if motion.has(Motion::FLAG_SWIMMING) {
        return pose::SWIM;
    }
    if motion.has(Motion::FLAG_CROUCHED) {
        return pose::CROUCH;
    }
    if !motion.has(Motion::FLAG_GROUNDED) {
        return pose::AIR;
    }
    let [x, _, z] = motion.velocity;
    match x * x + z * z {
        speed if speed < STAND_SPEED * STAND_SPEED => pose::IDLE,
        speed if speed < RUN_SPEED_MIN * RUN_SPEED_MIN => pose::WALK,
        _ => pose::RUN,
    }
}

/// 0 only for the dead.
fn health_of(combat: &Combat) -> u8 {
    if !combat.is_alive() {
        return 0;
    }
    let share = combat.health as u32 * 255 / combat.health_max.max(1) as u32;
    share.clamp(1, 255) as u8
}

fn alive_counts(bodies: &Bodies) -> [u32; 2] {
    let mut counts = [0; 2];
    for combat in &bodies.combat {
        counts[combat.house as usize] += combat.is_alive() as u32;
    }
    counts
}

/// In order of sessions; of spoils those of players who left, too.
fn fill_players(frame: &mut Frame, world: &World) {
    frame.players.clear();
    frame.spoils.clear();
    for (session, slot) in world.players.order() {
        let player = world.players.get(*slot);
        frame.players.push(state_of(player, world));
        frame
            .spoils
            .extend(player.spoils.told(*session, world.tick));
    }
    let estates = world.seat.iter().flat_map(|seat| seat.estates.all());
    let told = estates.filter_map(|it| it.spoils.told(it.session, world.tick));
    frame.spoils.extend(told);
    frame.spoils.sort_unstable_by_key(|it| it.session);
}

fn state_of(player: &Player, world: &World) -> PlayerState {
    let row = world.bodies.row(player.body);
    let row = row.expect("a player keeps its body");
    let combat = &world.bodies.combat[row];
    let motion = world.bodies.motion[row];
    PlayerState {
        session: player.session,
        body: player.body,
        attachment: player.attachment,
        attachments_count: player.attachments_count,
        input_sequence: player.queue.sequence_applied,
        input_queue_count: player.queue.count() as u8,
        motion,
        house: combat.house,
        health: combat.health,
        health_max: combat.health_max,
        alive: combat.is_alive(),
        respawn_ticks: combat.respawn_ticks,
        push_count: player.push_count,
        slot: player.slot.0,
        wait_ticks: wait_ticks(combat, &motion),
        draw_ticks: player.draw_ticks,
        dig_progress: dig_progress(player.dig, &world.terrain),
        bombs_count: player.bombs_count,
        blocks_count: player.blocks_count,
        kills: player.kills,
        deaths: player.deaths,
        score: player.score,
        dress: player.dress,
    }
}

/// Sword, bow, bomb, pick, dash, horn.
fn wait_ticks(combat: &Combat, motion: &Motion) -> [u8; 6] {
    [
        combat.sword_wait_ticks,
        combat.bow_wait_ticks,
        combat.bomb_wait_ticks,
        combat.pick_wait_ticks,
        motion.dash_wait_ticks,
        combat.horn_wait_ticks,
    ]
}
