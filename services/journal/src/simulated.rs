//! A disk in memory that fails and crashes as real ones do, from a seed: for tests and simulations.
//!
//! Until it is synced, a sector (512 bytes) or a name may be there after a crash or not, each for
//! itself and in any order, and a sector half. A failed sync forgets what it could not write, as Linux does:
//! the file reads as if it were written, and a second sync succeeds without writing it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, ErrorKind, IoSlice},
    sync::{Arc, Mutex, MutexGuard},
};

use twox_hash::XxHash3_64;

use crate::disk::{Disk, DiskFile};

const SECTOR_BYTES: usize = 512;
/// The system's numbers of "input/output error" and "no space left on device".
const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// How often what fails, in thousandths.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    pub short_write: u32,
    pub write_error: u32,
    pub sync_error: u32,
    pub name_error: u32,
}

/// See the module; clones share it.
#[derive(Clone)]
pub struct SimulatedDisk(Arc<Mutex<State>>);

#[derive(Clone)]
struct State {
    seed: u64,
    drawn_count: u64,
    faults: Faults,
    /// Bytes that all files together may have.
    space_bytes: usize,
    files: Vec<FileState>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// Since names were synced.
    name_changes: Vec<NameChange>,
    sync_count: u64,
}

#[derive(Clone, Default)]
struct FileState {
    /// What is read.
    content: Vec<u8>,
    /// What the disk has.
    durable: Vec<u8>,
    /// Sectors that a sync would write.
    dirty: BTreeSet<usize>,
}

#[derive(Clone)]
enum NameChange {
    Add(String, usize),
    Rename(String, String),
    Remove(String),
}

impl SimulatedDisk {
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            seed,
            drawn_count: 0,
            faults: Faults::default(),
            space_bytes: usize::MAX,
            files: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            name_changes: Vec::new(),
            sync_count: 0,
        })))
    }

    pub fn set_faults(&self, faults: Faults) {
        self.state().faults = faults;
    }

    pub fn set_space(&self, space_bytes: usize) {
        self.state().space_bytes = space_bytes;
    }

    /// Syncs of files that worked.
    pub fn sync_count(&self) -> u64 {
        self.state().sync_count
    }

    /// The power fails and comes back: only what was durable is sure to be there.
    pub fn crash(&self) {
        let state = &mut *self.state();
        state.crash_names();
        for index in 0..state.files.len() {
            state.crash_file(index);
        }
    }

    /// The disk as another machine reads it, which may lack what this one has not synced yet. A copy: what
    /// is written later does not show.
    #[must_use]
    pub fn seen_elsewhere(&self) -> Self {
        let state = self.state().clone();
        let copy = Self(Arc::new(Mutex::new(state)));
        copy.crash();
        copy
    }

    /// A file's bytes.
    ///
    /// # Panics
    /// If there is none of this name.
    pub fn content(&self, name: &str) -> Vec<u8> {
        let state = self.state();
        state.files[state.names[name]].content.clone()
    }

    /// Makes a file be as said, durably.
    pub fn set_content(&self, name: &str, content: Vec<u8>) {
        let state = &mut *self.state();
        let file = FileState {
            durable: content.clone(),
            content,
            dirty: BTreeSet::new(),
        };
        state.files.push(file);
        let index = state.files.len() - 1;
        state.names.insert(name.into(), index);
        state.durable_names.insert(name.into(), index);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no holder panics")
    }
}

impl State {
    /// A number below `bound`.
    fn draw(&mut self, bound: u64) -> u64 {
        self.drawn_count += 1;
        XxHash3_64::oneshot_with_seed(self.seed, &self.drawn_count.to_le_bytes()) % bound
    }

    fn happens(&mut self, per_mille: u32) -> bool {
        self.draw(1_000) < u64::from(per_mille)
    }

    fn change_name(&mut self, change: NameChange) -> io::Result<()> {
        if self.happens(self.faults.name_error) {
            return Err(io::Error::from_raw_os_error(EIO));
        }
        if !change.apply(&mut self.names) {
            return Err(ErrorKind::NotFound.into());
        }
        self.name_changes.push(change);
        Ok(())
    }

    fn crash_names(&mut self) {
        for change in std::mem::take(&mut self.name_changes) {
            if self.draw(2) == 0 {
                change.apply(&mut self.durable_names);
            }
        }
        self.names = self.durable_names.clone();
    }

    fn crash_file(&mut self, index: usize) {
        let FileState {
            content,
            mut durable,
            dirty,
        } = std::mem::take(&mut self.files[index]);
        let size = match self.draw(3) {
            0 => durable.len(),
            1 => content.len(),
            _ => {
                let low = durable.len().min(content.len());
                low + self.draw((durable.len().max(content.len()) - low + 1) as u64) as usize
            }
        };
        durable.resize(size, 0);
        for sector in dirty {
            if self.draw(2) == 0 {
                let kept_bytes = match self.draw(8) {
                    0 => self.draw(SECTOR_BYTES as u64) as usize,
                    _ => SECTOR_BYTES,
                };
                write_sector(&content, &mut durable, sector, kept_bytes);
            }
        }
        self.files[index] = FileState {
            content: durable.clone(),
            durable,
            dirty: BTreeSet::new(),
        };
    }
}

/// Copies the beginning of a sector, as far as both files reach.
fn write_sector(from: &[u8], to: &mut [u8], sector: usize, bytes_count: usize) {
    let start = sector * SECTOR_BYTES;
    let end = (start + bytes_count).min(from.len()).min(to.len());
    if start < end {
        to[start..end].copy_from_slice(&from[start..end]);
    }
}

/// Makes a sector what it was before, or zeros where nothing was.
fn restore_sector(before: &[u8], to: &mut [u8], sector: usize) {
    let start = (sector * SECTOR_BYTES).min(to.len());
    let end = (start + SECTOR_BYTES).min(to.len());
    to[start..end].fill(0);
    write_sector(before, to, sector, SECTOR_BYTES);
}

impl NameChange {
    /// Whether there was something to change.
    fn apply(&self, names: &mut BTreeMap<String, usize>) -> bool {
        match self {
            Self::Add(name, index) => {
                names.insert(name.clone(), *index);
                true
            }
            Self::Rename(from, to) => match names.remove(from) {
                Some(index) => {
                    names.insert(to.clone(), index);
                    true
                }
                None => false,
            },
            Self::Remove(name) => names.remove(name).is_some(),
        }
    }
}

impl Disk for SimulatedDisk {
    type File = SimulatedFile;

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.state().names.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<SimulatedFile> {
        let index = self.state().names.get(name).copied();
        Ok(SimulatedFile {
            disk: self.clone(),
            index: index.ok_or(ErrorKind::NotFound)?,
        })
    }

    fn create(&self, name: &str) -> io::Result<SimulatedFile> {
        let state = &mut *self.state();
        if state.names.contains_key(name) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let index = state.files.len();
        state.change_name(NameChange::Add(name.into(), index))?;
        state.files.push(FileState::default());
        Ok(SimulatedFile {
            disk: self.clone(),
            index,
        })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.state()
            .change_name(NameChange::Rename(from.into(), to.into()))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.state().change_name(NameChange::Remove(name.into()))
    }

    fn sync_names(&self) -> io::Result<()> {
        let state = &mut *self.state();
        if state.happens(state.faults.sync_error) {
            return Err(io::Error::from_raw_os_error(EIO));
        }
        state.name_changes.clear();
        state.durable_names = state.names.clone();
        Ok(())
    }
}

/// An open file of a [`SimulatedDisk`].
pub struct SimulatedFile {
    disk: SimulatedDisk,
    index: usize,
}

impl DiskFile for SimulatedFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.disk.state().files[self.index].content.len() as u64)
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let state = self.disk.state();
        let content = &state.files[self.index].content;
        let start = content.len().min(offset as usize);
        let count = bytes.len().min(content.len() - start);
        bytes[..count].copy_from_slice(&content[start..start + count]);
        Ok(count)
    }

    fn write_at(&mut self, parts: &[IoSlice<'_>], offset: u64) -> io::Result<usize> {
        let state = &mut *self.disk.state();
        let parts: Vec<&[u8]> = parts.iter().map(|part| &part[..]).collect();
        let mut bytes = parts.concat();
        if state.happens(state.faults.write_error) {
            return Err(io::Error::from_raw_os_error(ENOSPC));
        }
        if state.happens(state.faults.short_write) {
            let kept = 1 + state.draw(bytes.len() as u64) as usize;
            bytes.truncate(kept);
        }
        let files = state.names.values().map(|index| &state.files[*index]);
        let used: usize = files.map(|file| file.content.len()).sum();
        let file = &mut state.files[self.index];
        let start = offset as usize;
        let old_size = file.content.len();
        let free = state.space_bytes.saturating_sub(used);
        let size = (start + bytes.len()).min(old_size.saturating_add(free));
        if size <= start {
            return Err(io::Error::from_raw_os_error(ENOSPC));
        }
        bytes.truncate(size - start);
        file.content.resize(old_size.max(size), 0);
        file.content[start..size].copy_from_slice(&bytes);
        let first_changed = old_size.min(start);
        file.dirty
            .extend(first_changed / SECTOR_BYTES..=(size - 1) / SECTOR_BYTES);
        Ok(bytes.len())
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        let state = &mut *self.disk.state();
        let file = &mut state.files[self.index];
        file.content.resize(size as usize, 0);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let state = &mut *self.disk.state();
        let fails = state.happens(state.faults.sync_error);
        let file = &mut state.files[self.index];
        let dirty = std::mem::take(&mut file.dirty);
        let before = std::mem::replace(&mut file.durable, file.content.clone());
        if !fails {
            state.sync_count += 1;
            return Ok(());
        }
        for sector in dirty {
            if state.draw(2) == 0 {
                restore_sector(&before, &mut state.files[self.index].durable, sector);
            }
        }
        Err(io::Error::from_raw_os_error(EIO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(disk: &SimulatedDisk, name: &str) -> Option<Vec<u8>> {
        let is_there = disk.names().expect("it answers").contains(&name.into());
        is_there.then(|| disk.content(name))
    }

    #[test]
    fn another_machine_sees_what_is_synced_and_nothing_that_comes_later() {
        for seed in 0..50 {
            let disk = SimulatedDisk::new(seed);
            let mut file = disk.create("log").expect("there is room");
            file.write_at(&[IoSlice::new(&[1; 700])], 0)
                .expect("there is room");
            file.sync().expect("it works");
            disk.sync_names().expect("it works");
            file.write_at(&[IoSlice::new(&[2; 700])], 700)
                .expect("there is room");
            let seen = disk.seen_elsewhere();
            file.write_at(&[IoSlice::new(&[3; 700])], 1_400)
                .expect("there is room");
            let seen = read(&seen, "log").expect("its name is synced");
            assert_eq!(seen[..700], [1; 700], "what is synced");
            assert!(seen.len() <= 1_400 && !seen.contains(&3), "no later write");
            let own = read(&disk, "log").expect("it was made");
            assert_eq!(own.len(), 2_100, "the machine itself sees all");
        }
    }
}
