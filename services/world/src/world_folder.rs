//! The folder that keeps a world over restarts and crashes. Every start of the server is a *run*: a
//! folder with one for each shard, which begins with a checkpoint and goes on with the journal of all
//! that the shard was given. A file names the run that counts.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use engine::{World, checkpoint};
use journal::{Folder, Identity};

use crate::{
    chronicle::{Chronicle, Retention},
    replay::{PhaseTimes, Recording, ReplayError},
};

/// Names the run that counts.
const CURRENT: &str = "current-run";
/// In a run: the seed of its world.
const SEED: &str = "seed";
/// Runs that are kept: the one under way and the one before, in case somebody wants to look at it.
const RUNS_KEPT: usize = 2;

/// See the module.
pub struct WorldFolder {
    path: PathBuf,
}

/// The world as far as it was durable.
pub struct Recovered {
    pub shards: Vec<World>,
    /// What has to be said about it.
    pub remarks: Vec<String>,
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

    /// The world as its last run left it, however that ended; none in a new folder.
    ///
    /// # Errors
    /// If what is there cannot be used, with what to do about it.
    pub fn recover(&self) -> Result<Option<Recovered>, ReplayError> {
        let run = self.current_run().map_err(ReplayError::Io)?;
        let Some(run) = run else { return Ok(None) };
        let mut recording = Recording::open_newest(&run)?;
        let mut times = PhaseTimes::default();
        while recording.advance(&mut times)?.is_some() {}
        Ok(Some(Recovered {
            remarks: recording.remarks(),
            shards: recording.into_shards(),
        }))
    }

    /// Begins a run with these shards, which are at one tick: from here on this run counts.
    ///
    /// # Errors
    /// The system's; then the run before still counts.
    pub fn begin(&self, shards: &[&World], retention: Retention) -> io::Result<Vec<Chronicle>> {
        let tick = shards.first().map_or(0, |shard| shard.tick);
        let name = self.free_name(tick)?;
        let run = self.path.join(&name);
        let mut chronicles = Vec::new();
        for (number, shard) in (0..).zip(shards) {
            let path = shard_path(&run, number);
            fs::create_dir_all(&path)?;
            let identity = identity(shard.config.seed, number);
            let folder = Folder::open(&path)?;
            let bytes = checkpoint::save(shard);
            journal::checkpoint::write(&folder, identity, tick, &bytes)?;
            drop(folder);
            let chronicle = Chronicle::begin(&path, identity, tick + 1, retention)?;
            chronicles.push(chronicle);
        }
        let seed = shards.first().map_or(0, |shard| shard.config.seed);
        write_whole(&run.join(SEED), seed.to_string().as_bytes())?;
        write_whole(&self.path.join(CURRENT), name.as_bytes())?;
        self.forget_old_runs(&name)?;
        Ok(chronicles)
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

/// The seed of the world that a run is of.
///
/// # Errors
/// If this is no run's folder.
pub fn read_seed(run: &Path) -> Result<u64, ReplayError> {
    let text = fs::read_to_string(run.join(SEED)).ok();
    let seed = text.and_then(|text| text.trim().parse().ok());
    seed.ok_or_else(|| ReplayError::NoRun(run.to_owned()))
}

/// The folder of a run's shard.
pub fn shard_path(run: &Path, shard: u32) -> PathBuf {
    run.join(format!("shard-{shard}"))
}

/// How a shard's files say whose they are.
pub fn identity(seed: u64, shard: u32) -> Identity {
    Identity { world: seed, shard }
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
