//! The writer as a function: one turn writes and syncs what waits, on a [`Disk`]. [`crate::plain`]
//! calls it on a thread; a simulation calls it as it likes.

use std::{
    io::{self, ErrorKind, IoSlice},
    time::Instant,
};

use crate::{
    committer::{Committer, Creation, PARTS_MAX},
    disk::{Disk, DiskFile, write_all_at},
    room,
};

/// What a turn did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// Nothing waits.
    Idle,
    /// A group is durable.
    Committed,
    /// The disk failed; the group is tried again next turn.
    Failed,
}

/// See the module.
pub struct Appender<D: Disk> {
    disk: D,
    committer: Committer,
    file: Option<D::File>,
}

impl<D: Disk> Appender<D> {
    pub fn new(disk: D, committer: Committer) -> Self {
        Self {
            disk,
            committer,
            file: None,
        }
    }

    /// Commits one group of ticks, if any wait.
    pub fn turn(&mut self) -> Turn {
        if !self.committer.gather() {
            return Turn::Idle;
        }
        match self.commit() {
            Ok(()) => {
                self.make_room();
                Turn::Committed
            }
            Err(error) => {
                self.file = None;
                self.committer.failed(&error);
                Turn::Failed
            }
        }
    }

    pub(crate) fn committer(&mut self) -> &mut Committer {
        &mut self.committer
    }

    fn commit(&mut self) -> io::Result<()> {
        let plan = self.committer.plan();
        let begun_at = Instant::now();
        if let Some(creation) = &plan.create {
            self.file = Some(create(&self.disk, creation)?);
            self.committer.created();
        }
        let file = self.file.as_mut().expect("the plan's segment is open");
        let mut parts = [IoSlice::new(&[]); PARTS_MAX];
        let mut part_count = 0;
        for (part, bytes) in parts.iter_mut().zip(self.committer.parts()) {
            *part = IoSlice::new(bytes);
            part_count += 1;
        }
        write_all_at(file, &mut parts[..part_count], plan.offset)?;
        let written_at = Instant::now();
        file.sync()?;
        if plan.create.is_some() {
            self.disk.sync_names()?;
        }
        let write = written_at - begun_at;
        self.committer.committed(write, written_at.elapsed());
        Ok(())
    }

    /// After a commit: nobody waits for it but the next.
    fn make_room(&mut self) {
        let (Some(room), Some(file)) = (self.committer.room_wanted(), &mut self.file) else {
            return;
        };
        if room::fill(file, room.clone()).is_err() {
            self.committer.room_refused();
        } else if file.sync().is_ok() {
            self.committer.room_made(room.end);
        } else {
            self.file = None;
            self.committer.room_lost();
        }
    }
}

/// Creates a plan's segment.
///
/// # Errors
/// If there is one of that name that is not to be replaced, and the system's.
pub fn create<D: Disk>(disk: &D, creation: &Creation) -> io::Result<D::File> {
    if creation.replaces {
        match disk.remove(&creation.file) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    disk.create(&creation.file)
}
