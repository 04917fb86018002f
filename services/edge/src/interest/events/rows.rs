//! One event, from the engine's words to the wire's.

use engine::{BodyId, Event};
use protocol::event::{DAMAGE_BITS, EVENT_UNITS_PER_CELL, EventKind, EventRow};
use spatial::{BlockCoord, CellCoord, Position, position::CELL_UNIT_BITS};

/// An event that is told, and whom it concerns.
#[derive(Clone, Copy, Debug)]
pub struct Happening {
    row: EventRow,
    /// None for what concerns all.
    pub position: Option<Position>,
    /// The bodies that it involves; 0 is nobody.
    pub bodies: [u32; 2],
}

impl Happening {
    /// As it is on the wire, relative to a cell. What is beyond the reach of its 16 bits (512 m) is
    /// told at their end: only the direction counts there.
    pub fn row(&self, base: CellCoord) -> EventRow {
        let Some(position) = self.position else {
            return self.row;
        };
        let corner = base.position();
        let units = (1i64 << CELL_UNIT_BITS) / i64::from(EVENT_UNITS_PER_CELL);
        let axis = |at: i32, from: i32| {
            let units_count = (i64::from(at) - i64::from(from)).div_euclid(units);
            units_count.clamp(i16::MIN.into(), i16::MAX.into()) as i16
        };
        EventRow {
            position: [
                axis(position.x, corner.x),
                axis(position.y, corner.y),
                axis(position.z, corner.z),
            ],
            ..self.row
        }
    }
}

/// The happening of an event; none where it is told another way.
pub fn happening(event: &Event) -> Option<Happening> {
    use EventKind as Kind;
    let happening = match *event {
        Event::ArrowLoosed {
            arrow,
            shooter,
            position,
            velocity,
        } => flying(Kind::ArrowLoosed, arrow, shooter, position, velocity),
        Event::BombThrown {
            bomb,
            thrower,
            position,
            velocity,
        } => flying(Kind::BombThrown, bomb, thrower, position, velocity),
        Event::ArrowStopped {
            arrow,
            position,
            hit,
        } => Happening {
            bodies: [hit.0, 0],
            ..at(position, row(Kind::ArrowStopped, arrow, hit, 0))
        },
        Event::Explosion { bomb, position } => {
            at(position, row(Kind::Explosion, bomb, BodyId::NOBODY, 0))
        }
        Event::Hurt {
            target,
            attacker,
            weapon,
            damage,
            position,
        } => {
            let damage = damage.min((1 << DAMAGE_BITS) - 1);
            let value = damage | (weapon as u16) << DAMAGE_BITS;
            between(Kind::Hurt, target, attacker, position, value)
        }
        Event::Healed {
            target,
            healer,
            amount,
            position,
        } => between(Kind::Healed, target, healer, position, amount),
        Event::HornBlown { body, position } => {
            between(Kind::HornBlown, body, BodyId::NOBODY, position, 0)
        }
        Event::Died {
            target,
            killer,
            weapon,
            position,
        } => between(Kind::Died, target, killer, position, weapon as u16),
        Event::Respawned { body, position } => {
            between(Kind::Respawned, body, BodyId::NOBODY, position, 0)
        }
        Event::BlockBroken { block, was, by } => edit(Kind::BlockBroken, block, was.0, by),
        Event::BlockPlaced { block, now, by } => edit(Kind::BlockPlaced, block, now.0, by),
        Event::BannerTaken { banner, house } => to_all(Kind::BannerTaken, banner.into(), house),
        Event::RoundEnded { winner } => to_all(Kind::RoundEnded, 0, winner),
        Event::RoundStarted { round } => to_all(Kind::RoundStarted, round, 0),
        Event::Refused { .. } | Event::Found { .. } => return None,
    };
    Some(happening)
}

fn row(kind: EventKind, subject: u32, other: BodyId, value: u16) -> EventRow {
    EventRow {
        kind,
        subject,
        other: other.0,
        position: [0; 3],
        value,
        velocity: [0; 3],
    }
}

fn at(position: Position, row: EventRow) -> Happening {
    Happening {
        row,
        position: Some(position),
        bodies: [0; 2],
    }
}

/// An arrow's launch involves nobody yet.
fn flying(
    kind: EventKind,
    subject: u32,
    thrower: BodyId,
    position: Position,
    velocity: [i32; 3],
) -> Happening {
    let within = |axis: i32| axis.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
    let row = EventRow {
        velocity: velocity.map(within),
        ..row(kind, subject, thrower, 0)
    };
    at(position, row)
}

fn between(
    kind: EventKind,
    subject: BodyId,
    other: BodyId,
    position: Position,
    value: u16,
) -> Happening {
    Happening {
        bodies: [subject.0, other.0],
        ..at(position, row(kind, subject.0, other, value))
    }
}

fn edit(kind: EventKind, block: BlockCoord, value: u16, by: BodyId) -> Happening {
    at(block.position(), row(kind, 0, by, value))
}

fn to_all(kind: EventKind, subject: u32, value: u8) -> Happening {
    Happening {
        row: row(kind, subject, BodyId::NOBODY, value.into()),
        position: None,
        bodies: [0; 2],
    }
}
