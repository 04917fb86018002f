//! Processes of one cluster, with a directory of its own in the PostgreSQL that ops/dev/postgres.sh starts.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use engine::Dialect;
use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

/// See the module; removed at the end unless the test fails.
pub struct Cluster {
    folder: PathBuf,
    postgres: String,
    schema: String,
    /// What members are started from.
    binary: PathBuf,
    /// The newest that they speak.
    dialect: Dialect,
}

/// A shard as `ctl shards` tells it.
pub struct Shard {
    pub name: String,
    pub regions: u64,
    pub players: u64,
    /// Whether it says what its ticks are spent on.
    pub has_phases: bool,
    /// Whether nobody hears of its process any more.
    pub is_silent: bool,
}

/// A region as `ctl regions` tells it.
pub struct Region {
    pub name: String,
    pub owner: String,
    pub is_pinned: bool,
}

/// A process that said that it is ready.
pub struct Process {
    child: Child,
    /// Where it answers HTTP.
    address: Option<String>,
}

/// Players.
pub struct Bots(Child);

impl Cluster {
    /// An empty one.
    pub fn found(name: &str) -> Self {
        let name = format!("cluster_{name}_{}", std::process::id());
        let folder = std::env::temp_dir().join(&name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a temporary folder");
        let postgres = postgres_url();
        run_on(&postgres, format!("DROP SCHEMA IF EXISTS {name} CASCADE"));
        run_on(&postgres, format!("CREATE SCHEMA {name}"));
        Self {
            folder,
            postgres,
            schema: name,
            binary: env!("CARGO_BIN_EXE_voxelheim").into(),
            dialect: Dialect::NEWEST,
        }
    }

    /// Has members that are started from now on be of another version, or speak as another.
    pub fn begin_with(&mut self, binary: impl Into<PathBuf>, dialect: Dialect) {
        self.binary = binary.into();
        self.dialect = dialect;
    }

    /// Starts a pod and waits until its shards tick.
    pub fn pod(&self, number: u16) -> Process {
        let mut command = self.pod_command(number);
        command.args(["--status", "127.0.0.1:0"]);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Process::ready(command.spawn().expect("the binary runs"))
    }

    /// Whether the directory knows of a lease of this process.
    pub fn holds_lease(&self, number: u16) -> bool {
        let url = self.directory();
        let pods = block_on(async {
            let directory = directory::Directory::open(&url).await;
            directory.expect("a database").pods().await
        });
        let pods = pods.expect("a database");
        let pod = pods.iter().find(|pod| pod.id == number);
        pod.is_some_and(|pod| !pod.lease_remaining.is_zero())
    }

    fn directory(&self) -> String {
        format!("{}?options[search_path]={}", self.postgres, self.schema)
    }

    /// Starts a pod that does not begin; returns what it says.
    pub fn try_pod(&self, number: u16) -> String {
        let output = self.pod_command(number).output().expect("the binary runs");
        assert!(!output.status.success());
        String::from_utf8(output.stderr).expect("text")
    }

    fn pod_command(&self, number: u16) -> Command {
        let mut command = self.member("shard", number);
        command.arg("--data").arg(self.data(number));
        command.args(["--soldiers", "40", "--keep-all"]);
        command
    }

    /// Starts an edge and waits until it serves.
    pub fn edge(&self, number: u16) -> Process {
        let mut command = self.member("edge", number);
        command.args(["--listen", "127.0.0.1:0"]);
        let child = command.stdout(Stdio::piped()).spawn();
        Process::ready(child.expect("the binary runs"))
    }

    fn member(&self, role: &str, number: u16) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg(role).args(["--pod", &number.to_string()]);
        command.args(["--link", "127.0.0.1:0"]);
        command
            .arg("--authority")
            .arg(self.folder.join("authority"));
        command.env("VOXELHEIM_DIRECTORY", self.directory());
        command.env("VOXELHEIM_DIALECT_MAX", self.dialect.to_string());
        command
    }

    fn data(&self, number: u16) -> PathBuf {
        self.folder.join(format!("pod-{number}"))
    }

    /// Starts players, of the version that members are of, who fight until [`Bots::finish`].
    pub fn bots(&self, edge: &Process, count: usize) -> Bots {
        let mut command = Command::new(&self.binary);
        let url = format!("http://{}", edge.address.as_ref().expect("an edge's"));
        command.args([
            "bots",
            "--json",
            "--url",
            &url,
            "--count",
            &count.to_string(),
        ]);
        // Longer than any test.
        command.args(["--seconds", "3600"]);
        let child = command.stdout(Stdio::piped()).spawn();
        Bots(child.expect("the binary runs"))
    }

    pub fn shards(&self, pod: u16) -> Vec<Shard> {
        let answer = self.ask(pod, &["shards"]);
        let shards = answer["shards"].as_array().cloned().unwrap_or_default();
        let shard = |row: &Value| Shard {
            name: row["shard"].as_str().expect("a name").to_owned(),
            regions: row["regions"].as_u64().expect("a number"),
            players: row["players"].as_u64().expect("a number"),
            has_phases: row["phases"].as_array().is_some_and(|it| !it.is_empty()),
            is_silent: row["is_silent"] == true,
        };
        shards.iter().map(shard).collect()
    }

    /// What the world speaks, as a pod of this version says.
    pub fn dialect(&self, pod: u16) -> Option<u64> {
        self.ask(pod, &["shards"])["dialect"].as_u64()
    }

    /// The tick that a pod knows; none while it does not answer.
    pub fn tick(&self, pod: u16) -> Option<u64> {
        self.ask(pod, &["shards"])["tick"].as_u64()
    }

    pub fn regions(&self, pod: u16) -> Vec<Region> {
        let answer = self.ask(pod, &["regions"]);
        let regions = answer["regions"].as_array().cloned().unwrap_or_default();
        let region = |row: &Value| Region {
            name: row["region"].as_str().expect("a name").to_owned(),
            owner: row["owner"].as_str().expect("a name").to_owned(),
            is_pinned: row["is_pinned"].as_bool().expect("yes or no"),
        };
        regions.iter().map(region).collect()
    }

    /// Asks for it; whether it is done shows in the regions.
    pub fn move_region(&self, asked: u16, region: &str, to: &str) {
        self.ask(asked, &["regions", "move", region, to]);
    }

    pub fn pin(&self, asked: u16, region: &str) {
        self.ask(asked, &["regions", "pin", region]);
    }

    /// Has plans only said.
    pub fn run_dry(&self, asked: u16) {
        self.ask(asked, &["plan", "--dry-run", "on"]);
    }

    /// Whether plans are only said.
    pub fn runs_dry(&self, asked: u16) -> bool {
        self.ask(asked, &["plan"])["is_dry_run"] == true
    }

    /// Nothing where nobody answers.
    fn ask(&self, pod: u16, words: &[&str]) -> Value {
        let mut command = voxelheim();
        command
            .args(["ctl", "--json", "--data"])
            .arg(self.data(pod));
        let output = command.args(words).output().expect("the binary runs");
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    /// Runs a pod's part of the battle again.
    pub fn replay(&self, pod: u16) -> Value {
        let mut command = voxelheim();
        let output = command
            .args(["replay", "--json"])
            .arg(self.data(pod))
            .output();
        let output = output.expect("the binary runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
            run_on(
                &self.postgres,
                format!("DROP SCHEMA {} CASCADE", self.schema),
            );
        }
    }
}

impl Process {
    fn ready(mut child: Child) -> Self {
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("text");
        if !line.starts_with("VoxelHeim") {
            let output = child.wait_with_output().expect("it ended");
            let errors = String::from_utf8_lossy(&output.stderr);
            panic!("it does not begin: {line:?}, {errors}");
        }
        let url = line.trim().split("http://").nth(1);
        let address = url.map(|url| url.trim_end_matches('/').to_owned());
        Self { child, address }
    }

    /// The tick that it knows.
    pub fn tick(&self) -> u64 {
        let status: Value = serde_json::from_str(&self.get("/status")).expect("JSON");
        status["tick"].as_u64().expect("a number")
    }

    /// A value of its metrics, summed over its shards.
    pub fn metric(&self, name: &str) -> u64 {
        let text = self.get("/metrics");
        let lines = text.lines().filter(|line| line.starts_with(name));
        let values = lines.map(|line| line.rsplit(' ').next().expect("a value"));
        let values = values.map(|value| value.parse::<u64>().expect("a number"));
        values.sum()
    }

    fn get(&self, path: &str) -> String {
        let address = self.address.as_ref().expect("it answers HTTP");
        let mut stream = TcpStream::connect(address).expect("it listens");
        let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        let (_, body) = text.split_once("\r\n\r\n").expect("a body");
        body.to_owned()
    }

    /// As a machine that fails does.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// As an operator does.
    pub fn terminate(&self) {
        signal(&self.child, "TERM");
    }

    /// As a machine that stands still does.
    pub fn pause(&self) {
        signal(&self.child, "STOP");
    }

    /// The machine goes on; the process ends by itself: what it said.
    pub fn resume_and_read(mut self) -> String {
        signal(&self.child, "CONT");
        assert!(!self.wait().success(), "it ends, and not well");
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().expect("it is piped");
        stderr.read_to_string(&mut said).expect("text");
        said
    }

    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }

    /// Terminates it, and waits for a good end.
    pub fn stop(mut self) {
        self.terminate();
        assert!(self.wait().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Bots {
    /// Ends them; returns their report.
    pub fn finish(mut self) -> Value {
        signal(&self.0, "INT");
        let mut text = String::new();
        let mut stdout = self.0.stdout.take().expect("it is piped");
        stdout.read_to_string(&mut text).expect("text");
        self.0.wait().expect("it ends");
        serde_json::from_str(&text).expect("JSON")
    }
}

impl Drop for Bots {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    let told = Command::new("kill").args(["-s", name, &pid]).status();
    assert!(told.expect("kill runs").success());
}

fn voxelheim() -> Command {
    Command::new(env!("CARGO_BIN_EXE_voxelheim"))
}

fn postgres_url() -> String {
    if let Ok(url) = std::env::var("VOXELHEIM_TEST_POSTGRES") {
        return url;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ops/dev/postgres.sh");
    let output = Command::new(script).output().expect("the script");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn run_on(url: &str, statement: String) {
    sqlx::any::install_default_drivers();
    block_on(async {
        let mut connection = AnyConnection::connect(url).await.expect("a database");
        let done = connection.execute(AssertSqlSafe(statement.clone())).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
        connection.close().await.expect("an idle connection");
    });
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}
