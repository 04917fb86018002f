//! The latest-wins channel over real connections.

mod support;

use std::sync::Arc;

use bytes::Bytes;
use link::{
    limits::{FLIGHTS_MAX, KEYS_MAX, LATEST_BYTES_MAX, LATEST_RING_MAX, LATEST_WAITING_BYTES_MAX},
    transport::{LatestMessage, PublishError, Subscriber},
};
use support::{
    Pair, address, edge, eventually, localhost, number_of, numbered, open, open_brisk, pod,
    relay::Relay, until_apart, until_linked, wake,
};
use tokio::{sync::Notify, task::yield_now};

/// A subscriber for tests that may wait.
struct Reader {
    subscriber: Subscriber,
    news: Arc<Notify>,
}

impl Reader {
    fn of(peer: &link::Peer) -> Self {
        let (wake, news) = wake();
        let subscriber = peer.subscribe(wake).expect("nobody else is");
        Self { subscriber, news }
    }

    async fn receive(&mut self) -> LatestMessage {
        loop {
            if let Some(message) = self.subscriber.receive() {
                return message;
            }
            let news = self.news.notified();
            let waited = tokio::time::timeout(support::PATIENCE, news).await;
            waited.expect("news come in time");
        }
    }

    /// Reads until this number has come for the key; returns how many came.
    async fn until(&mut self, key: u32, number: u64) -> usize {
        let mut count = 0;
        let mut last = None;
        while last != Some(number) {
            let message = self.receive().await;
            if message.key != key {
                continue;
            }
            let next = number_of(&message.bytes);
            assert!(last < Some(next), "{next} after {last:?}");
            last = Some(next);
            count += 1;
        }
        count
    }
}

#[tokio::test]
async fn the_newest_of_each_key_arrives() {
    let pair = Pair::linked().await;
    let mut publisher = pair.to_acceptor.publisher().expect("room");
    let mut reader = Reader::of(&pair.to_dialer);
    for key in 0..20 {
        publisher.publish(key, numbered(1, 50_000)).expect("room");
        publisher.publish(key, numbered(2, 70_000)).expect("room");
    }
    let mut newest = [0; 20];
    while newest != [2; 20] {
        let message = reader.receive().await;
        let number = number_of(&message.bytes);
        assert!(newest[message.key as usize] < number);
        newest[message.key as usize] = number;
    }
    eventually("all flights landed", || {
        let statistics = pair.to_acceptor.statistics();
        statistics.latest_sent + statistics.latest_replaced == 40
    })
    .await;
    let replaced = pair.to_acceptor.statistics().latest_replaced;
    assert!(replaced > 0, "what had not left was replaced");
}

#[tokio::test]
async fn while_the_path_is_cut_only_the_newest_is_kept() {
    let acceptor = open_brisk(&pod(1), 1);
    let relay = Relay::to(address(&acceptor.endpoint)).await;
    let dialer = open(&edge("west"), 1);
    let to_acceptor = dialer.endpoint.link(&pod(1), relay.address).expect("room");
    let to_dialer = acceptor
        .endpoint
        .link(&edge("west"), localhost())
        .expect("room");
    until_linked(&to_dialer).await;
    // Frames go from pods to edges, against the way they were dialled.
    let mut publisher = to_dialer.publisher().expect("room");
    let mut reader = Reader::of(&to_acceptor);
    publisher.publish(5, numbered(0, 100_000)).expect("room");
    reader.until(5, 0).await;
    relay.cut();
    until_apart(&to_dialer).await;
    for number in 1..=100 {
        publisher
            .publish(5, numbered(number, 100_000))
            .expect("room");
        yield_now().await;
    }
    relay.mend();
    let count = reader.until(5, 100).await;
    assert!(
        count <= 2,
        "{count} messages came for the one that mattered"
    );
}

#[tokio::test]
async fn a_subscriber_that_does_not_read_costs_bounded_memory() {
    const KEYS_COUNT: u32 = 3;
    let pair = Pair::linked().await;
    let mut publisher = pair.to_acceptor.publisher().expect("room");
    let mut reader = Reader::of(&pair.to_dialer);
    let mut number = 0;
    // Until its ring and its desk are full, and something had to be dropped.
    while pair.to_dialer.statistics().latest_dropped == 0 {
        number += 1;
        for key in 0..KEYS_COUNT {
            let _ = publisher.publish(key, numbered(number, 300_000));
        }
        yield_now().await;
        assert!(number < 1_000_000, "nothing is ever dropped");
    }
    let mut newest = [0; KEYS_COUNT as usize];
    let mut count = 0;
    while let Some(message) = reader.subscriber.receive() {
        let next = number_of(&message.bytes);
        assert!(newest[message.key as usize] < next, "in order");
        newest[message.key as usize] = next;
        count += 1;
    }
    assert!(count <= LATEST_RING_MAX.min(LATEST_WAITING_BYTES_MAX / 300_000));
    // It reads again: what is said from now on comes.
    for key in 0..KEYS_COUNT {
        publisher
            .publish(key, numbered(number + 1, 300_000))
            .expect("room");
        reader.until(key, number + 1).await;
    }
}

#[tokio::test]
async fn a_late_flight_is_given_up_for_the_newest() {
    let acceptor = open(&pod(1), 1);
    let relay = Relay::to(address(&acceptor.endpoint)).await;
    let dialer = open(&pod(2), 1);
    let to_acceptor = dialer.endpoint.link(&pod(1), relay.address).expect("room");
    let to_dialer = acceptor.endpoint.link(&pod(2), localhost()).expect("room");
    let mut publisher = to_acceptor.publisher().expect("room");
    let mut reader = Reader::of(&to_dialer);
    until_linked(&to_acceptor).await;
    relay.cut();
    publisher.publish(1, numbered(1, 500_000)).expect("room");
    eventually("its departure", || {
        to_acceptor.statistics().latest_flights == 1
    })
    .await;
    publisher.publish(1, numbered(2, 500_000)).expect("room");
    eventually("a flight given up", || {
        to_acceptor.statistics().latest_given_up > 0
    })
    .await;
    relay.mend();
    assert_eq!(reader.until(1, 2).await, 1, "the late one never came");
    assert_eq!(to_acceptor.statistics().connections, 1);
}

#[tokio::test]
async fn what_cannot_be_published_is_said() {
    let pair = Pair::linked().await;
    let mut publisher = pair.to_acceptor.publisher().expect("room");
    let bytes = LATEST_BYTES_MAX + 1;
    let long = publisher.publish(1, vec![0; bytes].into());
    assert_eq!(long, Err(PublishError::TooLong { bytes }));
    // No task runs between these: the ring fills.
    let mut taken = 0;
    while publisher.publish(1, Bytes::from_static(b"x")).is_ok() {
        taken += 1;
    }
    assert_eq!(taken, LATEST_RING_MAX);
    eventually("room", || publisher.publish(1, Bytes::new()).is_ok()).await;
    assert!(pair.to_dialer.subscribe(wake().0).is_some());
    pair.dialer.endpoint.close().await;
    let closed = publisher.publish(1, Bytes::new());
    assert_eq!(closed, Err(PublishError::Closed));
    assert!(pair.to_acceptor.publisher().is_none());
}

#[tokio::test]
async fn one_reads_at_a_time_and_the_next_finds_what_waits() {
    let pair = Pair::linked().await;
    let mut publisher = pair.to_acceptor.publisher().expect("room");
    let reader = Reader::of(&pair.to_dialer);
    assert!(pair.to_dialer.subscribe(wake().0).is_none());
    drop(reader);
    publisher.publish(9, numbered(4, 10)).expect("room");
    eventually("an arrival", || {
        pair.to_dialer.statistics().latest_received == 1
    })
    .await;
    let mut reader = Reader::of(&pair.to_dialer);
    assert_eq!(reader.until(9, 4).await, 1);
}

#[tokio::test]
async fn keys_without_end_stay_bounded() {
    let pair = Pair::linked().await;
    let mut publisher = pair.to_acceptor.publisher().expect("room");
    // Nobody reads, and every message is of another key.
    let mut key = 0;
    while pair.to_dialer.statistics().latest_dropped == 0 {
        for _ in 0..FLIGHTS_MAX {
            let _ = publisher.publish(key, Bytes::from_static(b"x"));
            key += 1;
        }
        yield_now().await;
        assert!(key < 10_000_000, "nothing is ever dropped");
    }
    let statistics = pair.to_dialer.statistics();
    assert_eq!(statistics.latest_received as usize, KEYS_MAX);
}
