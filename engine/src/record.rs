//! Values as bytes, for checkpoints: little-endian, fixed, in the order that fields are listed.
//!
//! One list of fields makes both directions, and it must name every field of a struct, so none is
//! forgotten. Reading trusts nothing: counts are held against the bytes left, numbers against their
//! range.

use alloc::{string::String, vec::Vec};

use spatial::{Block, BlockCoord, CellCoord, Position};

use crate::{
    body::{Attack, Combat, Gear, Intent, Mind, Tally},
    effect::{Change, Effect, EffectTarget},
    event::Weapon,
    frame::{Appearance, BannerState, House, RoundState},
    history::Lag,
    id::{Attachment, BodyId, SessionId},
    input::{BlockTarget, Buttons, PlayerInput, Slot},
    motion::Motion,
    player::{AppliedInput, Player},
    projectile::{Arrow, Bomb},
    seat::Seated,
    world::{Landmarks, WorldConfig},
    worn::{Dress, Piece, Worn},
};

pub mod frame;
pub mod message;
pub mod roster;
mod spoils;

/// Why bytes are no checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckpointError {
    /// Not a checkpoint, or one of another version.
    BadVersion,
    /// The bytes end before the world does.
    Truncated,
    /// A number out of its range.
    BadNumber,
    /// A name that is no text.
    BadText,
    /// Parts that contradict each other.
    Inconsistent,
    /// The terrain's own fault.
    BadTerrain(spatial::codec::CodecError),
}

impl core::fmt::Display for CheckpointError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter) -> core::fmt::Result {
        match self {
            Self::BadVersion => formatter.write_str("no checkpoint of this version"),
            Self::Truncated => formatter.write_str("the checkpoint ends too early"),
            Self::BadNumber => formatter.write_str("a number is out of its range"),
            Self::BadText => formatter.write_str("a name is no text"),
            Self::Inconsistent => formatter.write_str("parts contradict each other"),
            Self::BadTerrain(error) => write!(formatter, "terrain: {error}"),
        }
    }
}

impl core::error::Error for CheckpointError {}

/// Bytes being read.
pub struct Input<'a> {
    bytes: &'a [u8],
}

impl<'a> Input<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub fn take(&mut self, count: usize) -> Result<&'a [u8], CheckpointError> {
        let (taken, left) = self
            .bytes
            .split_at_checked(count)
            .ok_or(CheckpointError::Truncated)?;
        self.bytes = left;
        Ok(taken)
    }

    /// Takes what is left away from `count` bytes of it.
    pub fn skip(&mut self, count: usize) {
        self.bytes = &self.bytes[count..];
    }

    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }
}

/// A value that goes into a checkpoint.
pub trait Record: Sized {
    fn write(&self, output: &mut Vec<u8>);
    /// # Errors
    /// Any [`CheckpointError`]; the input is then of no use.
    fn read(input: &mut Input) -> Result<Self, CheckpointError>;
}

macro_rules! integer_record {
    ($($integer:ty),*) => { $(
        impl Record for $integer {
            #[inline]
            fn write(&self, output: &mut Vec<u8>) {
                output.extend_from_slice(&self.to_le_bytes());
            }

            #[inline]
            fn read(input: &mut Input) -> Result<Self, CheckpointError> {
                let bytes = input.take(size_of::<Self>())?;
                Ok(Self::from_le_bytes(bytes.try_into().expect("as many as taken")))
            }
        }
    )* };
}

integer_record!(u8, u16, u32, u64, u128, i16, i32);

/// A struct as its fields, in order. All must be named.
macro_rules! record {
    ($name:path { $($field:ident),* $(,)? }) => {
        impl $crate::record::Record for $name {
            fn write(&self, output: &mut alloc::vec::Vec<u8>) {
                let Self { $($field),* } = self;
                $( $crate::record::Record::write($field, output); )*
            }

            fn read(
                input: &mut $crate::record::Input,
            ) -> Result<Self, $crate::record::CheckpointError> {
                Ok(Self { $($field: $crate::record::Record::read(input)?),* })
            }
        }
    };
}

/// A struct around one number.
macro_rules! wrapper_record {
    ($($name:ident),*) => { $(
        impl Record for $name {
            fn write(&self, output: &mut Vec<u8>) {
                self.0.write(output);
            }

            fn read(input: &mut Input) -> Result<Self, CheckpointError> {
                Ok(Self(Record::read(input)?))
            }
        }
    )* };
}

/// An enum without fields as its number.
macro_rules! enum_record {
    ($name:ident { $($variant:ident),* }) => {
        impl Record for $name {
            fn write(&self, output: &mut Vec<u8>) {
                (*self as u8).write(output);
            }

            fn read(input: &mut Input) -> Result<Self, CheckpointError> {
                let number = u8::read(input)?;
                let known = [$(Self::$variant),*];
                let found = known.into_iter().find(|known| *known as u8 == number);
                found.ok_or(CheckpointError::BadNumber)
            }
        }
    };
}

pub(crate) use record;

wrapper_record!(BodyId, SessionId, Attachment, Buttons, Slot, Block, Lag);
enum_record!(House { Red, Blue });
enum_record!(Gear {
    Sword,
    Bow,
    Player,
    Sapper
});
enum_record!(Attack {
    None,
    Swing,
    Loose,
    Throw
});
enum_record!(Weapon {
    Sword,
    Arrow,
    Bomb,
    Fall,
    Drown
});

record!(Position { x, y, z });
record!(BlockCoord { x, y, z });
record!(CellCoord { x, y, z });
record!(Motion {
    position,
    velocity,
    fall_from_y,
    yaw,
    flags,
    dash_ticks,
    dash_wait_ticks,
    jump_wait_ticks,
    dash_yaw,
    reserved,
});
record!(Intent {
    buttons,
    yaw,
    pitch,
    attack,
});
record!(Combat {
    health,
    health_max,
    respawn_ticks,
    breath_ticks,
    house,
    gear,
    safe_ticks,
    hands,
    hands_ticks,
    sword_wait_ticks,
    bow_wait_ticks,
    bomb_wait_ticks,
    pick_wait_ticks,
    horn_wait_ticks,
    holds_bow,
    worn,
});
record!(Mind {
    goal,
    mood,
    mood_ticks,
    stuck_ticks,
    stuck_x,
    stuck_z,
});
record!(BlockTarget { block, face });
record!(PlayerInput {
    sequence,
    view_tick,
    view_fraction,
    buttons,
    yaw,
    pitch,
    slot,
    target,
    respawn_banner,
});
record!(AppliedInput {
    input,
    position,
    is_crouched,
});
record!(Player {
    session,
    body,
    attachment,
    attachments_count,
    silent_ticks,
    queue,
    applied,
    applied_count,
    slot,
    draw_ticks,
    was_primary,
    was_horn,
    dig,
    bombs_count,
    bomb_regain_ticks,
    blocks_count,
    kills,
    deaths,
    score,
    push_count,
    respawn_banner,
    was_refused,
    spoils,
    dress,
});
record!(Arrow {
    id,
    shooter,
    house,
    position,
    velocity,
    damage,
    lag,
    age_ticks,
});
record!(Bomb {
    id,
    thrower,
    house,
    position,
    velocity,
    fuse_ticks,
});
record!(Seated {
    session,
    body,
    house,
});
record!(Tally {
    created_count,
    destroyed_count,
    arrived_count,
    departed_count,
});
record!(Effect {
    target,
    source,
    sequence,
    change,
});
record!(BannerState {
    block,
    owner,
    taker,
    progress,
});
record!(RoundState {
    number,
    score,
    score_to_win,
    pause_ticks,
    alive_count,
});
record!(Appearance {
    id,
    name,
    house,
    gear,
    worn,
});
record!(Landmarks { camps, banners });
record!(WorldConfig {
    founding,
    seed,
    soldiers_per_house,
    score_to_win,
    landmarks,
});

impl Record for Worn {
    fn write(&self, output: &mut Vec<u8>) {
        self.bits().write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Self::from_bits(u8::read(input)?).ok_or(CheckpointError::BadNumber)
    }
}

/// Behind the pieces' bits: what was eaten follows. The first dialect has no word for it.
const TELLS_EATEN: u8 = 1 << Piece::COUNT;

impl Record for Dress {
    fn write(&self, output: &mut Vec<u8>) {
        let Self {
            worn,
            revision,
            eaten,
        } = self;
        let tells = if eaten.is_some() { TELLS_EATEN } else { 0 };
        (worn.bits() | tells).write(output);
        revision.write(output);
        if let Some(eaten) = eaten {
            eaten.write(output);
        }
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let bits = u8::read(input)?;
        let worn = Worn::from_bits(bits & !TELLS_EATEN).ok_or(CheckpointError::BadNumber)?;
        Ok(Self {
            worn,
            revision: Record::read(input)?,
            eaten: match bits & TELLS_EATEN {
                0 => None,
                _ => Some(Record::read(input)?),
            },
        })
    }
}

impl Record for bool {
    fn write(&self, output: &mut Vec<u8>) {
        (*self as u8).write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        match u8::read(input)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(CheckpointError::BadNumber),
        }
    }
}

impl<T: Record> Record for Option<T> {
    fn write(&self, output: &mut Vec<u8>) {
        self.is_some().write(output);
        if let Some(value) = self {
            value.write(output);
        }
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        bool::read(input)?.then(|| T::read(input)).transpose()
    }
}

impl<T: Record, U: Record> Record for (T, U) {
    fn write(&self, output: &mut Vec<u8>) {
        self.0.write(output);
        self.1.write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Ok((T::read(input)?, U::read(input)?))
    }
}

impl<T: Record + Copy + Default, const COUNT: usize> Record for [T; COUNT] {
    fn write(&self, output: &mut Vec<u8>) {
        self.iter().for_each(|value| value.write(output));
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let mut array = [T::default(); COUNT];
        for value in &mut array {
            *value = T::read(input)?;
        }
        Ok(array)
    }
}

impl<T: Record> Record for Vec<T> {
    fn write(&self, output: &mut Vec<u8>) {
        (self.len() as u32).write(output);
        self.iter().for_each(|value| value.write(output));
    }

    /// Every value takes at least a byte, so a count beyond the bytes left is refused before it
    /// costs memory.
    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let count = u32::read(input)? as usize;
        if count > input.rest().len() {
            return Err(CheckpointError::Truncated);
        }
        (0..count).map(|_| T::read(input)).collect()
    }
}

impl Record for String {
    fn write(&self, output: &mut Vec<u8>) {
        (self.len() as u32).write(output);
        output.extend_from_slice(self.as_bytes());
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let count = u32::read(input)? as usize;
        let text = core::str::from_utf8(input.take(count)?);
        text.map(String::from).map_err(|_| CheckpointError::BadText)
    }
}

impl Record for EffectTarget {
    fn write(&self, output: &mut Vec<u8>) {
        match self {
            Self::Body(id) => (0_u8, id.0 as u64).write(output),
            Self::Cell(code) => (1_u8, *code).write(output),
            Self::Seat => (2_u8, 0_u64).write(output),
        }
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        match <(u8, u64)>::read(input)? {
            (0, id) => u32::try_from(id)
                .map(|id| Self::Body(BodyId(id)))
                .map_err(|_| CheckpointError::BadNumber),
            (1, code) if code < 1 << spatial::morton::CODE_BITS => Ok(Self::Cell(code)),
            (2, 0) => Ok(Self::Seat),
            _ => Err(CheckpointError::BadNumber),
        }
    }
}

impl Record for Change {
    fn write(&self, output: &mut Vec<u8>) {
        match *self {
            Self::Hurt {
                damage,
                weapon,
                push,
            } => (0_u8, (damage, (weapon, push))).write(output),
            Self::Heal { amount } => (1_u8, amount).write(output),
            Self::Credit { score, at } => (2_u8, (score, at)).write(output),
            Self::Grant { work } => (3_u8, work).write(output),
            Self::Break { block } => (4_u8, block).write(output),
            Self::Place { block, now } => (5_u8, (block, now)).write(output),
            Self::Blast { centre } => (6_u8, centre).write(output),
            Self::Restore { block, now } => (7_u8, (block, now)).write(output),
            Self::Forget { session } => (8_u8, session).write(output),
            Self::Dress { worn } => (9_u8, worn).write(output),
            Self::Lay { loot, at } => (10_u8, (loot, at)).write(output),
            Self::Take { drop } => (11_u8, drop).write(output),
        }
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Ok(match u8::read(input)? {
            0 => {
                let (damage, (weapon, push)) = Record::read(input)?;
                Self::Hurt {
                    damage,
                    weapon,
                    push,
                }
            }
            1 => Self::Heal {
                amount: Record::read(input)?,
            },
            2 => {
                let (score, at) = Record::read(input)?;
                Self::Credit { score, at }
            }
            3 => Self::Grant {
                work: Record::read(input)?,
            },
            4 => Self::Break {
                block: Record::read(input)?,
            },
            5 => {
                let (block, now) = Record::read(input)?;
                Self::Place { block, now }
            }
            6 => Self::Blast {
                centre: Record::read(input)?,
            },
            7 => {
                let (block, now) = Record::read(input)?;
                Self::Restore { block, now }
            }
            8 => Self::Forget {
                session: Record::read(input)?,
            },
            9 => Self::Dress {
                worn: Record::read(input)?,
            },
            10 => {
                let (loot, at) = Record::read(input)?;
                Self::Lay { loot, at }
            }
            11 => Self::Take {
                drop: Record::read(input)?,
            },
            _ => return Err(CheckpointError::BadNumber),
        })
    }
}
