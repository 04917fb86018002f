//! Players come and go.

use alloc::string::String;

use crate::{
    balance::{BREATH_TICKS, HEALTH_MAX},
    body::{Combat, Gear, NewBody},
    event::RefusalReason,
    frame::House,
    id::SessionId,
    limits::{NAME_CHARS_MAX, PLAYERS_MAX},
    player::Player,
    world::World,
};

/// Brings a player in, dead, so that the revive phase finds it a place. For a session that is in
/// the world already it is a reconnect: the same body, whose inputs count from 1 again.
pub fn join(world: &mut World, session: SessionId, name: String, house: u8) {
    if let Some(slot) = world.players.slot_of(session) {
        let player = world.players.get_mut(slot);
        player.queue.restart();
        player.drop_work();
        return;
    }
    let house = match house {
        0 | 1 => House::of(house),
        _ => smaller_house(world),
    };
    if !enter(world, session, short_name(name), house) {
        let reason = RefusalReason::WorldFull;
        world.happenings.refuse_session(session, 0, reason);
    }
}

/// Takes a player and its body out of the world.
pub fn leave(world: &mut World, session: SessionId) {
    if let Some(player) = world.players.remove(session) {
        world.remove_body(player.body);
    }
}

/// False when there is no room.
fn enter(world: &mut World, session: SessionId, name: String, house: House) -> bool {
    if world.players.count() == PLAYERS_MAX {
        return false;
    }
    let slot = world.players.add(Player::new(session, name.clone()));
    let body = NewBody {
        player: slot,
        motion: world.motion_at_camp(house),
        combat: Combat {
            health_max: HEALTH_MAX,
            breath_ticks: BREATH_TICKS,
            house,
            gear: Gear::Player,
            ..Combat::default()
        },
    };
    match world.add_body(body, name) {
        Some(id) => world.players.get_mut(slot).body = id,
        None => {
            world.players.remove(session);
            return false;
        }
    }
    true
}

fn short_name(name: String) -> String {
    match name.char_indices().nth(NAME_CHARS_MAX) {
        Some((end, _)) => String::from(&name[..end]),
        None => name,
    }
}

/// The house with fewer players; red when equal.
fn smaller_house(world: &World) -> House {
    let mut counts = [0_u32; 2];
    for (_, slot) in world.players.order() {
        let body = world.players.get(*slot).body;
        let row = world.bodies.row(body).expect("a player keeps its body");
        counts[world.bodies.combat[row].house as usize] += 1;
    }
    House::of((counts[1] < counts[0]) as u8)
}
