//! What can be wrong with bytes from outside.

use core::fmt;

use crate::header::Kind;

/// Why a message was not believed. Its sender is disconnected or the message dropped and counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WireError {
    /// Shorter than its header or than its header says.
    Truncated,
    /// No message has this number, or none that goes this way.
    UnknownKind(u8),
    /// A reserved byte is not zero.
    Reserved,
    /// More bytes than this kind may have.
    TooLong(Kind),
    /// Not a table as its schema says.
    Malformed(Kind),
    /// Parallel columns differ in length, or there are more rows than allowed.
    Columns(Kind),
    /// The number in this field is out of its range.
    Range(&'static str),
    /// The other side speaks this version of the protocol.
    Version(u16),
    /// The compressed run is not what its message says.
    Compression,
}

impl fmt::Display for WireError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => write!(formatter, "the message is cut short"),
            Self::UnknownKind(kind) => write!(formatter, "no message of kind {kind} goes this way"),
            Self::Reserved => write!(formatter, "a reserved byte is not zero"),
            Self::TooLong(kind) => write!(formatter, "the {kind:?} message is too long"),
            Self::Malformed(kind) => write!(formatter, "the {kind:?} message is malformed"),
            Self::Columns(kind) => write!(formatter, "columns of {kind:?} do not fit each other"),
            Self::Range(field) => write!(formatter, "{field} is out of its range"),
            Self::Version(version) => write!(formatter, "the other side speaks version {version}"),
            Self::Compression => write!(formatter, "the compressed bricks are damaged"),
        }
    }
}

impl core::error::Error for WireError {}
