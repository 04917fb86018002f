//! Wounds, pushes and death of an own body, when an effect asks for them.

use spatial::{Position, random::SplitMix64};

use crate::{
    balance::{
        FALL_SPEED_MAX, FLINCH_TICKS, KILL_SCORE, PUSH_SPEED_MAX, RESPAWN_TICKS,
        SOLDIER_KILL_SCORE, SOLDIER_RESPAWN_TICKS_MAX, SOLDIER_RESPAWN_TICKS_MIN,
    },
    body::{Combat, NONE},
    effect::{Change, Effect, EffectTarget, Origin, sequence},
    event::{Event, Weapon},
    frame::pose,
    id::BodyId,
    limits::BODY_HEIGHT,
    motion::Motion,
    spoils::Gains,
    world::World,
    worn,
};

/// What hits a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Blow {
    pub source: BodyId,
    pub damage: u16,
    pub weapon: Weapon,
    /// Added to the velocity, 1/4096 m per tick.
    pub push: [i32; 3],
}

/// Hurts and pushes a body, unless it is dead or just returned.
pub fn apply(world: &mut World, row: usize, blow: Blow) {
    let combat = &mut world.bodies.combat[row];
    if !combat.is_alive() || combat.safe_ticks > 0 {
        return;
    }
    let yaw = world.bodies.motion[row].yaw;
    let damage = damage_of(&blow, combat, yaw).min(combat.health);
    combat.health -= damage;
    combat.show_hands(pose::HANDS_FLINCH, FLINCH_TICKS);
    let is_dead = !combat.is_alive();
    push(world, row, blow.push);
    world.happenings.tell(Event::Hurt {
        target: world.bodies.id[row],
        attacker: blow.source,
        weapon: blow.weapon,
        damage,
        position: chest(world, row),
    });
    if is_dead {
        die(world, row, blow);
    }
}

/// Gives a living body health, as much as it lacks.
pub fn heal(world: &mut World, row: usize, healer: BodyId, amount: u16) {
    let combat = &mut world.bodies.combat[row];
    let amount = amount.min(combat.health_max - combat.health);
    if !combat.is_alive() || amount == 0 {
        return;
    }
    combat.health += amount;
    world.happenings.tell(Event::Healed {
        target: world.bodies.id[row],
        healer,
        amount,
        position: chest(world, row),
    });
}

/// What of a blow gets through what the body wears. A shield is of use before a body whose hands have no
/// bow.
fn damage_of(blow: &Blow, combat: &Combat, yaw: u16) -> u16 {
    let is_shielded = !combat.holds_bow && worn::is_from_ahead(blow.push, yaw);
    combat.worn.soften(blow.damage, blow.weapon, is_shielded)
}

/// Adds to a body's velocity, within bounds; counted, so that a client knows it for a push.
fn push(world: &mut World, row: usize, push: [i32; 3]) {
    if push == [0; 3] {
        return;
    }
    let motion = &mut world.bodies.motion[row];
    let limits = [PUSH_SPEED_MAX, FALL_SPEED_MAX, PUSH_SPEED_MAX];
    for axis in 0..3 {
        let pushed = motion.velocity[axis] + push[axis];
        motion.velocity[axis] = pushed.clamp(-limits[axis], limits[axis]);
    }
    if push[1] > 0 {
        motion.flags &= !Motion::FLAG_GROUNDED;
    }
    count_push(world, row);
}

/// Tells a body's player that it was moved from outside.
pub fn count_push(world: &mut World, row: usize) {
    if let Some(player) = world.players.of_body(world.bodies.player[row]) {
        player.push_count = player.push_count.wrapping_add(1);
    }
}

fn die(world: &mut World, row: usize, blow: Blow) {
    let target = world.bodies.id[row];
    let is_own_doing = blow.source == target;
    world.bodies.combat[row].respawn_ticks = respawn_ticks(world, row);
    let tick = world.tick;
    if let Some(player) = world.players.of_body(world.bodies.player[row]) {
        player.gain(tick, Gains::die);
        player.deaths = player.deaths.saturating_add(1);
        player.push_count = player.push_count.wrapping_add(1);
        player.drop_work();
    }
    world.happenings.tell(Event::Died {
        target,
        killer: if is_own_doing {
            BodyId::NOBODY
        } else {
            blow.source
        },
        weapon: blow.weapon,
        position: chest(world, row),
    });
    if !is_own_doing && blow.source != BodyId::NOBODY {
        credit(world, row, blow.source);
    }
}

/// Soldiers come back after a time of chance, so that they do not come in waves.
fn respawn_ticks(world: &World, row: usize) -> u16 {
    if world.bodies.player[row] != NONE {
        return RESPAWN_TICKS;
    }
    let id = world.bodies.id[row].0 as u64;
    let mut random = SplitMix64::keyed(&[world.config.seed, id, world.tick as u64]);
    random.between(SOLDIER_RESPAWN_TICKS_MIN, SOLDIER_RESPAWN_TICKS_MAX) as u16
}

fn credit(world: &mut World, row: usize, killer: BodyId) {
    let score = match world.bodies.player[row] {
        NONE => SOLDIER_KILL_SCORE,
        _ => KILL_SCORE,
    };
    world.outbox.push(Effect {
        target: EffectTarget::Body(killer),
        source: world.bodies.id[row],
        sequence: sequence(Origin::Death, 0),
        change: Change::Credit {
            score,
            at: world.bodies.motion[row].position,
        },
    });
}

fn chest(world: &World, row: usize) -> Position {
    let feet = world.bodies.motion[row].position;
    Position::new(feet.x, feet.y + BODY_HEIGHT / 2, feet.z)
}
