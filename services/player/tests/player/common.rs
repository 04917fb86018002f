//! A service on each pair of backends, with players who show their account's number as a token.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use backends::{cache::Cache, sql::Database, testing::on_each_pair};
use player::{Allowances, Player, store::Store};
use serde_json::{Value, json};
use tokens::{Access, Role};
use tokio::sync::watch;
use web::{
    Asked, Clock, Gate, Problem, Settings, Shell,
    testing::{Answer, Client},
};

pub const MINUTE_MS: i64 = 60_000;
pub const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Monday, 5 October 2026, at noon UTC.
pub const NOW_MS: i64 = 1_791_158_400_000 + DAY_MS / 2;
/// Tokens of two accounts.
pub const ANNAS: &str = "1";
pub const BERTS: &str = "2";

pub struct World {
    pub player: Player,
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

impl World {
    pub async fn open(database: &Database, cache: &Cache) -> Self {
        Store::migrate(database).await.expect("a new database");
        let now_ms = Arc::new(AtomicI64::new(NOW_MS));
        let clock = Clock::at(now_ms.clone());
        let settings = Settings {
            address_requests_burst: 100_000,
            ..Settings::default()
        };
        let mut shell = Shell::new(settings, clock.clone());
        let kept = (Store::new(database.clone()), cache);
        let player = Player::open(Allowances::default(), kept, Arc::new(TestGate), clock);
        for check in player.checks() {
            shell = shell.check(check);
        }
        let (stop, stopped) = watch::channel(false);
        let router = shell.mount("/player", player.router()).into_router(stopped);
        Self {
            player,
            now_ms,
            client: Client::new(router),
            _stop: stop,
        }
    }

    pub fn pass(&self, span_ms: i64) {
        self.now_ms.fetch_add(span_ms, Ordering::SeqCst);
    }

    pub fn now(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    /// `call` is a method and a path behind `/player`.
    pub async fn call(&self, call: &str, token: &str, body: Value) -> Answer {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let call = format!("{method} /player{path}");
        self.client.call(&call, token, &body).await
    }

    /// As the one character of an account, on a path behind it.
    pub async fn act(&self, by: &Fellow, call: &str, body: Value) -> Answer {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let call = format!("{method} /characters/{}{path}", by.id);
        self.call(&call, &by.token, body).await
    }

    /// Somebody new, of the account of this number.
    pub async fn fellow(&self, account: i64, name: &str) -> Fellow {
        let card = self.player.character_for(account, name).await;
        Fellow {
            token: account.to_string(),
            id: card.expect("the name is free").id,
        }
    }
}

/// Somebody who plays one character.
#[derive(Clone)]
pub struct Fellow {
    pub token: String,
    pub id: i64,
}

impl Fellow {
    /// As others name it in forms.
    pub fn form(&self) -> Value {
        json!({ "character": self.id.to_string() })
    }
}

pub fn text(value: &Value, key: &str) -> String {
    let text = value[key].as_str();
    text.unwrap_or_else(|| panic!("no {key} in {value}"))
        .to_owned()
}

/// The values of a key in a list.
pub fn each(list: &Value, key: &str) -> Vec<Value> {
    let list = list.as_array().unwrap_or_else(|| panic!("{list}"));
    list.iter().map(|it| it[key].clone()).collect()
}

pub fn on_each(test: impl AsyncFn(&World)) {
    on_each_pair(async |database, cache| {
        let world = World::open(&database, &cache).await;
        test(&world).await;
    });
}
