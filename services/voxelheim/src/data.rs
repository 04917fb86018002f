//! What is kept in the data folder: the battle and who was in it, from a clean stop to the next
//! start.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use edge::KeptSession;
use serde::{Deserialize, Serialize};
use world::{Battle, BattleConfig};

use crate::{Failure, config::Config};

/// See the module.
pub struct DataDir {
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct SessionRow {
    session: u64,
    token: String,
    name: String,
}

impl DataDir {
    /// Makes the folder if it is not there.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| {
            let shown = path.display();
            Failure::Usage(format!(
                "{shown} cannot be made ({error}): choose a folder you may write to with --data"
            ))
        })?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// The battle that was saved, if it is the one that is asked for.
    pub fn load_battle(&self, config: &Config) -> Result<Option<Battle>, Failure> {
        let path = self.battle_path();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unusable(&path, &error.to_string())),
        };
        let battle =
            Battle::load(&bytes).map_err(|error| unusable(&path, &format!("{error:?}")))?;
        match differs(battle.config(), config) {
            None => Ok(Some(battle)),
            Some(difference) => Err(Failure::Usage(format!(
                "the battle saved in {} {difference}: choose another folder with --data, or remove \
                 the file to start anew",
                path.display()
            ))),
        }
    }

    /// Who was in the saved battle. A file that cannot be read costs the players their bodies, no
    /// more.
    pub fn load_sessions(&self) -> Vec<KeptSession> {
        let path = self.sessions_path();
        let rows: Vec<SessionRow> = fs::read_to_string(&path)
            .and_then(|text| serde_json::from_str(&text).map_err(io::Error::other))
            .unwrap_or_else(|error| {
                let shown = path.display();
                tracing::warn!(%error, "{shown} cannot be read: players come in as newcomers");
                Vec::new()
            });
        let kept = |row: SessionRow| KeptSession {
            session: row.session,
            token: row.token,
            name: row.name,
        };
        rows.into_iter().map(kept).collect()
    }

    /// Keeps the battle and who is in it.
    pub fn save(&self, battle: &Battle, sessions: &[KeptSession]) -> io::Result<()> {
        let row = |kept: &KeptSession| SessionRow {
            session: kept.session,
            token: kept.token.clone(),
            name: kept.name.clone(),
        };
        let rows: Vec<SessionRow> = sessions.iter().map(row).collect();
        let text = serde_json::to_vec(&rows).expect("rows of text and numbers are JSON");
        write_whole(&self.sessions_path(), &text)?;
        write_whole(&self.battle_path(), &battle.save())
    }

    fn battle_path(&self) -> PathBuf {
        self.path.join("battle.checkpoint")
    }

    fn sessions_path(&self) -> PathBuf {
        self.path.join("sessions.json")
    }
}

fn differs(saved: BattleConfig, config: &Config) -> Option<String> {
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

fn unusable(path: &Path, error: &str) -> Failure {
    Failure::Usage(format!(
        "{} cannot be used ({error}): choose another folder with --data, or remove the file to \
         start anew",
        path.display()
    ))
}

/// The old file stays until the new one is whole; only its owner may read it (tokens).
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let fresh = path.with_extension("new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}
