//! Server to client as datagrams: what happened near a client.

use alloc::vec::Vec;

use crate::{
    down_datagram_generated::voxelheim::wire,
    encoder::{Builder, Encode, Table},
    error::WireError,
    header::Kind,
    limits,
    verify::{count, range, root, same},
};

/// What happened; its number is on the wire. WIRE.md says what the columns mean for each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum EventKind {
    ArrowLoosed = 0,
    BombThrown = 1,
    ArrowStopped = 2,
    Explosion = 3,
    Hurt = 4,
    Healed = 5,
    HornBlown = 6,
    Died = 7,
    Respawned = 8,
    BlockBroken = 9,
    BlockPlaced = 10,
    BannerTaken = 11,
    RoundEnded = 12,
    RoundStarted = 13,
}

impl EventKind {
    pub const ALL: [EventKind; 14] = [
        EventKind::ArrowLoosed,
        EventKind::BombThrown,
        EventKind::ArrowStopped,
        EventKind::Explosion,
        EventKind::Hurt,
        EventKind::Healed,
        EventKind::HornBlown,
        EventKind::Died,
        EventKind::Respawned,
        EventKind::BlockBroken,
        EventKind::BlockPlaced,
        EventKind::BannerTaken,
        EventKind::RoundEnded,
        EventKind::RoundStarted,
    ];

    /// Whether it has a velocity; such events come first.
    pub const fn flies(self) -> bool {
        matches!(self, EventKind::ArrowLoosed | EventKind::BombThrown)
    }
}

/// One event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventRow {
    pub kind: EventKind,
    pub subject: u32,
    pub other: u32,
    /// 1/64 m from the lowest corner of the message's base cell.
    pub position: [i16; 3],
    pub value: u16,
    /// 1/4096 m per tick; zero for what does not fly.
    pub velocity: [i16; 3],
}

/// Events of one tick; those that fly first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Events {
    pub tick: u32,
    /// The cell that positions are relative to.
    pub base: [i16; 3],
    pub rows: Vec<EventRow>,
}

/// Position units of an event per cell edge: 16 m of 1/64 m.
pub const EVENT_UNITS_PER_CELL: i32 = 16 * 64;
/// The damage of a [`EventKind::Hurt`] is its value's low 12 bits, the weapon its high 4.
pub const DAMAGE_BITS: u32 = 12;

/// Bytes of a whole message, at most: 100 for header and table, 17 an event, 6 more for each that
/// flies.
pub const fn events_bytes_max(event_count: usize, flying_count: usize) -> usize {
    120 + 17 * event_count + 6 * flying_count
}

impl Events {
    fn flying_count(&self) -> usize {
        self.rows.iter().filter(|row| row.kind.flies()).count()
    }

    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        const KIND: Kind = Kind::Events;
        let wire = root::<wire::Events>(KIND, table)?;
        let row_count = count(&wire.kind());
        let flying_count = count(&wire.velocity()) / 3;
        same(KIND, (1..=limits::EVENTS_MAX).contains(&row_count))?;
        same(KIND, count(&wire.subject()) == row_count)?;
        same(KIND, count(&wire.other()) == row_count)?;
        same(KIND, count(&wire.position()) == 3 * row_count)?;
        same(KIND, count(&wire.value()) == row_count)?;
        same(
            KIND,
            count(&wire.velocity()) == 3 * flying_count && flying_count <= row_count,
        )?;
        let base = wire.base().ok_or(WireError::Range("base"))?;
        let mut rows = Vec::with_capacity(row_count);
        for row in 0..row_count {
            rows.push(read_row(&wire, row, row_count, flying_count)?);
        }
        Ok(Events {
            tick: wire.tick(),
            base: [base.x(), base.y(), base.z()],
            rows,
        })
    }
}

/// Panics unless the columns' lengths were checked.
fn read_row(
    wire: &wire::Events<'_>,
    row: usize,
    row_count: usize,
    flying_count: usize,
) -> Result<EventRow, WireError> {
    let number = wire.kind().expect("counted").get(row);
    let kind = *EventKind::ALL
        .get(usize::from(number))
        .ok_or(WireError::Range("kind"))?;
    range("velocity", kind.flies() == (row < flying_count))?;
    let position = wire.position().expect("counted");
    let axes = |column: flatbuffers::Vector<'_, i16>, count: usize| {
        [0, 1, 2].map(|axis| column.get(axis * count + row))
    };
    let velocity = wire.velocity().filter(|_| row < flying_count);
    Ok(EventRow {
        kind,
        subject: wire.subject().expect("counted").get(row),
        other: wire.other().expect("counted").get(row),
        position: axes(position, row_count),
        value: wire.value().expect("counted").get(row),
        velocity: velocity.map_or([0; 3], |column| axes(column, flying_count)),
    })
}

impl Encode for Events {
    const KIND: Kind = Kind::Events;

    fn write(&self, builder: &mut Builder) -> Table {
        let rows = &self.rows;
        let flying_count = self.flying_count();
        assert!(
            (1..=limits::EVENTS_MAX).contains(&rows.len()),
            "split by the caller"
        );
        assert!(
            rows[..flying_count].iter().all(|row| row.kind.flies()),
            "what flies comes first"
        );
        let kind = builder.create_vector_from_iter(rows.iter().map(|row| row.kind as u8));
        let subject = builder.create_vector_from_iter(rows.iter().map(|row| row.subject));
        let other = builder.create_vector_from_iter(rows.iter().map(|row| row.other));
        let value = builder.create_vector_from_iter(rows.iter().map(|row| row.value));
        let position = write_axes(builder, rows, |row| row.position);
        let velocity = write_axes(builder, &rows[..flying_count], |row| row.velocity);
        let base = wire::Cell::new(self.base[0], self.base[1], self.base[2]);
        let args = wire::EventsArgs {
            tick: self.tick,
            base: Some(&base),
            kind: Some(kind),
            subject: Some(subject),
            other: Some(other),
            position: Some(position),
            value: Some(value),
            velocity: Some(velocity),
        };
        wire::Events::create(builder, &args).as_union_value()
    }
}

type Axes = flatbuffers::WIPOffset<flatbuffers::Vector<'static, i16>>;

/// All x, then all y, then all z. A builder writes backwards.
fn write_axes(builder: &mut Builder, rows: &[EventRow], of: fn(&EventRow) -> [i16; 3]) -> Axes {
    builder.start_vector::<i16>(3 * rows.len());
    for axis in [2, 1, 0] {
        for row in rows.iter().rev() {
            builder.push(of(row)[axis]);
        }
    }
    builder.end_vector::<i16>(3 * rows.len())
}

/// The answer to a Ping.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pong {
    pub nonce: u32,
    pub tick: u32,
}

impl Pong {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Pong>(Kind::Pong, table)?;
        Ok(Pong {
            nonce: wire.nonce(),
            tick: wire.tick(),
        })
    }
}

impl Encode for Pong {
    const KIND: Kind = Kind::Pong;

    fn write(&self, builder: &mut Builder) -> Table {
        let args = wire::PongArgs {
            nonce: self.nonce,
            tick: self.tick,
        };
        wire::Pong::create(builder, &args).as_union_value()
    }
}
