//! The service over its routes, with players who show their account's number as a token.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use backends::{sql::Database, testing::on_each_database};
use inventory::{Asked, Config, Gate, Inventory, ShardToken, domain::Definitions, store::Store};
use serde_json::{Value, json};
use tokens::{Access, Role};
use tokio::sync::watch;
use tower::ServiceExt;
use web::{Clock, Peer, Problem, Settings, Shell};

use crate::common::{ITEMS, NOW_MS};

pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// Tokens of two players, who have the characters of their number and 100.
pub const ANNAS: &str = "1";
pub const BERTS: &str = "2";

pub struct World {
    pub inventory: Inventory,
    pub now_ms: Arc<AtomicI64>,
    router: Router,
    _stop: watch::Sender<bool>,
}

struct TestGate;

impl Gate for TestGate {
    fn access<'a>(&'a self, token: &'a str) -> Asked<'a, Access> {
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

    fn owns<'a>(&'a self, access: &'a Access, character: i64) -> Asked<'a, bool> {
        Box::pin(async move { Ok(access.account + 100 == character) })
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
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
        let gate = Arc::new(TestGate);
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
            router,
            _stop: stop,
        }
    }

    pub fn pass(&self, span_ms: i64) {
        self.now_ms.fetch_add(span_ms, Ordering::SeqCst);
    }

    pub async fn request(&self, call: &str, token: &str, body: String) -> (StatusCode, Vec<u8>) {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .extension(Peer("192.0.2.1:1".parse().expect("an address")))
            .body(Body::from(body));
        let request = request.expect("a request");
        let response = self.router.clone().oneshot(request).await;
        let response = response.expect("it is infallible");
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await;
        (status, body.expect("a body").to_vec())
    }

    pub async fn call(&self, call: &str, token: &str, body: Value) -> Answer {
        let (status, body) = self.request(call, token, body.to_string()).await;
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Answer { status, body }
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

impl Answer {
    /// What it holds, if it is as hoped.
    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// That it refuses so.
    #[track_caller]
    pub fn refused(self, status: u16, name: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        let kind = format!("urn:voxelheim:problem:{name}");
        assert_eq!(self.body["type"], kind, "{}", self.body);
        self.body
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
