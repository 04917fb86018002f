//! The configuration's file as staff change it while the server runs.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use admin::{ConfigDesk, Settings};

use crate::{
    cli::ServeArguments,
    config::{self, Config, FILE_NAME},
};

/// See the module.
pub struct Desk {
    arguments: ServeArguments,
    /// What the server was started with.
    running: Config,
    path: PathBuf,
}

impl Desk {
    /// Of a server that has a data folder.
    pub fn new(arguments: &ServeArguments, running: &Config, data: &Path) -> Self {
        let path = config::file_path(arguments);
        Self {
            arguments: arguments.clone(),
            running: running.clone(),
            path: path.unwrap_or_else(|| data.join(FILE_NAME)),
        }
    }
}

impl ConfigDesk for Desk {
    fn read(&self) -> Result<Settings, String> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(format!("{} cannot be read: {error}", self.path.display())),
        };
        let path = self.path.display().to_string();
        Ok(Settings { path, text })
    }

    fn check(&self, text: &str) -> Result<Vec<String>, String> {
        let next = config::of_text(&self.arguments, text, &self.path);
        let next = next.map_err(|failure| failure.to_string())?;
        let names = config::needs_restart(&self.running, &next);
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    fn replace(&self, text: &str) -> Result<(), String> {
        let replaced = replace(&self.path, text);
        replaced.map_err(|error| format!("{} cannot be written: {error}", self.path.display()))
    }
}

/// Whole or not at all, also over a crash; for this user's eyes, for a secret may stand in it.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    edge::write_private(path, text.as_bytes())?;
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_checked_and_put_is_what_is_read() {
        let folder = std::env::temp_dir().join(format!("voxelheim-desk-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let arguments = ServeArguments {
            data: Some(folder.clone()),
            ..ServeArguments::default()
        };
        let running = config::load(&arguments).expect("the defaults are right");
        let desk = Desk::new(&arguments, &running, &folder);
        assert_eq!(desk.read().expect("no file yet").text, "");
        let text = "sessions_max = 7\nshards = 2\n";
        assert_eq!(desk.check(text), Ok(vec!["shards".to_owned()]));
        desk.replace(text).expect("it may be written");
        assert_eq!(desk.read().expect("a file").text, text);
        let wrong = desk.check("sessions_max = 7\nshard = 2\n");
        let wrong = wrong.expect_err("there is no such setting");
        assert!(
            wrong.contains("line 2") && wrong.contains("shard"),
            "{wrong}"
        );
        assert!(desk.check("shards = 0").is_err());
        fs::remove_dir_all(&folder).expect("it is there");
    }
}
