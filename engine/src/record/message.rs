//! What shards and hosts send each other, as bytes: commands, for journals, and what a frame has on
//! its way to the next tick, for checkpoints.

use alloc::{collections::VecDeque, vec::Vec};

use spatial::{
    Block, Brick, CellCoord,
    partition::{Epoch, Owner, Partition, Region},
    region::RegionId,
};

use super::{CheckpointError, Input, Record, record};
use crate::{
    body::Body,
    dialect::Dialect,
    event::Weapon,
    frame::{Crossing, Handoffs},
    id::BodyId,
    input::{Command, PartitionChange},
    seat::{Indices, RosterChange, Seat},
};

record!(Owner { pod, shard });
record!(Region { id, owner, epoch });
record!(Body {
    id,
    motion,
    intent,
    combat,
    mind,
});
record!(Crossing { to, body, player });
record!(Handoffs {
    bodies,
    arrows,
    bombs,
});
record!(Indices {
    generation,
    resting,
});
record!(Seat {
    indices,
    sessions,
    roster,
    banners,
    round,
    partition,
    members,
    estates,
    roster_changes,
});
record!(RosterChange { index, looks });

/// Of all events the only kind that rules read: who felled whom in the last tick.
pub struct Fall {
    pub target: BodyId,
    pub killer: BodyId,
    pub weapon: Weapon,
    pub position: spatial::Position,
}

record!(Fall {
    target,
    killer,
    weapon,
    position,
});

impl Record for Epoch {
    fn write(&self, output: &mut Vec<u8>) {
        self.0.write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Ok(Self(Record::read(input)?))
    }
}

impl Record for RegionId {
    fn write(&self, output: &mut Vec<u8>) {
        self.to_bits().write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Self::from_bits(Record::read(input)?).ok_or(CheckpointError::BadNumber)
    }
}

impl Record for Partition {
    fn write(&self, output: &mut Vec<u8>) {
        self.epoch().write(output);
        self.regions().to_vec().write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let epoch = Record::read(input)?;
        let regions = Record::read(input)?;
        Self::restore(regions, epoch).map_err(|_| CheckpointError::Inconsistent)
    }
}

impl<T: Record> Record for alloc::sync::Arc<T> {
    fn write(&self, output: &mut Vec<u8>) {
        T::write(self, output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        T::read(input).map(Self::new)
    }
}

impl<T: Record> Record for alloc::boxed::Box<T> {
    fn write(&self, output: &mut Vec<u8>) {
        T::write(self, output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        T::read(input).map(Self::new)
    }
}

impl<T: Record> Record for VecDeque<T> {
    fn write(&self, output: &mut Vec<u8>) {
        (self.len() as u32).write(output);
        self.iter().for_each(|value| value.write(output));
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Vec::read(input).map(Self::from)
    }
}

impl Record for Brick {
    fn write(&self, output: &mut Vec<u8>) {
        spatial::codec::encode_brick(self, output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let decoded = spatial::codec::decode_brick(input.rest());
        let (brick, bytes_count) = decoded.map_err(CheckpointError::BadTerrain)?;
        input.skip(bytes_count);
        Ok(brick)
    }
}

/// A brick that may be loaded: a cell within space, and something in it.
pub fn is_loadable((cell, brick): &(CellCoord, Brick)) -> bool {
    let is_something = brick.as_uniform() != Some(Block::VOID);
    spatial::morton::try_encode(*cell).is_some() && is_something
}

/// Its kind: what players do is counted from 0 on, what staff do from here.
const END_ROUND: u8 = 64;
const SPEAK: u8 = 65;

impl Record for Command {
    fn write(&self, output: &mut Vec<u8>) {
        match self {
            Self::Join {
                session,
                attachment,
                name,
                house,
            } => {
                (0_u8, (*session, *attachment)).write(output);
                name.write(output);
                house.write(output);
            }
            Self::Leave { session } => (1_u8, *session).write(output),
            Self::Input {
                session,
                attachment,
                input,
            } => {
                (2_u8, (*session, *attachment)).write(output);
                input.write(output);
            }
            Self::Terrain { bricks } => {
                3_u8.write(output);
                bricks.write(output);
            }
            Self::Partition(change) => {
                4_u8.write(output);
                change.write(output);
            }
            Self::Present {
                session,
                attachment,
            } => (5_u8, (*session, *attachment)).write(output),
            Self::SpoilsKept { session, seal } => (6_u8, (*session, *seal)).write(output),
            Self::Wear { session, dress } => (7_u8, (*session, *dress)).write(output),
            Self::EndRound { number } => (END_ROUND, *number).write(output),
            Self::Speak { dialect } => (SPEAK, dialect.number()).write(output),
        }
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Ok(match u8::read(input)? {
            0 => Self::Join {
                session: Record::read(input)?,
                attachment: Record::read(input)?,
                name: Record::read(input)?,
                house: Record::read(input)?,
            },
            1 => Self::Leave {
                session: Record::read(input)?,
            },
            2 => Self::Input {
                session: Record::read(input)?,
                attachment: Record::read(input)?,
                input: Record::read(input)?,
            },
            3 => {
                let bricks = Vec::read(input)?;
                if !bricks.iter().all(is_loadable) {
                    return Err(CheckpointError::BadNumber);
                }
                Self::Terrain { bricks }
            }
            4 => Self::Partition(Record::read(input)?),
            5 => Self::Present {
                session: Record::read(input)?,
                attachment: Record::read(input)?,
            },
            6 => Self::SpoilsKept {
                session: Record::read(input)?,
                seal: Record::read(input)?,
            },
            7 => Self::Wear {
                session: Record::read(input)?,
                dress: Record::read(input)?,
            },
            SPEAK => Self::Speak {
                dialect: Dialect::new(Record::read(input)?).ok_or(CheckpointError::BadNumber)?,
            },
            END_ROUND => Self::EndRound {
                number: Record::read(input)?,
            },
            _ => return Err(CheckpointError::BadNumber),
        })
    }
}

impl Record for PartitionChange {
    fn write(&self, output: &mut Vec<u8>) {
        match *self {
            Self::Split { region, seen } => (0_u8, (region, seen)).write(output),
            Self::Merge { region, seen } => (1_u8, (region, seen)).write(output),
            Self::Assign {
                region,
                owner,
                seen,
            } => (2_u8, ((region, seen), owner)).write(output),
            Self::Enlist { owner } => (3_u8, owner).write(output),
            Self::Discharge { owner } => (4_u8, owner).write(output),
        }
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        Ok(match u8::read(input)? {
            0 => Self::Split {
                region: Record::read(input)?,
                seen: Record::read(input)?,
            },
            1 => Self::Merge {
                region: Record::read(input)?,
                seen: Record::read(input)?,
            },
            2 => Self::Assign {
                region: Record::read(input)?,
                seen: Record::read(input)?,
                owner: Record::read(input)?,
            },
            3 => Self::Enlist {
                owner: Record::read(input)?,
            },
            4 => Self::Discharge {
                owner: Record::read(input)?,
            },
            _ => return Err(CheckpointError::BadNumber),
        })
    }
}
