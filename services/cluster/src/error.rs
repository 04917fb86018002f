//! Why a process does not become, or stay, one of a cluster.

use std::{fmt, io, path::PathBuf};

use directory::DirectoryError;
use engine::Dialect;

/// See the module; the text says what to do about it.
#[derive(Debug)]
pub enum ClusterError {
    /// Another process uses the folder.
    FolderTaken(PathBuf),
    Folder(PathBuf, io::Error),
    Credentials(String),
    Directory(DirectoryError),
    Link(io::Error),
    /// What the folder holds cannot be used.
    World(String),
    /// The lease is over: another may act in this process's place.
    LeaseLost,
    /// Other processes hear a later life of this one.
    Fenced,
    /// The others went on without this process, which must begin anew.
    LeftBehind,
    /// The world speaks what this version does not.
    ForeignDialect,
    /// A thread died, which is a bug.
    ThreadDied,
    Threads(io::Error),
}

impl fmt::Display for ClusterError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FolderTaken(path) => write!(
                out,
                "{} is used by another process: stop that, or choose another folder with --data",
                path.display()
            ),
            Self::Folder(path, error) => write!(
                out,
                "{} cannot be used ({error}): choose a folder you may write to with --data",
                path.display()
            ),
            Self::Credentials(why) => write!(out, "no credentials for links: {why}"),
            Self::Directory(error) => write!(out, "the directory: {error}; check --directory"),
            Self::Link(error) => write!(
                out,
                "cannot listen for links ({error}): choose an address of this machine with --link"
            ),
            Self::World(why) => out.write_str(why),
            Self::LeaseLost => out.write_str(
                "the lease is lost: this process must not act any more, and ends; start it again",
            ),
            Self::Fenced => out.write_str(
                "fenced off: others hear a later life of this process; is it running twice?",
            ),
            Self::LeftBehind => out.write_str(
                "the world went on without this process, which owned none of it; start it again",
            ),
            Self::ForeignDialect => write!(
                out,
                "the world speaks no dialect of this version, which has {} to {}: start a process of the \
                 version that the others are of",
                Dialect::OLDEST,
                Dialect::NEWEST
            ),
            Self::ThreadDied => out.write_str("a thread died; see the log"),
            Self::Threads(error) => write!(out, "the system gives no thread ({error})"),
        }
    }
}

impl std::error::Error for ClusterError {}

impl From<DirectoryError> for ClusterError {
    fn from(error: DirectoryError) -> Self {
        Self::Directory(error)
    }
}
