//! What the journal asks of a disk: a folder of files. [`crate::Folder`] is the real one,
//! [`crate::simulated`] one that fails and crashes.

use std::io::{self, ErrorKind, IoSlice};

/// A folder of files.
pub trait Disk {
    type File: DiskFile;

    /// The names of its files, in any order.
    ///
    /// # Errors
    /// The system's.
    fn names(&self) -> io::Result<Vec<String>>;

    /// Opens a file to read and write.
    ///
    /// # Errors
    /// The system's.
    fn open(&self, name: &str) -> io::Result<Self::File>;

    /// Makes an empty file, to read and write.
    ///
    /// # Errors
    /// If there is one of this name, and the system's.
    fn create(&self, name: &str) -> io::Result<Self::File>;

    /// Gives a file another name, in place of the file that has it.
    ///
    /// # Errors
    /// The system's.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// # Errors
    /// The system's.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes durable which names there are.
    ///
    /// # Errors
    /// The system's; then nothing is known of the names since the last that worked.
    fn sync_names(&self) -> io::Result<()>;
}

/// An open file.
pub trait DiskFile {
    /// # Errors
    /// The system's.
    fn size(&self) -> io::Result<u64>;

    /// Reads some of what is at this offset; 0 at the end.
    ///
    /// # Errors
    /// The system's.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes some of the parts, one behind the other.
    ///
    /// # Errors
    /// The system's.
    fn write_at(&mut self, parts: &[IoSlice<'_>], offset: u64) -> io::Result<usize>;

    /// # Errors
    /// The system's.
    fn truncate(&mut self, size: u64) -> io::Result<()>;

    /// Makes its content durable (fdatasync).
    ///
    /// # Errors
    /// The system's; then nothing is known of what was written since the last that worked, and a
    /// second try proves nothing: the system may have forgotten what it could not write.
    fn sync(&mut self) -> io::Result<()>;
}

/// Reads until the bytes are full or the file ends; returns how many it read.
///
/// # Errors
/// The system's.
pub fn read_full_at(file: &impl DiskFile, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read_at(&mut bytes[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Writes all of the parts, one behind the other.
///
/// # Errors
/// The system's; some of them may be written.
pub fn write_all_at(
    file: &mut impl DiskFile,
    mut parts: &mut [IoSlice<'_>],
    mut offset: u64,
) -> io::Result<()> {
    // Without empty ones in front, a write of 0 bytes means that the disk takes no more.
    IoSlice::advance_slices(&mut parts, 0);
    while !parts.is_empty() {
        match file.write_at(parts, offset) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => {
                IoSlice::advance_slices(&mut parts, count);
                offset += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
