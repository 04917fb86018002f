//! What processes ask each other, as bytes: how one begins to listen (see [`crate::Admission`]), how it
//! gets the snapshot that it begins with, and how its shards come to be waited for.

use bytes::Bytes;
use engine::record::{CheckpointError, Input, Record};
use spatial::partition::Owner;

use crate::limits::SNAPSHOT_PIECE_BYTES;

/// A question to a pod.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// From which tick on do your frames come? Answered by [`Listening`].
    Listen,
    /// Answered by a [`Piece`].
    Snapshot(Wish),
    /// A shard that follows wants to be waited for. Answered by nothing; it shows in the members.
    Enlist(Owner),
}

/// A piece of a snapshot that is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wish {
    /// Whoever asks counts its snapshots: the same number is the same snapshot.
    pub number: u64,
    /// Of which tick, at the earliest.
    pub tick_min: u32,
    pub kind: SnapshotKind,
    /// Where in it the piece begins.
    pub offset: u64,
}

/// What a snapshot is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SnapshotKind {
    /// To follow as an edge: see [`crate::feed::snapshot`].
    Feed,
    /// To join as a pod: see [`crate::state::joining`].
    Pod,
}

/// The oldest tick of a pod that will be heard; none if it has not begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Listening(pub Option<u32>);

/// A piece of a snapshot; none while it is not made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    NotYet,
    Part {
        /// Bytes of the whole.
        total: u64,
        bytes: Bytes,
    },
}

mod kind {
    pub const LISTEN: u8 = 0;
    pub const SNAPSHOT_FEED: u8 = 1;
    pub const SNAPSHOT_POD: u8 = 2;
    pub const ENLIST: u8 = 3;
}

impl Question {
    pub fn encode(&self) -> Bytes {
        let mut output = Vec::new();
        match self {
            Self::Listen => kind::LISTEN.write(&mut output),
            Self::Snapshot(wish) => {
                match wish.kind {
                    SnapshotKind::Feed => kind::SNAPSHOT_FEED.write(&mut output),
                    SnapshotKind::Pod => kind::SNAPSHOT_POD.write(&mut output),
                }
                (wish.number, wish.offset).write(&mut output);
                wish.tick_min.write(&mut output);
            }
            Self::Enlist(owner) => {
                kind::ENLIST.write(&mut output);
                owner.write(&mut output);
            }
        }
        output.into()
    }

    /// # Errors
    /// If it is no question of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let mut input = Input::new(bytes);
        let question = match u8::read(&mut input)? {
            kind::LISTEN => Self::Listen,
            kind::SNAPSHOT_FEED => Self::Snapshot(Wish::read(&mut input, SnapshotKind::Feed)?),
            kind::SNAPSHOT_POD => Self::Snapshot(Wish::read(&mut input, SnapshotKind::Pod)?),
            kind::ENLIST => Self::Enlist(Owner::read(&mut input)?),
            _ => return Err(CheckpointError::BadNumber),
        };
        at_end(&mut input, question)
    }
}

impl Wish {
    fn read(input: &mut Input, kind: SnapshotKind) -> Result<Self, CheckpointError> {
        let (number, offset) = Record::read(input)?;
        Ok(Self {
            number,
            offset,
            kind,
            tick_min: Record::read(input)?,
        })
    }
}

impl Listening {
    pub fn encode(self) -> Bytes {
        let mut output = Vec::new();
        self.0.write(&mut output);
        output.into()
    }

    /// # Errors
    /// If it is no answer of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let mut input = Input::new(bytes);
        let first_tick = Record::read(&mut input)?;
        at_end(&mut input, Self(first_tick))
    }
}

impl Piece {
    /// The piece of a snapshot that begins there.
    pub fn of(whole: &Bytes, offset: u64) -> Self {
        let from = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(whole.len());
        let end = (from + SNAPSHOT_PIECE_BYTES).min(whole.len());
        Self::Part {
            total: whole.len() as u64,
            bytes: whole.slice(from..end),
        }
    }

    pub fn encode(&self) -> Bytes {
        let mut output = Vec::new();
        if let Self::Part { total, bytes } = self {
            total.write(&mut output);
            output.extend_from_slice(bytes);
        }
        output.into()
    }

    /// # Errors
    /// If it is no answer of this version.
    pub fn decode(bytes: &Bytes) -> Result<Self, CheckpointError> {
        if bytes.is_empty() {
            return Ok(Self::NotYet);
        }
        let mut input = Input::new(bytes);
        let total = u64::read(&mut input)?;
        let length = input.rest().len();
        Ok(Self::Part {
            total,
            bytes: bytes.slice(bytes.len() - length..),
        })
    }
}

fn at_end<T>(input: &mut Input, value: T) -> Result<T, CheckpointError> {
    match input.rest() {
        [] => Ok(value),
        _ => Err(CheckpointError::Inconsistent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_come_back_as_they_were_and_others_are_refused() {
        let wish = Wish {
            number: 7,
            tick_min: 90,
            kind: SnapshotKind::Pod,
            offset: 1 << 33,
        };
        let owner = Owner { pod: 3, shard: 1 };
        for question in [
            Question::Listen,
            Question::Snapshot(wish),
            Question::Enlist(owner),
        ] {
            let bytes = question.encode();
            assert_eq!(Question::decode(&bytes), Ok(question));
            assert!(Question::decode(&bytes[..bytes.len() - 1]).is_err());
            let longer = [&bytes[..], &[0]].concat();
            assert!(Question::decode(&longer).is_err());
        }
        assert!(Question::decode(&[9]).is_err());
    }

    #[test]
    fn a_snapshot_comes_in_pieces() {
        let whole: Bytes = (0..SNAPSHOT_PIECE_BYTES * 2 + 5)
            .map(|it| it as u8)
            .collect();
        let mut read = Vec::new();
        while read.len() < whole.len() {
            let piece = Piece::of(&whole, read.len() as u64).encode();
            let Ok(Piece::Part { total, bytes }) = Piece::decode(&piece) else {
                panic!("it is a piece");
            };
            assert_eq!(total, whole.len() as u64);
            read.extend_from_slice(&bytes);
        }
        assert_eq!(read, whole);
        assert_eq!(Piece::decode(&Piece::NotYet.encode()), Ok(Piece::NotYet));
        let Piece::Part { bytes, .. } = Piece::of(&whole, u64::MAX) else {
            panic!("beyond its end is nothing");
        };
        assert!(bytes.is_empty());
        for first_tick in [None, Some(8)] {
            let bytes = Listening(first_tick).encode();
            assert_eq!(Listening::decode(&bytes), Ok(Listening(first_tick)));
        }
    }
}
