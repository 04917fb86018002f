//! A frame as bytes, for shards and edges in other processes, and the check that makes bytes from
//! another process safe to tick with (R7).
//!
//! Terrain is not among them: whoever reads has a copy and applies the same loads and edits. Nor is the
//! roster, only what changed of it: see [`super::roster`].

use alloc::vec::Vec;

use super::{CheckpointError, Input, Record, record};
use crate::{
    checkpoint::check,
    dialect::Dialect,
    event::{Event, RefusalReason},
    frame::{Edit, Frame, PlayerState},
    limits::{
        EDITS_PER_TICK_MAX, EFFECTS_MAX, ESTATES_MAX, EVENTS_MAX, FORWARDED_MAX, PLAYERS_MAX,
    },
};

record!(Edit {
    sequence,
    block,
    now,
});
record!(PlayerState {
    session,
    body,
    attachment,
    attachments_count,
    input_sequence,
    input_queue_count,
    motion,
    house,
    health,
    health_max,
    alive,
    respawn_ticks,
    push_count,
    slot,
    wait_ticks,
    draw_ticks,
    dig_progress,
    bombs_count,
    blocks_count,
    kills,
    deaths,
    score,
    dress,
});

/// Appends a frame.
pub fn write(frame: &Frame, output: &mut Vec<u8>) {
    frame.dialect.frame_version().write(output);
    frame.tick.write(output);
    frame.source.write(output);
    frame.is_seat.write(output);
    frame.bodies.write(output);
    frame.events.write(output);
    frame.players.write(output);
    frame.arriving.write(output);
    frame.effects.write(output);
    frame.handoffs.write(output);
    frame.forwarded.write(output);
    frame.estates.write(output);
    frame.spoils.write(output);
    frame.round.write(output);
    frame.seat.write(output);
    frame.projectiles_count.write(output);
    frame.tally.write(output);
    frame.hash_sum.write(output);
    if frame.is_seat {
        frame.edits.write(output);
        frame.loaded.write(output);
        frame.drops.write(output);
        frame.banners.write(output);
        frame.roster_changes.write(output);
        frame.partition.write(output);
        frame.members.write(output);
    }
}

/// Reads a frame. It has no terrain, and if it is the seat's no roster yet.
///
/// # Errors
/// Any [`CheckpointError`]; a frame that is read can be ticked with.
pub fn read(bytes: &[u8]) -> Result<Frame, CheckpointError> {
    let mut input = Input::new(bytes);
    let dialect = Dialect::of_frame_version(u8::read(&mut input)?);
    let dialect = dialect.ok_or(CheckpointError::BadVersion)?;
    let mut frame = read_fields(dialect, &mut input)?;
    check(&frame)?;
    let columns = &frame.bodies;
    frame.cells.rebuild(&columns.x, &columns.y, &columns.z);
    let in_order = frame.cells.rows().iter().zip(0..);
    if !in_order.into_iter().all(|(row, place)| *row == place) {
        return Err(CheckpointError::Inconsistent);
    }
    frame.index_rows();
    Ok(frame)
}

fn read_fields(dialect: Dialect, input: &mut Input) -> Result<Frame, CheckpointError> {
    let mut frame = Frame {
        dialect,
        tick: Record::read(input)?,
        source: Record::read(input)?,
        is_seat: Record::read(input)?,
        bodies: Record::read(input)?,
        events: Record::read(input)?,
        players: Record::read(input)?,
        arriving: Record::read(input)?,
        effects: Record::read(input)?,
        handoffs: Record::read(input)?,
        forwarded: Record::read(input)?,
        estates: Record::read(input)?,
        spoils: Record::read(input)?,
        round: Record::read(input)?,
        seat: Record::read(input)?,
        projectiles_count: Record::read(input)?,
        tally: Record::read(input)?,
        hash_sum: Record::read(input)?,
        ..Frame::default()
    };
    if frame.is_seat {
        frame.edits = Record::read(input)?;
        frame.loaded = Record::read(input)?;
        frame.drops = Record::read(input)?;
        frame.banners = Record::read(input)?;
        frame.roster_changes = Record::read(input)?;
        frame.partition = Record::read(input)?;
        frame.members = Record::read(input)?;
    }
    match input.rest() {
        [] => Ok(frame),
        _ => Err(CheckpointError::Inconsistent),
    }
}

fn check(frame: &Frame) -> Result<(), CheckpointError> {
    let is_bounded = frame.events.len() <= EVENTS_MAX
        && frame.players.len() <= PLAYERS_MAX
        && frame.effects.len() <= EFFECTS_MAX
        && frame.forwarded.len() <= FORWARDED_MAX
        && frame.estates.len() <= PLAYERS_MAX
        && frame.spoils.len() <= PLAYERS_MAX + ESTATES_MAX
        && frame.edits.len() <= EDITS_PER_TICK_MAX;
    check::require(is_bounded)?;
    check::past(&frame.bodies)?;
    // Bodies that it handed over are in its rows for this last time.
    let rows_count = frame.bodies.id.len() as u64;
    let departing_count = frame.handoffs.bodies.len() as u64;
    let alive_count = frame.tally.alive_count();
    check::require(alive_count == rows_count.checked_sub(departing_count))?;
    check::ids(&frame.bodies.id, &[])?;
    frame.effects.iter().try_for_each(check::effect)?;
    check::arriving(&frame.arriving)?;
    check::crossing(&frame.handoffs)?;
    check::require(
        frame
            .players
            .is_sorted_by(|it, next| it.session < next.session),
    )?;
    check::drops(&frame.drops)?;
    check::require(frame.members.is_sorted_by(|member, next| member < next))?;
    let indices = frame.roster_changes.iter().map(|change| change.index);
    check::require(indices.into_iter().all(check::is_index))?;
    if let Some(seat) = &frame.seat {
        check::given_seat(seat)?;
    }
    check::require(!frame.is_seat || check::has_seat_cell(&frame.partition))
}

macro_rules! event_record {
    ($($number:literal $name:ident { $($field:ident),* }),* $(,)?) => {
        impl Record for Event {
            fn write(&self, output: &mut Vec<u8>) {
                match self {
                    $( Self::$name { $($field),* } => {
                        let number: u8 = $number;
                        number.write(output);
                        $( $field.write(output); )*
                    } )*
                }
            }

            fn read(input: &mut Input) -> Result<Self, CheckpointError> {
                Ok(match u8::read(input)? {
                    $( $number => Self::$name { $($field: Record::read(input)?),* }, )*
                    _ => return Err(CheckpointError::BadNumber),
                })
            }
        }
    };
}

event_record! {
    0 ArrowLoosed { arrow, shooter, position, velocity },
    1 ArrowStopped { arrow, position, hit },
    2 BombThrown { bomb, thrower, position, velocity },
    3 Explosion { bomb, position },
    4 Hurt { target, attacker, weapon, damage, position },
    5 Healed { target, healer, amount, position },
    6 HornBlown { body, position },
    7 Died { target, killer, weapon, position },
    8 Respawned { body, position },
    9 BlockBroken { block, was, by },
    10 BlockPlaced { block, now, by },
    11 BannerTaken { banner, house },
    12 RoundEnded { winner },
    13 RoundStarted { round },
    14 Refused { session, sequence, reason },
    15 Found { session, loot },
}

impl Record for RefusalReason {
    fn write(&self, output: &mut Vec<u8>) {
        (*self as u8).write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let number = usize::from(u8::read(input)?);
        let reason = Self::ALL.get(number).copied();
        reason.ok_or(CheckpointError::BadNumber)
    }
}
