//! The service over its routes, with people who show their account's number as a token, and processes with edges
//! that only note what they are told.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use backends::{
    broker::Broker,
    cache::Cache,
    sql::Database,
    testing::{broker_beside, on_each_pair},
};
use chat::{Audience, Channel, Ears, Notice, Speaker, Words};
use chat_service::{
    Characters, ChatService, Exchange,
    limits::PAGE_REPORTS_MAX,
    store::{Report, Stamp, Store},
};
use serde_json::Value;
use tokens::{Access, Role};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::timeout,
};
use web::{
    Asked, Clock, Gate, Problem, Settings, Shell,
    testing::{Answer, Client},
};

pub const NOW_MS: i64 = 1_700_000_000_000;
/// Tokens of two players, who have the characters of their number and 100.
pub const ANN: &str = "1";
pub const BEN: &str = "2";
/// The account of a moderator, who does what staff's service does: in the store.
pub const MOD: u64 = 9;
/// Why somebody is muted.
pub const RUDE: &str = "rude to all";
/// How long a test waits for what must come, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct World {
    pub chat: ChatService,
    pub broker: Broker,
    pub now_ms: Arc<AtomicI64>,
    client: Client,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
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

impl Characters for TestGate {
    fn owns(&self, account: i64, character: u64) -> Asked<'_, bool> {
        Box::pin(async move { Ok(account.cast_unsigned() + 100 == character) })
    }
}

impl World {
    /// A service that runs.
    pub async fn open(database: &Database, cache: &Cache, broker: Broker) -> Self {
        Store::migrate(database).await.expect("a new database");
        // As whoever prepares the stores does: what nobody keeps is forgotten.
        let declared = chat_service::declare_queues(&broker).await;
        declared.expect("a broker");
        let now_ms = Arc::new(AtomicI64::new(NOW_MS));
        let clock = Clock::at(now_ms.clone());
        let settings = Settings {
            address_requests_burst: 100_000,
            ..Settings::default()
        };
        let shell = Shell::new(settings, clock.clone());
        let gate: Arc<dyn Gate<Access>> = Arc::new(TestGate);
        let gates = (gate, Arc::new(TestGate) as _);
        let chat = ChatService::open((database, cache), gates, shell.metrics(), clock);
        let (stop, stopped) = watch::channel(false);
        let running = {
            let (chat, broker, stopped) = (chat.clone(), broker.clone(), stopped.clone());
            tokio::spawn(async move { chat.run(&broker, stopped).await })
        };
        let router = shell
            .mount("/chat", chat.router())
            .check(chat.check())
            .into_router(stopped);
        Self {
            chat,
            broker,
            now_ms,
            client: Client::new(router),
            stop,
            running,
        }
    }

    /// In memory but for the database.
    pub async fn embedded(database: &Database) -> Self {
        let cache = Cache::open("memory:").await.expect("it is here");
        let broker = Broker::open("memory:").expect("it is here");
        Self::open(database, &cache, broker).await
    }

    pub fn clock(&self) -> Clock {
        Clock::at(self.now_ms.clone())
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub async fn call(&self, call: &str, token: &str, body: Value) -> Answer {
        self.client.call(call, token, &body).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.call(&format!("GET {path}"), token, Value::Null).await
    }

    /// Of the moderator, now.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            by: MOD,
            at_ms: self.clock().now_ms(),
        }
    }

    pub async fn mute(&self, account: u64, until_ms: i64) {
        let muted = self.chat.store.mute(account, until_ms, RUDE, self.stamp());
        muted.await.expect("a database");
    }

    /// Whether it was muted.
    pub async fn unmute(&self, account: u64) -> bool {
        let ended = self.chat.store.unmute(account, self.stamp()).await;
        ended.expect("a database")
    }

    /// Whether they were there to be removed.
    pub async fn remove(&self, words: &Words) -> bool {
        let removed = self.chat.store.remove(words.sequence, self.stamp()).await;
        removed.expect("a database")
    }

    /// Reports that are open, or resolved.
    pub async fn reports(&self, is_open: bool, behind: Option<(i64, i64)>) -> Vec<Report> {
        let reports = self.chat.store.reports(is_open, behind, PAGE_REPORTS_MAX);
        reports.await.expect("a database")
    }

    /// A process with edges, which is told something already.
    pub async fn process(&self) -> Process {
        let mut process = Process::start(&self.broker, self.clock());
        let is_state = |notice: &Notice| matches!(notice, Notice::Several { .. });
        process.until("what holds", is_state).await;
        process
    }

    /// Words that are kept before this returns.
    pub async fn say(&self, process: &Process, words: Words) {
        let id = words.sequence;
        process.say(words).await;
        wait_for(async || {
            self.chat
                .store
                .place(id)
                .await
                .expect("a database")
                .is_some()
        })
        .await;
    }

    pub async fn stop(self) {
        self.stop.send(true).expect("it runs");
        self.running.await.expect("it did not panic");
    }
}

/// Notes what its edges are told.
struct Noting {
    heard: mpsc::UnboundedSender<Notice>,
    lost: Arc<AtomicUsize>,
}

impl Ears for Noting {
    fn tell(&self, notice: &Notice) {
        // Whoever listened may have gone.
        let _ = self.heard.send(notice.clone());
    }

    fn lose(&self, count: usize) {
        self.lost.fetch_add(count, Ordering::SeqCst);
    }
}

/// A process with edges.
pub struct Process {
    said: mpsc::Sender<Notice>,
    heard: mpsc::UnboundedReceiver<Notice>,
    lost: Arc<AtomicUsize>,
    end: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Process {
    pub fn start(broker: &Broker, clock: Clock) -> Self {
        let exchange = Exchange::new(broker.clone(), clock);
        let (said, outlet) = mpsc::channel(1_024);
        let (sender, heard) = mpsc::unbounded_channel();
        let lost = Arc::default();
        let ears = Noting {
            heard: sender,
            lost: Arc::clone(&lost),
        };
        let (end, ended) = oneshot::channel();
        let ended = async move {
            let _ = ended.await;
        };
        let running = tokio::spawn(async move { exchange.run(outlet, &ears, ended).await });
        Self {
            said,
            heard,
            lost,
            end,
            running,
        }
    }

    pub async fn say(&self, words: Words) {
        let notice = Notice::Said(words.into());
        self.said.send(notice).await.expect("it runs");
    }

    /// Others' words that it was told too late.
    pub fn lost(&self) -> usize {
        self.lost.load(Ordering::SeqCst)
    }

    /// The first notice that is as wanted; what came before is over. Looks into several.
    pub async fn until(&mut self, what: &str, is_wanted: impl Fn(&Notice) -> bool) -> Notice {
        let found = async {
            loop {
                let notice = self.heard.recv().await.expect("it runs");
                if is_wanted(&notice) {
                    return notice;
                }
                if let Notice::Several { notices } = notice
                    && let Some(found) = notices.iter().find(|it| is_wanted(it))
                {
                    return found.clone();
                }
            }
        };
        let found = timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("{what} did not come"))
    }

    /// All that it is told until that is enough, each of several by itself.
    pub async fn gather(&mut self, is_enough: impl Fn(&[Notice]) -> bool) -> Vec<Notice> {
        let mut gathered = Vec::new();
        let gathering = async {
            while !is_enough(&gathered) {
                match self.heard.recv().await.expect("it runs") {
                    Notice::Several { notices } => gathered.extend(notices.iter().cloned()),
                    notice => gathered.push(notice),
                }
            }
        };
        let done = timeout(PATIENCE, gathering).await;
        done.unwrap_or_else(|_| panic!("that is not all: {gathered:?}"));
        gathered
    }

    /// The texts that it hears up to this one.
    pub async fn texts_until(&mut self, last: &str) -> Vec<String> {
        let mut texts = Vec::new();
        loop {
            let said = self
                .until(last, |notice| matches!(notice, Notice::Said(_)))
                .await;
            let Notice::Said(words) = said else { continue };
            texts.push(words.text.clone());
            if words.text == last {
                return texts;
            }
        }
    }

    /// In an orderly way: what was said is carried before.
    pub async fn end(self) {
        self.end.send(()).expect("it runs");
        let ended = timeout(PATIENCE, self.running).await;
        ended.expect("it ends").expect("it did not panic");
    }

    /// As if the process were killed.
    pub async fn kill(self) {
        self.running.abort();
        // It ends by that.
        let _ = self.running.await;
    }
}

/// Looks until it is so.
pub async fn wait_for(is_so: impl AsyncFn() -> bool) {
    let looking = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, looking).await.expect("it becomes so");
}

/// By an account to everybody, a moment after the words before.
pub fn words(account: u64, number: u64, text: &str) -> Words {
    Words {
        channel: Channel::Global,
        speaker: Speaker {
            session: account + 100,
            account,
            body: 7,
            name: format!("Player {account}"),
            ..Speaker::default()
        },
        audience: Audience::Everyone,
        to: String::new(),
        text: text.to_owned(),
        sequence: (account << 32) + number,
        time_ms: NOW_MS.cast_unsigned() + number,
    }
}

pub fn message(words: &Words) -> String {
    words.sequence.to_string()
}

/// Runs a test on a service within the process, and on PostgreSQL and RabbitMQ with Redis and with Valkey.
pub fn on_each(test: impl AsyncFn(&World)) {
    on_each_pair(async |database, cache| {
        let broker = broker_beside(&database);
        let world = World::open(&database, &cache, broker.clone()).await;
        test(&world).await;
        world.stop().await;
        for queue in ["chat-store", "chat-rates", "chat-wanted"] {
            broker.unsubscribe(queue).await.expect("a broker");
        }
    });
}
