//! Why a copy was not made, or cannot be used.

use std::{fmt, io};

use backends::objects::ObjectsError;

#[derive(Debug)]
pub enum ArchiveError {
    Objects(ObjectsError),
    /// What was to be copied could not be read, or what was fetched not be written.
    Stream(io::Error),
    /// Nothing came: what was to be copied had failed.
    Empty,
    /// More than [`PIECES_MAX`](crate::limits::PIECES_MAX) pieces came.
    TooLong,
    /// Another copy of this name was begun in the same millisecond.
    Taken(String),
    /// There is no such copy.
    Missing(String),
    /// It is not what was put there, and how that shows.
    Damaged(String),
}

impl From<ObjectsError> for ArchiveError {
    fn from(error: ObjectsError) -> Self {
        Self::Objects(error)
    }
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Objects(error) => error.fmt(out),
            Self::Stream(error) => write!(out, "the stream broke off: {error}"),
            Self::Empty => out.write_str("nothing came to be copied"),
            Self::TooLong => out.write_str("that is too long for one copy"),
            Self::Taken(copy) => write!(out, "{copy} is being made by somebody else"),
            Self::Missing(copy) => write!(out, "there is no copy {copy}"),
            Self::Damaged(how) => write!(out, "the copy is damaged: {how}"),
        }
    }
}

impl std::error::Error for ArchiveError {}
