//! Staff of a cluster: the operations service, a pod and an edge as processes of their own, on a PostgreSQL, a Redis
//! and a RabbitMQ. Staff sees the world over the network, and whom it sends away or bans leaves an edge that has no
//! database of the game.

#[path = "faults/http.rs"]
mod http;
#[path = "common/staff.rs"]
mod staff;

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use backends::testing::{Server, TestDatabase, block_on, server_url, unique_name};
use serde_json::{Value, json};
use sqlx::Row;

const STAFF: &str = "olga@example.org";
const PLAYERS: u64 = 2;
/// All that the service asks whether they are well.
const BACKENDS: [&str; 6] = [
    "accounts database",
    "game database",
    "cache",
    "broker",
    "warehouse",
    "objects",
];
/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_PERIOD: Duration = Duration::from_millis(100);

#[test]
fn staff_of_a_cluster_sees_the_world_and_sends_players_away_from_edges() {
    let realm = Realm::found();
    let auth = realm.auth();
    let keys = format!("http://{}/auth", auth.address);
    let control = free_address();
    let shard = realm.shard(&control);
    let edge = realm.edge(&keys);
    let admin = realm.admin(&keys, (&control, &edge.address));
    let ask = |call: &str, access: &str, body: Value| {
        http::ask(&auth.address, call, access, &body).expect("it answers")
    };
    let mail = realm.folder.join("mail");
    let (_, operator) = staff::sign_in(&ask, (STAFF, &mail), &|| realm.appoint("admin"));
    let order = |call: &str, body: Value| {
        http::ask(&admin.address, call, &operator, &body).expect("it answers")
    };
    let seen = order("GET /admin/overview", Value::Null).body;
    assert_eq!(seen["troubles"], json!([]), "{seen}");
    assert_eq!(seen["pods"][0]["pod"], 1);
    let backends = seen["backends"].as_array().expect("a list").iter();
    let backends = backends.map(|it| {
        (
            it["backend"].as_str().expect("a name"),
            it["is_well"] == true,
        )
    });
    assert_eq!(
        backends.collect::<Vec<_>>(),
        BACKENDS.map(|name| (name, true))
    );
    until("it is told what the pod's ticks are spent on", || {
        let seen = order("GET /admin/overview", Value::Null).body;
        seen["pods"][0]["shards"][0]["phases"][0]["phase"].is_string()
    });
    let region = seen["regions"][0]["region"].as_str().expect("a name");
    let reason = json!({ "reason": "look here" });
    let pinned = order(&format!("POST /admin/regions/{region}/pin"), reason.clone());
    assert_eq!(pinned.status, 200, "{pinned:?}");
    configure(&order, &edge);

    let bots = realm.bots(&edge.address, &auth.address);
    until("all players are in", || edge.status("sessions") == PLAYERS);
    let mut guests = realm.guests();
    let told = order("GET /admin/sessions", Value::Null).body;
    assert_eq!(told["troubles"], json!([]), "{told}");
    let sessions = told["sessions"].as_array().expect("a list").iter();
    let mut known: Vec<i64> = sessions.map(|it| account_of(it, &edge)).collect();
    guests.sort_unstable();
    known.sort_unstable();
    assert_eq!(known, guests);
    let [kicked, banned] = <[i64; 2]>::try_from(guests).expect("two of them");
    let kick = format!("POST /admin/players/{kicked}/kick");
    let done = order(&kick, reason.clone());
    assert_eq!(done.status, 200, "{done:?}");
    until("one is sent away", || edge.status("sessions") == 1);
    let ban = format!("POST /admin/players/{banned}/ban");
    let done = order(
        &ban,
        json!({ "until_ms": null, "reason": "walks through walls" }),
    );
    assert_eq!(done.status, 200, "{done:?}");
    until("the other is, too", || edge.status("sessions") == 0);
    drop([bots, admin, edge, shard, auth]);
    realm.forget();
}

/// What all edges go by is changed while they run, seen on one of them, and undone.
fn configure(order: &dyn Fn(&str, Value) -> http::Answer, edge: &Process) {
    let sessions_max = edge.status("sessions_max");
    let before = order("GET /admin/config", Value::Null).body;
    for (text, trouble) in [
        (
            "sessions_max = 0\n",
            json!("sessions_max: 0 is not between"),
        ),
        ("shards = 2\n", json!("line 1: unknown field `shards`")),
    ] {
        let checked = order("POST /admin/config/check", json!({ "text": text })).body;
        let told = checked["trouble"].as_str().expect("it is wrong");
        assert!(told.contains(trouble.as_str().expect("text")), "{told}");
    }
    let wanted = sessions_max - 1;
    let form = json!({
        "text": format!("sessions_max = {wanted}\nlog = \"info\"\n"),
        "digest": before["digest"],
        "reason": "a smaller machine",
    });
    let put = order("PUT /admin/config", form.clone());
    assert_eq!(put.status, 200, "{put:?}");
    until("the edge goes by it", || {
        edge.status("sessions_max") == wanted
    });
    let again = order("PUT /admin/config", form);
    assert_eq!(again.status, 409, "somebody changed it since: {again:?}");
    let undone = order(
        "POST /admin/config/undo",
        json!({ "reason": "it was large enough" }),
    );
    assert_eq!(undone.status, 200, "{undone:?}");
    until("the edge goes by its flags", || {
        edge.status("sessions_max") == sessions_max
    });
    assert_eq!(
        order("GET /admin/config", Value::Null).body["text"],
        before["text"]
    );
}

/// Of a session that staff is told of.
fn account_of(session: &Value, edge: &Process) -> i64 {
    assert_eq!(session["edge"], format!("http://{}", edge.address));
    assert_eq!(session["transport"], "quic");
    let account = session["account"].as_str().and_then(|it| it.parse().ok());
    account.unwrap_or_else(|| panic!("{session} has no account"))
}

/// Where everything is.
struct Realm {
    folder: PathBuf,
    databases: [TestDatabase; 3],
    cache: String,
    broker: String,
}

impl Realm {
    fn found() -> Self {
        let folder = std::env::temp_dir().join(unique_name("voxelheim_staff"));
        fs::create_dir_all(&folder).expect("a temporary folder");
        let databases = [(); 3].map(|()| block_on(TestDatabase::postgres()));
        let realm = Self {
            folder,
            databases,
            cache: server_url(Server::Redis),
            broker: server_url(Server::RabbitMq),
        };
        let migrated = realm.voxelheim("migrate").output();
        let migrated = migrated.expect("the binary runs");
        assert!(migrated.status.success(), "{migrated:?}");
        realm
    }

    fn voxelheim(&self, role: &str) -> Command {
        let [accounts, game, directory] = &self.databases;
        let mut command = Command::new(env!("CARGO_BIN_EXE_voxelheim"));
        command.arg(role).env_remove("VOXELHEIM_LOG");
        command.env("VOXELHEIM_BROKER", &self.broker);
        // An edge gets no more than it gets in production.
        if !matches!(role, "edge") {
            command.env("VOXELHEIM_ACCOUNTS_DATABASE", &accounts.url);
            command.env("VOXELHEIM_GAME", &game.url);
            command.env("VOXELHEIM_CACHE", &self.cache);
        }
        if matches!(role, "shard" | "edge") {
            let authority = self.path("authority");
            command.args(["--link", "127.0.0.1:0", "--authority", &authority]);
            command.env("VOXELHEIM_DIRECTORY", &directory.url);
        }
        command
    }

    fn start(&self, role: &str, flags: &[&str]) -> Process {
        let mut command = self.voxelheim(role);
        command.args(flags);
        Process::start(command, &self.folder.join(format!("{role}.log")))
    }

    fn auth(&self) -> Process {
        let (key, mail) = (self.path("master_key"), self.path("mail"));
        let places = ["--master-key", &key, "--mail", &mail];
        let urls = ["--url", "http://auth.test/", "--page-url", "http://a.test/"];
        let listen = ["--listen", "127.0.0.1:0"];
        self.start("auth", &[&listen[..], &places, &urls].concat())
    }

    fn shard(&self, control: &str) -> Process {
        let data = self.path("world");
        let place = ["--pod", "1", "--data", &data, "--soldiers", "40"];
        let doors = ["--status", "127.0.0.1:0", "--control", control];
        self.start("shard", &[&place[..], &doors].concat())
    }

    fn edge(&self, keys: &str) -> Process {
        let place = ["--pod", "11", "--listen", "127.0.0.1:0"];
        let who = ["--accounts", "required", "--keys", keys];
        self.start("edge", &[&place[..], &who].concat())
    }

    fn admin(&self, keys: &str, (control, edge): (&str, &str)) -> Process {
        let (edge, authority) = (format!("http://{edge}"), self.path("authority"));
        let place = ["--listen", "127.0.0.1:0", "--keys", keys, "--edge", &edge];
        let world = ["--pod", control, "--authority", &authority];
        let warehouse = format!("sqlite://{}", self.path("warehouse.db"));
        let objects = format!("file://{}", self.path("objects"));
        let others = ["--warehouse", &warehouse, "--objects", &objects];
        self.start("admin", &[&place[..], &world, &others].concat())
    }

    fn bots(&self, edge: &str, auth: &str) -> Process {
        let mut command = self.voxelheim("bots");
        command.args(["--seconds", "3600", "--count", &PLAYERS.to_string()]);
        command.args(["--url", &format!("http://{edge}")]);
        command.args(["--auth", &format!("http://{auth}/auth")]);
        Process::quiet(command, &self.folder.join("bots.log"))
    }

    fn path(&self, name: &str) -> String {
        let path = self.folder.join(name);
        path.to_str().expect("a plain path").to_owned()
    }

    /// As the operators' guide says it.
    fn appoint(&self, role: &str) {
        let appointed = self.voxelheim("appoint").args([STAFF, role]).output();
        let appointed = appointed.expect("the binary runs");
        assert!(appointed.status.success(), "{appointed:?}");
    }

    /// The accounts of those who play.
    fn guests(&self) -> Vec<i64> {
        const GUESTS: &str = "SELECT account_id FROM auth_accounts WHERE role = 'player'";
        block_on(async {
            let database = self.databases[0].open().await;
            let rows = sqlx::query(GUESTS).fetch_all(database.pool()).await;
            database.close().await;
            let rows = rows.expect("a database");
            rows.iter().map(|row| row.get("account_id")).collect()
        })
    }

    /// What a failed test leaves tells why.
    fn forget(self) {
        let _ = fs::remove_dir_all(&self.folder);
        for database in self.databases {
            block_on(database.delete());
        }
    }
}

/// A process of ours, until its value ends.
struct Process {
    child: Child,
    address: String,
}

impl Process {
    /// Waits for the line that says where it listens.
    fn start(command: Command, log: &Path) -> Self {
        let mut process = Self::quiet(command, log);
        let mut line = String::new();
        let stdout = process.child.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("text");
        let address = line.trim().split("http://").nth(1);
        let address = address.unwrap_or_else(|| panic!("it does not begin: {}", log.display()));
        process.address = address.trim_end_matches('/').to_owned();
        process
    }

    fn quiet(mut command: Command, log: &Path) -> Self {
        let log = fs::File::create(log).expect("a file");
        let child = command.stdout(Stdio::piped()).stderr(log).spawn();
        Self {
            child: child.expect("the binary runs"),
            address: String::new(),
        }
    }

    fn status(&self, name: &str) -> u64 {
        let answer = http::ask(&self.address, "GET /status", "", &Value::Null);
        let status = answer.expect("it answers").body;
        status[name].as_u64().expect("a number")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Of a port that was free a moment ago.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").to_string()
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "{what}: not in time");
        thread::sleep(LOOK_PERIOD);
    }
}
