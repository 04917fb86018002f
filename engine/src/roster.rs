//! Players come and go.

use alloc::string::String;

use crate::{
    balance::{BREATH_TICKS, HEALTH_MAX},
    body::{Body, Combat, Gear},
    effect::{Change, Effect, EffectTarget, Origin, sequence},
    event::RefusalReason,
    frame::House,
    hurt,
    id::{Attachment, SessionId},
    limits::{NAME_CHARS_MAX, RESUME_GRACE_TICKS},
    player::Player,
    world::World,
    worn::Dress,
};

/// Brings a player in, dead, so that the revive phase finds it a place. For a session that is on
/// this shard already it is a reconnect: the same body, whose inputs count from 1 again. False if
/// that is for another shard to do.
pub fn join(
    world: &mut World,
    (session, attachment): (SessionId, Attachment),
    name: &str,
    house: u8,
) -> bool {
    if let Some(slot) = world.players.slot_of(session) {
        world.players.get_mut(slot).attach(attachment);
        return true;
    }
    let tick = world.tick;
    let Some(seat) = &mut world.seat else {
        return false;
    };
    if seat.seated(session).is_some() {
        return false;
    }
    let house = match house {
        0 | 1 => House::of(house),
        _ => seat.smaller_house(),
    };
    match seat.seat(session, short_name(name), house, Gear::Player as u8, tick) {
        Some(id) => {
            let mut player = Player::new(session, id);
            let estate = seat.estates.take(session);
            player.spoils = estate.spoils;
            player.dress = estate.dress;
            seat.dress(id, estate.dress.worn);
            player.attach(attachment);
            enter(world, player, house);
        }
        None => {
            let reason = RefusalReason::WorldFull;
            world.happenings.refuse_session(session, 0, reason);
        }
    }
    true
}

/// Notes what a player wears and has eaten, if that is news; false if it is on another shard.
pub fn dress(world: &mut World, session: SessionId, dress: Dress) -> bool {
    let Some(slot) = world.players.slot_of(session) else {
        return false;
    };
    let player = world.players.get_mut(slot);
    let dress = dress.spoken_in(world.dialect);
    if !dress.is_news_to(player.dress) {
        return true;
    }
    let is_change = player.dress.worn != dress.worn;
    let healing = player.dress.healing_until(dress);
    player.dress = dress;
    let body = player.body;
    let row = world.bodies.row(body).expect("a player keeps its body");
    hurt::heal(world, row, body, healing);
    if is_change {
        world.bodies.combat[row].worn = dress.worn;
        // The seat keeps what everybody is told of a body's looks.
        world.outbox.push(Effect {
            target: EffectTarget::Seat,
            source: body,
            sequence: sequence(Origin::Dress, dress.revision),
            change: Change::Dress { worn: dress.worn },
        });
    }
    true
}

/// Takes a player and its body out of the world; false if they are on another shard.
pub fn leave(world: &mut World, session: SessionId) -> bool {
    let Some(player) = world.players.remove(session) else {
        return false;
    };
    world.bodies.destroy(player.body);
    world.happenings.leave_behind(&player);
    world.outbox.push(Effect {
        target: EffectTarget::Seat,
        source: player.body,
        sequence: sequence(Origin::Leave, 0),
        change: Change::Forget { session },
    });
    true
}

/// Takes those out whom no edge has spoken for in too long.
pub fn dismiss_silent(world: &mut World) {
    let mut place = 0;
    while let Some(&(session, slot)) = world.players.order().get(place) {
        if world.players.get(slot).silent_ticks < RESUME_GRACE_TICKS {
            place += 1;
        } else {
            leave(world, session);
        }
    }
}

fn enter(world: &mut World, player: Player, house: House) {
    let (id, worn) = (player.body, player.dress.worn);
    let slot = world.players.add(player);
    let combat = Combat {
        health_max: HEALTH_MAX,
        breath_ticks: BREATH_TICKS,
        house,
        gear: Gear::Player,
        worn,
        ..Combat::default()
    };
    let body = Body::new(id, world.motion_at_camp(house), combat);
    world.bodies.create(body, slot);
}

fn short_name(name: &str) -> String {
    name.chars().take(NAME_CHARS_MAX).collect()
}
