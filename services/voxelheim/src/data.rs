//! What is kept in the data folder: the battle and who is in it, also over a crash.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use engine::{World, WorldConfig, divide::unite};
use pod::PodState;
use world::{Chronicle, Retention, WorldFolder, battle::divided};

use crate::{Failure, config::Config};

/// The folder in it that keeps the world.
pub const WORLD: &str = "world";

/// The socket in it on which operators ask.
pub const CONTROL: &str = "control.sock";

/// See the module.
pub struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// Makes the folder if it is not there, for nobody else to look into: players' addresses are in it.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(|error| {
            let shown = path.display();
            Failure::Usage(format!(
                "{shown} cannot be made ({error}): choose a folder you may write to with --data"
            ))
        })?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// The battle that was kept, with as many shards as are asked for, if it is the one that is asked for.
    pub fn recover(&self, config: &Config) -> Result<Option<PodState>, Failure> {
        self.refuse_old_format()?;
        let recovered = self
            .world()?
            .recover()
            .map_err(|error| self.unusable(&error))?;
        let Some(recovered) = recovered else {
            return Ok(None);
        };
        for remark in &recovered.remarks {
            tracing::warn!("{remark}");
        }
        let state = recovered.state;
        let saved = &state.shards[0].world.config;
        if let Some(difference) = differs(saved, config) {
            return Err(Failure::Usage(format!(
                "the battle kept in {} {difference}: choose another folder with --data, or remove \
                 its folder {WORLD} to start anew",
                self.path.display()
            )));
        }
        Ok(Some(redivided(state, config.shards_count)))
    }

    /// From here on the folder keeps this pod.
    pub fn begin_run(&self, state: &PodState, retention: Retention) -> io::Result<Chronicle> {
        let folder = WorldFolder::open(&self.world_path())?;
        folder.begin(state, folder.next_life()?, retention)
    }

    fn world(&self) -> Result<WorldFolder, Failure> {
        WorldFolder::open(&self.world_path()).map_err(|error| self.unusable(&error))
    }

    fn world_path(&self) -> PathBuf {
        self.path.join(WORLD)
    }

    fn unusable(&self, error: &impl std::fmt::Display) -> Failure {
        Failure::Usage(format!(
            "the battle in {} cannot be used: {error}",
            self.path.display()
        ))
    }

    /// A file of before there were journals.
    fn refuse_old_format(&self) -> Result<(), Failure> {
        let path = self.path.join("battle.checkpoint");
        match path.exists() {
            true => Err(Failure::Usage(format!(
                "{} is of an older version: choose another folder with --data, or remove the file",
                path.display()
            ))),
            false => Ok(()),
        }
    }

    /// The socket on which operators ask.
    pub fn control_path(&self) -> PathBuf {
        self.path.join(CONTROL)
    }
}

/// The same world as some number of shards.
fn redivided(state: PodState, shard_count: usize) -> PodState {
    if state.shards.len() == shard_count {
        return state;
    }
    let worlds = state.shards.into_iter().map(|shard| shard.world);
    let worlds: Vec<World> = worlds.collect();
    divided(unite(&worlds), (state.pod, state.series), shard_count)
}

fn differs(saved: &WorldConfig, config: &Config) -> Option<String> {
    let seed = config.seed.filter(|seed| *seed != saved.seed);
    let soldiers = config
        .soldiers
        .filter(|soldiers| *soldiers != saved.soldiers_per_house);
    match (seed, soldiers) {
        (Some(seed), _) => Some(format!("has seed {}, not {seed}", saved.seed)),
        (_, Some(soldiers)) => Some(format!(
            "has {} soldiers a house, not {soldiers}",
            saved.soldiers_per_house
        )),
        (None, None) => None,
    }
}
