//! The shell over real connections: what it lets through, what it refuses and how, and how it stops.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
    task::JoinHandle,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    Authenticate, Bearer, Check, ClientAddress, Clock, Json, Network, Problem, Settings, Shell,
};

#[derive(Deserialize, Serialize, ToSchema)]
struct Word {
    word: String,
}

#[derive(Clone, Default)]
struct Service {
    entered: Arc<Notify>,
    go_on: Arc<Notify>,
}

struct Owner;

impl Authenticate<Owner> for Service {
    async fn authenticate(&self, token: &str) -> Result<Owner, Problem> {
        let is_right = token == "right";
        is_right.then_some(Owner).ok_or_else(Problem::unauthorized)
    }
}

#[utoipa::path(post, path = "/echo", request_body = Word, responses((status = OK, body = Word)))]
async fn echo(Json(word): Json<Word>) -> Json<Word> {
    Json(word)
}

#[utoipa::path(get, path = "/own", security(("bearer" = [])), responses((status = OK)))]
async fn own(_: Bearer<Owner>, address: ClientAddress) -> String {
    address.0.to_string()
}

#[utoipa::path(get, path = "/slow", responses((status = OK)))]
async fn slow(axum::extract::State(service): axum::extract::State<Service>) -> &'static str {
    service.entered.notify_one();
    service.go_on.notified().await;
    "done"
}

struct Server {
    address: SocketAddr,
    service: Service,
    now_ms: Arc<AtomicI64>,
    is_database_up: Arc<AtomicBool>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    async fn start(settings: Settings) -> Self {
        let service = Service::default();
        let now_ms = Arc::new(AtomicI64::new(1_000_000));
        let is_database_up = Arc::new(AtomicBool::new(true));
        let is_up = is_database_up.clone();
        let routes = OpenApiRouter::new()
            .routes(routes!(echo))
            .routes(routes!(own))
            .routes(routes!(slow))
            .with_state(service.clone());
        let (stop, stopped) = watch::channel(false);
        let router = Shell::new(settings, Clock::at(now_ms.clone()))
            .mount("/words", routes)
            .check(Check::new("database", move || {
                let is_up = is_up.load(Ordering::SeqCst);
                async move { is_up.then_some(()).ok_or("away at 10.1.2.3".to_owned()) }
            }))
            .into_router(stopped.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let task = tokio::spawn(web::serve(listener, router, 16, stopped));
        Self {
            address,
            service,
            now_ms,
            is_database_up,
            stop,
            task,
        }
    }

    async fn send(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("open");
        Answer::read(stream).await
    }

    async fn get(&self, path: &str, headers: &str) -> Answer {
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n");
        self.send(&head).await
    }

    async fn post(&self, path: &str, body: &str) -> Answer {
        let length = body.len();
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        ))
        .await
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    async fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.expect("an answer");
        let text = String::from_utf8(bytes).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
        Self {
            status: status.expect("a status"),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines();
        let line = lines.find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default()
    }

    /// That it is a problem of this name, and all of it.
    fn problem(&self, status: u16, name: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        let value: Value = serde_json::from_str(&self.body).expect("JSON");
        assert_eq!(value["type"], format!("urn:voxelheim:problem:{name}"));
        assert_eq!(value["status"], status);
        value
    }
}

#[tokio::test]
async fn an_answer_carries_its_ids_and_no_page_can_abuse_it() {
    let server = Server::start(Settings::default()).await;
    let answer = server.post("/words/echo", r#"{"word":"<b>"}"#).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, r#"{"word":"<b>"}"#)
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("content-security-policy").contains("'none'"));
    assert_eq!(answer.header("x-request-id").len(), 32);

    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let headers = format!("x-request-id: mine\r\ntraceparent: 00-{trace}-00f067aa0ba902b7-01\r\n");
    let answer = server.get("/healthz", &headers).await;
    assert_eq!(answer.header("x-request-id"), "mine");
    assert!(
        answer
            .header("traceparent")
            .starts_with(&format!("00-{trace}-"))
    );
}

#[tokio::test]
async fn every_refusal_is_a_problem() {
    let server = Server::start(Settings::default()).await;
    let unknown = server.post("/words/echo", r#"{"word":"a","x":1}"#).await;
    let unknown = unknown.problem(400, "bad-request");
    assert_eq!(unknown["errors"][0]["field"], "x");
    let large = format!(r#"{{"word":"{}"}}"#, "a".repeat(20_000));
    server
        .post("/words/echo", &large)
        .await
        .problem(413, "payload-too-large");
    server.get("/nowhere", "").await.problem(404, "not-found");
    let wrong = server.get("/words/echo", "").await;
    wrong.problem(405, "method-not-allowed");
    assert_eq!(wrong.header("allow"), "post");
    let plain =
        "POST /words/echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
    let plain = server.send(plain).await;
    plain.problem(415, "unsupported-media-type");
}

#[tokio::test]
async fn only_one_good_bearer_token_opens() {
    let server = Server::start(Settings::default()).await;
    let right = server
        .get("/words/own", "authorization: Bearer right\r\n")
        .await;
    assert_eq!((right.status, right.body.as_str()), (200, "127.0.0.1"));
    let long = format!("authorization: bearer {}\r\n", "a".repeat(5_000));
    for headers in [
        "",
        "authorization: Bearer wrong\r\n",
        "authorization: Basic right\r\n",
        "authorization: Bearer\r\n",
        "authorization: Bearer right\r\nauthorization: Bearer right\r\n",
        &long,
    ] {
        let refused = server.get("/words/own", headers).await;
        refused.problem(401, "unauthorized");
        assert_eq!(refused.header("www-authenticate"), "bearer");
    }
}

#[tokio::test]
async fn an_address_has_an_allowance_that_time_gives_back() {
    let proxies = ["127.0.0.0/8".parse::<Network>().expect("a network")];
    let settings = Settings {
        address_requests_per_second: 1,
        address_requests_burst: 2,
        trusted_proxies: proxies.into_iter().collect(),
        ..Settings::default()
    };
    let server = Server::start(settings).await;
    let ask = async |client: &str| {
        let headers = format!("x-forwarded-for: {client}\r\n");
        server.get("/words/own", &headers).await
    };
    assert_eq!(ask("1.1.1.1").await.status, 401);
    assert_eq!(ask("1.1.1.1").await.status, 401);
    let refused = ask("1.1.1.1").await;
    let problem = refused.problem(429, "too-many-requests");
    assert_eq!(problem["retry_after_s"], 1);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(ask("1.1.1.2").await.status, 401, "another address");
    server.now_ms.fetch_add(1_000, Ordering::SeqCst);
    assert_eq!(ask("1.1.1.1").await.status, 401);
    assert_eq!(server.get("/healthz", "").await.status, 200, "not limited");
}

#[tokio::test]
async fn more_requests_at_once_than_there_is_room_for_are_told_so() {
    let settings = Settings {
        requests_max: 1,
        ..Settings::default()
    };
    let server = Server::start(settings).await;
    let (first, ()) = tokio::join!(server.get("/words/slow", ""), async {
        server.service.entered.notified().await;
        let refused = server.get("/words/slow", "").await;
        refused.problem(503, "unavailable");
        assert!(
            server
                .get("/metrics", "")
                .await
                .body
                .contains("under_way 2")
        );
        server.service.go_on.notify_one();
    });
    assert_eq!((first.status, first.body.as_str()), (200, "done"));
}

#[tokio::test]
async fn readiness_follows_the_checks_and_tells_no_secrets() {
    let server = Server::start(Settings::default()).await;
    assert_eq!(server.get("/readyz", "").await.status, 200);
    server.is_database_up.store(false, Ordering::SeqCst);
    let answer = server.get("/readyz", "").await;
    assert_eq!(answer.status, 503);
    assert_eq!(
        answer.body,
        r#"{"checks":{"database":false},"ready":false}"#
    );
    assert_eq!(server.get("/healthz", "").await.status, 200);
}

#[tokio::test]
async fn the_document_and_the_counts_are_served() {
    let server = Server::start(Settings::default()).await;
    let document: Value =
        serde_json::from_str(&server.get("/openapi.json", "").await.body).expect("JSON");
    let echo = &document["paths"]["/words/echo"]["post"];
    assert!(echo["requestBody"].is_object(), "{document}");
    let refusal = &echo["responses"]["default"]["content"]["application/problem+json"]["schema"];
    assert_eq!(refusal["$ref"], "#/components/schemas/Problem");
    let word = &document["components"]["schemas"]["Word"];
    assert_eq!(word["additionalProperties"], false);
    assert!(document["components"]["schemas"]["Problem"].is_object());
    assert!(document["components"]["schemas"]["FieldError"].is_object());
    assert_eq!(
        document["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );
    server.get("/words/own?x=%3Cscript%3E", "").await;
    let metrics = server.get("/metrics", "").await.body;
    let line = "voxelheim_http_request_seconds_count{method=\"GET\",route=\"/words/own\",status=\"401\"} 1";
    assert!(metrics.contains(line), "{metrics}");
}

#[tokio::test]
async fn only_named_origins_may_call_from_their_pages() {
    let settings = Settings {
        allowed_origins: vec!["https://play.example.org".to_owned()],
        ..Settings::default()
    };
    let server = Server::start(settings).await;
    for (origin, is_allowed) in [
        ("https://play.example.org", true),
        ("https://evil.example.org", false),
        ("null", false),
    ] {
        let preflight = format!(
            "OPTIONS /words/echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\norigin: {origin}\r\n\
             access-control-request-method: POST\r\n\r\n"
        );
        let answer = server.send(&preflight).await;
        assert_eq!(answer.status == 204, is_allowed, "{answer:?}");
        let told = answer.header("access-control-allow-origin");
        assert_eq!(told == origin, is_allowed, "{answer:?}");
    }
}

#[tokio::test]
async fn a_stop_lets_the_request_under_way_end() {
    let server = Server::start(Settings::default()).await;
    // An idle connection does not hold the stop up.
    let _idle = TcpStream::connect(server.address)
        .await
        .expect("it listens");
    let (answer, ()) = tokio::join!(server.get("/words/slow", ""), async {
        server.service.entered.notified().await;
        server.stop.send(true).expect("it serves");
        server.service.go_on.notify_one();
    });
    assert_eq!(answer.status, 200);
    server.task.await.expect("no panic");
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_dawdles_is_let_go() {
    let server = Server::start(Settings::default()).await;
    let mut slow_head = TcpStream::connect(server.address)
        .await
        .expect("it listens");
    slow_head
        .write_all(b"GET /healthz HTTP/1.1\r\n")
        .await
        .expect("open");
    let mut bytes = Vec::new();
    // The paused clock leaps to the next timer whenever all tasks wait.
    let _ = slow_head.read_to_end(&mut bytes).await;
    assert!(!String::from_utf8_lossy(&bytes).contains("200"));

    let slow_body = "POST /words/echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
        content-type: application/json\r\ncontent-length: 20\r\n\r\n{\"wo";
    server.send(slow_body).await.problem(408, "request-timeout");
}
