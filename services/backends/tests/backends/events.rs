//! Outbox, broker and inbox together: an event is neither lost nor invented, whatever stops in between.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU32, Ordering},
};

use backends::{
    broker::{Broker, Event, Subscription},
    inbox::{HandleError, Handler, Inbox},
    limits::{INBOX_MEMORY, OUTBOX_CLAIM},
    outbox::{Outbox, OutboxError},
    sql::{Database, Migration, SqlError, Transaction},
    testing::{
        OwnServer, Server, TestDatabase, block_on, on_each_database, server_url, unique_name,
    },
};

use crate::common::until;

const QUEUE: &str = "keepers";
const KEPT: Migration = Migration::same(3, "kept", "CREATE TABLE kept (id TEXT NOT NULL)");

/// One service that sends and takes.
struct Service {
    database: Database,
    broker: Broker,
    outbox: Outbox,
    inbox: Inbox,
    subscription: Subscription,
    keeper: Keeper,
}

/// Keeps the ids of events, each as often as it was handled.
#[derive(Default)]
struct Keeper {
    /// Fails as often, as if there were another in the way.
    failures_left: AtomicU32,
}

impl Handler for Keeper {
    async fn handle(
        &self,
        transaction: &mut Transaction,
        event: &Event,
    ) -> Result<(), HandleError> {
        let keep = sqlx::query("INSERT INTO kept (id) VALUES ($1)").bind(&event.id);
        keep.execute(&mut **transaction).await?;
        let fails = |left: u32| left.checked_sub(1);
        let failures = &self.failures_left;
        if failures
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fails)
            .is_ok()
        {
            return Err(SqlError::from(sqlx::Error::PoolTimedOut).into());
        }
        if event.body == b"nonsense" {
            return Err(HandleError::Refused("nonsense".to_owned()));
        }
        Ok(())
    }
}

impl Service {
    async fn new(database: Database, broker: Broker) -> Self {
        let (outbox, inbox) = (Outbox::new("test_outbox"), Inbox::new("test_inbox"));
        let citus = Migration::citus(4, &[("kept", "id")], &["test_migrations"]);
        let migrations = [outbox.migration(1), inbox.migration(2), KEPT, citus];
        let migrated = database.migrate("test_migrations", &migrations).await;
        migrated.expect("a new database");
        Self {
            database,
            broker,
            outbox,
            inbox,
            subscription: Subscription::shared(QUEUE, &["test.#"]),
            keeper: Keeper::default(),
        }
    }

    /// Puts events down in one transaction, and commits it or not.
    async fn put(&self, numbers: impl Iterator<Item = u32>, is_committed: bool) {
        let mut transaction = self.database.begin().await.expect("a database");
        for number in numbers {
            let event = event(number);
            let put = self.outbox.put(&mut transaction, number.into(), &event);
            put.await.expect("a new id");
        }
        if is_committed {
            transaction.commit().await.expect("a database");
        }
    }

    async fn send(&self, now_ms: i64) -> Result<usize, OutboxError> {
        self.outbox.send(&self.database, &self.broker, now_ms).await
    }

    /// Takes events until as many are kept.
    async fn keep(&self, count: usize) -> Vec<String> {
        let consumer = self.broker.subscribe(&self.subscription).await;
        let consumer = consumer.expect("a broker");
        let run = self
            .inbox
            .run(&self.database, "keeper", consumer, &self.keeper, || 0);
        let enough = until("so many events", async || {
            let kept = kept(&self.database).await.ok()?;
            (kept.len() >= count).then_some(kept)
        });
        tokio::select! {
            () = run => unreachable!("it runs for ever"),
            kept = enough => kept,
        }
    }
}

fn event(number: u32) -> Event {
    let id = format!("event-{number:05}");
    let topic = "test.event".to_owned();
    let body = id.clone().into_bytes();
    Event { id, topic, body }
}

async fn kept(database: &Database) -> Result<Vec<String>, SqlError> {
    let kept = sqlx::query_scalar("SELECT id FROM kept ORDER BY id");
    Ok(kept.fetch_all(database.pool()).await?)
}

fn ids(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|number| event(number).id).collect()
}

/// Runs a test on each database with each broker.
fn on_each_service(test: impl AsyncFn(Service)) {
    on_each_database(async |database, _| {
        let broker = Broker::open("memory:").expect("a URL");
        test(Service::new(database, broker).await).await;
    });
    on_each_database(async |database, _| {
        let broker = Broker::open(&server_url(Server::RabbitMq)).expect("a URL");
        let broker = broker.namespace(&unique_name("test"));
        test(Service::new(database, broker.clone()).await).await;
        broker.unsubscribe(QUEUE).await.expect("a broker");
    });
}

#[test]
fn events_happen_exactly_when_their_change_does() {
    on_each_service(async |service| {
        service.put(0..300, true).await;
        service.put(300..310, false).await;
        service.put(310..320, true).await;
        let (kept, sent) = tokio::join!(service.keep(310), async {
            let subscribed = service.broker.subscribe(&service.subscription).await;
            drop(subscribed.expect("a broker"));
            service.send(0).await.expect("a broker")
        });
        assert_eq!(sent, 310);
        assert_eq!(kept, [ids(0..300), ids(310..320)].concat());
        assert_eq!(service.send(0).await.expect("a broker"), 0, "all is sent");
    });
}

/// Two who send from one outbox send each event once, as long as neither fails.
#[test]
fn senders_share_an_outbox() {
    on_each_service(async |service| {
        service.put(0..300, true).await;
        let send = async || {
            let subscribed = service.broker.subscribe(&service.subscription).await;
            drop(subscribed.expect("a broker"));
            service.send(0).await.expect("a broker")
        };
        let (kept, first, second) = tokio::join!(service.keep(300), send(), send());
        assert_eq!(first + second, 300);
        assert_eq!(kept, ids(0..300));
    });
}

#[test]
fn what_is_delivered_twice_is_taken_once() {
    on_each_service(async |service| {
        let publish = async {
            let subscribed = service.broker.subscribe(&service.subscription).await;
            drop(subscribed.expect("a broker"));
            for events in [
                [event(1), event(2)],
                [event(2), event(1)],
                [event(1), event(3)],
            ] {
                service.broker.publish(&events).await.expect("a broker");
            }
        };
        let (kept, ()) = tokio::join!(service.keep(3), publish);
        assert_eq!(kept, ids(1..4));
        // Another consumer of the same service has not seen them.
        let mut transaction = service.database.begin().await.expect("a database");
        let mut take = async |consumer| {
            let id = event(1).id;
            let taken = service.inbox.take(&mut transaction, consumer, &id, 0).await;
            taken.expect("a database")
        };
        assert!(!take("keeper").await);
        assert!(take("other").await);
        transaction.commit().await.expect("a database");
        let memory_ms = i64::try_from(INBOX_MEMORY.as_millis()).expect("days");
        for (now_ms, count) in [(memory_ms, 0), (memory_ms + 1, 4), (memory_ms + 1, 0)] {
            let forgotten = service.inbox.forget(&service.database, now_ms).await;
            assert_eq!(forgotten.expect("a database"), count);
        }
    });
}

/// A database that is away for a while costs no event; nonsense ends as a dead letter, and had no effect.
#[test]
fn failures_pass_and_nonsense_is_put_aside() {
    on_each_service(async |service| {
        service.keeper.failures_left.store(7, Ordering::Relaxed);
        let dead = Subscription::dead_letters(QUEUE);
        let publish = async {
            let subscribed = service.broker.subscribe(&service.subscription).await;
            drop(subscribed.expect("a broker"));
            let mut nonsense = event(2);
            nonsense.body = b"nonsense".to_vec();
            let events = [event(1), nonsense, event(3)];
            service.broker.publish(&events).await.expect("a broker");
        };
        let (kept, ()) = tokio::join!(service.keep(2), publish);
        assert_eq!(kept, [event(1).id, event(3).id]);
        let mut dead = service.broker.subscribe(&dead).await.expect("a broker");
        let letter = dead.next().await;
        assert_eq!(letter.event.id, event(2).id);
        letter.done().await;
    });
}

/// Nobody takes what is sent, so an embedded service keeps it: it is sent again after the claim.
#[test]
fn an_embedded_service_keeps_what_was_not_taken() {
    on_each_database(async |database, _| {
        let broker = Broker::open("memory:").expect("a URL");
        let service = Service::new(database, broker).await;
        service.put(0..3, true).await;
        let subscribed = service.broker.subscribe(&service.subscription).await;
        drop(subscribed.expect("a broker"));
        let claimed = until("a claim", async || {
            let claimed = "SELECT count(*) FROM test_outbox WHERE claimed_until_ms > 0";
            let count = sqlx::query_scalar(claimed);
            let count: i64 = count.fetch_one(service.database.pool()).await.ok()?;
            (count > 0).then_some(())
        });
        tokio::select! {
            sent = service.send(0) => panic!("nobody takes it: {sent:?}"),
            () = claimed => {}
        }
        // As if the process ended here: what was only in its queues is gone.
        let reborn = Service {
            broker: Broker::open("memory:").expect("a URL"),
            ..service
        };
        let claim_ms = i64::try_from(OUTBOX_CLAIM.as_millis()).expect("seconds");
        let subscribed = reborn.broker.subscribe(&reborn.subscription).await;
        drop(subscribed.expect("a broker"));
        let (kept, sent) = tokio::join!(reborn.keep(3), reborn.send(claim_ms));
        assert_eq!(sent.expect("a broker"), 3);
        assert_eq!(kept, ids(0..3));
    });
}

/// The whole way while RabbitMQ and PostgreSQL are stopped and started in turn.
#[test]
fn nothing_is_lost_or_doubled_while_backends_stop_and_start() {
    block_on(async {
        let rabbitmq = OwnServer::start_new(Server::RabbitMq);
        let postgres = OwnServer::start_new(Server::Postgres);
        let limits = backends::sql::SqlLimits::default();
        let database = Database::open(postgres.url(), limits)
            .await
            .expect("it runs");
        let broker = Broker::open(rabbitmq.url()).expect("a URL");
        let service = Service::new(database, broker).await;
        service.put(0..100, true).await;
        // Each claim is over when the clock is looked at again.
        let clock = std::cell::Cell::new(0);
        let now_ms = || {
            clock.set(clock.get() + i64::try_from(OUTBOX_CLAIM.as_millis()).expect("seconds"));
            clock.get()
        };
        let faults = async {
            until("some events", async || some_are_kept(&service, 10).await).await;
            rabbitmq.stop();
            service.put(100..200, true).await;
            rabbitmq.start();
            until("more events", async || some_are_kept(&service, 110).await).await;
            service.put(200..300, true).await;
            postgres.stop();
            postgres.start();
            until("a database", async || service.database.ping().await.ok()).await;
            service.put(300..400, true).await;
        };
        let subscribed = service.broker.subscribe(&service.subscription).await;
        drop(subscribed.expect("a broker"));
        let run = service
            .outbox
            .run(&service.database, &service.broker, now_ms);
        let all = async { tokio::join!(service.keep(400), faults) };
        let (kept, ()) = tokio::select! {
            () = run => unreachable!("it runs for ever"),
            all = all => all,
        };
        assert_eq!(kept, ids(0..400), "each once");
        service.database.close().await;
    });
}

/// Whatever waits may be spawned on a runtime of several threads: this holds if it compiles.
#[test]
fn what_waits_may_move_between_threads() {
    fn require_send<T: Send>(_: &T) {}
    block_on(async {
        let url = "sqlite::memory:";
        let limits = backends::sql::SqlLimits::default();
        let database = Database::open(url, limits).await.expect("memory");
        let broker = Broker::open("memory:").expect("a URL");
        let Service {
            database,
            broker,
            outbox,
            inbox,
            subscription,
            keeper,
        } = Service::new(database, broker).await;
        let consumer = broker.subscribe(&subscription).await.expect("memory");
        require_send(&broker.publish(&[]));
        require_send(&broker.subscribe(&subscription));
        require_send(&database.begin());
        require_send(&database.migrate("test_migrations", &[]));
        require_send(&outbox.run(&database, &broker, || 0));
        require_send(&inbox.run(&database, "keeper", consumer, &keeper, || 0));
    });
}

async fn some_are_kept(service: &Service, count: usize) -> Option<()> {
    let kept = kept(&service.database).await.ok()?;
    (kept.len() >= count).then_some(())
}

/// Its tables are such as Citus takes.
#[test]
fn outbox_and_inbox_are_distributed_by_lane_on_citus() {
    block_on(async {
        let place = TestDatabase::postgres_for_citus().await;
        let broker = Broker::open("memory:").expect("a URL");
        let service = Service::new(place.open().await, broker).await;
        let distributed =
            "SELECT rel::text FROM citus_stub.dist WHERE method = 'h' AND col = 'lane'";
        let names: Vec<String> = sqlx::query_scalar(distributed)
            .fetch_all(service.database.pool())
            .await
            .expect("the stub");
        let names: BTreeSet<_> = names.iter().map(String::as_str).collect();
        assert_eq!(names, BTreeSet::from(["test_inbox", "test_outbox"]));
        assert_eq!(place.citus_lint().await, []);
        service.database.close().await;
        place.delete().await;
    });
}
