//! The horn heals all of the own house around, also its blower.

use crate::{
    angle,
    balance::{HORN_HEALING, HORN_RADIUS},
    effect::{Change, Effect, EffectTarget, Origin, sequence},
    event::Event,
    projectile::between,
    stage::{Actor, Stage},
};

pub fn blow(actor: &Actor, stage: &mut Stage) {
    stage.happenings.tell(Event::HornBlown {
        body: actor.id,
        position: actor.feet,
    });
    let seen = stage.history.seen(actor.lag, stage.tick);
    let outbox = &mut *stage.outbox;
    seen.each_near(actor.feet, HORN_RADIUS, |body| {
        let is_friend = body.house == actor.house && body.health < u8::MAX;
        if is_friend && angle::length(between(actor.feet, body.feet)) <= HORN_RADIUS {
            outbox.push(Effect {
                target: EffectTarget::Body(body.id),
                source: actor.id,
                sequence: sequence(Origin::Horn, 0),
                change: Change::Heal {
                    amount: HORN_HEALING,
                },
            });
        }
    });
}
