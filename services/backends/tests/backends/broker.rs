//! The broker, within the process and in RabbitMQ.

use std::collections::BTreeSet;

use backends::{
    broker::{Broker, BrokerError, Consumer, Event, Subscription},
    limits::{DELIVERIES_MAX, EVENT_BYTES_MAX, PUBLISH_EVENTS_MAX, TOPIC_BYTES_MAX},
    testing::{OwnServer, Server, block_on, server_url, unique_name},
};

use crate::common::until;

/// The shared queue of each test, deleted afterwards.
const QUEUE: &str = "readers";

/// Runs a test with names of its own in each broker.
fn on_each_broker(test: impl AsyncFn(Broker)) {
    block_on(async {
        for url in ["memory:".to_owned(), server_url(Server::RabbitMq)] {
            eprintln!("on {url}");
            let broker = Broker::open(&url).expect("a URL");
            let broker = broker.namespace(&unique_name("test"));
            test(broker.clone()).await;
            broker.unsubscribe(QUEUE).await.expect("a broker");
        }
    });
}

fn event(id: &str, topic: &str) -> Event {
    let [id, topic] = [id, topic].map(str::to_owned);
    let body = id.clone().into_bytes();
    Event { id, topic, body }
}

async fn publish(broker: &Broker, events: &[(&str, &str)]) {
    let events: Vec<_> = events.iter().map(|(id, topic)| event(id, topic)).collect();
    broker.publish(&events).await.expect("a broker");
}

async fn subscribe(broker: &Broker, subscription: Subscription) -> Consumer {
    broker.subscribe(&subscription).await.expect("a broker")
}

/// The ids of the next events, each of which is done.
async fn take(consumer: &mut Consumer, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        let delivery = consumer.next().await;
        assert_eq!(delivery.event.body, delivery.event.id.as_bytes());
        ids.push(delivery.event.id.clone());
        delivery.done().await;
    }
    ids
}

#[test]
fn every_queue_gets_the_events_of_its_topics_in_order() {
    on_each_broker(async |broker| {
        broker.ping().await.expect("a broker");
        publish(&broker, &[("0", "battle.kill")]).await;
        let mut all = subscribe(&broker, Subscription::shared(QUEUE, &["#"])).await;
        let mut chat = subscribe(&broker, Subscription::own(&["chat.*", "battle.#"])).await;
        let mut guild = subscribe(&broker, Subscription::own(&["chat.guild.*"])).await;
        let events = [
            ("1", "chat.global"),
            ("2", "chat.guild.7"),
            ("3", "battle"),
            ("4", "economy.trade"),
            ("5", "battle.round.won"),
        ];
        publish(&broker, &events).await;
        assert_eq!(take(&mut all, 5).await, ["1", "2", "3", "4", "5"]);
        assert_eq!(take(&mut chat, 3).await, ["1", "3", "5"]);
        assert_eq!(take(&mut guild, 1).await, ["2"]);
    });
}

#[test]
fn what_came_while_nobody_was_there_waits_in_a_shared_queue() {
    on_each_broker(async |broker| {
        let subscription = Subscription::shared(QUEUE, &["a.#"]);
        drop(subscribe(&broker, subscription.clone()).await);
        publish(&broker, &[("1", "a.b"), ("2", "b.a"), ("3", "a")]).await;
        let mut consumer = subscribe(&broker, subscription).await;
        assert_eq!(take(&mut consumer, 2).await, ["1", "3"]);
    });
}

#[test]
fn consumers_of_one_queue_share_its_events() {
    on_each_broker(async |broker| {
        let subscription = Subscription::shared(QUEUE, &["#"]).with_prefetch(1);
        let mut first = subscribe(&broker, subscription.clone()).await;
        let mut second = subscribe(&broker, subscription).await;
        publish(&broker, &[("1", "a"), ("2", "a"), ("3", "a")]).await;
        let [one, two] = [first.next().await, second.next().await];
        assert_ne!(one.event.id, two.event.id);
        // The first has its hands full, so the third event goes to the second.
        two.done().await;
        let three = second.next().await;
        assert_eq!(three.event.id, "3");
        one.done().await;
        three.done().await;
    });
}

#[test]
fn what_is_not_done_comes_again_and_at_last_is_a_dead_letter() {
    on_each_broker(async |broker| {
        let subscription = Subscription::shared(QUEUE, &["#"]);
        let mut consumer = subscribe(&broker, subscription).await;
        publish(&broker, &[("1", "a.b")]).await;
        for attempt in 1..=DELIVERIES_MAX {
            let delivery = consumer.next().await;
            assert_eq!(delivery.attempt, attempt);
            assert_eq!(delivery.event, event("1", "a.b"));
            delivery.again().await;
        }
        let mut dead = subscribe(&broker, Subscription::dead_letters(QUEUE)).await;
        let delivery = dead.next().await;
        assert_eq!(delivery.event.id, "1");
        delivery.done().await;

        // At once, by whoever knows that it is no use.
        publish(&broker, &[("2", "a"), ("3", "a")]).await;
        let delivery = consumer.next().await;
        assert_eq!(delivery.event.id, "2");
        delivery.give_up().await;
        assert_eq!(take(&mut dead, 1).await, ["2"]);
        assert_eq!(
            take(&mut consumer, 1).await,
            ["3"],
            "others are not held up"
        );
    });
}

#[test]
fn a_consumer_that_ends_leaves_what_it_held_to_the_next() {
    on_each_broker(async |broker| {
        let subscription = Subscription::shared(QUEUE, &["#"]);
        let mut consumer = subscribe(&broker, subscription.clone()).await;
        publish(&broker, &[("1", "a"), ("2", "a")]).await;
        assert_eq!(take(&mut consumer, 1).await, ["1"]);
        let held = consumer.next().await;
        drop((held, consumer));
        let mut next = subscribe(&broker, subscription).await;
        let delivery = next.next().await;
        assert_eq!(delivery.event.id, "2");
        assert_eq!(delivery.attempt, 2);
        delivery.done().await;
    });
}

#[test]
fn what_is_too_large_is_refused() {
    on_each_broker(async |broker| {
        let mut large = event("1", "a");
        large.body = vec![0; EVENT_BYTES_MAX + 1];
        let long_topic = event("1", &"a".repeat(TOPIC_BYTES_MAX + 1));
        let many = vec![event("1", "a"); PUBLISH_EVENTS_MAX + 1];
        for events in [&[large][..], &[long_topic], &many] {
            let refusal = broker.publish(events).await;
            assert!(matches!(refusal, Err(BrokerError::TooLarge(_))));
        }
        let mut consumer = subscribe(&broker, Subscription::own(&["a"])).await;
        let mut largest = event("1", "a");
        largest.body = vec![7; EVENT_BYTES_MAX];
        broker.publish(&[largest.clone()]).await.expect("it fits");
        let delivery = consumer.next().await;
        assert_eq!(delivery.event, largest);
        delivery.done().await;
    });
}

#[test]
fn brokers_of_other_names_are_apart() {
    on_each_broker(async |broker| {
        let other = broker.clone().namespace(&unique_name("other"));
        let mut theirs = subscribe(&other, Subscription::own(&["#"])).await;
        publish(&broker, &[("1", "a")]).await;
        publish(&other, &[("2", "a")]).await;
        assert_eq!(take(&mut theirs, 1).await, ["2"]);
    });
}

#[test]
fn many_events_all_arrive_once() {
    on_each_broker(async |broker| {
        let subscription = Subscription::shared(QUEUE, &["#"]);
        let mut consumer = subscribe(&broker, subscription).await;
        let events: Vec<_> = (0..500).map(|id| event(&id.to_string(), "a.b")).collect();
        let publish = async {
            for batch in events.chunks(100) {
                broker.publish(batch).await.expect("a broker");
            }
        };
        let (ids, ()) = tokio::join!(take(&mut consumer, 500), publish);
        assert_eq!(ids, (0..500).map(|id| id.to_string()).collect::<Vec<_>>());
    });
}

#[test]
fn a_wrong_url_is_refused_without_its_password() {
    for url in [
        "http://user:secret@host",
        "amqp://user:secret@host:port/",
        "",
    ] {
        let error = Broker::open(url).expect_err(url);
        assert!(matches!(error, BrokerError::BadUrl(_)));
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

/// What was confirmed is there after a restart; who consumes goes on by itself; who publishes is told,
/// and can again.
#[test]
fn a_rabbitmq_that_comes_back_has_what_was_confirmed() {
    block_on(async {
        let server = OwnServer::start_new(Server::RabbitMq);
        let broker = Broker::open(server.url()).expect("a URL");
        let mut consumer = subscribe(&broker, Subscription::shared(QUEUE, &["#"])).await;
        let mut own = subscribe(&broker, Subscription::own(&["#"])).await;
        publish(&broker, &[("1", "a"), ("2", "a")]).await;
        let held = consumer.next().await;
        assert_eq!(held.event.id, "1");

        server.stop();
        let failure = broker.publish(&[event("3", "a")]).await;
        assert!(
            matches!(failure, Err(BrokerError::Unavailable(_))),
            "{failure:?}"
        );
        let failure = broker.ping().await.expect_err("it is gone");
        assert!(failure.is_retryable(), "{failure}");
        held.done().await;

        server.start();
        let again = async || broker.publish(&[event("3", "a")]).await.ok();
        until("a confirmation", again).await;
        let wanted = ["1", "2", "3"].map(str::to_owned);
        let mut ids = BTreeSet::new();
        while ids.len() < wanted.len() {
            ids.extend(take(&mut consumer, 1).await);
        }
        assert_eq!(ids, BTreeSet::from(wanted.clone()));
        // So has a queue of one's own, which nobody took from: a ban, say, is not missed.
        let mut ids = BTreeSet::new();
        while ids.len() < wanted.len() {
            ids.extend(take(&mut own, 1).await);
        }
        assert_eq!(ids, BTreeSet::from(wanted));
    });
}
