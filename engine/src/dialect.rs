//! How the processes of one world speak and what they may do: raised when frames or checkpoints are written
//! otherwise, or when a rule of what all shards keep alike is another.
//!
//! A world keeps the dialect of its oldest process, so that those of two versions can tick side by side; once
//! all speak a newer one, the seat has the world speak that (see [`crate::Command::Speak`]), from the
//! next tick on and for good. It is no field of anything: the first byte of a frame and the last of a
//! checkpoint's magic say it.
//!
//! | dialect | frames | checkpoints | what is new |
//! | --- | --- | --- | --- |
//! | 1 | 4 | 5 | |
//! | 2 | 5 | 6 | what lies in water floats; what is eaten heals |

use core::{fmt, str::FromStr};

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Dialect(u8);

/// What the first dialect's versions count from.
const FRAME_BASE: u8 = 3;
const CHECKPOINT_BASE: u8 = 4;

impl Dialect {
    /// That of the version before: with its processes those of this one share a world.
    pub const OLDEST: Self = Self(1);
    pub const NEWEST: Self = Self(2);

    /// None for what this version does not speak.
    pub const fn new(number: u8) -> Option<Self> {
        match number >= Self::OLDEST.0 && number <= Self::NEWEST.0 {
            true => Some(Self(number)),
            false => None,
        }
    }

    pub const fn number(self) -> u8 {
        self.0
    }

    /// Whether what lies around rises to the water's surface.
    pub(crate) const fn has_floating_drops(self) -> bool {
        self.0 >= 2
    }

    /// Whether words of what is worn may tell what was eaten, too.
    pub(crate) const fn has_food(self) -> bool {
        self.0 >= 2
    }

    pub(crate) const fn frame_version(self) -> u8 {
        self.0 + FRAME_BASE
    }

    pub(crate) const fn of_frame_version(version: u8) -> Option<Self> {
        Self::new(version.saturating_sub(FRAME_BASE))
    }

    pub(crate) const fn checkpoint_version(self) -> u8 {
        self.0 + CHECKPOINT_BASE
    }

    pub(crate) const fn of_checkpoint_version(version: u8) -> Option<Self> {
        Self::new(version.saturating_sub(CHECKPOINT_BASE))
    }
}

/// What a world speaks that nobody of the version before takes part in.
impl Default for Dialect {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// Why a text is no dialect of this version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownDialect;

impl fmt::Display for UnknownDialect {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let (oldest, newest) = (Dialect::OLDEST, Dialect::NEWEST);
        write!(out, "this version speaks dialects {oldest} to {newest}")
    }
}

impl core::error::Error for UnknownDialect {}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, UnknownDialect> {
        let number = text.parse().map_err(|_| UnknownDialect)?;
        Self::new(number).ok_or(UnknownDialect)
    }
}
