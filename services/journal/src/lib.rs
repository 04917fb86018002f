//! A shard's journal: what each tick was given, in order, durable off the tick path, and checkpoints
//! beside it. Records are opaque bytes.
//!
//! Not responsible for what a record means, for replaying it (the world's host), or for sockets and
//! executors: [`Committer`] is the writer without its I/O, and [`plain`] is one of two that do it.
//! docs/invariants/recovery.md tells the protocol in a page.
//!
//! ```no_run
//! use journal::{Appender, Checkpoint, Folder, Identity, PlainWriter, Scanner, checkpoint};
//!
//! fn run(path: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
//!     let identity = Identity { world: 7, shard: 0 };
//!     let folder = Folder::open(path)?;
//!     let newest = checkpoint::load_newest(&folder, identity)?.checkpoint;
//!     let from = newest.map_or(1, |Checkpoint { tick, .. }| tick + 1);
//!     let mut scanner = Scanner::open(&folder, identity, from)?;
//!     while let Some(tick) = scanner.advance()? {
//!         println!("tick {} had {} records", tick.tick, tick.records.count());
//!     }
//!     let ending = scanner.ending();
//!     ending.settle(&folder)?;
//!
//!     let (mut port, committer) = journal::link(identity, ending.next_tick);
//!     let writer = PlainWriter::start("journal-0", Appender::new(folder, committer))?;
//!     port.commit(ending.next_tick, &[b"a record", b"another"])?;
//!     writer.stop();
//!     assert_eq!(port.durable_tick(), ending.next_tick);
//!     Ok(())
//! }
//! ```

#![forbid(unsafe_code)]

pub mod appender;
pub mod block;
pub mod checkpoint;
pub mod checkpointer;
pub mod committer;
pub mod disk;
pub mod error;
pub mod folder;
pub mod limits;
pub mod link;
pub mod plain;
pub mod repair;
pub mod room;
pub mod scan;
pub mod segment;
pub mod settle;
pub mod simulated;
mod wire;

pub use appender::{Appender, Turn};
pub use block::{Block, Records, TooLarge};
pub use checkpoint::Checkpoint;
pub use checkpointer::{Busy, Checkpointer};
pub use committer::{Committer, Creation, Plan};
pub use disk::{Disk, DiskFile};
pub use error::{Break, JournalError, Loss};
pub use folder::Folder;
pub use link::{Closer, CommitError, CommitLatency, JournalPort, State, link};
pub use plain::PlainWriter;
pub use scan::{Scanner, TickRecords};
pub use segment::Identity;
pub use settle::{Cut, Ending};
