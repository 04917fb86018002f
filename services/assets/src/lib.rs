//! The page: its files in memory, compressed once, with the headers that keep others out of it, and a
//! manifest by which a page learns that a newer one is there.
//!
//! An edge serves it beside the battle; `voxelheim assets` serves it alone. It reads its folder once, at start:
//! nothing of a request's path ever reaches the file system.

mod encoding;
mod files;
mod headers;
pub mod limits;
mod manifest;

pub use files::Assets;
pub use manifest::MANIFEST_PATH;
