//! The servers that the scripts of ops/dev start.

use std::{
    env, fs,
    net::TcpListener,
    ops::Range,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::{
        OnceLock,
        atomic::{AtomicU16, Ordering},
    },
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
    Smtp,
}

impl Server {
    const COUNT: usize = Self::Smtp as usize + 1;

    /// As the scripts' variables name it.
    const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "POSTGRES",
            Self::Redis => "REDIS",
            Self::Valkey => "VALKEY",
            Self::RabbitMq => "RABBITMQ",
            Self::ClickHouse => "CLICKHOUSE",
            Self::S3 => "S3",
            Self::Smtp => "SMTP",
        }
    }

    const fn script(self) -> &'static str {
        match self {
            Self::Postgres => "postgres.sh",
            Self::Redis | Self::Valkey => "redis.sh",
            Self::RabbitMq => "rabbitmq.sh",
            Self::ClickHouse => "clickhouse.sh",
            Self::S3 => "s3.sh",
            Self::Smtp => "smtp.sh",
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
    static URLS: [OnceLock<String>; Server::COUNT] = [const { OnceLock::new() }; Server::COUNT];
    let variable = format!("VOXELHEIM_TEST_{}", server.name());
    let start = || env::var(variable).unwrap_or_else(|_| server.run("start", &[]));
    URLS[server as usize].get_or_init(start).clone()
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

    /// Where it keeps what it keeps on disk.
    pub fn folder(&self) -> &Path {
        &self.folder
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

/// Of two that are free, the first; RabbitMQ takes both. Below those that outgoing connections have by
/// chance, or one might while the server is stopped.
fn free_port() -> u16 {
    const RANGE: Range<u16> = 20_000..32_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    // Processes begin at places of their own.
    let begin = process::id().wrapping_mul(7_919) as u16;
    loop {
        let offset = begin.wrapping_add(NEXT.fetch_add(2, Ordering::Relaxed));
        let port = RANGE.start + offset % (RANGE.end - RANGE.start);
        if is_free(port) && is_free(port + 1) {
            return port;
        }
    }
}
