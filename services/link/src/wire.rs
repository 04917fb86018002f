//! The heads of what goes over a link, as bytes; all numbers little-endian. Payloads are opaque and
//! follow their heads. Knows nothing of connections.
//!
//! | stream | first | then |
//! | --- | --- | --- |
//! | the dialer's first, both ways | [`Greeting`] there, [`Greeting`] back | |
//! | a lane, both ways | [`Open`] there, [`OpenReply`] back | messages there, [`Acknowledgement`]s back |
//! | a request, both ways | [`RequestHead`] and payload there | [`ResponseHead`] and payload back |
//! | a message of the latest-wins channel, one way | [`LatestHead`] and payload | |

use std::fmt;

use bytes::{Buf, BufMut};

use crate::{
    limits::{LATEST_BYTES_MAX, MESSAGE_BYTES_MAX, REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX},
    reliable::{Acknowledgement, Gap, LaneId, MessageId, Open, OpenRefusal, Resume},
};

/// What came is nothing that a link of this version says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WireError {
    UnknownStream(u8),
    UnknownReply(u8),
    TooLong {
        bytes: usize,
        bytes_max: usize,
    },
    /// The stream ended within a message.
    Truncated,
    /// There is more on the stream than its head says.
    TooMuch,
    /// It does not go with what was said before.
    Contradiction,
}

/// What a stream that goes both ways is for: its first byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StreamKind {
    Lane,
    Request,
}

/// Both sides' first words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Greeting {
    pub incarnation: u64,
}

/// A lane's stream is taken up or refused.
pub type OpenReply = Result<Resume, OpenRefusal>;

/// Before each message of a lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageHead {
    pub bytes: usize,
    pub id: MessageId,
}

/// Before a message of the latest-wins channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LatestHead {
    pub bytes: usize,
    pub incarnation: u64,
    pub key: u32,
    pub version: u64,
}

/// Before a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestHead {
    pub bytes: usize,
    pub incarnation: u64,
}

/// How a request went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResponseStatus {
    Answered,
    /// The payload says why in words.
    Refused,
    /// Too many wait already.
    Busy,
}

/// Before a response.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ResponseHead {
    pub bytes: usize,
    pub incarnation: u64,
    pub status: ResponseStatus,
}

const REPLY_RESUME: u8 = 0;
const REPLY_GAP: u8 = 1;
const REPLY_OLD_SERIES: u8 = 2;
const REPLY_STALE: u8 = 3;

impl StreamKind {
    pub fn encode(self) -> u8 {
        match self {
            Self::Lane => 1,
            Self::Request => 2,
        }
    }

    pub fn decode(byte: u8) -> Result<Self, WireError> {
        match byte {
            1 => Ok(Self::Lane),
            2 => Ok(Self::Request),
            other => Err(WireError::UnknownStream(other)),
        }
    }
}

impl Greeting {
    pub const BYTES: usize = 8;

    pub fn encode(self) -> [u8; Self::BYTES] {
        self.incarnation.to_le_bytes()
    }

    pub fn decode(bytes: [u8; Self::BYTES]) -> Self {
        let incarnation = u64::from_le_bytes(bytes);
        Self { incarnation }
    }
}

impl Open {
    /// Without the stream's kind.
    pub const BYTES: usize = 26;

    pub fn encode(self, lane: LaneId) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let mut out = &mut bytes[..];
        out.put_u16_le(lane.0);
        out.put_u64_le(self.incarnation);
        out.put_u64_le(self.series);
        out.put_u64_le(self.first);
        bytes
    }

    pub fn decode(bytes: [u8; Self::BYTES]) -> (LaneId, Self) {
        let mut bytes = &bytes[..];
        let lane = LaneId(bytes.get_u16_le());
        let open = Self {
            incarnation: bytes.get_u64_le(),
            series: bytes.get_u64_le(),
            first: bytes.get_u64_le(),
        };
        (lane, open)
    }
}

/// Encodes and decodes [`OpenReply`], which is not a type of ours.
pub mod open_reply {
    use super::*;

    pub const BYTES: usize = 25;

    pub fn encode(reply: OpenReply) -> [u8; BYTES] {
        let (kind, numbers) = match reply {
            Ok(resume) => (
                REPLY_RESUME,
                [resume.series, resume.next, resume.unacknowledged],
            ),
            Err(OpenRefusal::Gap(gap)) => (REPLY_GAP, [gap.expected, gap.offered, 0]),
            Err(OpenRefusal::OldSeries { current }) => (REPLY_OLD_SERIES, [current, 0, 0]),
            Err(OpenRefusal::Stale { lowest }) => (REPLY_STALE, [lowest, 0, 0]),
        };
        let mut bytes = [0; BYTES];
        let mut out = &mut bytes[..];
        out.put_u8(kind);
        for number in numbers {
            out.put_u64_le(number);
        }
        bytes
    }

    pub fn decode(bytes: [u8; BYTES]) -> Result<OpenReply, WireError> {
        let mut bytes = &bytes[..];
        let kind = bytes.get_u8();
        let [first, second, third] = [(); 3].map(|()| bytes.get_u64_le());
        match kind {
            REPLY_RESUME => Ok(Ok(Resume {
                series: first,
                next: second,
                unacknowledged: third,
            })),
            REPLY_GAP => Ok(Err(OpenRefusal::Gap(Gap {
                expected: first,
                offered: second,
            }))),
            REPLY_OLD_SERIES => Ok(Err(OpenRefusal::OldSeries { current: first })),
            REPLY_STALE => Ok(Err(OpenRefusal::Stale { lowest: first })),
            other => Err(WireError::UnknownReply(other)),
        }
    }
}

impl MessageHead {
    pub const BYTES: usize = 20;

    pub fn encode(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let mut out = &mut bytes[..];
        out.put_u32_le(length(self.bytes));
        out.put_u64_le(self.id.incarnation);
        out.put_u64_le(self.id.sequence);
        bytes
    }

    /// # Errors
    /// When the message is longer than one may be.
    pub fn decode(bytes: [u8; Self::BYTES]) -> Result<Self, WireError> {
        let mut bytes = &bytes[..];
        Ok(Self {
            bytes: bounded(bytes.get_u32_le(), MESSAGE_BYTES_MAX)?,
            id: MessageId {
                incarnation: bytes.get_u64_le(),
                sequence: bytes.get_u64_le(),
            },
        })
    }
}

impl Acknowledgement {
    pub const BYTES: usize = 24;

    pub fn encode(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let mut out = &mut bytes[..];
        out.put_u64_le(self.incarnation);
        out.put_u64_le(self.series);
        out.put_u64_le(self.unacknowledged);
        bytes
    }

    pub fn decode(bytes: [u8; Self::BYTES]) -> Self {
        let mut bytes = &bytes[..];
        Self {
            incarnation: bytes.get_u64_le(),
            series: bytes.get_u64_le(),
            unacknowledged: bytes.get_u64_le(),
        }
    }
}

impl LatestHead {
    pub const BYTES: usize = 24;

    pub fn encode(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let mut out = &mut bytes[..];
        out.put_u32_le(length(self.bytes));
        out.put_u64_le(self.incarnation);
        out.put_u32_le(self.key);
        out.put_u64_le(self.version);
        bytes
    }

    /// # Errors
    /// When the message is longer than one may be.
    pub fn decode(bytes: [u8; Self::BYTES]) -> Result<Self, WireError> {
        let mut bytes = &bytes[..];
        Ok(Self {
            bytes: bounded(bytes.get_u32_le(), LATEST_BYTES_MAX)?,
            incarnation: bytes.get_u64_le(),
            key: bytes.get_u32_le(),
            version: bytes.get_u64_le(),
        })
    }
}

impl RequestHead {
    /// Without the stream's kind.
    pub const BYTES: usize = 12;

    pub fn encode(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let mut out = &mut bytes[..];
        out.put_u32_le(length(self.bytes));
        out.put_u64_le(self.incarnation);
        bytes
    }

    /// # Errors
    /// When the request is longer than one may be.
    pub fn decode(bytes: [u8; Self::BYTES]) -> Result<Self, WireError> {
        let mut bytes = &bytes[..];
        Ok(Self {
            bytes: bounded(bytes.get_u32_le(), REQUEST_BYTES_MAX)?,
            incarnation: bytes.get_u64_le(),
        })
    }
}

impl ResponseHead {
    pub const BYTES: usize = 13;

    pub fn encode(self) -> [u8; Self::BYTES] {
        let status = match self.status {
            ResponseStatus::Answered => 0,
            ResponseStatus::Refused => 1,
            ResponseStatus::Busy => 2,
        };
        let mut bytes = [0; Self::BYTES];
        let mut out = &mut bytes[..];
        out.put_u8(status);
        out.put_u32_le(length(self.bytes));
        out.put_u64_le(self.incarnation);
        bytes
    }

    /// # Errors
    /// When the response is longer than one may be, or of no known kind.
    pub fn decode(bytes: [u8; Self::BYTES]) -> Result<Self, WireError> {
        let mut bytes = &bytes[..];
        let status = match bytes.get_u8() {
            0 => ResponseStatus::Answered,
            1 => ResponseStatus::Refused,
            2 => ResponseStatus::Busy,
            other => return Err(WireError::UnknownReply(other)),
        };
        Ok(Self {
            status,
            bytes: bounded(bytes.get_u32_le(), RESPONSE_BYTES_MAX)?,
            incarnation: bytes.get_u64_le(),
        })
    }
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("longer messages were refused to their sender")
}

fn bounded(length: u32, bytes_max: usize) -> Result<usize, WireError> {
    let bytes = length as usize;
    if bytes > bytes_max {
        return Err(WireError::TooLong { bytes, bytes_max });
    }
    Ok(bytes)
}

impl fmt::Display for WireError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::UnknownStream(byte) => write!(formatter, "no stream begins with {byte}"),
            Self::UnknownReply(byte) => write!(formatter, "no reply begins with {byte}"),
            Self::TooLong { bytes, bytes_max } => {
                write!(formatter, "a message of {bytes} bytes, {bytes_max} at most")
            }
            Self::Truncated => formatter.write_str("a stream ended within a message"),
            Self::TooMuch => formatter.write_str("more on a stream than its head says"),
            Self::Contradiction => formatter.write_str("a word that contradicts an earlier one"),
        }
    }
}

impl std::error::Error for WireError {}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: MessageId = MessageId {
        incarnation: 0x0102_0304_0506_0708,
        sequence: u64::MAX,
    };

    #[test]
    fn heads_are_read_as_they_are_written() {
        let greeting = Greeting { incarnation: 9 };
        assert_eq!(Greeting::decode(greeting.encode()), greeting);
        let open = Open {
            incarnation: 3,
            series: 2,
            first: u64::MAX,
        };
        let lane = LaneId(7);
        assert_eq!(Open::decode(open.encode(lane)), (lane, open));
        let head = MessageHead {
            bytes: MESSAGE_BYTES_MAX,
            id: ID,
        };
        assert_eq!(MessageHead::decode(head.encode()), Ok(head));
        let acknowledgement = Acknowledgement {
            incarnation: 1,
            series: 2,
            unacknowledged: 3,
        };
        let read = Acknowledgement::decode(acknowledgement.encode());
        assert_eq!(read, acknowledgement);
        let head = LatestHead {
            bytes: 1,
            incarnation: 2,
            key: 3,
            version: 4,
        };
        assert_eq!(LatestHead::decode(head.encode()), Ok(head));
        let head = RequestHead {
            bytes: 0,
            incarnation: 1,
        };
        assert_eq!(RequestHead::decode(head.encode()), Ok(head));
        for kind in [StreamKind::Lane, StreamKind::Request] {
            assert_eq!(StreamKind::decode(kind.encode()), Ok(kind));
        }
    }

    #[test]
    fn replies_are_read_as_they_are_written() {
        let replies = [
            Ok(Resume {
                series: 1,
                next: 2,
                unacknowledged: 3,
            }),
            Err(OpenRefusal::Gap(Gap {
                expected: 4,
                offered: 5,
            })),
            Err(OpenRefusal::OldSeries { current: 6 }),
            Err(OpenRefusal::Stale { lowest: 7 }),
        ];
        for reply in replies {
            assert_eq!(open_reply::decode(open_reply::encode(reply)), Ok(reply));
        }
        for status in [
            ResponseStatus::Answered,
            ResponseStatus::Refused,
            ResponseStatus::Busy,
        ] {
            let head = ResponseHead {
                bytes: 5,
                incarnation: 6,
                status,
            };
            assert_eq!(ResponseHead::decode(head.encode()), Ok(head));
        }
    }

    #[test]
    fn the_bytes_of_a_message_head_stay_as_they_are() {
        let head = MessageHead { bytes: 258, id: ID };
        let expected = [
            2, 1, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1, 255, 255, 255, 255, 255, 255, 255, 255,
        ];
        assert_eq!(head.encode(), expected);
    }

    #[test]
    fn what_no_link_says_is_refused() {
        assert!(StreamKind::decode(0).is_err() && StreamKind::decode(255).is_err());
        assert!(MessageHead::decode([255; MessageHead::BYTES]).is_err());
        assert!(LatestHead::decode([255; LatestHead::BYTES]).is_err());
        assert!(RequestHead::decode([255; RequestHead::BYTES]).is_err());
        assert!(ResponseHead::decode([255; ResponseHead::BYTES]).is_err());
        let mut long = ResponseHead {
            bytes: 0,
            incarnation: 0,
            status: ResponseStatus::Answered,
        }
        .encode();
        long[4] = 255;
        assert!(matches!(
            ResponseHead::decode(long),
            Err(WireError::TooLong { .. })
        ));
        assert!(open_reply::decode([9; open_reply::BYTES]).is_err());
    }
}
