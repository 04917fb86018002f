//! Throwing bombs; what they do then is `projectile`'s.

use crate::{
    angle,
    balance::{BOMB_FUSE_TICKS, BOMB_SPEED},
    event::Event,
    limits::BOMBS_MAX,
    projectile::{Bomb, projectile_id},
    stage::{Actor, Stage},
};

/// Throws a bomb from the eye along the look. Returns whether there was room for one more.
pub fn throw(actor: &Actor, stage: &mut Stage) -> bool {
    if stage.bombs.len() == BOMBS_MAX {
        return false;
    }
    let direction = angle::direction(actor.yaw, actor.pitch);
    let bomb = Bomb {
        id: projectile_id(actor.id, stage.tick),
        thrower: actor.id,
        house: actor.house,
        position: actor.eye(),
        velocity: direction.map(|axis| (axis * BOMB_SPEED) >> angle::ONE_BITS),
        fuse_ticks: BOMB_FUSE_TICKS,
    };
    stage.happenings.tell(Event::BombThrown {
        bomb: bomb.id,
        thrower: bomb.thrower,
        position: bomb.position,
        velocity: bomb.velocity,
    });
    stage.bombs.push(bomb);
    true
}
