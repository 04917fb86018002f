//! The service on each pair of backends, and a client of it.

use std::{
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use auth::{Auth, Config, Mail, MailSender, MasterKey, Sending, limits::Allowances};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use backends::{
    cache::Cache,
    sql::Database,
    testing::{Server, TestDatabase, block_on, server_url, unique_name},
};
use serde_json::Value;
use tokio::sync::{Mutex, mpsc, watch};
use tower::ServiceExt;
use web::{Clock, Peer, Settings, Shell};

pub const MINUTE_MS: i64 = 60_000;
pub const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// A day's beginning, so that no test is split by one.
pub const START_MS: i64 = 20_000 * DAY_MS;
pub const HOME: &str = "192.0.2.1";

/// A service and the world around it.
pub struct World {
    pub auth: Auth,
    pub now_ms: Arc<AtomicI64>,
    router: Router,
    mails: Mutex<mpsc::UnboundedReceiver<Mail>>,
    stop: watch::Sender<bool>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

struct Postbox(mpsc::UnboundedSender<Mail>);

impl MailSender for Postbox {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        let sent = self.0.send(mail.clone());
        Box::pin(async move { sent.map_err(|error| error.to_string()) })
    }
}

/// One key for all, so that two services of one database agree.
fn config(allowances: Allowances) -> Config {
    Config {
        master_key: MasterKey::from_hex(&"5e".repeat(32)).expect("64 digits"),
        issuer: "https://auth.example.org".to_owned(),
        page_url: "https://play.example.org/".to_owned(),
        allowances,
    }
}

impl World {
    pub async fn open(database: &Database, cache: &Cache, allowances: Allowances) -> Self {
        let now_ms = Arc::new(AtomicI64::new(START_MS));
        let clock = Clock::at(now_ms.clone());
        let (sender, mails) = mpsc::unbounded_channel();
        let settings = Settings {
            address_requests_burst: 100_000,
            ..Settings::default()
        };
        let mut shell = Shell::new(settings, clock.clone());
        let auth = Auth::open(
            config(allowances),
            (database, cache),
            Arc::new(Postbox(sender)),
            shell.metrics(),
            clock,
        );
        let auth = auth.await.expect("new tables");
        for check in auth.checks() {
            shell = shell.check(check);
        }
        let (stop, stopped) = watch::channel(false);
        let router = shell
            .mount("/auth", auth.router())
            .into_router(stopped.clone());
        let running = auth.clone();
        tokio::spawn(async move { running.run(stopped).await });
        Self {
            auth,
            now_ms,
            router,
            mails: Mutex::new(mails),
            stop,
        }
    }

    pub fn pass(&self, span_ms: i64) {
        self.now_ms.fetch_add(span_ms, Ordering::SeqCst);
    }

    pub fn now(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    /// The next mail.
    pub async fn mail(&self) -> Mail {
        self.mails.lock().await.recv().await.expect("it runs")
    }

    /// The token of the link in the next mail.
    pub async fn mailed_token(&self, purpose: &str) -> String {
        let text = self.mail().await.text;
        let (_, rest) = text.split_once(&format!("#{purpose}=")).expect(&text);
        rest.split_whitespace().next().expect("a token").to_owned()
    }

    pub async fn request(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await;
        let response = response.expect("it is infallible");
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await;
        let body = serde_json::from_slice(&body.expect("a body")).unwrap_or(Value::Null);
        Answer { status, body }
    }

    /// As somebody at an address, with a token or without.
    pub async fn call_from(&self, from: &str, call: &str, token: &str, body: &Value) -> Answer {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/auth{path}"));
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let peer = Peer(format!("{from}:1").parse().expect("an address"));
        let content_type = "application/json";
        let request = request
            .header(header::CONTENT_TYPE, content_type)
            .extension(peer)
            .body(Body::from(body.to_string()));
        self.request(request.expect("a request")).await
    }

    pub async fn call(&self, call: &str, token: &str, body: Value) -> Answer {
        self.call_from(HOME, call, token, &body).await
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

#[track_caller]
pub fn text(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {value}"))
        .to_owned()
}

/// Runs a test on both pairs of backends, with the usual allowances.
pub fn on_each(test: impl AsyncFn(&World)) {
    on_each_with(Allowances::default(), test);
}

pub fn on_each_with(allowances: Allowances, test: impl AsyncFn(&World)) {
    on_each_pair(async |database, cache| {
        let world = World::open(&database, &cache, allowances).await;
        test(&world).await;
        world.stop.send(true).expect("it runs");
    });
}

/// Runs a test on SQLite and memory, then on PostgreSQL and Redis; each in a place of its own.
pub fn on_each_pair(test: impl AsyncFn(Database, Cache)) {
    block_on(async {
        on_pair(TestDatabase::sqlite(), "memory:", &test).await;
        let redis = server_url(Server::Redis);
        on_pair(TestDatabase::postgres().await, &redis, &test).await;
    });
}

async fn on_pair(kept: TestDatabase, cache_url: &str, test: &impl AsyncFn(Database, Cache)) {
    eprintln!("on {} and {cache_url}", kept.url);
    let kept = Rc::new(kept);
    let database = kept.open().await;
    Auth::migrate(&database).await.expect("a new database");
    let cache = Cache::open(cache_url).await.expect("a URL");
    let cache = cache.namespace(&unique_name("auth"));
    test(database.clone(), cache).await;
    database.close().await;
    Rc::into_inner(kept)
        .expect("the test has ended")
        .delete()
        .await;
}
