//! A service on each pair of broker and warehouse.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use analytics::{Analytics, Config, PlayerKey, Retention};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use backends::{
    broker::{Broker, Event},
    testing::{Server, TestDatabase, block_on, server_url, unique_name},
    warehouse::{Query, Warehouse},
};
use serde_json::Value;
use tokens::{Access, Role};
use tokio::sync::watch;
use tower::ServiceExt;
use web::{Asked, Clock, Gate, Metrics, Peer, Problem, Settings, Shell};

/// Noon of a day, UTC.
pub const NOW_MS: i64 = 1_700_049_600_000;
/// As ClickHouse goes by the time of today, not by the test's.
const KEPT_DAYS: u32 = 15_000;

/// Far longer than anything waited for here takes.
const PATIENCE: Duration = Duration::from_secs(60);
const PERIOD: Duration = Duration::from_millis(10);

pub struct World {
    pub broker: Broker,
    pub warehouse: Warehouse,
    pub metrics: Metrics,
    now_ms: Arc<AtomicI64>,
    has_queue: Cell<bool>,
}

/// A service that runs until it is dropped, which is how a crash looks to everybody else.
pub struct Process {
    pub analytics: Analytics,
    router: Router,
    running: tokio::task::JoinHandle<()>,
    _stop: watch::Sender<bool>,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl World {
    pub fn new(broker: Broker, warehouse: Warehouse) -> Self {
        Self {
            broker,
            warehouse,
            metrics: Metrics::default(),
            now_ms: Arc::new(AtomicI64::new(NOW_MS)),
            has_queue: Cell::new(false),
        }
    }

    pub fn pass(&self, span_ms: i64) {
        self.now_ms.fetch_add(span_ms, Ordering::SeqCst);
    }

    /// Starts a process, whose queue is there when it returns.
    pub async fn start(&self) -> Process {
        self.start_keeping(KEPT_DAYS).await
    }

    /// The same of one that keeps all for so many days.
    pub async fn start_keeping(&self, days: u32) -> Process {
        let clock = Clock::at(self.now_ms.clone());
        let retention = Retention {
            facts_days: days,
            ticks_days: days,
            sums_days: days,
        };
        let config = Config {
            player_key: key(),
            retention,
        };
        let settings = Settings {
            address_requests_burst: 100_000,
            ..Settings::default()
        };
        let shell = Shell::new(settings, clock.clone());
        let analytics = Analytics::open(
            config,
            &self.warehouse,
            Arc::new(TestGate),
            &self.metrics,
            clock,
        );
        let (stop, stopped) = watch::channel(false);
        let router = shell
            .mount("/analytics", analytics.router())
            .into_router(stopped.clone());
        let (running, broker) = (analytics.clone(), self.broker.clone());
        // Whoever publishes before the queue is there, publishes to nobody.
        if !self.has_queue.replace(true) {
            let declared = analytics::declare_queue(&self.broker).await;
            declared.expect("a broker");
        }
        let running = tokio::spawn(async move { running.run(&broker, stopped).await });
        Process {
            analytics,
            router,
            running,
            _stop: stop,
        }
    }

    pub async fn publish(&self, events: &[Event]) {
        self.broker.publish(events).await.expect("a broker");
    }

    /// Waits until so many events became that.
    pub async fn until(&self, outcome: &str, count: u64) {
        let events = self
            .metrics
            .counter("analytics_events_total", "", "outcome");
        until(&format!("{count} events {outcome}"), async || {
            (events.read(outcome) >= count).then_some(())
        })
        .await;
    }

    pub async fn ask(&self, query: Query) -> Vec<Value> {
        self.warehouse.query(query, &[]).await.expect("rows")
    }

    /// Also before there are tables.
    pub async fn count_or_zero(&self, query: Query) -> i64 {
        let rows: Result<Vec<Value>, _> = self.warehouse.query(query, &[]).await;
        rows.map_or(0, |rows| rows[0]["count"].as_i64().expect("a number"))
    }

    pub async fn count(&self, query: Query) -> i64 {
        let rows = self.ask(query).await;
        rows[0]["count"].as_i64().expect("a number")
    }
}

impl Process {
    /// Sums up, then asks as an operator.
    pub async fn rows(&self, call: &str) -> Value {
        self.analytics.sum_up().await.expect("a warehouse");
        let (status, body) = self.get(call, "operator").await;
        assert_eq!(status, StatusCode::OK, "{call}: {body}");
        assert_eq!(body["is_complete"], true);
        body["rows"].clone()
    }

    pub async fn get(&self, call: &str, token: &str) -> (StatusCode, Value) {
        let mut request = Request::builder().uri(format!("/analytics{call}"));
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request
            .extension(Peer("192.0.2.1:1".parse().expect("an address")))
            .body(Body::empty());
        let response = self
            .router
            .clone()
            .oneshot(request.expect("a request"))
            .await;
        let response = response.expect("it is infallible");
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 16 << 20).await;
        let body = serde_json::from_slice(&body.expect("a body"));
        (status, body.unwrap_or(Value::Null))
    }
}

/// Whose tokens are the names of their roles.
struct TestGate;

impl Gate<Access> for TestGate {
    fn pass<'a>(&'a self, token: &'a str) -> Asked<'a, Access> {
        Box::pin(async move {
            let role: Role = token.parse().map_err(|()| Problem::unauthorized())?;
            Ok(Access {
                issuer: String::new(),
                audience: String::new(),
                account: 1,
                session: 1,
                role,
                guest: false,
                issued_ms: 0,
                expires_ms: i64::MAX,
            })
        })
    }
}

pub fn key() -> PlayerKey {
    PlayerKey::from_hex(&"0123456789abcdef".repeat(4)).expect("a key")
}

pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(PERIOD).await;
        }
    };
    let answer = tokio::time::timeout(PATIENCE, wait).await;
    answer.unwrap_or_else(|_| panic!("{what} did not come to be"))
}

/// Runs a test on the twins, and on RabbitMQ and ClickHouse.
pub fn on_each(test: impl AsyncFn(&World)) {
    block_on(async {
        let file = TestDatabase::sqlite();
        eprintln!("on {}", file.url);
        let warehouse = Warehouse::open(&file.url).await.expect("a file");
        let broker = Broker::open("memory:").expect("a URL");
        test(&World::new(broker, warehouse)).await;
        file.delete().await;
    });
    block_on(async {
        let url = new_clickhouse_database(&server_url(Server::ClickHouse)).await;
        eprintln!("on {url}");
        let warehouse = Warehouse::open(&url).await.expect("a URL");
        let broker = Broker::open(&server_url(Server::RabbitMq)).expect("a URL");
        let broker = broker.namespace(&unique_name("analytics"));
        test(&World::new(broker.clone(), warehouse)).await;
        broker.unsubscribe("analytics").await.expect("a broker");
        drop_clickhouse_database(&url).await;
    });
}

pub async fn new_clickhouse_database(url: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("a URL of a database");
    let name = unique_name("analytics");
    run_on_clickhouse(server, &format!("CREATE DATABASE {name}")).await;
    format!("{server}/{name}")
}

pub async fn drop_clickhouse_database(url: &str) {
    let (server, name) = url.rsplit_once('/').expect("a URL of a database");
    run_on_clickhouse(server, &format!("DROP DATABASE {name}")).await;
}

async fn run_on_clickhouse(server: &str, statement: &str) {
    let client = clickhouse::Client::default().with_url(server);
    client.query(statement).execute().await.expect(statement);
}
