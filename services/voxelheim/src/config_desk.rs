//! The configuration as staff change it while the server runs: the file of the one process, or what all shards and
//! edges of a cluster go by.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use admin::{ConfigDesk, Settings};
use placement::{Answer, ControlError, Request, carry_out};

use crate::{
    cli::ServeArguments,
    config::{self, Config, FILE_NAME},
    live::{CLUSTER, LiveSettings},
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

    /// One process has the file, and one changes it at a time.
    fn replace(&self, _: &str, text: &str) -> Result<(), String> {
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

/// How a world is asked, on a thread that may wait.
pub type Ask = Arc<dyn Fn(&Request) -> Result<Answer, ControlError> + Send + Sync>;

/// What a cluster's configuration is before anybody said something.
const OF_CLUSTER: &str = "\
# What all shards and edges of the cluster go by, within seconds of a change and before their own flags, variables and
# files. A line is in force once its # is gone.

# What the log tells: error, warn, info, debug, or by part: \"warn,edge=info\".
#log = \"warn\"

# Players at once on each edge's process, 1 to 10000. Who is in stays in when it is lowered.
#sessions_max = 2000

# Bytes a second that a client may get at most, whatever it asks for: 8000 to 1000000.
#budget_bytes_per_second = 1000000
";

/// What all shards and edges of a cluster go by: their directory keeps it, and any shard tells it.
pub struct ClusterDesk {
    ask: Ask,
}

impl ClusterDesk {
    pub fn new(ask: Ask) -> Self {
        Self { ask }
    }

    fn text(&self) -> Result<String, String> {
        match (self.ask)(&Request::Configuration) {
            Ok(Answer::Configuration { text }) => Ok(text),
            Ok(Answer::Refused { why }) => Err(why),
            Ok(answer) => Err(format!("the world answers {answer:?} to another question")),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl ConfigDesk for ClusterDesk {
    fn read(&self) -> Result<Settings, String> {
        Ok(Settings {
            path: CLUSTER.to_owned(),
            text: shown(self.text()?),
        })
    }

    /// All of it is in force while they run.
    fn check(&self, text: &str) -> Result<Vec<String>, String> {
        let settings = LiveSettings::of_text(text, Path::new(CLUSTER));
        settings
            .map(|_| Vec::new())
            .map_err(|failure| failure.to_string())
    }

    fn replace(&self, before: &str, text: &str) -> Result<(), String> {
        let kept = self.text()?;
        if shown(kept.clone()) != before {
            return Err("somebody changed it since: read it again".to_owned());
        }
        let order = Request::Configure {
            before: kept,
            text: text.to_owned(),
        };
        let done = carry_out(|request| (self.ask)(request), &order);
        match done.map_err(|error| error.to_string())? {
            Answer::Refused { why } => Err(why),
            _ if self.text()? == text => Ok(()),
            _ => Err(
                "the directory has not taken it: it does not answer, or somebody was faster"
                    .to_owned(),
            ),
        }
    }
}

/// The example, as long as nobody said something.
fn shown(kept: String) -> String {
    match kept.is_empty() {
        true => OF_CLUSTER.to_owned(),
        false => kept,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

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
        desk.replace("", text).expect("it may be written");
        assert_eq!(desk.read().expect("a file").text, text);
        let wrong = desk.check("sessions_max = 7\nshard = 2\n");
        let wrong = wrong.expect_err("there is no such setting");
        assert!(
            wrong.contains("line 2") && wrong.contains("shard"),
            "{wrong}"
        );
        assert!(desk.check("shards = 0").is_err());
        let wrong = desk.check("cache = \"banana\"\n");
        let wrong = wrong.expect_err("the next start would refuse it");
        assert!(wrong.contains("cache: "), "{wrong}");
        fs::remove_dir_all(&folder).expect("it is there");
    }

    /// The world keeps what it is told, as a directory would.
    #[test]
    fn what_a_cluster_goes_by_is_explained_before_anybody_says_something() {
        let kept = Mutex::new(String::new());
        let desk = ClusterDesk::new(Arc::new(move |request| {
            let mut kept = kept.lock().expect("nobody panics");
            Ok(match request {
                Request::Configure { text, .. } if text == "refused" => Answer::Refused {
                    why: "no".to_owned(),
                },
                Request::Configure { text, .. } => {
                    kept.clone_from(text);
                    let what = String::new();
                    Answer::Done { what }
                }
                _ => Answer::Configuration { text: kept.clone() },
            })
        }));
        let example = desk.read().expect("it answers").text;
        let lines = example.lines().map(|line| match line.strip_prefix('#') {
            Some(setting) if setting.contains(" = ") => setting,
            _ => line,
        });
        let in_force = lines.collect::<Vec<_>>().join("\n");
        let mut before = &example;
        for text in [&in_force, &example] {
            assert_eq!(desk.check(text), Ok(Vec::new()));
            desk.replace(before, text).expect("it is kept");
            assert_eq!(&desk.read().expect("it answers").text, text);
            before = text;
        }
        assert_eq!(desk.replace(before, "refused"), Err("no".to_owned()));
        let late = desk.replace(&in_force, "late");
        assert!(late.is_err_and(|why| why.contains("since")));
        let wrong = desk
            .check("\nsession_max = 7\n")
            .expect_err("no such setting");
        assert!(wrong.contains("line 2"), "{wrong}");
    }
}
