//! The bow: the longer it was drawn, the faster and the worse the arrow.

use crate::{
    angle,
    balance::{ARROW_SPEED_MAX, ARROW_SPEED_MIN, DRAW_TICKS_MAX, DRAW_TICKS_MIN},
    event::Event,
    limits::ARROWS_MAX,
    projectile::{Arrow, projectile_id},
    stage::{Actor, Stage},
};

/// Looses an arrow from the eye along the look. Returns whether there was room in the air.
pub fn loose(actor: &Actor, draw_ticks: u8, damage: u16, stage: &mut Stage) -> bool {
    if stage.arrows.len() == ARROWS_MAX {
        return false;
    }
    let speed = by_draw(draw_ticks, ARROW_SPEED_MIN, ARROW_SPEED_MAX);
    let direction = angle::direction(actor.yaw, actor.pitch);
    let arrow = Arrow {
        id: projectile_id(actor.id, stage.tick),
        shooter: actor.id,
        house: actor.house,
        position: actor.eye(),
        velocity: direction.map(|axis| (axis * speed) >> angle::ONE_BITS),
        damage,
        lag: actor.lag,
        age_ticks: 0,
    };
    stage.happenings.tell(Event::ArrowLoosed {
        arrow: arrow.id,
        shooter: arrow.shooter,
        position: arrow.position,
        velocity: arrow.velocity,
    });
    stage.arrows.push(arrow);
    true
}

/// A value between two by how long the bow was drawn.
pub fn by_draw(draw_ticks: u8, min: i32, max: i32) -> i32 {
    let drawn = draw_ticks.clamp(DRAW_TICKS_MIN, DRAW_TICKS_MAX) - DRAW_TICKS_MIN;
    min + (max - min) * drawn as i32 / (DRAW_TICKS_MAX - DRAW_TICKS_MIN) as i32
}
