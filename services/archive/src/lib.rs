//! Copies of what must not be lost: dumps of databases and checkpoints of worlds, as streams of bytes that nobody here
//! looks into (whoever makes them compresses and encrypts). A copy is kept in pieces among objects, is there whole
//! or not at all, is read back before it counts, and is checked piece by piece when it is fetched.
//!
//! | object | what |
//! | --- | --- |
//! | `NAME/ID/piece-00000` | the bytes, [`limits::PIECE_BYTES`] in each but the last |
//! | `NAME/ID/manifest.json` | [`Manifest`], written last: a copy without one does not count |
//!
//! An id is the time when the copy was begun, so ids sort by age.

mod error;
pub mod limits;
mod manifest;
mod retention;
mod store;

pub use error::ArchiveError;
pub use manifest::{Id, Manifest, Piece};
pub use retention::Keep;
pub use store::{Archive, Kept};
