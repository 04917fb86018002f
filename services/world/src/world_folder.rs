//! The folder that keeps a process's part of a world over restarts and crashes. Every start of the
//! server is a *run*: a folder that begins with a checkpoint and goes on with the journal of all that its
//! shards were given, named by the number of the life that began it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use engine::generate::Generator;
use journal::{
    Folder, Identity,
    checkpoint::{self, Checkpoint},
    limits::CHECKPOINT_BYTES_MAX,
};
use pod::{
    PodState,
    recovery::{Recovered, identity, recover},
};

use crate::{
    chronicle::{Chronicle, Retention},
    replay::ReplayError,
};

/// Begins the names of runs that may count, of those that do no more, and of those that are being begun.
const RUN: &str = "run-";
const PAST: &str = "past-";
const FRESH: &str = "new-";
/// Runs that are kept: the one under way and the one before, in case somebody wants to look at it.
const RUNS_KEPT: usize = 2;

/// The largest copy of a world's part: a checkpoint and its header.
pub const COPY_BYTES_MAX: u64 = CHECKPOINT_BYTES_MAX + 64;

/// See the module.
pub struct WorldFolder {
    path: PathBuf,
}

impl WorldFolder {
    /// Makes the folder if it is not there.
    ///
    /// # Errors
    /// The system's.
    pub fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// The run that counts, if there is any: that of the latest life that began one. A life that is over
    /// and does not know it yet can begin one only under its own number, which nobody reads any more.
    ///
    /// # Errors
    /// The system's.
    pub fn current_run(&self) -> io::Result<Option<PathBuf>> {
        let newest = self.names(&[RUN])?.pop();
        Ok(newest.map(|name| self.path.join(name)))
    }

    /// A number for a life that is later than all that began a run here.
    ///
    /// # Errors
    /// The system's.
    pub fn next_life(&self) -> io::Result<u64> {
        let names = self.names(&[RUN, PAST])?;
        let lives = names.iter().filter_map(|name| life_of(name));
        Ok(lives.max().unwrap_or(0) + 1)
    }

    /// Names of runs of these kinds, the latest life last.
    fn names(&self, kinds: &[&str]) -> io::Result<Vec<String>> {
        let entries = fs::read_dir(&self.path)?.collect::<io::Result<Vec<_>>>()?;
        let names = entries
            .iter()
            .filter_map(|it| it.file_name().into_string().ok());
        let is_wanted = |name: &String| kinds.iter().any(|kind| name.starts_with(kind));
        let mut names: Vec<String> = names.filter(is_wanted).collect();
        names.sort_unstable_by_key(|name| life_of(name));
        Ok(names)
    }

    /// The pod as its last run left it, however that ended; none in a new folder.
    ///
    /// # Errors
    /// If what is there cannot be used, with what to do about it.
    pub fn recover(&self) -> Result<Option<Recovered>, ReplayError> {
        let run = self.current_run().map_err(ReplayError::Io)?;
        let Some(run) = run else { return Ok(None) };
        let (folder, identity) = open_run(&run)?;
        let generator = Generator::new(identity.world);
        let recovered = recover(&folder, identity, &generator);
        recovered.map_err(|error| ReplayError::Recovery(run, error))
    }

    /// Begins a run of a life of this pod: from here on it counts. It is there whole or not at all.
    ///
    /// # Errors
    /// The system's; then the run before still counts.
    pub fn begin(
        &self,
        state: &PodState,
        life: u64,
        retention: Retention,
    ) -> io::Result<Chronicle> {
        let identity = identity(state.shards[0].world.config.seed, state.pod);
        let mut bytes = Vec::new();
        state.write(&mut bytes);
        let tick = state.tick;
        let run = self.found(life, identity, &Checkpoint { tick, bytes })?;
        let chronicle = Chronicle::begin(&run, identity, state.tick + 1, retention)?;
        self.forget_old_runs()?;
        Ok(chronicle)
    }

    /// Makes a run's folder that begins with this checkpoint.
    fn found(&self, life: u64, identity: Identity, begin: &Checkpoint) -> io::Result<PathBuf> {
        for unfinished in self.names(&[FRESH])? {
            fs::remove_dir_all(self.path.join(unfinished))?;
        }
        let fresh = self.path.join(format!("{FRESH}{life}"));
        let folder = Folder::open(&fresh)?;
        checkpoint::write(&folder, identity, begin.tick, &begin.bytes)?;
        drop(folder);
        let run = self.path.join(format!("{RUN}{life}"));
        fs::rename(&fresh, &run)?;
        fs::File::open(&self.path)?.sync_all()?;
        Ok(run)
    }

    /// The newest checkpoint that loads, as a file to be kept elsewhere; none in a new folder. Also beside a
    /// server that runs.
    ///
    /// # Errors
    /// If what is there cannot be used.
    pub fn copy(&self) -> Result<Option<Vec<u8>>, ReplayError> {
        let Some(run) = self.current_run().map_err(ReplayError::Io)? else {
            return Ok(None);
        };
        let (folder, identity) = open_run(&run)?;
        let newest = checkpoint::load_newest(&folder, identity);
        let newest = newest.map_err(|error| ReplayError::Journal(run.clone(), error))?;
        match newest.checkpoint {
            Some(newest) => Ok(Some(checkpoint::to_bytes(identity, &newest))),
            None => Err(ReplayError::NoCheckpoint(run)),
        }
    }

    /// Begins a run with what [`Self::copy`] made, in a folder without any; the tick at which it goes on.
    ///
    /// # Errors
    /// If there is a run, or that is no copy of ours; then nothing has changed.
    pub fn restore(&self, copy: &[u8]) -> Result<u32, ReplayError> {
        if let Some(run) = self.current_run().map_err(ReplayError::Io)? {
            return Err(ReplayError::Occupied(run));
        }
        let parsed = checkpoint::from_bytes(copy);
        let (identity, begin) = parsed.map_err(ReplayError::BadCopy)?;
        // As the last life left it: the next is the first that a directory gives which was made anew.
        let life = self.next_life().map_err(ReplayError::Io)? - 1;
        let run = self
            .found(life, identity, &begin)
            .map_err(ReplayError::Io)?;
        if let Err(error) = self.recover() {
            fs::remove_dir_all(run).map_err(ReplayError::Io)?;
            return Err(error);
        }
        Ok(begin.tick)
    }

    /// No run counts any more: what the pod had is elsewhere, or was never its own.
    ///
    /// # Errors
    /// The system's.
    pub fn leave(&self) -> io::Result<()> {
        for name in self.names(&[RUN])? {
            let past = name.replacen(RUN, PAST, 1);
            fs::rename(self.path.join(name), self.path.join(past))?;
        }
        fs::File::open(&self.path)?.sync_all()
    }

    fn forget_old_runs(&self) -> io::Result<()> {
        let names = self.names(&[RUN, PAST])?;
        let old_count = names.len().saturating_sub(RUNS_KEPT);
        for name in &names[..old_count] {
            fs::remove_dir_all(self.path.join(name))?;
        }
        Ok(())
    }
}

fn life_of(name: &str) -> Option<u64> {
    let (_, life) = name.split_once('-')?;
    life.parse().ok()
}

/// A run's folder, to be read, and whose it is.
///
/// # Errors
/// If this is no run's folder.
pub(crate) fn open_run(run: &Path) -> Result<(Folder, Identity), ReplayError> {
    if !run.is_dir() {
        return Err(ReplayError::NoRun(run.to_owned()));
    }
    let folder = Folder::open_to_read(run).map_err(ReplayError::Io)?;
    let identity = checkpoint::identify(&folder);
    let identity = identity.map_err(|error| ReplayError::Journal(run.to_owned(), error))?;
    let identity = identity.ok_or_else(|| ReplayError::NoRun(run.to_owned()))?;
    Ok((folder, identity))
}
