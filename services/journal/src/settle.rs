//! How a journal ended, and making that end firm before anything is written behind it.

use std::{
    fmt,
    io::{self, IoSlice},
};

use crate::{
    disk::{Disk, DiskFile, read_full_at, write_all_at},
    limits::COPY_BYTES,
};

/// Where a journal ends.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    /// The tick that comes next: what the next writer begins with.
    pub next_tick: u32,
    /// What the last crash left half written; to be said, then cut by [`Ending::settle`].
    pub torn: Option<Cut>,
    /// Tails that nobody misses: a later segment has it again, or it is room that was never used.
    pub(crate) spent: Vec<Cut>,
    /// The last segment, if it holds no block.
    pub(crate) empty: Option<String>,
    pub(crate) unvouched: Option<Unvouched>,
}

/// What is cut off a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut {
    pub file: String,
    pub offset: u64,
    pub bytes_count: u64,
    /// The tick that would have begun there.
    pub next_tick: u32,
}

/// The last group of blocks: whole, but nothing says that the disk has them.
#[derive(Clone, Debug)]
pub(crate) struct Unvouched {
    pub file: String,
    pub from: u64,
    pub to: u64,
}

impl fmt::Display for Cut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            offset,
            bytes_count,
            next_tick,
        } = self;
        write!(
            out,
            "{file}: cut at byte {offset}, before tick {next_tick}: {bytes_count} bytes behind it were \
             never durable"
        )
    }
}

impl Ending {
    /// Cuts what is torn and makes the rest durable. A crash within it is harmless: scan and settle
    /// again.
    ///
    /// # Errors
    /// The system's; then nothing may be written behind this end.
    pub fn settle<D: Disk>(&self, disk: &D) -> io::Result<()> {
        for cut in &self.spent {
            cut.apply(disk)?;
        }
        match (&self.empty, &self.torn) {
            (Some(name), _) => disk.remove(name)?,
            (None, Some(cut)) => cut.apply(disk)?,
            (None, None) => {}
        }
        if let Some(unvouched) = &self.unvouched {
            unvouched.write_again(disk)?;
        }
        disk.sync_names()
    }
}

impl Cut {
    fn apply<D: Disk>(&self, disk: &D) -> io::Result<()> {
        let mut file = disk.open(&self.file)?;
        file.truncate(self.offset)?;
        file.sync()
    }
}

impl Unvouched {
    /// A process that died leaves blocks in the system's cache that it never synced, or whose sync had
    /// failed: then the system takes them for written, and only writing them again brings them to
    /// the disk.
    fn write_again<D: Disk>(&self, disk: &D) -> io::Result<()> {
        let mut file = disk.open(&self.file)?;
        let mut bytes = vec![0; COPY_BYTES];
        let mut offset = self.from;
        while offset < self.to {
            let count = (self.to - offset).min(COPY_BYTES as u64) as usize;
            let read = read_full_at(&file, &mut bytes[..count], offset)?;
            if read < count {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            write_all_at(&mut file, &mut [IoSlice::new(&bytes[..count])], offset)?;
            offset += count as u64;
        }
        file.sync()
    }
}
