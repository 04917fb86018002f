//! How long a login takes beside the hash of its password: 200 a second, whether answers are late or not, over
//! TCP to the real routes on PostgreSQL and Redis. Run by hand: `./dev bench login`; `VOXELHEIM_TEST_POSTGRES`
//! is the URL of a server whose commits last. Each is timed from when it was due.

use std::{cell::RefCell, net::SocketAddr, rc::Rc, sync::Arc, thread, time::Duration};

use auth::{
    Auth, Config, Mail, MailError, MailSender, MasterKey, Partners, PasswordCost, Sending,
    limits::{Allowance, Allowances},
};
use backends::{
    broker::Broker,
    cache::Cache,
    sql::Database,
    testing::{Server, TestDatabase, block_on, server_url, unique_name},
};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::LocalSet,
    time::{Instant, sleep_until},
};
use web::{Clock, Settings, Shell};

const LOGINS_PER_SECOND: u32 = 200;
const SECONDS: u32 = 20;
/// Those who log in, in turn: each does so eight times.
const PEOPLE: u32 = 500;
const P99_MAX: Duration = Duration::from_millis(10);
const PASSWORD: &str = "correct horse battery";
const CONNECTIONS_MAX: usize = 1_024;

fn main() {
    block_on(async {
        let kept = TestDatabase::postgres().await;
        let database = kept.open().await;
        tell_settings(&database).await;
        Auth::migrate(&database).await.expect("a new database");
        let cache = Cache::open(&server_url(Server::Redis)).await;
        let cache = cache.expect("a URL").namespace(&unique_name("bench"));
        let (stop, stopped) = watch::channel(false);
        let (postbox, mut mails) = mpsc::unbounded_channel();
        let (auth, shell) = open(&database, &cache, postbox).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let (clients_begin, begun) = std::sync::mpsc::channel();
        let clients = thread::spawn(move || run_clients(address, &begun));
        let serving = serve((&auth, shell), listener, stopped);
        let ending = async {
            for number in 0..PEOPLE {
                register(address, number, &mut mails).await;
            }
            clients_begin.send(()).expect("they wait");
            let ended = tokio::task::spawn_blocking(move || clients.join());
            ended.await.expect("it waits").expect("they log in");
            stop.send(true).expect("it runs");
        };
        tokio::join!(serving, ending);
        database.close().await;
        kept.delete().await;
    });
}

/// The server that tests start forgets in a power cut, which is quicker.
async fn tell_settings(database: &Database) {
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        let shown = sqlx::query_scalar("SELECT current_setting($1)").bind(name);
        let shown: String = shown.fetch_one(database.pool()).await.expect("a server");
        eprintln!("{name} = {shown}");
    }
}

struct Postbox(mpsc::UnboundedSender<Mail>);

impl MailSender for Postbox {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        let sent = self.0.send(mail.clone());
        Box::pin(async move { sent.map_err(|error| MailError::passing(error.to_string())) })
    }
}

/// All as in production, but that all come from one address, and that a hash costs next to nothing.
async fn open(
    database: &Database,
    cache: &Cache,
    postbox: mpsc::UnboundedSender<Mail>,
) -> (Auth, Shell) {
    let plenty = Allowance {
        count_max: 1_000_000,
        window: Duration::from_secs(900),
    };
    let config = Config {
        master_key: MasterKey::generate(),
        issuer: "https://auth.example.org".to_owned(),
        page_url: "https://play.example.org/".to_owned(),
        allowances: Allowances {
            address_tries: plenty,
            address_mails: plenty,
            ..Allowances::default()
        },
        password_cost: PasswordCost::NOTHING_FOR_BENCHES,
        providers: Vec::new(),
    };
    let partners = Partners {
        mail: Arc::new(Postbox(postbox)),
        characters: None,
    };
    let settings = Settings {
        address_requests_per_second: 1_000_000,
        address_requests_burst: 1_000_000,
        ..Settings::default()
    };
    let clock = Clock::system();
    let shell = Shell::new(settings, clock.clone());
    let auth = Auth::open(config, (database, cache), partners, shell.metrics(), clock);
    (auth.await.expect("new tables"), shell)
}

async fn serve(
    (auth, shell): (&Auth, Shell),
    listener: TcpListener,
    stopped: watch::Receiver<bool>,
) {
    let shell = shell.mount("/auth", auth.router());
    let router = shell.into_router(stopped.clone());
    let broker = Broker::open("memory:").expect("a URL");
    tokio::join!(
        auth.run(&broker, stopped.clone()),
        web::serve(listener, router, CONNECTIONS_MAX, stopped),
    );
}

fn email(number: u32) -> String {
    format!("person{number}@example.org")
}

async fn register(address: SocketAddr, number: u32, mails: &mut mpsc::UnboundedReceiver<Mail>) {
    let form = json!({ "email": email(number), "password": PASSWORD });
    assert_eq!(post(address, "/auth/register", &form).await, 202);
    let mail = mails.recv().await.expect("the service runs").text;
    let (_, rest) = mail.split_once("#verify=").expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    let form = json!({ "token": token, "password": PASSWORD });
    assert_eq!(post(address, "/auth/verify", &form).await, 200);
}

/// The status of the answer, all of which was read.
async fn post(address: SocketAddr, path: &str, form: &Value) -> u16 {
    let body = form.to_string();
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it answers");
    let status = answer.split(|&byte| byte == b' ').nth(1);
    let status = status.and_then(|it| std::str::from_utf8(it).ok()?.parse().ok());
    status.expect("an answer of HTTP")
}

/// On a thread of their own, once there is somebody to log in: a busy server delays nobody's coming.
fn run_clients(address: SocketAddr, begun: &std::sync::mpsc::Receiver<()>) {
    begun.recv().expect("the service runs");
    let times_us = block_on(LocalSet::new().run_until(log_in_all(address)));
    let quantile = |it: f64| Duration::from_micros(times_us.value_at_quantile(it));
    let (p99, due) = (quantile(0.99), u64::from(LOGINS_PER_SECOND * SECONDS));
    eprintln!(
        "{} logins of {due}, {LOGINS_PER_SECOND} a second: p50 {:.2?}, p99 {p99:.2?}, max {:.2?}; \
         at most {P99_MAX:?} at p99: {}",
        times_us.len(),
        quantile(0.5),
        Duration::from_micros(times_us.max()),
        if p99 <= P99_MAX && times_us.len() == due {
            "holds"
        } else {
            "missed"
        },
    );
}

async fn log_in_all(address: SocketAddr) -> Histogram<u64> {
    let times_us = Histogram::new(3).expect("three digits are possible");
    let times_us = Rc::new(RefCell::new(times_us));
    let begun = Instant::now();
    let logins = (0..LOGINS_PER_SECOND * SECONDS).map(|number| {
        let due = begun + Duration::from_secs(1) * number / LOGINS_PER_SECOND;
        let times_us = Rc::clone(&times_us);
        tokio::task::spawn_local(async move {
            sleep_until(due).await;
            let form = json!({ "email": email(number % PEOPLE), "password": PASSWORD });
            let is_in = post(address, "/auth/login", &form).await == 200;
            if !is_in {
                // As good as never: a machine that is too busy says 503.
                return;
            }
            let time_us = due.elapsed().as_micros() as u64;
            times_us.borrow_mut().record(time_us).expect("it resizes");
        })
    });
    for login in logins.collect::<Vec<_>>() {
        login.await.expect("it ends");
    }
    Rc::into_inner(times_us)
        .expect("all have ended")
        .into_inner()
}
