//! A real folder as a [`Disk`], locked against a second writer.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind, IoSlice},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustix::io::pwritev;

use crate::disk::{Disk, DiskFile};

const LOCK: &str = "lock";

/// A folder on a file system; clones share it.
#[derive(Clone, Debug)]
pub struct Folder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// Open on the folder itself, to sync its names.
    names: File,
    /// Held for as long as anybody may write; nothing for readers.
    lock: Option<File>,
}

impl Folder {
    /// Opens the folder to write to, and makes it if it is missing.
    ///
    /// # Errors
    /// If another process has it open so, and the system's.
    pub fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join(LOCK))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                let message = format!("{}: another process writes here", path.display());
                io::Error::new(ErrorKind::ResourceBusy, message)
            }
            TryLockError::Error(error) => error,
        })?;
        Self::new(path, Some(lock))
    }

    /// Opens the folder to read only, beside whoever writes: for replays.
    ///
    /// # Errors
    /// The system's.
    pub fn open_to_read(path: &Path) -> io::Result<Self> {
        Self::new(path, None)
    }

    fn new(path: &Path, lock: Option<File>) -> io::Result<Self> {
        Ok(Self(Arc::new(Inner {
            path: path.to_owned(),
            names: File::open(path)?,
            lock,
        })))
    }

    pub fn path(&self) -> &Path {
        &self.0.path
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path.join(name)
    }
}

impl Disk for Folder {
    type File = FolderFile;

    fn names(&self) -> io::Result<Vec<String>> {
        let entries = fs::read_dir(&self.0.path)?;
        // A name that is no text is not one of ours.
        let names = entries.filter_map(|entry| match entry {
            Ok(entry) => entry.file_name().into_string().ok().map(Ok),
            Err(error) => Some(Err(error)),
        });
        names.collect()
    }

    fn open(&self, name: &str) -> io::Result<FolderFile> {
        let is_writer = self.0.lock.is_some();
        let mut options = OpenOptions::new();
        options.read(true).write(is_writer);
        options.open(self.file(name)).map(FolderFile)
    }

    fn create(&self, name: &str) -> io::Result<FolderFile> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        options.open(self.file(name)).map(FolderFile)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.file(from), self.file(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.file(name))
    }

    fn sync_names(&self) -> io::Result<()> {
        self.0.names.sync_all()
    }
}

/// An open file of a [`Folder`].
#[derive(Debug)]
pub struct FolderFile(File);

impl DiskFile for FolderFile {
    fn size(&self) -> io::Result<u64> {
        self.0.metadata().map(|metadata| metadata.len())
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(bytes, offset)
    }

    fn write_at(&mut self, parts: &[IoSlice<'_>], offset: u64) -> io::Result<usize> {
        Ok(pwritev(&self.0, parts, offset)?)
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.0.set_len(size)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}
