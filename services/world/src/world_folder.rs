//! The folder that keeps a process's part of a world over restarts and crashes. Every start of the
//! server is a *run*: a folder that begins with a checkpoint and goes on with the journal of all that its
//! shards were given. A file names the run that counts.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use engine::generate::Generator;
use journal::{Folder, Identity};
use pod::{
    PodState,
    recovery::{Recovered, identity, recover},
};

use crate::{
    chronicle::{Chronicle, Retention},
    replay::ReplayError,
};

/// Names the run that counts.
const CURRENT: &str = "current-run";
/// Runs that are kept: the one under way and the one before, in case somebody wants to look at it.
const RUNS_KEPT: usize = 2;

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

    /// The run that counts, if there is any.
    ///
    /// # Errors
    /// The system's.
    pub fn current_run(&self) -> io::Result<Option<PathBuf>> {
        match fs::read_to_string(self.path.join(CURRENT)) {
            Ok(name) => Ok(Some(self.path.join(name.trim()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
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

    /// Begins a run with this pod: from here on this run counts.
    ///
    /// # Errors
    /// The system's; then the run before still counts.
    pub fn begin(&self, state: &PodState, retention: Retention) -> io::Result<Chronicle> {
        let name = self.free_name(state.tick)?;
        let run = self.path.join(&name);
        fs::create_dir_all(&run)?;
        let identity = identity(state.shards[0].world.config.seed, state.pod);
        let folder = Folder::open(&run)?;
        let mut bytes = Vec::new();
        state.write(&mut bytes);
        journal::checkpoint::write(&folder, identity, state.tick, &bytes)?;
        drop(folder);
        let chronicle = Chronicle::begin(&run, identity, state.tick + 1, retention)?;
        write_whole(&self.path.join(CURRENT), name.as_bytes())?;
        self.forget_old_runs(&name)?;
        Ok(chronicle)
    }

    /// No run counts any more: what the pod had is elsewhere, or was never its own.
    ///
    /// # Errors
    /// The system's.
    pub fn leave(&self) -> io::Result<()> {
        match fs::remove_file(self.path.join(CURRENT)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Runs are named by their first tick, so that they sort; two may begin with the same.
    fn free_name(&self, tick: u32) -> io::Result<String> {
        for attempt in 0..u32::MAX {
            let name = format!("run-{tick:010}-{attempt:03}");
            if !self.path.join(&name).try_exists()? {
                return Ok(name);
            }
        }
        unreachable!("there are not that many folders")
    }

    fn forget_old_runs(&self, current: &str) -> io::Result<()> {
        let mut names: Vec<String> = fs::read_dir(&self.path)?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.starts_with("run-") && name != current)
            .collect();
        names.sort_unstable();
        let old_count = (names.len() + 1).saturating_sub(RUNS_KEPT);
        for name in &names[..old_count] {
            fs::remove_dir_all(self.path.join(name))?;
        }
        Ok(())
    }
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
    let identity = journal::checkpoint::identify(&folder);
    let identity = identity.map_err(|error| ReplayError::Journal(run.to_owned(), error))?;
    let identity = identity.ok_or_else(|| ReplayError::NoRun(run.to_owned()))?;
    Ok((folder, identity))
}

/// The old content stays until the new one is whole.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use io::Write;
    let fresh = path.with_extension("new");
    let mut file = fs::File::create(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    let folder = path.parent().expect("a file is in a folder");
    fs::File::open(folder)?.sync_all()
}
