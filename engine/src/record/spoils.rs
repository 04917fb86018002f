//! Spoils as bytes: on their way with players, in checkpoints, and as frames tell of them.

use alloc::vec::Vec;

use super::{CheckpointError, Input, Record, record};
use crate::{
    drops::{Drop, Drops, Loot},
    effect::Work,
    spoils::{Deeds, Estate, Estates, Gains, Sealed, Spoils, Thing},
};

record!(Deeds {
    kills,
    deaths,
    score,
    blocks_dug,
    blocks_placed,
});
record!(Gains { deeds, things });
record!(Sealed {
    session,
    seal,
    gains,
});
record!(Estate {
    session,
    spoils,
    dress,
});

/// Of a half that is empty there is only the number that says so: most players have nothing, or little.
impl Record for Spoils {
    fn write(&self, output: &mut Vec<u8>) {
        self.due_tick.write(output);
        if self.due_tick != 0 {
            self.open.write(output);
        }
        self.seal.write(output);
        if self.seal != 0 {
            self.sealed.write(output);
        }
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let mut spoils = Self {
            due_tick: Record::read(input)?,
            ..Self::default()
        };
        if spoils.due_tick != 0 {
            spoils.open = Record::read(input)?;
        }
        spoils.seal = Record::read(input)?;
        if spoils.seal != 0 {
            spoils.sealed = Record::read(input)?;
        }
        Ok(spoils)
    }
}

impl Record for Estates {
    fn write(&self, output: &mut Vec<u8>) {
        self.0.write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Record::read(input).map(Self)
    }
}

record!(Drop {
    id,
    position,
    loot,
    finder,
    tick,
});

impl Record for Loot {
    fn write(&self, output: &mut Vec<u8>) {
        self.0.write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Record::read(input).map(Self)
    }
}

impl Record for Drops {
    fn write(&self, output: &mut Vec<u8>) {
        self.0.write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Record::read(input).map(Self)
    }
}

impl Record for Thing {
    fn write(&self, output: &mut Vec<u8>) {
        (*self as u8).write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let number = usize::from(u8::read(input)?);
        let thing = Self::ALL.get(number).copied();
        thing.ok_or(CheckpointError::BadNumber)
    }
}

impl Record for Work {
    fn write(&self, output: &mut Vec<u8>) {
        match self {
            Self::Dug { thing } => (0_u8, *thing).write(output),
            Self::Placed => 1_u8.write(output),
            Self::GivenBack => 2_u8.write(output),
            Self::Found { loot } => (3_u8, *loot).write(output),
        }
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Ok(match u8::read(input)? {
            0 => Self::Dug {
                thing: Record::read(input)?,
            },
            1 => Self::Placed,
            2 => Self::GivenBack,
            3 => Self::Found {
                loot: Record::read(input)?,
            },
            _ => return Err(CheckpointError::BadNumber),
        })
    }
}
