//! The service beside auth, chat and the ledger on one pair of backends, with staff who show their role and number
//! as a token, and a world that answers on a socket.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixListener,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    thread,
};

use admin::{
    Admin, Config, ConfigDesk, Edges, Environment, Helm, Partners, Settings as ConfigSettings,
};
use auth::{Auth, FolderMail, MasterKey, Partners as AuthPartners, PasswordCost};
use backends::{
    broker::{Broker, Consumer, Subscription},
    cache::Cache,
    sql::Database,
    testing::{on_each_pair, unique_name},
};
use chat::{Audience, Channel, Speaker, Words};
use chat_service::ChannelKey;
use inventory::domain::Definitions;
use placement::{Answer as WorldAnswer, Request};
use player::Presence;
use serde_json::{Value, json};
use tokens::{Access, Role};
use tokio::sync::watch;
use web::{
    Asked, Check, Clock, Gate, Problem, Settings, Shell,
    testing::{Answer, Client},
};

pub const NOW_MS: i64 = 1_700_000_000_000;
pub const HOUR_MS: i64 = 3_600_000;
pub const MODERATOR: &str = "moderator-9001";
pub const OPERATOR: &str = "operator-9002";
pub const ADMIN: &str = "admin-9003";

const ITEMS: &str = r#"
[items]
log = { title = "Log", stack = 64 }
plank = { title = "Plank", stack = 64 }
sword = { title = "Sword", unique = true, slot = "hand" }
[recipes]
plank = { needs = { log = 1 }, gives = { plank = 4 } }
"#;

/// Whose role and number a token is: `moderator-9001`. What shows no role is a player's.
pub struct TestGate;

impl Gate<Access> for TestGate {
    fn pass<'a>(&'a self, token: &'a str) -> Asked<'a, Access> {
        Box::pin(async move {
            let (role, account) = token.split_once('-').ok_or_else(Problem::unauthorized)?;
            Ok(Access {
                issuer: String::new(),
                audience: String::new(),
                account: account.parse().map_err(|_| Problem::unauthorized())?,
                session: 1,
                role: role.parse().unwrap_or(Role::Player),
                guest: false,
                issued_ms: 0,
                expires_ms: i64::MAX,
            })
        })
    }
}

/// A file of configuration in memory; a text is right unless it says so.
#[derive(Default)]
pub struct TestDesk(pub Mutex<String>);

impl ConfigDesk for TestDesk {
    fn read(&self) -> Result<ConfigSettings, String> {
        Ok(ConfigSettings {
            path: "voxelheim.toml".to_owned(),
            text: self.0.lock().expect("no holder panics").clone(),
        })
    }

    fn check(&self, text: &str) -> Result<Vec<String>, String> {
        match text.contains("wrong") {
            true => Err("line 1: it is wrong".to_owned()),
            false if text.contains("shards") => Ok(vec!["shards".to_owned()]),
            false => Ok(Vec::new()),
        }
    }

    fn replace(&self, _: &str, text: &str) -> Result<(), String> {
        text.clone_into(&mut self.0.lock().expect("no holder panics"));
        Ok(())
    }
}

/// The other end of the operators' socket: says what it is told to, and what it was asked.
pub struct Steward {
    pub socket: PathBuf,
    pub asked: Arc<Mutex<Vec<Request>>>,
}

impl Steward {
    pub fn begin(answer: impl Fn(&Request) -> WorldAnswer + Send + 'static) -> Self {
        let socket = std::env::temp_dir().join(unique_name("steward"));
        let listener = UnixListener::bind(&socket).expect("a socket");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = asked.clone();
        // Ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let mut line = String::new();
                let read = BufReader::new(&stream).read_line(&mut line);
                read.expect("a line");
                let request = serde_json::from_str(&line).expect("a request");
                let mut bytes = serde_json::to_vec(&answer(&request)).expect("JSON");
                bytes.push(b'\n');
                kept.lock().expect("no holder panics").push(request);
                stream.write_all(&bytes).expect("it is read");
            }
        });
        Self { socket, asked }
    }

    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().expect("no holder panics").clone()
    }
}

impl Drop for Steward {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.socket);
    }
}

pub struct World {
    pub database: Database,
    pub broker: Broker,
    pub players: player::store::Store,
    pub presence: Presence,
    pub chat: chat_service::store::Store,
    pub ledger: inventory::store::Store,
    pub desk: Arc<TestDesk>,
    pub edges: Edges,
    pub now_ms: Arc<AtomicI64>,
    pub admin: Admin,
    pub client: Client,
    pub stop: watch::Sender<bool>,
}

impl World {
    pub async fn open(database: &Database, cache: &Cache, helm: Helm) -> Self {
        migrate(database).await;
        let now_ms = Arc::new(AtomicI64::new(NOW_MS));
        let clock = Clock::at(now_ms.clone());
        let settings = Settings {
            address_requests_burst: 100_000,
            ..Settings::default()
        };
        let shell = Shell::new(settings, clock.clone());
        let broker = Broker::open("memory:").expect("a URL");
        let auth = auth(database, cache, &shell, &clock).await;
        let definitions = Arc::new(Definitions::parse(ITEMS).expect("they are sound"));
        let (stop, stopped) = watch::channel(false);
        let kept = database.clone();
        let partners = Partners {
            gate: Arc::new(TestGate),
            magistrate: auth.magistrate(),
            players: player::store::Store::new(database.clone()),
            presence: Presence::new(cache),
            chat: chat_service::store::Store::new(database.clone()),
            ledger: inventory::store::Store::new(database.clone(), definitions),
            broker: broker.clone(),
            backends: vec![
                Check::new("database", move || {
                    let kept = kept.clone();
                    async move { kept.ping().await.map_err(|error| error.to_string()) }
                }),
                Check::new("far away", || async { Err("10.0.0.1 refused".to_owned()) }),
            ],
            helm,
            edges: Edges::default(),
            config_desk: None,
        };
        let desk = Arc::new(TestDesk::default());
        let (players, presence) = (partners.players.clone(), partners.presence.clone());
        let (chat, ledger) = (partners.chat.clone(), partners.ledger.clone());
        let edges = partners.edges.clone();
        let partners = Partners {
            config_desk: Some(desk.clone()),
            ..partners
        };
        let clocks = (clock, stopped.clone());
        let admin = Admin::open(config(), database, partners, shell.metrics(), clocks);
        let admin = admin.expect("certificates");
        let router = shell
            .mount("/auth", auth.router())
            .mount("/admin", admin.router())
            .check(admin.check())
            .into_router(stopped);
        Self {
            database: database.clone(),
            broker,
            players,
            presence,
            chat,
            ledger,
            desk,
            edges,
            now_ms,
            admin,
            client: Client::new(router),
            stop,
        }
    }

    pub fn now(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    pub fn pass(&self, span_ms: i64) {
        self.now_ms.fetch_add(span_ms, Ordering::SeqCst);
    }

    pub async fn call(&self, call: &str, token: &str, body: Value) -> Answer {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let call = format!("{method} /admin{path}");
        self.client.call(&call, token, &body).await
    }

    /// A guest's account.
    pub async fn guest(&self) -> String {
        let answer = self.client.call("POST /auth/guests", "", &json!({})).await;
        text(&answer.ok(201), "account")
    }

    /// An account that is no guest's any more.
    pub async fn member(&self) -> String {
        let account = self.guest().await;
        let id: i64 = account.parse().expect("a number");
        // Who has no password can have no second factor, and so no role.
        let set = sqlx::query(
            "UPDATE auth_accounts SET is_guest = 0, password_hash = '-' WHERE account_id = $1",
        );
        let set = set.bind(id).execute(self.database.pool());
        set.await.expect("a database");
        account
    }

    /// A guest's account and its character of this name.
    pub async fn player(&self, name: &str) -> (String, i64) {
        let account = self.guest().await;
        let id = account.parse().expect("a number");
        let card = self.players.character_for(id, name, NOW_MS).await;
        (account, card.expect("a database").id)
    }

    /// Gives an account a role, as `voxelheim appoint` would.
    pub async fn appoint(&self, account: &str, role: &str) {
        let account: i64 = account.parse().expect("a number");
        let set = sqlx::query("UPDATE auth_accounts SET role = $2 WHERE account_id = $1");
        let set = set.bind(account).bind(role.to_owned());
        set.execute(self.database.pool()).await.expect("a database");
    }

    /// Has Loki, of account 5, say something to all, a second later with each number.
    pub async fn say(&self, message: u64, text: &str) {
        let said = Words {
            channel: Channel::Global,
            speaker: Speaker {
                account: 5,
                session: 105,
                name: "Loki".to_owned(),
                ..Speaker::default()
            },
            audience: Audience::Everyone,
            to: String::new(),
            text: text.to_owned(),
            sequence: message,
            time_ms: 1_000 * message,
        };
        let mut transaction = self.database.begin().await.expect("a database");
        let kept = self.chat.keep(&mut transaction, ChannelKey::Global, &said);
        kept.await.expect("a database");
        transaction.commit().await.expect("a database");
    }

    /// The newest line of the log.
    pub async fn last_line(&self) -> Value {
        let page = self.call("GET /audit", OPERATOR, Value::Null).await.ok(200);
        page["lines"][0].clone()
    }

    pub async fn lines_count(&self) -> usize {
        let page = self.call("GET /audit", OPERATOR, Value::Null).await.ok(200);
        page["lines"].as_array().expect("a list").len()
    }

    pub async fn hear(&self, topic: &str) -> Consumer {
        let subscribed = self.broker.subscribe(&Subscription::own(&[topic])).await;
        subscribed.expect("it is in memory")
    }
}

fn config() -> Config {
    Config {
        version: "1.2.3".to_owned(),
        environments: vec![Environment {
            name: "test".to_owned(),
            url: None,
        }],
        declared: None,
    }
}

async fn migrate(database: &Database) {
    Auth::migrate(database).await.expect("a new database");
    let players = player::store::Store::migrate(database);
    players.await.expect("a new database");
    let ledger = inventory::store::Store::migrate(database);
    ledger.await.expect("a new database");
    let chat = chat_service::store::Store::migrate(database);
    chat.await.expect("a new database");
    let ours = admin::store::Store::migrate(database);
    ours.await.expect("a new database");
}

async fn auth(database: &Database, cache: &Cache, shell: &Shell, clock: &Clock) -> Auth {
    let config = auth::Config {
        master_key: MasterKey::from_hex(&"5e".repeat(32)).expect("64 digits"),
        issuer: "https://auth.example.org".to_owned(),
        page_url: "https://play.example.org/".to_owned(),
        allowances: auth::limits::Allowances::default(),
        password_cost: PasswordCost::default(),
        providers: Vec::new(),
    };
    let partners = AuthPartners {
        mail: Arc::new(FolderMail::new(std::env::temp_dir(), clock.clone())),
        characters: None,
    };
    let kept = (database, cache);
    let opened = Auth::open(config, kept, partners, shell.metrics(), clock.clone());
    opened.await.expect("new tables")
}

/// Runs a test on both pairs of backends, without a world.
pub fn on_each(test: impl AsyncFn(&World)) {
    on_each_pair(async |database, cache| {
        let world = World::open(&database, &cache, Helm::default()).await;
        test(&world).await;
    });
}

/// The same with a world.
pub fn on_each_with(
    answer: impl Fn(&Request) -> WorldAnswer + Clone + Send + 'static,
    test: impl AsyncFn(&World, &Steward),
) {
    on_each_pair(async |database, cache| {
        let steward = Steward::begin(answer.clone());
        let helm = Helm::on_socket(steward.socket.clone());
        let world = World::open(&database, &cache, helm).await;
        test(&world, &steward).await;
    });
}

#[track_caller]
pub fn text(value: &Value, key: &str) -> String {
    let text = value[key].as_str();
    text.unwrap_or_else(|| panic!("no {key} in {value}"))
        .to_owned()
}
