//! Server to client as datagrams: where the bodies are. The writer lays the table's bytes by hand,
//! because a builder costs more than all the rest of interest management.

mod columns;
mod read;
mod write;

pub use columns::{Bodies, CellRows, SnapshotColumns};
pub use read::{BodyRow, Snapshot};
pub use write::{SnapshotParts, SnapshotSize};
