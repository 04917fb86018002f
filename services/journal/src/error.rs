//! Why a journal cannot be read on, and how to go on.

use std::{error, fmt, io};

use crate::segment::{Identity, VERSION};

/// See the module.
#[derive(Debug)]
pub enum JournalError {
    /// The disk failed.
    Io {
        action: &'static str,
        file: String,
        source: io::Error,
    },
    /// Another version of this program wrote the file.
    WrongVersion { file: String, version: u32 },
    /// Another world's or shard's file.
    WrongIdentity {
        file: String,
        found: Identity,
        expected: Identity,
    },
    /// A segment's or checkpoint's name and content disagree.
    WrongName { file: String, tick: u32 },
    /// Ticks that were durable are lost, and later ones are not.
    Broken(Break),
}

/// Where a journal is broken, and what is lost there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Break {
    pub file: String,
    pub offset: u64,
    /// The first tick that is lost, and the last.
    pub first_tick: u32,
    pub last_tick: u32,
    pub loss: Loss,
}

/// How ticks were lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loss {
    /// Their bytes are damaged.
    Damaged,
    /// They are not there: a file is cut or gone.
    Missing,
}

impl JournalError {
    pub(crate) fn io(action: &'static str, file: &str) -> impl FnOnce(io::Error) -> Self {
        let file = file.to_owned();
        move |source| Self::Io {
            action,
            file,
            source,
        }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io {
                action,
                file,
                source,
            } => write!(out, "cannot {action} {file}: {source}"),
            Self::WrongVersion { file, version } => write!(
                out,
                "{file} is of version {version}, this program reads version {VERSION}: \
                 start the version that wrote it, or another folder"
            ),
            Self::WrongIdentity {
                file,
                found,
                expected,
            } => write!(
                out,
                "{file} is of world {:#018x}, shard {}, not of world {:#018x}, shard {}: \
                 start that world, or another folder",
                found.world, found.shard, expected.world, expected.shard
            ),
            Self::WrongName { file, tick } => write!(
                out,
                "{file} says that it is of tick {tick}: was it renamed? Give it its name back"
            ),
            Self::Broken(at) => at.fmt(out),
        }
    }
}

impl fmt::Display for Break {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            offset,
            first_tick,
            last_tick,
            loss,
        } = self;
        let loss = match loss {
            Loss::Damaged => "damaged",
            Loss::Missing => "missing",
        };
        write!(
            out,
            "{file}, byte {offset}: ticks {first_tick} to {last_tick} are {loss}, yet later ones are \
             there. To go on, restore the folder from a backup, start from a checkpoint of tick \
             {last_tick} or later, or give up all ticks from {first_tick} on with --repair"
        )
    }
}

impl error::Error for JournalError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
