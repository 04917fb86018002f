//! What of the configuration changes while a process runs: when its file does, at SIGHUP, or when operators have the
//! whole cluster go by something else. What is wrong changes nothing, and says so; what needs a restart is named.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use edge::Bounds;
use serde::Deserialize;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    time::sleep,
};
use toml::Table;

use crate::{
    Failure,
    cli::{FileArguments, ServeArguments, Verb},
    config::{self, Config},
    log,
    role_file::{self, Mistake},
};

/// How often is looked whether the file is another: a moment to whoever saved it.
pub const LOOK_PERIOD: Duration = Duration::from_secs(1);

/// All that may change while a process runs. What is not said stays as flags, variables or defaults have it.
#[derive(Deserialize, Clone, PartialEq, Eq, Debug, Default)]
#[serde(deny_unknown_fields)]
pub struct LiveSettings {
    pub log: Option<String>,
    pub sessions_max: Option<usize>,
    pub budget_bytes_per_second: Option<u32>,
}

impl LiveSettings {
    /// Of a text; `of` is what it is called.
    ///
    /// # Errors
    /// What is wrong, and in which line.
    pub fn of_text(text: &str, of: &Path) -> Result<Self, Failure> {
        let settings: Self =
            toml::from_str(text).map_err(|error| config::wrong(text, of, &error))?;
        settings.log.as_deref().map_or(Ok(()), config::check_log)?;
        settings
            .sessions_max
            .map_or(Ok(()), config::check_sessions_max)?;
        let budget = settings.budget_bytes_per_second;
        budget.map_or(Ok(()), config::check_budget)?;
        Ok(settings)
    }
}

/// Watches the file that the one process was started with.
pub struct Live {
    arguments: ServeArguments,
    config: Config,
    file: Watched,
}

impl Live {
    /// Reads it. What is written from now on is seen.
    ///
    /// # Errors
    /// If it is wrong.
    pub fn begin(arguments: &ServeArguments) -> Result<Self, Failure> {
        let file = Watched::new(config::file_path(arguments));
        Ok(Self {
            arguments: arguments.clone(),
            config: config::load(arguments)?,
            file,
        })
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Takes over what changed since the last look; `is_asked`: even if the file looks the same.
    pub fn look(&mut self, is_asked: bool) {
        // It may be made only now.
        if self.file.path.is_none() {
            self.file.path = config::file_path(&self.arguments);
        }
        if self.file.has_changed() || is_asked {
            tell(self.follow());
        }
    }

    fn follow(&mut self) -> Result<(), Failure> {
        let next = config::load(&self.arguments)?;
        if !log::is_set_by_environment() {
            log::follow(next.log.as_deref()).map_err(Failure::Usage)?;
        }
        self.config.edge.bounds.follow(&next.edge.bounds);
        for name in config::needs_restart(&self.config, &next) {
            tell_of_restart(name);
        }
        Ok(())
    }
}

/// What the text that operators have all processes of a cluster go by is called.
pub const CLUSTER: &str = "the cluster's configuration";

/// A role that runs alone, and what of it changes while it does.
pub struct Role {
    name: &'static str,
    file: Watched,
    /// What the file said when it was started.
    begun_with: Table,
    /// What the role itself was told: by its file, and an edge by its flags and variables too.
    own: LiveSettings,
    /// What operators have all processes go by, before all else.
    of_cluster: LiveSettings,
    /// Of edges.
    bounds: Option<Bounds>,
}

impl Role {
    /// Has the log tell what the file says.
    ///
    /// # Errors
    /// If the file is wrong.
    pub fn begin(name: &'static str, file: &FileArguments) -> Result<Self, Failure> {
        let mut role = Self {
            name,
            file: Watched::new(file.config.clone()),
            begun_with: Table::new(),
            own: LiveSettings::default(),
            of_cluster: LiveSettings::default(),
            bounds: None,
        };
        (role.own.log, role.begun_with) = role.read()?;
        role.apply()?;
        Ok(role)
    }

    /// From here on an edge's bounds follow too.
    pub fn with_bounds(mut self, bounds: Bounds) -> Self {
        self.own.sessions_max = Some(bounds.sessions_max());
        self.own.budget_bytes_per_second = Some(bounds.budget_bytes_per_second_max());
        self.bounds = Some(bounds);
        self
    }

    /// Follows until `stopped`; `cluster` is what operators have all processes go by.
    ///
    /// # Errors
    /// If the system does not let SIGHUP be watched.
    pub async fn follow(
        mut self,
        mut cluster: watch::Receiver<Arc<str>>,
        mut stopped: watch::Receiver<bool>,
    ) -> io::Result<()> {
        let mut hang_up = signal(SignalKind::hangup())?;
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => return Ok(()),
                is_asked = asked(&mut hang_up) => self.look(is_asked),
                Ok(()) = cluster.changed() => {
                    let text = cluster.borrow_and_update().clone();
                    tell(self.obey(&text));
                }
            }
        }
    }

    fn look(&mut self, is_asked: bool) {
        if self.file.has_changed() || is_asked {
            tell(self.reread());
        }
    }

    /// What the file says now.
    fn read(&self) -> Result<(Option<String>, Table), Failure> {
        let Some(path) = &self.file.path else {
            return Ok(Default::default());
        };
        let mut file = config::read_roles(path)?;
        let table = file.tables.remove(self.name).unwrap_or_default();
        Ok((file.log, table))
    }

    fn reread(&mut self) -> Result<(), Failure> {
        let (log, table) = self.read()?;
        let arguments = role_file::arguments().map_err(|mistake| match mistake {
            Mistake::Flags(error) => Failure::Usage(error.to_string()),
            Mistake::File(failure) => failure,
        })?;
        self.own.log = log;
        let live = ["sessions_max", "budget_bytes_per_second"];
        if let Some(Verb::Edge(edge)) = &arguments.verb {
            config::check_sessions_max(edge.sessions_max)?;
            config::check_budget(edge.budget_bytes_per_second)?;
            self.own.sessions_max = Some(edge.sessions_max);
            self.own.budget_bytes_per_second = Some(edge.budget_bytes_per_second);
        }
        self.apply()?;
        let names = self.begun_with.keys().chain(table.keys());
        let differs = |name: &&String| table.get(*name) != self.begun_with.get(*name);
        let mut differing: Vec<&str> = names.filter(differs).map(String::as_str).collect();
        differing.sort_unstable();
        differing.dedup();
        differing.retain(|name| !live.contains(name));
        differing.into_iter().for_each(tell_of_restart);
        Ok(())
    }

    fn obey(&mut self, text: &str) -> Result<(), Failure> {
        self.of_cluster = LiveSettings::of_text(text, Path::new(CLUSTER))?;
        self.apply()
    }

    /// What the cluster says goes before what the process was told.
    fn apply(&self) -> Result<(), Failure> {
        let (cluster, own) = (&self.of_cluster, &self.own);
        match (&cluster.log, log::is_set_by_environment()) {
            (None, true) => log::follow_environment(),
            (log, _) => log::follow(log.as_ref().or(own.log.as_ref()).map(String::as_str)),
        }
        .map_err(Failure::Usage)?;
        let sessions_max = cluster.sessions_max.or(own.sessions_max);
        let budget = cluster
            .budget_bytes_per_second
            .or(own.budget_bytes_per_second);
        if let (Some(bounds), Some(sessions_max), Some(budget)) =
            (&self.bounds, sessions_max, budget)
        {
            bounds.follow(&Bounds::new(sessions_max, budget));
        }
        Ok(())
    }
}

/// Whether it is time to look because somebody asks for it.
async fn asked(hang_up: &mut Signal) -> bool {
    tokio::select! {
        _ = hang_up.recv() => true,
        () = sleep(LOOK_PERIOD) => false,
    }
}

fn tell(followed: Result<(), Failure>) {
    match followed {
        Ok(()) => tracing::warn!("the configuration was read again"),
        Err(failure) => tracing::error!(%failure, "the configuration stays as it was"),
    }
}

fn tell_of_restart(name: &str) {
    tracing::warn!("{name} changes with the next start only");
}

/// A file, and by what another one in its place is known.
struct Watched {
    path: Option<PathBuf>,
    seen: Option<Stamp>,
}

/// When it was written, and its bytes.
type Stamp = (SystemTime, u64);

impl Watched {
    fn new(path: Option<PathBuf>) -> Self {
        Self {
            seen: path.as_deref().and_then(stamp),
            path,
        }
    }

    /// Since it was looked at last.
    fn has_changed(&mut self) -> bool {
        let stamp = self.path.as_deref().and_then(stamp);
        let has_changed = stamp != self.seen;
        self.seen = stamp;
        has_changed
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
