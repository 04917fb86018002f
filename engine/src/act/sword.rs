//! The sword: an arc before its wielder, against bodies and walls as the wielder saw them.

use spatial::Position;

use crate::{
    angle,
    balance::{SWORD_ARC_HALF, SWORD_LIFT_SPEED, SWORD_PUSH_SPEED, SWORD_REACH, SWORD_TARGETS_MAX},
    effect::{Change, Effect, EffectTarget, Origin, sequence},
    event::Weapon,
    history::SeenBody,
    limits::{BODY_HALF_WIDTH, BODY_HEIGHT},
    projectile::{between, is_open},
    stage::{Actor, Stage},
};

/// Nearer than this a body is hit wherever it stands: it has no direction to speak of.
const TOUCH: i32 = BODY_HALF_WIDTH * 2;

/// Hurts the nearest enemies in the arc, at most `targets_max` of [`SWORD_TARGETS_MAX`].
pub fn swing(actor: &Actor, damage: u16, targets_max: usize, stage: &mut Stage) {
    let seen = stage.history.seen(actor.lag, stage.tick);
    let mut nearest = Nearest::default();
    seen.each_near(actor.feet, SWORD_REACH + BODY_HALF_WIDTH, |body| {
        if body.house == actor.house {
            return;
        }
        if let Some(distance) = reach(actor, &body) {
            nearest.offer(distance, body);
        }
    });
    for (_, body) in nearest.bodies().take(targets_max) {
        let chest = Position::new(body.feet.x, body.feet.y + body.height * 3 / 4, body.feet.z);
        let way = between(actor.eye(), chest);
        if is_open(actor.eye(), way, angle::length(way), seen.terrain()) {
            stage.outbox.push(cut(actor, body, damage));
        }
    }
}

/// The square of the level distance to a body within the arc; none if the blade misses it.
fn reach(actor: &Actor, body: &SeenBody) -> Option<i64> {
    let [x, y, z] = between(actor.feet, body.feet);
    let distance = x as i64 * x as i64 + z as i64 * z as i64;
    let reach = (SWORD_REACH + BODY_HALF_WIDTH) as i64;
    if distance > reach * reach || y.abs() > BODY_HEIGHT {
        return None;
    }
    let is_touching = distance <= TOUCH as i64 * TOUCH as i64;
    let is_ahead = || angle::yaw_distance(angle::yaw_of(x, z), actor.yaw) <= SWORD_ARC_HALF;
    (is_touching || is_ahead()).then_some(distance)
}

fn cut(actor: &Actor, body: &SeenBody, damage: u16) -> Effect {
    let [x, _, z] = between(actor.feet, body.feet);
    let [push_x, _, push_z] = angle::with_length([x, 0, z], SWORD_PUSH_SPEED);
    Effect {
        target: EffectTarget::Body(body.id),
        source: actor.id,
        sequence: sequence(Origin::Sword, 0),
        change: Change::Hurt {
            damage,
            weapon: Weapon::Sword,
            push: [push_x, SWORD_LIFT_SPEED, push_z],
        },
    }
}

/// The nearest bodies met so far, nearest first.
#[derive(Default)]
struct Nearest {
    found: [Option<(i64, SeenBody)>; SWORD_TARGETS_MAX],
}

impl Nearest {
    /// Equally far: the lower id first, so that no order of rows matters (R2).
    fn offer(&mut self, distance: i64, body: SeenBody) {
        let rank = |found: &(i64, SeenBody)| (found.0, found.1.id);
        let mut offered = Some((distance, body));
        for place in &mut self.found {
            let is_nearer = match (&offered, &place) {
                (Some(offered), Some(found)) => rank(offered) < rank(found),
                (Some(_), None) => true,
                (None, _) => return,
            };
            if is_nearer {
                core::mem::swap(place, &mut offered);
            }
        }
    }

    fn bodies(&self) -> impl Iterator<Item = &(i64, SeenBody)> {
        self.found.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{frame::House, id::BodyId};

    fn body(id: u32) -> SeenBody {
        SeenBody {
            id: BodyId(id),
            house: House::Red,
            feet: Position::default(),
            height: BODY_HEIGHT,
            health: 255,
        }
    }

    #[test]
    fn the_nearest_are_kept_in_order() {
        let mut nearest = Nearest::default();
        for (distance, id) in [(9, 1), (4, 2), (7, 3), (4, 1), (1, 5)] {
            nearest.offer(distance, body(id));
        }
        let kept: alloc::vec::Vec<(i64, u32)> = nearest
            .bodies()
            .map(|(distance, body)| (*distance, body.id.0))
            .collect();
        assert_eq!(kept, [(1, 5), (4, 1), (4, 2)]);
    }
}
