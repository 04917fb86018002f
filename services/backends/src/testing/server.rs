//! The servers that the scripts of ops/dev start.

use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

use crate::testing::new_folder;

/// What can be started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Server {
    Postgres,
    Redis,
    Valkey,
    RabbitMq,
    ClickHouse,
    S3,
}

impl Server {
    /// As the scripts' variables name it.
    const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "POSTGRES",
            Self::Redis => "REDIS",
            Self::Valkey => "VALKEY",
            Self::RabbitMq => "RABBITMQ",
            Self::ClickHouse => "CLICKHOUSE",
            Self::S3 => "S3",
        }
    }

    const fn script(self) -> &'static str {
        match self {
            Self::Postgres => "postgres.sh",
            Self::Redis | Self::Valkey => "redis.sh",
            Self::RabbitMq => "rabbitmq.sh",
            Self::ClickHouse => "clickhouse.sh",
            Self::S3 => "s3.sh",
        }
    }

    /// What the script must know besides the verb.
    const fn kind(self) -> Option<&'static str> {
        match self {
            Self::Valkey => Some("valkey"),
            _ => None,
        }
    }

    /// Runs its script; what it printed.
    fn run(self, verb: &str, variables: &[(String, String)]) -> String {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ops/dev");
        let output = Command::new(scripts.join(self.script()))
            .arg(verb)
            .args(self.kind())
            .envs(variables.iter().cloned())
            .output()
            .expect("the script");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{self:?} {verb}: {errors}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

/// Where the server is that all tests share: `VOXELHEIM_TEST_<NAME>`, or else the script is asked, which
/// waits for whoever starts it at the same time.
pub fn server_url(server: Server) -> String {
    static KNOWN: Mutex<Vec<(Server, String)>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, url)) = known.iter().find(|(it, _)| *it == server) {
        return url.clone();
    }
    let variable = format!("VOXELHEIM_TEST_{}", server.name());
    let url = env::var(variable).unwrap_or_else(|_| server.run("start", &[]));
    known.push((server, url.clone()));
    url
}

/// A server of one test alone, which may stop it and start it again. Ends with its value.
pub struct OwnServer {
    server: Server,
    folder: PathBuf,
    variables: Vec<(String, String)>,
    url: String,
}

impl OwnServer {
    /// Starts one on a free port.
    pub fn start_new(server: Server) -> Self {
        let folder = new_folder("server");
        let name = server.name();
        let variables = vec![
            (format!("VOXELHEIM_{name}_PORT"), free_port().to_string()),
            (
                format!("VOXELHEIM_{name}_DIR"),
                folder.display().to_string(),
            ),
        ];
        let url = server.run("start", &variables);
        Self {
            server,
            folder,
            variables,
            url,
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends it in an orderly way; what it keeps on disk is kept.
    pub fn stop(&self) {
        self.server.run("stop", &self.variables);
    }

    /// Starts it again where it was.
    pub fn start(&self) {
        self.server.run("start", &self.variables);
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.stop();
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, folder = %self.folder.display(), "a test's folder stays");
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("bound").port()
}
