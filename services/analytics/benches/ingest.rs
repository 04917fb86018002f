//! How many facts and how many events a second go through a real RabbitMQ into batches of ClickHouse, and whether
//! all of them are there in the end. Run by hand: `./dev bench ingest`; `VOXELHEIM_TEST_RABBITMQ` and
//! `VOXELHEIM_TEST_CLICKHOUSE` are the URLs of other servers. A fact is a kill, what one weapon of one fighter did in a
//! second, a kind of block that one fighter changed; an event is a message, with one fact or with a busy
//! second's hundred. Publisher, broker, service and warehouse are all on this machine.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use analytics::{Analytics, Config, PlayerKey, Retention};
use backends::{
    broker::{Broker, Event, Subscription},
    limits::PUBLISH_EVENTS_MAX,
    testing::{Server, block_on, server_url, unique_name},
    warehouse::{Query, Warehouse},
};
use events::{
    Body,
    battle::{Character, Happenings, Kill, Weapon, Wounds},
};
use serde_json::Value;
use tokens::Access;
use tokio::sync::watch;
use web::{Asked, Clock, Gate, Metrics, Problem};

/// Facts of one run.
const FACTS: usize = 500_000;
/// And of events with one each: what a shared queue holds is the most that may wait.
const SINGLE_FACTS: usize = 100_000;
/// What must be reached where an event is a busy second's: `docs/PERFORMANCE.md`.
const FACTS_PER_SECOND_MIN: f64 = 50_000.0;
/// What is published at once.
const PUBLISH_BYTES: usize = 512 * 1_024;
const COUNT: Query = Query::same(
    "SELECT (SELECT count() FROM kills FINAL) + (SELECT count() FROM damage FINAL) AS count",
);

fn main() {
    for (facts_each, facts) in [(100, FACTS), (1, SINGLE_FACTS)] {
        block_on(measure(facts_each, facts));
    }
}

async fn measure(facts_each: usize, facts: usize) {
    let server = server_url(Server::ClickHouse);
    let url = new_database(&server).await;
    let warehouse = Warehouse::open(&url).await.expect("a URL");
    let broker = Broker::open(&server_url(Server::RabbitMq)).expect("a URL");
    let namespace = unique_name("bench");
    let broker = broker.namespace(&namespace);
    let metrics = Metrics::default();
    let config = Config {
        player_key: PlayerKey::from_hex(&PlayerKey::generate_hex()).expect("a key"),
        retention: Retention::default(),
    };
    let gate = Arc::new(NobodyAsks);
    let analytics = Analytics::open(config, &warehouse, gate, &metrics, Clock::system());
    analytics.migrate().await.expect("a warehouse");
    let wanted = Subscription::shared("analytics", &[Happenings::TOPIC]).with_prefetch(1);
    drop(broker.subscribe(&wanted).await.expect("a broker"));

    let events = events(facts_each, facts);
    let bytes: usize = events.iter().map(|it| it.body.len()).sum();
    let begun = Instant::now();
    let publisher = std::thread::spawn({
        let events = events.clone();
        let own = Broker::open(&server_url(Server::RabbitMq)).expect("a URL");
        let own = own.namespace(&namespace);
        move || block_on(publish(&own, &events))
    });
    let (_stop, stopped) = watch::channel(false);
    let (running, at) = (analytics.clone(), broker.clone());
    let running = tokio::spawn(async move { running.run(&at, stopped).await });
    let kept = metrics.counter("analytics_events_total", "", "outcome");
    while kept.read("kept") < events.len() as u64 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let published_s = publisher.join().expect("it published");
    let batches = metrics.counter("analytics_batches_total", "", "outcome");
    eprintln!(
        "{facts_each} facts an event: {:.0} facts/s, {:.0} events/s, {:.1} MB/s; {} facts in {} events, \
         {} batches, {seconds:.2} s, of which publishing took {published_s:.2} s",
        facts as f64 / seconds,
        events.len() as f64 / seconds,
        bytes as f64 / seconds / 1e6,
        facts,
        events.len(),
        batches.read("kept"),
    );
    if facts_each > 1 {
        let is_reached = facts as f64 / seconds >= FACTS_PER_SECOND_MIN;
        let word = if is_reached { "holds" } else { "missed" };
        eprintln!("at least {FACTS_PER_SECOND_MIN} facts/s: {word}");
    }
    let rows: Vec<Value> = warehouse.query(COUNT, &[]).await.expect("a row");
    assert_eq!(rows[0]["count"], facts, "none lost, none doubled");
    running.abort();
    broker.unsubscribe("analytics").await.expect("a broker");
    run(&server, &format!("DROP DATABASE {}", name_of(&url))).await;
}

/// On a connection and a thread of its own, as a herald is.
async fn publish(broker: &Broker, events: &[Event]) -> f64 {
    let begun = Instant::now();
    let bytes_each = events[0].body.len();
    let count = (PUBLISH_BYTES / bytes_each).clamp(1, PUBLISH_EVENTS_MAX);
    for batch in events.chunks(count) {
        // With the same ids, whether or not it has them.
        while let Err(error) = broker.publish(batch).await {
            assert!(error.is_retryable(), "{error}");
            eprintln!("published again: {error}");
        }
    }
    begun.elapsed().as_secs_f64()
}

/// Half kills and half wounds.
fn events(facts_each: usize, facts: usize) -> Vec<Event> {
    let now_ms = Clock::system().now_ms();
    let event = |number: usize| {
        let facts = (0..facts_each).map(|fact| number * facts_each + fact);
        let (kills, wounds): (Vec<_>, Vec<_>) = facts.partition(|fact| fact % 2 == 0);
        let told = Happenings {
            world: "bench".to_owned(),
            at_ms: now_ms - (number % 1_000) as i64,
            kills: kills.into_iter().map(kill).collect(),
            wounds: wounds.into_iter().map(wound).collect(),
            ..Happenings::default()
        };
        Event {
            id: format!("bench-{number}"),
            topic: Happenings::TOPIC.to_owned(),
            body: told.to_bytes(),
        }
    };
    (0..facts / facts_each).map(event).collect()
}

fn kill(number: usize) -> Kill {
    let place = (number % 1_000) as i32;
    Kill {
        killer: Some(Character(number as i64 + 1)),
        victim: None,
        killer_house: Some(0),
        victim_house: 1,
        weapon: Weapon::Arrow,
        place: [place - 500, 40, 500 - place],
    }
}

fn wound(number: usize) -> Wounds {
    Wounds {
        attacker: Some(Character(number as i64)),
        house: Some(1),
        weapon: Weapon::Sword,
        count: 2,
        damage: 30,
    }
}

struct NobodyAsks;

impl Gate<Access> for NobodyAsks {
    fn pass<'a>(&'a self, _token: &'a str) -> Asked<'a, Access> {
        Box::pin(async { Err(Problem::unauthorized()) })
    }
}

async fn new_database(server: &str) -> String {
    let name = unique_name("bench");
    run(server, &format!("CREATE DATABASE {name}")).await;
    let (address, _) = server.rsplit_once('/').expect("a URL of a database");
    format!("{address}/{name}")
}

fn name_of(url: &str) -> &str {
    url.rsplit_once('/').expect("a URL of a database").1
}

async fn run(server: &str, statement: &str) {
    let (address, _) = server.rsplit_once('/').expect("a URL of a database");
    let client = clickhouse::Client::default().with_url(address);
    client.query(statement).execute().await.expect(statement);
}
