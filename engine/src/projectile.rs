//! Arrows and bombs in flight. They read frames and terrain, and do what they do by effects.
//!
//! A projectile starts where its event says and moves from the next tick on, so that a client that
//! was told of it flies the same path.

use spatial::{Position, morton, ray::Ray};

use crate::{
    angle,
    balance::{
        ARROW_LIFE_TICKS, ARROW_MARGIN, ARROW_PUSH_SPEED, BLAST_BREAK_RADIUS, BLAST_DAMAGE,
        BLAST_PUSH_SPEED, BLAST_RADIUS, BOMB_BOUNCE, BOMB_REST_SPEED, FALL_SPEED_MAX,
    },
    effect::{Change, Effect, EffectTarget, Origin, sequence},
    event::{Event, Weapon},
    frame::House,
    history::{Lag, SeenBody},
    id::BodyId,
    limits::{ARROW_GRAVITY, BODY_HALF_WIDTH, BODY_HEIGHT, BOMB_GRAVITY},
    stage::Stage,
};

/// An arrow in flight. It keeps its shooter's lag, so that it meets bodies where the shooter saw
/// them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arrow {
    pub id: u32,
    pub shooter: BodyId,
    pub house: House,
    pub position: Position,
    /// 1/4096 m per tick.
    pub velocity: [i32; 3],
    pub damage: u16,
    pub lag: Lag,
    pub age_ticks: u8,
}

/// A bomb that flies or lies, and goes off when its fuse ends or it meets an enemy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bomb {
    pub id: u32,
    pub thrower: BodyId,
    pub house: House,
    pub position: Position,
    /// 1/4096 m per tick.
    pub velocity: [i32; 3],
    pub fuse_ticks: u8,
}

/// The id of what a body looses or throws at a tick; it may do so once a tick, and nothing flies
/// for 256 ticks, so ids in the air are unique on any number of shards.
pub fn projectile_id(body: BodyId, tick: u32) -> u32 {
    body.index() << 8 | tick & 0xff
}

/// Moves all arrows and bombs by a tick.
pub fn phase(stage: &mut Stage) {
    let mut arrows = core::mem::take(stage.arrows);
    arrows.retain_mut(|arrow| fly(arrow, stage));
    *stage.arrows = arrows;
    let mut bombs = core::mem::take(stage.bombs);
    bombs.retain_mut(|bomb| roll(bomb, stage));
    *stage.bombs = bombs;
}

/// What a segment of flight met first, with how far along it is, in 1/65,536.
struct Hit {
    along: i64,
    body: Option<SeenBody>,
}

/// A whole segment of flight.
const WHOLE: i64 = 65_536;

/// Moves an arrow; false when its flight ended.
fn fly(arrow: &mut Arrow, stage: &mut Stage) -> bool {
    let hit = arrow_hit(arrow, stage);
    if let Some(hit) = hit {
        let position = along(arrow.position, arrow.velocity, hit.along);
        if let Some(body) = hit.body {
            pierce(arrow, body.id, stage);
        }
        stage.happenings.tell(Event::ArrowStopped {
            arrow: arrow.id,
            position,
            hit: hit.body.map_or(BodyId::NOBODY, |body| body.id),
        });
        return false;
    }
    arrow.position = along(arrow.position, arrow.velocity, WHOLE);
    arrow.velocity[1] = (arrow.velocity[1] - ARROW_GRAVITY).max(-FALL_SPEED_MAX);
    arrow.age_ticks += 1;
    arrow.age_ticks < ARROW_LIFE_TICKS
}

/// The nearest of the terrain and the bodies on an arrow's way, as its shooter saw them.
fn arrow_hit(arrow: &Arrow, stage: &Stage) -> Option<Hit> {
    let seen = stage.history.seen(arrow.lag, stage.tick);
    let wall = wall_hit(arrow.position, arrow.velocity, stage, arrow.lag);
    let mut nearest = wall.map(|(along, _)| Hit { along, body: None });
    let middle = along(arrow.position, arrow.velocity, WHOLE / 2);
    let reach = arrow.velocity.iter().map(|axis| axis.abs()).max();
    let reach = reach.unwrap_or(0) / 2 + BODY_HEIGHT + ARROW_MARGIN;
    seen.each_near(middle, reach, |body| {
        if body.house == arrow.house || body.id == arrow.shooter {
            return;
        }
        let Some(along) = enters(&body, arrow.position, arrow.velocity) else {
            return;
        };
        // Equally far: the lower id, so that no order of rows matters.
        let is_nearer = nearest.as_ref().is_none_or(|hit| {
            let rank = hit.body.map_or(0, |other| other.id.0);
            (along, body.id.0) < (hit.along, rank)
        });
        if is_nearer {
            nearest = Some(Hit {
                along,
                body: Some(body),
            });
        }
    });
    nearest
}

fn pierce(arrow: &Arrow, target: BodyId, stage: &mut Stage) {
    let push = angle::with_length([arrow.velocity[0], 0, arrow.velocity[2]], ARROW_PUSH_SPEED);
    stage.outbox.push(Effect {
        target: EffectTarget::Body(target),
        source: arrow.shooter,
        sequence: sequence(Origin::Arrow, arrow.id),
        change: Change::Hurt {
            damage: arrow.damage,
            weapon: Weapon::Arrow,
            push,
        },
    });
}

/// Moves a bomb; false when it went off.
fn roll(bomb: &mut Bomb, stage: &mut Stage) -> bool {
    bomb.fuse_ticks -= 1;
    if bomb.fuse_ticks == 0 || meets_enemy(bomb, stage) {
        explode(bomb, stage);
        return false;
    }
    if bomb.velocity == [0; 3] {
        if is_supported(bomb, stage) {
            return true;
        }
        bomb.velocity[1] = -BOMB_GRAVITY;
        tell_throw(bomb, stage);
    }
    match wall_hit(bomb.position, bomb.velocity, stage, Lag::NEWEST) {
        Some((hit_along, axis)) => bounce(bomb, hit_along, axis, stage),
        None => {
            bomb.position = along(bomb.position, bomb.velocity, WHOLE);
            bomb.velocity[1] = (bomb.velocity[1] - BOMB_GRAVITY).max(-FALL_SPEED_MAX);
        }
    }
    true
}

fn meets_enemy(bomb: &Bomb, stage: &Stage) -> bool {
    let seen = stage.history.seen(Lag::NEWEST, stage.tick);
    let mut meets = false;
    let reach = BODY_HEIGHT * 2;
    seen.each_near(bomb.position, reach, |body| {
        meets |= body.house != bomb.house && enters(&body, bomb.position, bomb.velocity).is_some();
    });
    meets
}

/// Turns a bomb back from what it hit, slower; told as a new throw of the same bomb.
fn bounce(bomb: &mut Bomb, hit_along: i64, axis: usize, stage: &mut Stage) {
    // Short of the wall, so that the next segment starts outside it.
    let short = (hit_along - WHOLE / 64).max(0);
    bomb.position = along(bomb.position, bomb.velocity, short);
    for (index, speed) in bomb.velocity.iter_mut().enumerate() {
        let kept = *speed * BOMB_BOUNCE / 256;
        *speed = if index == axis { -kept } else { kept * 3 / 2 };
    }
    let is_slow = angle::length(bomb.velocity) < BOMB_REST_SPEED;
    if is_slow && is_supported(bomb, stage) {
        bomb.velocity = [0; 3];
    }
    tell_throw(bomb, stage);
}

/// Whether something solid lies right below a bomb.
fn is_supported(bomb: &Bomb, stage: &Stage) -> bool {
    let Position { x, y, z } = bomb.position;
    let below = Position::new(x, y - BOMB_REST_SPEED, z);
    stage.terrain.block(below.block()).is_solid()
}

fn tell_throw(bomb: &Bomb, stage: &mut Stage) {
    stage.happenings.tell(Event::BombThrown {
        bomb: bomb.id,
        thrower: bomb.thrower,
        position: bomb.position,
        velocity: bomb.velocity,
    });
}

/// Hurts and pushes who stands near in the open, and sends a blast to each cell it may break.
fn explode(bomb: &Bomb, stage: &mut Stage) {
    stage.happenings.tell(Event::Explosion {
        bomb: bomb.id,
        position: bomb.position,
    });
    let seen = stage.history.seen(Lag::NEWEST, stage.tick);
    let outbox = &mut *stage.outbox;
    seen.each_near(bomb.position, BLAST_RADIUS, |body| {
        let share = match body.id == bomb.thrower {
            true => 128,
            false if body.house == bomb.house => return,
            false => 256,
        };
        let chest = Position::new(body.feet.x, body.feet.y + body.height / 2, body.feet.z);
        let way = between(bomb.position, chest);
        let distance = angle::length(way);
        if distance >= BLAST_RADIUS || !is_open(bomb.position, way, distance, stage.terrain) {
            return;
        }
        outbox.push(blast_effect(
            bomb,
            body.id,
            way,
            (BLAST_RADIUS - distance) * share,
        ));
    });
    blast_cells(bomb, stage);
}

/// `force` is what the distance leaves of the blast, in 1/256 of 1/4096 m.
fn blast_effect(bomb: &Bomb, target: BodyId, way: [i32; 3], force: i32) -> Effect {
    let part = |whole: i32| (whole as i64 * force as i64 / (BLAST_RADIUS as i64 * 256)) as i32;
    let lifted = [way[0], way[1].max(0) + BODY_HEIGHT / 2, way[2]];
    Effect {
        target: EffectTarget::Body(target),
        source: bomb.thrower,
        sequence: sequence(Origin::Bomb, bomb.id),
        change: Change::Hurt {
            damage: part(BLAST_DAMAGE as i32) as u16,
            weapon: Weapon::Bomb,
            push: angle::with_length(lifted, part(BLAST_PUSH_SPEED)),
        },
    }
}

fn blast_cells(bomb: &Bomb, stage: &mut Stage) {
    let centre = bomb.position;
    let corner = |by: i32| Position::new(centre.x + by, centre.y + by, centre.z + by).cell();
    let (low, high) = (corner(-BLAST_BREAK_RADIUS), corner(BLAST_BREAK_RADIUS));
    for x in low.x..=high.x {
        for y in low.y..=high.y {
            for z in low.z..=high.z {
                let Some(code) = morton::try_encode(spatial::CellCoord::new(x, y, z)) else {
                    continue;
                };
                stage.outbox.push(Effect {
                    target: EffectTarget::Cell(code),
                    source: bomb.thrower,
                    sequence: sequence(Origin::Bomb, bomb.id),
                    change: Change::Blast { centre },
                });
            }
        }
    }
}

/// Where the terrain (as seen with a lag) stops a segment: how far along and across which axis.
fn wall_hit(from: Position, way: [i32; 3], stage: &Stage, lag: Lag) -> Option<(i64, usize)> {
    let seen = stage.history.seen(lag, stage.tick);
    let distance = angle::length(way);
    let ray = Ray {
        origin: from,
        direction: way,
        distance_units_max: distance as u32,
    };
    let hit = ray.cast_solid(seen.terrain())?;
    let along = hit.distance_units as i64 * WHOLE / distance.max(1) as i64;
    Some((along.min(WHOLE), hit.face.map_or(1, |face| face.axis())))
}

/// Whether nothing solid stands between a point and another that is `distance` away.
pub fn is_open(from: Position, way: [i32; 3], distance: i32, terrain: &spatial::Terrain) -> bool {
    let ray = Ray {
        origin: from,
        direction: way,
        distance_units_max: distance as u32,
    };
    ray.cast_solid(terrain).is_none()
}

/// How far along a segment it enters a body's box, in 1/65,536; none if it does not.
fn enters(body: &SeenBody, from: Position, way: [i32; 3]) -> Option<i64> {
    let half_width = BODY_HALF_WIDTH + ARROW_MARGIN;
    let feet = [body.feet.x, body.feet.y, body.feet.z];
    let low = [
        feet[0] - half_width,
        feet[1] - ARROW_MARGIN,
        feet[2] - half_width,
    ];
    let top = feet[1] + body.height + ARROW_MARGIN;
    let high = [feet[0] + half_width, top, feet[2] + half_width];
    let start = [from.x, from.y, from.z];
    let (mut first, mut last) = (0, WHOLE);
    for axis in 0..3 {
        let to_low = (low[axis] - start[axis]) as i64 * WHOLE;
        let to_high = (high[axis] - start[axis]) as i64 * WHOLE;
        let speed = way[axis] as i64;
        if speed == 0 {
            if to_low > 0 || to_high < 0 {
                return None;
            }
            continue;
        }
        let (near, far) = (to_low / speed, to_high / speed);
        first = first.max(near.min(far));
        last = last.min(near.max(far));
    }
    (first <= last).then_some(first)
}

/// The point some way along a segment.
fn along(from: Position, way: [i32; 3], along: i64) -> Position {
    let part = |axis: usize| (way[axis] as i64 * along / WHOLE) as i32;
    Position::new(from.x + part(0), from.y + part(1), from.z + part(2))
}

/// The way from a point to another.
pub fn between(from: Position, to: Position) -> [i32; 3] {
    [to.x - from.x, to.y - from.y, to.z - from.z]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(x: i32) -> SeenBody {
        SeenBody {
            id: BodyId(1),
            house: House::Red,
            feet: Position::new(x, 0, 0),
            height: BODY_HEIGHT,
            health: 255,
        }
    }

    #[test]
    fn a_segment_enters_the_near_side_of_a_box() {
        let from = Position::new(0, 4_096, 0);
        let way = [8_192, 0, 0];
        let reached = enters(&body(4_096), from, way).expect("it passes through");
        let position = along(from, way, reached);
        let side = 4_096 - BODY_HALF_WIDTH - ARROW_MARGIN;
        assert!((position.x - side).abs() <= 1, "{position:?}");
        assert_eq!(enters(&body(10_000), from, way), None);
        assert_eq!(enters(&body(4_096), from, [0, 0, 100]), None);
        assert_eq!(enters(&body(0), from, way), Some(0));
    }
}
