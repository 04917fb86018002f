//! How processes write to their disks: one call at a time, so that a process may die between any two,
//! or the power fail within.

use std::{
    cell::Cell,
    io::{self, IoSlice},
    rc::Rc,
};

use journal::{
    Committer, Disk, DiskFile, Plan,
    disk::write_all_at,
    simulated::{SimulatedDisk, SimulatedFile},
};
use spatial::random::SplitMix64;

use crate::canary::Canary;

/// A journal's writer, one system call at a time, so that a process may die between any two.
pub struct Writer {
    disk: SimulatedDisk,
    committer: Committer,
    file: Option<SimulatedFile>,
    /// What is written and not yet synced.
    written: Option<Plan>,
}

/// What a step of the writer did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Idle,
    Written,
    Committed,
    Failed,
}

impl Writer {
    pub fn new(disk: SimulatedDisk, committer: Committer) -> Self {
        Self {
            disk,
            committer,
            file: None,
            written: None,
        }
    }

    /// One step.
    pub fn step(&mut self, canary: Option<Canary>) -> Step {
        let done = match self.written.take() {
            Some(plan) => self.sync(&plan, canary),
            None if self.committer.gather() => self.write(canary),
            None => return Step::Idle,
        };
        done.unwrap_or_else(|error| {
            self.file = None;
            self.committer.failed(&error);
            Step::Failed
        })
    }

    fn write(&mut self, canary: Option<Canary>) -> io::Result<Step> {
        let plan = self.committer.plan();
        if let Some(creation) = &plan.create {
            if creation.replaces && self.disk.names()?.contains(&creation.file) {
                self.disk.remove(&creation.file)?;
            }
            self.file = Some(self.disk.create(&creation.file)?);
            self.committer.created();
        }
        let file = self.file.as_mut().expect("the plan's segment is open");
        let parts = self.committer.parts().map(IoSlice::new);
        let mut parts: Vec<IoSlice<'_>> = parts.collect();
        match canary {
            Some(Canary::WritesHalf) => drop(file.write_at(&parts, plan.offset)?),
            _ => write_all_at(file, &mut parts, plan.offset)?,
        }
        self.written = Some(plan);
        Ok(Step::Written)
    }

    fn sync(&mut self, plan: &Plan, canary: Option<Canary>) -> io::Result<Step> {
        let file = self.file.as_mut().expect("it was just written");
        if canary != Some(Canary::DiskLies) {
            file.sync()?;
        }
        if plan.create.is_some() {
            self.disk.sync_names()?;
        }
        self.committer
            .committed(Default::default(), Default::default());
        Ok(Step::Committed)
    }
}

/// A disk of which the machine's power may fail after some calls: then nothing more happens on it.
pub struct Fused {
    disk: SimulatedDisk,
    calls_left: Rc<Cell<u32>>,
}

/// A file of it.
pub struct FusedFile {
    file: SimulatedFile,
    calls_left: Rc<Cell<u32>>,
}

/// Calls that such work has, at most.
const CALLS_MAX: u32 = 12;

impl Fused {
    /// Draws whether and when the power fails, which it does so often in a thousand times.
    pub fn draw(disk: SimulatedDisk, permille: u32, random: &mut SplitMix64) -> Self {
        let calls = match random.chance(permille, 1_000) {
            true => random.below(CALLS_MAX),
            false => u32::MAX,
        };
        Self {
            disk,
            calls_left: Rc::new(Cell::new(calls)),
        }
    }

    pub fn is_blown(&self) -> bool {
        self.calls_left.get() == 0
    }
}

fn burn(calls_left: &Cell<u32>) -> io::Result<()> {
    let left = calls_left.get().saturating_sub(1);
    calls_left.set(left);
    match left {
        0 => Err(io::Error::other("the power is gone")),
        _ => Ok(()),
    }
}

impl Fused {
    fn file(&self, file: io::Result<SimulatedFile>) -> io::Result<FusedFile> {
        let calls_left = self.calls_left.clone();
        file.map(|file| FusedFile { file, calls_left })
    }
}

impl Disk for Fused {
    type File = FusedFile;

    fn names(&self) -> io::Result<Vec<String>> {
        self.disk.names()
    }

    fn open(&self, name: &str) -> io::Result<FusedFile> {
        self.file(self.disk.open(name))
    }

    fn create(&self, name: &str) -> io::Result<FusedFile> {
        burn(&self.calls_left)?;
        self.file(self.disk.create(name))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        burn(&self.calls_left)?;
        self.disk.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        burn(&self.calls_left)?;
        self.disk.remove(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        burn(&self.calls_left)?;
        self.disk.sync_names()
    }
}

impl DiskFile for FusedFile {
    fn size(&self) -> io::Result<u64> {
        self.file.size()
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(bytes, offset)
    }

    fn write_at(&mut self, parts: &[IoSlice<'_>], offset: u64) -> io::Result<usize> {
        burn(&self.calls_left)?;
        self.file.write_at(parts, offset)
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        burn(&self.calls_left)?;
        self.file.truncate(size)
    }

    fn sync(&mut self) -> io::Result<()> {
        burn(&self.calls_left)?;
        self.file.sync()
    }
}
