//! Going on in spite of a [`Break`]: an operator's decision (`--repair`), never the program's.

use std::io::{self, IoSlice};

use crate::{
    disk::{Disk, DiskFile, read_full_at, write_all_at},
    error::{Break, JournalError},
    limits::COPY_BYTES,
    scan::segments,
    segment,
};

/// What set-aside files are called behind their name.
pub const ASIDE: &str = ".cut";

/// Ends the journal at the break. Nothing is destroyed: whole segments behind it, and the rest of the
/// one that it is in, are set aside under their name with [`ASIDE`]. Returns these names.
///
/// # Errors
/// If the disk fails; doing it again is safe.
pub fn cut_at<D: Disk>(disk: &D, at: &Break) -> Result<Vec<String>, JournalError> {
    let broken = segment::first_tick(&at.file);
    let mut aside = Vec::new();
    // From behind, so that a crash in between leaves a journal that is broken at the same place.
    for first_tick in segments(disk)?.into_iter().rev() {
        let name = segment::file_name(first_tick);
        if Some(first_tick) > broken || (Some(first_tick) == broken && at.offset == 0) {
            let target = name.clone() + ASIDE;
            let renamed = disk.rename(&name, &target);
            renamed.map_err(JournalError::io("rename", &name))?;
            aside.push(target);
        }
    }
    if at.offset > 0 {
        let moved = move_tail(disk, at).map_err(JournalError::io("cut", &at.file))?;
        aside.extend(moved);
    }
    let synced = disk.sync_names();
    synced.map_err(JournalError::io("sync", "the folder"))?;
    Ok(aside)
}

/// Copies what is behind the break to a file aside, then cuts it off; nothing if nothing is there.
fn move_tail<D: Disk>(disk: &D, at: &Break) -> io::Result<Option<String>> {
    let mut file = disk.open(&at.file)?;
    let size = file.size()?;
    if size <= at.offset {
        return Ok(None);
    }
    let target = at.file.clone() + ASIDE;
    if disk.names()?.contains(&target) {
        disk.remove(&target)?;
    }
    let mut aside = disk.create(&target)?;
    let mut bytes = vec![0; COPY_BYTES];
    let mut offset = at.offset;
    while offset < size {
        let read = read_full_at(&file, &mut bytes, offset)?;
        if read == 0 {
            break;
        }
        let parts = &mut [IoSlice::new(&bytes[..read])];
        write_all_at(&mut aside, parts, offset - at.offset)?;
        offset += read as u64;
    }
    aside.sync()?;
    disk.sync_names()?;
    file.truncate(at.offset)?;
    file.sync()?;
    Ok(Some(target))
}
