//! The service on each pair of backends, and a client of it.

use std::{
    future,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use auth::{
    Auth, CharacterDesk, Config, Mail, MailError, MailSender, MasterKey, Partners, PasswordCost,
    Provider, Sending, limits::Allowances,
};
use backends::{
    broker::Broker,
    cache::Cache,
    sql::Database,
    testing::{broker_beside, on_each_pair},
};
use serde_json::Value;
use tokens::Role;
use tokio::sync::{Mutex, mpsc, watch};
use web::{
    Clock, Settings, Shell,
    testing::{Answer, Client, HOME},
};

/// How long a test waits for what must come, however busy the machine is.
pub const PATIENCE: Duration = Duration::from_secs(60);
pub const MINUTE_MS: i64 = 60_000;
pub const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// A day's beginning, so that no test is split by one.
pub const START_MS: i64 = 20_000 * DAY_MS;

/// A service and the world around it.
pub struct World {
    database: Database,
    pub auth: Auth,
    pub broker: Broker,
    pub now_ms: Arc<AtomicI64>,
    pub client: Client,
    mails: Mutex<mpsc::UnboundedReceiver<Mail>>,
    /// Whether a mail takes for ever.
    pub are_mails_held: Arc<AtomicBool>,
    stop: watch::Sender<bool>,
}

struct Postbox {
    mails: mpsc::UnboundedSender<Mail>,
    are_held: Arc<AtomicBool>,
}

impl MailSender for Postbox {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        let sent = self.mails.send(mail.clone());
        Box::pin(async move {
            if self.are_held.load(Ordering::SeqCst) {
                future::pending::<()>().await;
            }
            sent.map_err(|error| MailError::passing(error.to_string()))
        })
    }
}

/// One key for all, so that two services of one database agree.
fn config(allowances: Allowances, providers: Vec<Provider>) -> Config {
    Config {
        master_key: MasterKey::from_hex(&"5e".repeat(32)).expect("64 digits"),
        issuer: "https://auth.example.org".to_owned(),
        page_url: "https://play.example.org/".to_owned(),
        allowances,
        password_cost: PasswordCost::default(),
        providers,
    }
}

impl World {
    pub async fn open(database: &Database, cache: &Cache, allowances: Allowances) -> Self {
        let broker = broker_beside(database);
        Self::open_at(database, cache, broker, allowances).await
    }

    /// One that tells this broker of what it does.
    pub async fn open_at(
        database: &Database,
        cache: &Cache,
        broker: Broker,
        allowances: Allowances,
    ) -> Self {
        let config = config(allowances, Vec::new());
        Self::open_with((database, cache, broker), config, None).await
    }

    /// One that asks a desk whom accounts play.
    pub async fn open_beside(
        database: &Database,
        cache: &Cache,
        characters: Arc<dyn CharacterDesk>,
    ) -> Self {
        let config = config(Allowances::default(), Vec::new());
        let stores = (database, cache, broker_beside(database));
        Self::open_with(stores, config, Some(characters)).await
    }

    /// One in which one may sign in by others.
    pub async fn open_for(database: &Database, cache: &Cache, providers: Vec<Provider>) -> Self {
        let config = config(Allowances::default(), providers);
        let stores = (database, cache, broker_beside(database));
        Self::open_with(stores, config, None).await
    }

    async fn open_with(
        (database, cache, broker): (&Database, &Cache, Broker),
        config: Config,
        characters: Option<Arc<dyn CharacterDesk>>,
    ) -> Self {
        let now_ms = Arc::new(AtomicI64::new(START_MS));
        let clock = Clock::at(now_ms.clone());
        let (sender, mails) = mpsc::unbounded_channel();
        let are_mails_held = Arc::new(AtomicBool::new(false));
        let partners = Partners {
            mail: Arc::new(Postbox {
                mails: sender,
                are_held: Arc::clone(&are_mails_held),
            }),
            characters,
        };
        let settings = Settings {
            address_requests_burst: 100_000,
            ..Settings::default()
        };
        let mut shell = Shell::new(settings, clock.clone());
        let stores = (database, cache);
        let auth = Auth::open(config, stores, partners, shell.metrics(), clock);
        let auth = auth.await.expect("new tables");
        for check in auth.checks() {
            shell = shell.check(check);
        }
        let (stop, stopped) = watch::channel(false);
        let router = shell
            .mount("/auth", auth.router())
            .into_router(stopped.clone());
        let running = (auth.clone(), broker.clone());
        tokio::spawn(async move { running.0.run(&running.1, stopped).await });
        Self {
            database: database.clone(),
            auth,
            broker,
            now_ms,
            client: Client::new(router),
            mails: Mutex::new(mails),
            are_mails_held,
            stop,
        }
    }

    /// Gives an account a role, as `voxelheim appoint` does.
    pub async fn appoint(&self, email: &str, role: Role) {
        let clock = Clock::at(self.now_ms.clone());
        let appointed = Auth::appoint(&self.database, &clock, (email, role)).await;
        appointed.expect("an account");
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

    /// As somebody at an address, with a token or without.
    pub async fn call_from(&self, from: &str, call: &str, token: &str, body: &Value) -> Answer {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let call = format!("{method} /auth{path}");
        self.client.call_from(from, &call, token, body).await
    }

    pub async fn call(&self, call: &str, token: &str, body: Value) -> Answer {
        self.call_from(HOME, call, token, &body).await
    }
}

#[track_caller]
pub fn text(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {value}"))
        .to_owned()
}

/// Runs a test within the process, and on PostgreSQL and RabbitMQ with Redis and with Valkey, with the usual
/// allowances.
pub fn on_each(test: impl AsyncFn(&World)) {
    on_each_with(Allowances::default(), test);
}

pub fn on_each_with(allowances: Allowances, test: impl AsyncFn(&World)) {
    on_each_pair(async |database, cache| {
        let database = migrated(database).await;
        let world = World::open(&database, &cache, allowances).await;
        test(&world).await;
        world.stop.send(true).expect("it runs");
    });
}

pub async fn migrated(database: Database) -> Database {
    Auth::migrate(&database).await.expect("a new database");
    database
}
