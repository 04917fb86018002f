//! The service over its routes, with players who show their account's number as a token.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use backends::{sql::Database, testing::on_each_database};
use inventory::{Config, Inventory, Owners, ShardToken, domain::Definitions, store::Store};
use serde_json::{Value, json};
use tokens::{Access, Role};
use tokio::sync::watch;
use web::{
    Asked, Clock, Gate, Problem, Settings, Shell,
    testing::{Answer, Client},
};

use crate::common::{ITEMS, NOW_MS};

pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// Tokens of two players, who have the characters of their number and 100.
pub const ANNAS: &str = "1";
pub const BERTS: &str = "2";
/// No character, and one who has blocked everybody.
pub const NOBODY: i64 = 900;
pub const BLOCKER: i64 = 901;

pub struct World {
    pub inventory: Inventory,
    pub now_ms: Arc<AtomicI64>,
    pub client: Client,
    _stop: watch::Sender<bool>,
}

struct TestGate;

impl Gate<Access> for TestGate {
    fn pass<'a>(&'a self, token: &'a str) -> Asked<'a, Access> {
        Box::pin(async move {
            Ok(Access {
                issuer: String::new(),
                audience: String::new(),
                account: token.parse().map_err(|_| Problem::unauthorized())?,
                session: 1,
                role: Role::Player,
                guest: false,
                issued_ms: 0,
                expires_ms: i64::MAX,
            })
        })
    }
}

impl Owners for TestGate {
    fn owns(&self, account: i64, character: i64) -> Asked<'_, bool> {
        Box::pin(async move { Ok(account + 100 == character) })
    }

    fn require_acquaintance(&self, _: i64, other: i64) -> Asked<'_, ()> {
        Box::pin(async move {
            match other {
                NOBODY => Err(Problem::not_found()),
                BLOCKER => Err(Problem::conflict(
                    "blocked",
                    "One of you has blocked the other",
                )),
                _ => Ok(()),
            }
        })
    }
}

impl World {
    pub async fn open(database: &Database) -> Self {
        let now_ms = Arc::new(AtomicI64::new(NOW_MS));
        let clock = Clock::at(now_ms.clone());
        let settings = Settings {
            address_requests_burst: 100_000,
            ..Settings::default()
        };
        let config = Config {
            definitions: Arc::new(Definitions::parse(ITEMS).expect("they are sound")),
            shard_token: ShardToken::new(SECRET).expect("it is long"),
        };
        let shell = Shell::new(settings, clock.clone());
        let gate = (Arc::new(TestGate) as _, Arc::new(TestGate) as _);
        let inventory = Inventory::open(config, database, gate, shell.metrics(), clock);
        let (stop, stopped) = watch::channel(false);
        let router = shell
            .mount("/inventory", inventory.router())
            .mount("/shards", inventory.shard_router())
            .check(inventory.check())
            .into_router(stopped);
        Self {
            inventory,
            now_ms,
            client: Client::new(router),
            _stop: stop,
        }
    }

    pub fn pass(&self, span_ms: i64) {
        self.now_ms.fetch_add(span_ms, Ordering::SeqCst);
    }

    pub async fn call(&self, call: &str, token: &str, body: Value) -> Answer {
        self.client.call(call, token, &body).await
    }

    /// As the first shard, of characters that it holds since its first epoch.
    pub async fn write(&self, key: &str, moves: Value) -> Answer {
        let claims = json!([{ "character": 101, "epoch": 1 }, { "character": 102, "epoch": 1 }]);
        let body = json!({ "shard": 1, "author": 1, "key": key, "claims": claims, "moves": moves });
        self.call("POST /shards/batches", SECRET, body).await
    }

    /// Gives a character something, out of the world.
    pub async fn gain(&self, owner: i64, item: &str, unique: Option<i64>, count: u32) {
        let moves = json!([{ "item": item, "unique": unique, "count": count,
            "from": { "owner": owner, "place": "source.mining" },
            "to": { "owner": owner, "place": "bag" } }]);
        let key = format!("gain-{owner}-{item}-{}", unique.unwrap_or(0));
        let answer = self.write(&key, moves).await.ok(200);
        assert!(answer["batch"].is_i64(), "{answer}");
    }
}

/// Runs a test on a service of each database; afterwards the books must close.
pub fn on_each_service(test: impl AsyncFn(&World)) {
    on_each_database(async |database, _| {
        Store::migrate(&database).await.expect("a new database");
        let world = World::open(&database).await;
        test(&world).await;
        let audit = world.call("GET /shards/audit", SECRET, Value::Null).await;
        assert_eq!(audit.ok(200)["closed"], true);
    });
}
