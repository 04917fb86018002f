//! All of the game as processes of their own, on backends of their own, each reached by a way that can be cut.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
};

use backends::{
    sql::{Database, SqlLimits},
    testing::{OwnServer, Server, TestDatabase, block_on, unique_name},
    warehouse::{Query, Warehouse},
};
use chat_service::{ChannelKey, limits::HISTORY_LINES_MAX, store::Cursor};
use inventory::{domain::Definitions, store::Store};
use serde_json::{Value, json};

use crate::{
    http::{self, Answer},
    relay::Relay,
    witness::Witness,
};

const ANYWHERE: &str = "127.0.0.1:0";

/// A server that services keep things in, and the way to it.
pub struct Backend {
    pub kind: Server,
    server: OwnServer,
    way: Relay,
}

impl Backend {
    fn start(kind: Server) -> Self {
        let server = OwnServer::start_new(kind);
        let way = Relay::to(server.url());
        Self { kind, server, way }
    }

    pub fn stop(&self) {
        self.server.stop();
    }

    pub fn start_again(&self) {
        self.server.start();
    }

    pub fn cut_off(&self) {
        self.way.cut();
    }

    pub fn join(&self) {
        self.way.join();
    }
}

/// A process of ours that listens.
pub struct Process {
    child: Child,
    pub address: String,
}

impl Process {
    /// Waits for the line that says where; what goes wrong later is in the file.
    fn start(mut command: Command, log: &Path) -> Self {
        let log = File::create(log).expect("a file");
        let child = command.stdout(Stdio::piped()).stderr(log).spawn();
        let mut child = child.expect("the binary runs");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("text");
        let address = line.trim().split("http://").nth(1).expect("a URL");
        Self {
            address: address.trim_end_matches('/').to_owned(),
            child,
        }
    }

    pub fn is_ready(&self) -> bool {
        let answer = http::ask(&self.address, "GET /readyz", "", &Value::Null);
        answer.is_ok_and(|answer| answer.status == 200)
    }

    /// A number by its name, or by those of what it is in: `/drops/total`.
    pub fn status(&self, pointer: &str) -> u64 {
        let answer = http::ask(&self.address, "GET /status", "", &Value::Null);
        let body = answer.expect("it answers").body;
        body.pointer(pointer)
            .and_then(Value::as_u64)
            .expect("a number")
    }
}

impl Process {
    fn kill(&mut self) {
        // One that has ended cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// See the module.
pub struct Stack {
    pub auth: Process,
    pub player: Process,
    pub inventory: Process,
    pub chat: Process,
    pub analytics: Process,
    /// Bots are on the first, and who talks is on both.
    pub edges: [Process; 2],
    pub shard: Process,
    pub backends: [Backend; 5],
    pub witness: Witness,
    /// Of the cluster itself, whose leases no backend of services decides.
    directory: Option<TestDatabase>,
    pub places: Arc<Places>,
}

/// Where everything is.
pub struct Places {
    folder: PathBuf,
    accounts: String,
    game: String,
    cache: String,
    broker: String,
    warehouse: String,
    objects: String,
    directory: String,
}

impl Stack {
    pub fn start() -> Self {
        let kinds = [
            Server::Postgres,
            Server::Redis,
            Server::RabbitMq,
            Server::ClickHouse,
            Server::S3,
        ];
        let started = kinds.map(|kind| thread::spawn(move || Backend::start(kind)));
        let backends = started.map(|it| it.join().expect("it starts"));
        let directory = block_on(TestDatabase::postgres());
        let places = Places::new(&backends, &directory.url);
        let migrated = places.voxelheim("migrate").output();
        let migrated = migrated.expect("the binary runs");
        assert!(migrated.status.success(), "{migrated:?}");
        // It hears all, as nobody is told what happened before.
        let witness = Witness::begin(backends[2].server.url());
        let auth = places.auth();
        let keys = format!("http://{}/auth", auth.address);
        let keys = ["--keys", &keys];
        let key = places.path("analytics_key");
        let key = [&keys[..], &["--key", &key]].concat();
        Self {
            player: places.service("player", ANYWHERE, &keys),
            inventory: places.service("inventory", ANYWHERE, &keys),
            chat: places.service("chat", ANYWHERE, &keys),
            analytics: places.service("analytics", ANYWHERE, &key),
            shard: places.shard(),
            edges: [11, 12].map(|number| places.edge(number, &keys)),
            auth,
            backends,
            witness,
            directory: Some(directory),
            places: Arc::new(places),
        }
    }

    pub fn services(&self) -> [&Process; 5] {
        [
            &self.auth,
            &self.player,
            &self.inventory,
            &self.chat,
            &self.analytics,
        ]
    }

    /// A guest who has a character of this name: an access token, and what a ticket to the battle says.
    pub fn guest(&self, name: &str) -> (String, Answer) {
        let auth = &self.auth.address;
        let guest = http::ask(auth, "POST /auth/guests", "", &Value::Null);
        let access = guest.expect("it answers").text("access_token");
        let wish = json!({ "character": name, "edge": "battle" });
        let ticket = http::ask(auth, "POST /auth/tickets", &access, &wish);
        (access, ticket.expect("it answers"))
    }

    /// Players, who trade while they fight, until [`Bots::finish`].
    pub fn bots(&self, count: usize) -> Bots {
        let (edge, auth) = (&self.edges[0].address, &self.auth.address);
        let inventory = &self.inventory.address;
        let mut command = self.places.voxelheim("bots");
        command.args(["--json", "--witnesses", "0", "--joins-per-second", "20"]);
        // Longer than the test.
        command.args(["--seconds", "3600", "--count", &count.to_string()]);
        command.args(["--url", &format!("http://{edge}")]);
        command.args(["--auth", &format!("http://{auth}/auth")]);
        command.args(["--inventory", &format!("http://{inventory}/inventory")]);
        let child = command.stdout(Stdio::piped()).spawn();
        Bots(child.expect("the binary runs"))
    }

    /// As a machine that fails does to it, and as an orchestrator does after.
    pub fn kill_inventory(&mut self) {
        let listen = self.inventory.address.clone();
        let keys = format!("http://{}/auth", self.auth.address);
        self.inventory.kill();
        self.inventory = self
            .places
            .service("inventory", &listen, &["--keys", &keys]);
    }

    /// Whether all that anybody has adds up.
    pub fn books_close(&self) -> bool {
        block_on(async {
            let database = Database::open(&self.places.game, SqlLimits::default()).await;
            let database = database.expect("a database");
            let store = Store::new(database.clone(), Definitions::embedded().into());
            let audit = store.audit().await.expect("a database");
            database.close().await;
            audit.is_closed()
        })
    }

    /// All lines that are kept of these channels.
    pub fn lines(&self, channels: &[ChannelKey]) -> Vec<String> {
        block_on(async {
            let database = Database::open(&self.places.game, SqlLimits::default()).await;
            let database = database.expect("a database");
            let store = chat_service::store::Store::new(database.clone());
            let mut texts = Vec::new();
            for channel in channels {
                let lines = store.lines(*channel, Cursor::TOP, HISTORY_LINES_MAX).await;
                let lines = lines.expect("a database").into_iter();
                texts.extend(lines.map(|line| line.words.text));
            }
            database.close().await;
            texts
        })
    }

    /// What the warehouse answers, a number called `sum`; 0 while it does not.
    pub fn sum(&self, query: Query) -> i64 {
        block_on(async {
            let warehouse = Warehouse::open(&self.places.warehouse).await;
            let warehouse = warehouse.expect("a URL");
            let rows: Result<Vec<Value>, _> = warehouse.query(query, &[]).await;
            let rows = rows.unwrap_or_default();
            rows.first().and_then(|row| row["sum"].as_i64())
        })
        .unwrap_or_default()
    }

    /// After which nothing more happens in the world.
    pub fn end_battle(&mut self) {
        self.edges.iter_mut().for_each(Process::kill);
        self.shard.kill();
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.end_battle();
        // What a failed test leaves tells why.
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.places.folder);
            block_on(self.directory.take().expect("once").delete());
        }
    }
}

impl Places {
    fn new(
        [postgres, redis, rabbitmq, clickhouse, objects]: &[Backend; 5],
        directory: &str,
    ) -> Self {
        let folder = std::env::temp_dir().join(unique_name("voxelheim_faults"));
        fs::create_dir_all(&folder).expect("a temporary folder");
        let schema = |name: &str| {
            let url = postgres.way.url();
            block_on(make_schema(url, name));
            format!("{url}?options[search_path]={name}")
        };
        Self {
            accounts: schema("accounts"),
            game: schema("game"),
            cache: redis.way.url().to_owned(),
            broker: rabbitmq.way.url().to_owned(),
            warehouse: clickhouse.way.url().to_owned(),
            objects: objects.way.url().to_owned(),
            directory: directory.to_owned(),
            folder,
        }
    }

    pub fn path(&self, name: &str) -> String {
        let path = self.folder.join(name);
        path.to_str().expect("a plain path").to_owned()
    }

    pub fn voxelheim(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_voxelheim"));
        command
            .arg(verb)
            .env_remove("VOXELHEIM_LOG")
            .env("VOXELHEIM_ACCOUNTS_DATABASE", &self.accounts)
            .env("VOXELHEIM_GAME", &self.game)
            .env("VOXELHEIM_CACHE", &self.cache)
            .env("VOXELHEIM_BROKER", &self.broker)
            .env("VOXELHEIM_WAREHOUSE", &self.warehouse)
            .env("VOXELHEIM_OBJECTS", &self.objects)
            .env("VOXELHEIM_DIRECTORY", &self.directory);
        command
    }

    fn service(&self, name: &str, listen: &str, flags: &[&str]) -> Process {
        let mut command = self.voxelheim(name);
        command.args(["--listen", listen]).args(flags);
        Process::start(command, &self.folder.join(format!("{name}.log")))
    }

    fn auth(&self) -> Process {
        let (key, mail) = (self.path("master_key"), self.path("mail"));
        let places = ["--master-key", &key, "--mail", &mail];
        let urls = ["--url", "http://auth.test/"];
        let page = ["--page-url", "http://page.test/"];
        self.service("auth", ANYWHERE, &[&places[..], &urls, &page].concat())
    }

    fn shard(&self) -> Process {
        let mut command = self.member("shard", 1);
        command.args(["--data", &self.path("world"), "--soldiers", "40"]);
        command.args(["--status", "127.0.0.1:0"]);
        Process::start(command, &self.folder.join("shard.log"))
    }

    fn edge(&self, number: u16, keys: &[&str]) -> Process {
        let mut command = self.member("edge", number);
        command.args(["--listen", "127.0.0.1:0", "--accounts", "required"]);
        command.args(keys);
        Process::start(command, &self.folder.join(format!("edge-{number}.log")))
    }

    fn member(&self, role: &str, number: u16) -> Command {
        let mut command = self.voxelheim(role);
        command.args(["--pod", &number.to_string(), "--link", "127.0.0.1:0"]);
        command.args(["--authority", &self.path("authority")]);
        command
    }
}

async fn make_schema(url: &str, name: &str) {
    let database = Database::open(url, SqlLimits::default()).await;
    let database = database.expect("a database");
    let statement = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {name}"));
    let made = sqlx::query(statement).execute(database.pool()).await;
    made.expect("a new database");
    database.close().await;
}

/// Players.
pub struct Bots(Child);

impl Bots {
    /// Ends them; returns their report.
    pub fn finish(mut self) -> Value {
        let pid = self.0.id().to_string();
        let told = Command::new("kill").args(["-s", "INT", &pid]).status();
        assert!(told.expect("kill runs").success());
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
