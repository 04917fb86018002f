//! The eight bytes in front of every message, and the kinds of messages.

use crate::{error::WireError, limits};

/// What a message is; its number is on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Kind {
    Snapshot = 1,
    Events = 2,
    Pong = 3,
    Welcome = 16,
    Closing = 17,
    Appearances = 18,
    Battle = 19,
    Kills = 20,
    Scoreboard = 21,
    Density = 22,
    Refusals = 23,
    Waiting = 24,
    Overload = 25,
    Said = 26,
    Unsaid = 27,
    Drops = 28,
    Found = 29,
    Bricks = 32,
    Edits = 33,
    Forget = 34,
    Inputs = 64,
    Ping = 65,
    Hello = 80,
    Settings = 81,
    Leave = 82,
    Say = 83,
    Ignore = 84,
}

/// Where a message travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
    Datagram,
    Control,
    Terrain,
}

impl Kind {
    pub const ALL: [Kind; 27] = [
        Kind::Snapshot,
        Kind::Events,
        Kind::Pong,
        Kind::Welcome,
        Kind::Closing,
        Kind::Appearances,
        Kind::Battle,
        Kind::Kills,
        Kind::Scoreboard,
        Kind::Density,
        Kind::Refusals,
        Kind::Waiting,
        Kind::Overload,
        Kind::Said,
        Kind::Unsaid,
        Kind::Drops,
        Kind::Found,
        Kind::Bricks,
        Kind::Edits,
        Kind::Forget,
        Kind::Inputs,
        Kind::Ping,
        Kind::Hello,
        Kind::Settings,
        Kind::Leave,
        Kind::Say,
        Kind::Ignore,
    ];

    pub fn from_byte(byte: u8) -> Result<Kind, WireError> {
        let known = Self::ALL.into_iter().find(|&kind| kind as u8 == byte);
        known.ok_or(WireError::UnknownKind(byte))
    }

    /// From client to server.
    pub const fn is_up(self) -> bool {
        self as u8 >= Kind::Inputs as u8
    }

    pub const fn channel(self) -> Channel {
        match self {
            Kind::Snapshot | Kind::Events | Kind::Pong | Kind::Inputs | Kind::Ping => {
                Channel::Datagram
            }
            Kind::Bricks | Kind::Edits | Kind::Forget => Channel::Terrain,
            _ => Channel::Control,
        }
    }

    /// Bytes of the table behind the header, at most.
    pub const fn table_bytes_max(self) -> usize {
        limits::table_bytes_max(self)
    }
}

/// The front of every message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    pub kind: Kind,
    /// In a datagram: the sender's datagrams so far, from 1. On a stream: bytes of the table behind.
    pub number: u32,
}

impl Header {
    /// A multiple of 8, so that the table behind it stays aligned.
    pub const BYTES: usize = 8;

    pub const fn encode(self) -> [u8; Self::BYTES] {
        let [a, b, c, d] = self.number.to_le_bytes();
        [self.kind as u8, 0, 0, 0, a, b, c, d]
    }

    pub fn decode(bytes: &[u8]) -> Result<Header, WireError> {
        let Some(&[kind, r1, r2, r3, a, b, c, d]) = bytes.first_chunk() else {
            return Err(WireError::Truncated);
        };
        if [r1, r2, r3] != [0; 3] {
            return Err(WireError::Reserved);
        }
        Ok(Header {
            kind: Kind::from_byte(kind)?,
            number: u32::from_le_bytes([a, b, c, d]),
        })
    }
}

/// Splits a whole message into its header and its table, and checks both lengths.
pub fn split(message: &[u8]) -> Result<(Header, &[u8]), WireError> {
    let header = Header::decode(message)?;
    let table = &message[Header::BYTES..];
    if table.len() > header.kind.table_bytes_max() {
        return Err(WireError::TooLong(header.kind));
    }
    if header.kind.channel() != Channel::Datagram && table.len() != header.number as usize {
        return Err(WireError::Truncated);
    }
    Ok((header, table))
}

/// Writes the sender's count of datagrams into a message that is ready but for it.
pub fn set_number(message: &mut [u8], number: u32) {
    message[4..Header::BYTES].copy_from_slice(&number.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back() {
        for kind in Kind::ALL {
            let header = Header {
                kind,
                number: 0x0403_0201,
            };
            assert_eq!(header.encode()[4..], [1, 2, 3, 4]);
            assert_eq!(Header::decode(&header.encode()), Ok(header));
        }
    }

    #[test]
    fn every_byte_is_a_kind_or_an_error() {
        let known = (0..=255).filter(|&byte| Kind::from_byte(byte).is_ok());
        assert_eq!(known.count(), Kind::ALL.len());
    }

    #[test]
    fn reserved_bytes_and_short_headers_are_refused() {
        let good = Header {
            kind: Kind::Ping,
            number: 1,
        };
        let mut bytes = good.encode();
        assert_eq!(Header::decode(&bytes[..7]), Err(WireError::Truncated));
        bytes[2] = 1;
        assert_eq!(Header::decode(&bytes), Err(WireError::Reserved));
    }
}
