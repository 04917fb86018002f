//! What of the configuration changes while the server runs: when its file does, or at SIGHUP. A file that is
//! wrong changes nothing, and says so; what needs a restart is named.

use std::{fs, path::PathBuf, time::SystemTime};

use crate::{
    Failure,
    cli::ServeArguments,
    config::{self, Config},
    log,
};

/// Watches the file that the server was started with.
pub struct Live {
    arguments: ServeArguments,
    config: Config,
    path: Option<PathBuf>,
    seen: Option<Stamp>,
}

/// By which another file is known.
type Stamp = (SystemTime, u64);

impl Live {
    pub fn new(arguments: &ServeArguments, config: &Config) -> Self {
        let path = config::file_path(arguments);
        Self {
            arguments: arguments.clone(),
            config: config.clone(),
            seen: path.as_ref().and_then(stamp),
            path,
        }
    }

    /// Takes over what changed since the last look; `is_asked`: even if the file looks the same.
    pub fn look(&mut self, is_asked: bool) {
        // It may be made only now.
        if self.path.is_none() {
            self.path = config::file_path(&self.arguments);
        }
        let stamp = self.path.as_ref().and_then(stamp);
        if !is_asked && stamp == self.seen {
            return;
        }
        self.seen = stamp;
        match self.follow() {
            Ok(()) => tracing::warn!("the configuration was read again"),
            Err(failure) => tracing::error!(%failure, "the configuration stays as it was"),
        }
    }

    fn follow(&mut self) -> Result<(), Failure> {
        let next = config::load(&self.arguments)?;
        let wrong = |error| Failure::Usage(format!("log: {error}"));
        if !log::is_set_by_environment() {
            log::follow(next.log.as_deref()).map_err(wrong)?;
        }
        self.config.edge.bounds.follow(&next.edge.bounds);
        for name in config::needs_restart(&self.config, &next) {
            tracing::warn!("{name} changes with the next start only");
        }
        Ok(())
    }
}

fn stamp(path: &PathBuf) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
