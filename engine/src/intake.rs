//! Inputs of players on their way in: every field is checked before it may wait for its tick.

use crate::{
    angle,
    event::RefusalReason,
    id::{Attachment, SessionId},
    input::{Buttons, PlayerInput, Slot},
    limits::INPUT_GAP_MAX,
    world::World,
};

/// Faces of a block.
const FACE_COUNT: u8 = 6;

/// Gives every player the budget of a tick, of inputs and of silence, and seals spoils that are due.
pub fn begin_tick(world: &mut World) {
    for place in 0..world.players.count() {
        let (_, slot) = world.players.order()[place];
        let player = world.players.get_mut(slot);
        player.was_refused = false;
        player.silent_ticks = player.silent_ticks.saturating_add(1);
        player.queue.refill();
        player.spoils.seal_if_due(world.tick);
    }
    begin_tick_of_estates(world);
}

/// Takes in what the players had who left in the last tick, and seals what is due.
fn begin_tick_of_estates(world: &mut World) {
    let Some(seat) = &mut world.seat else { return };
    for frame in world.history.newest().frames() {
        for estate in &frame.estates {
            let is_kept = seat.estates.add(*estate);
            world.happenings.counters.estates_lost_count += u64::from(!is_kept);
        }
    }
    seat.estates.seal_due(world.tick);
}

/// Forgets spoils that were put down, of a player or of the estate of one; false if both would be on
/// another shard.
pub fn keep_spoils(world: &mut World, session: SessionId, seal: u32) -> bool {
    let is_kept = match (world.players.slot_of(session), &mut world.seat) {
        (Some(slot), _) => world.players.get_mut(slot).spoils.keep(seal),
        (None, Some(seat)) if seat.seated(session).is_none() => seat.estates.keep(session, seal),
        (None, _) => return false,
    };
    world.happenings.counters.spoils_unknown_count += u64::from(!is_kept);
    true
}

/// A player is still there; false if it is not on this shard.
pub fn hear(world: &mut World, session: SessionId, attachment: Attachment) -> bool {
    let slot = world.players.slot_of(session);
    if let Some(slot) = slot {
        world.players.get_mut(slot).hears(attachment);
    }
    slot.is_some()
}

/// Queues an input, or refuses it; false if its player is not on this shard. One of a connection
/// whose place another has taken is dropped.
pub fn receive(
    world: &mut World,
    session: SessionId,
    attachment: Attachment,
    input: PlayerInput,
) -> bool {
    let Some(slot) = world.players.slot_of(session) else {
        return false;
    };
    let player = world.players.get_mut(slot);
    if !player.hears(attachment) {
        return true;
    }
    let fault = range_fault(&input)
        .or_else(|| sequence_fault(&input, player.queue.sequence_received))
        .or_else(|| player.queue.is_full().then_some(RefusalReason::TooFast));
    match fault {
        None => player.queue.push(input),
        Some(reason) => world.happenings.refuse(player, input.sequence, reason),
    }
    true
}

fn range_fault(input: &PlayerInput) -> Option<RefusalReason> {
    let is_in_range = input.buttons.0 & !Buttons::ALL == 0
        && (input.pitch as i32).abs() <= angle::QUARTER
        && input.slot.0 < Slot::COUNT
        && input.target.is_none_or(|target| target.face < FACE_COUNT);
    (!is_in_range).then_some(RefusalReason::OutOfRange)
}

fn sequence_fault(input: &PlayerInput, received: u32) -> Option<RefusalReason> {
    if input.sequence <= received {
        return Some(RefusalReason::Replayed);
    }
    // The first one of a queue may have any number: a client that came back goes on with its own.
    let is_far_ahead = received != 0 && input.sequence - received > INPUT_GAP_MAX;
    is_far_ahead.then_some(RefusalReason::OutOfRange)
}
