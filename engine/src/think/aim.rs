//! Where to point a bow or a bomb so that it comes down on a place.

use spatial::{Position, ray::Ray, terrain::Terrain};

use crate::{
    angle,
    balance::{ARROW_SPEED_MAX, BOMB_SPEED},
    limits::{ARROW_GRAVITY, BODY_HEIGHT, BOMB_GRAVITY, EYE_HEIGHT},
};

/// A direction to shoot along.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Aim {
    pub yaw: u16,
    pub pitch: i16,
}

/// The flat shot of a fully drawn bow at someone's chest.
pub fn at_chest(feet: Position, target: Position) -> Aim {
    let way = way(feet, target);
    let level = angle::length([way[0], 0, way[2]]);
    let ticks = i64::from(level) * 16 / i64::from(ARROW_SPEED_MAX);
    let drop = (i64::from(ARROW_GRAVITY) * ticks * ticks / 512) as i32;
    Aim {
        yaw: angle::yaw_of(way[0], way[2]),
        pitch: angle::pitch_of(level, way[1] + drop),
    }
}

/// The lowest throw that reaches a place; none when it is too far.
pub fn throw_at(feet: Position, target: Position) -> Option<Aim> {
    const PITCH_STEP: i16 = 512;
    let way = way(feet, target);
    let level = angle::length([way[0], 0, way[2]]);
    let pitch = (-8..18)
        .map(|step| step * PITCH_STEP)
        .find(|&pitch| height_at(level, pitch) >= way[1])?;
    Some(Aim {
        yaw: angle::yaw_of(way[0], way[2]),
        pitch,
    })
}

/// Whether no block is between an eye and someone's chest.
pub fn is_in_sight(terrain: &Terrain, feet: Position, target: Position) -> bool {
    let way = way(feet, target);
    let ray = Ray {
        origin: Position::new(feet.x, feet.y + EYE_HEIGHT, feet.z),
        direction: way,
        distance_units_max: angle::length(way) as u32,
    };
    ray.cast_solid(terrain).is_none()
}

/// From the eye to the chest.
fn way(feet: Position, target: Position) -> [i32; 3] {
    [
        target.x - feet.x,
        target.y + BODY_HEIGHT / 2 - feet.y - EYE_HEIGHT,
        target.z - feet.z,
    ]
}

/// How high a bomb thrown at a pitch flies over a place at a level distance.
fn height_at(level: i32, pitch: i16) -> i32 {
    let speed_level = (i64::from(BOMB_SPEED) * i64::from(angle::cosine(pitch as u16))) >> 14;
    let speed_up = (i64::from(BOMB_SPEED) * i64::from(angle::sine(pitch as u16))) >> 14;
    let ticks = i64::from(level) * 16 / speed_level.max(1);
    let height = speed_up * ticks / 16 - i64::from(BOMB_GRAVITY) * ticks * ticks / 512;
    height as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Flies as projectiles do: the position moves by the velocity, then gravity takes from it.
    fn fly(aim: Aim, speed: i32, gravity: i32, level: i32) -> i32 {
        let [x, y, z] = angle::direction(aim.yaw, aim.pitch);
        let along = (angle::length([x, 0, z]) * (speed >> 4)) >> 10;
        let (mut height, mut rise, mut gone) = (EYE_HEIGHT, (y * (speed >> 4)) >> 10, 0);
        while gone < level {
            gone += along;
            height += rise;
            rise -= gravity;
        }
        height
    }

    #[test]
    fn arrows_meet_chests_and_bombs_land_near() {
        let feet = Position::new(0, 0, 0);
        for metres in 5..60 {
            let target = Position::new(metres << 12, 0, 0);
            let aim = at_chest(feet, target);
            let height = fly(aim, ARROW_SPEED_MAX, ARROW_GRAVITY, target.x);
            assert!((0..BODY_HEIGHT).contains(&height), "{metres} m: {height}");
        }
        for metres in 4..15 {
            let target = Position::new(metres << 12, 0, 0);
            let aim = throw_at(feet, target).expect("near enough");
            let height = fly(aim, BOMB_SPEED, BOMB_GRAVITY, target.x);
            assert!(
                (-4_096..3 * 4_096).contains(&height),
                "{metres} m: {height}"
            );
        }
        assert_eq!(throw_at(feet, Position::new(40 << 12, 0, 0)), None);
    }
}
