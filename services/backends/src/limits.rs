//! Every bound of the backends, with its derivation (R10).

use std::time::Duration;

/// Connections of one service to its database: a statement takes a millisecond or two, so eight of them
/// carry thousands of requests a second, and twenty services stay below PostgreSQL's usual 200.
pub const CONNECTIONS_MAX: u32 = 8;
/// How long a statement may wait for another's lock, and for a connection. A person who waits longer
/// than that has tried again.
pub const WAIT_MAX: Duration = Duration::from_secs(3);
/// How long a statement may run. Requests read and write a few rows by key.
pub const STATEMENT_MAX: Duration = Duration::from_secs(5);
/// How long a transaction may rest between two statements, before the database ends it: a process
/// that is stopped in the middle must not hold its locks until it is continued.
pub const TRANSACTION_REST_MAX: Duration = Duration::from_secs(1);
/// How long a connection that was left in the middle of a question may take to come to an end of it.
pub const ANSWER_MAX: Duration = Duration::from_secs(1);

/// How long the cache may take to accept a connection, and to answer. It answers within a millisecond;
/// what waits for longer would sooner do without.
pub const CACHE_CONNECT_MAX: Duration = Duration::from_secs(1);
pub const CACHE_ANSWER_MAX: Duration = Duration::from_secs(1);
/// From a failed connection to the next try, while somebody asks; doubled each time up to the second.
pub const CACHE_RETRY_MIN: Duration = Duration::from_millis(50);
pub const CACHE_RETRY_MAX: Duration = Duration::from_secs(1);
/// Tries to connect before whoever asks is told: with the waits above that is less than [`WAIT_MAX`].
pub const CACHE_RETRIES: usize = 2;
/// A key: a namespace, a word and an id or a digest.
pub const CACHE_KEY_BYTES_MAX: usize = 256;
/// A value: what somebody comes back for once, some hundred bytes.
pub const CACHE_VALUE_BYTES_MAX: usize = 16 * 1_024;
/// Entries that the embedded cache holds: ten for each of 10,000 players, and as many again.
/// When it is full it refuses new ones, as Redis does under `noeviction`.
pub const CACHE_ENTRIES_MAX: usize = 200_000;

/// How long the broker may take to let somebody in, and to confirm what was published: a quorum queue
/// confirms after a write to disk on most of its nodes, some milliseconds.
pub const BROKER_CONNECT_MAX: Duration = Duration::from_secs(3);
pub const PUBLISH_MAX: Duration = Duration::from_secs(5);
/// Tries to begin to consume, [`CONSUMER_RETRY_MIN`] apart, until it is said that the broker is away.
pub const SUBSCRIBE_TRIES: u32 = 3;
/// From a lost connection of a consumer to the next try; doubled each time.
pub const CONSUMER_RETRY_MIN: Duration = Duration::from_millis(100);
pub const CONSUMER_RETRY_MAX: Duration = Duration::from_secs(5);
/// How long a consumer's own queue gathers events while its consumer is not connected.
pub const OWN_QUEUE_STAYS: Duration = Duration::from_mins(15);
/// A topic, as AMQP counts its short strings.
pub const TOPIC_BYTES_MAX: usize = 255;
/// A name of a queue or an event: the rest of such a string is for what we put around it.
pub const NAME_BYTES_MAX: usize = 128;
/// An event's body: a batch of a few thousand rows for the warehouse.
pub const EVENT_BYTES_MAX: usize = 1_024 * 1_024;
/// Events of one call to publish: their confirmations are waited for together.
pub const PUBLISH_EVENTS_MAX: usize = 1_000;
/// Events that wait in one queue: a day of one every second. A full queue refuses more, so they stay in
/// their outboxes; a queue of one consumer of its own, and dead letters, forget the oldest instead.
pub const QUEUE_EVENTS_MAX: usize = 100_000;
pub const DEAD_LETTERS_MAX: usize = 10_000;
/// Events that a consumer holds unacknowledged.
pub const PREFETCH: u16 = 64;
/// How often an event is delivered before it counts as one that nobody can take. A consumer that only lacks
/// its database waits with the event in hand, which costs none.
pub const DELIVERIES_MAX: u32 = 5;

/// Lanes of an outbox and an inbox: each is read by itself, on the node that has it. Never changed, as
/// rows would be in lanes where nobody looks for them.
pub const LANES: i64 = 16;
/// Events that an outbox sends at once, of one lane.
pub const OUTBOX_BATCH_MAX: i64 = 200;
/// For how long a publisher has what it claimed to itself: twice what publishing may take, and what the
/// statements around it may.
pub const OUTBOX_CLAIM: Duration = Duration::from_secs(15);
/// From one look at an outbox to the next.
pub const OUTBOX_PERIOD: Duration = Duration::from_millis(200);
/// How long an inbox remembers: far longer than a broker holds what it has delivered already.
pub const INBOX_MEMORY: Duration = Duration::from_hours(7 * 24);
/// Between two tries of a consumer whose database is unavailable.
pub const HANDLER_RETRY_MIN: Duration = Duration::from_millis(50);
pub const HANDLER_RETRY_MAX: Duration = Duration::from_secs(2);

/// How long the warehouse may take over a batch or a question. It reads hundreds of millions of rows a
/// second, so what takes longer was asked wrongly.
pub const WAREHOUSE_ANSWER_MAX: Duration = Duration::from_secs(30);
/// Rows of one batch: ten seconds of 10,000 players. Large batches are what ClickHouse likes.
pub const BATCH_ROWS_MAX: usize = 100_000;
/// Rows of one answer; who wants more has the warehouse add them up.
pub const ANSWER_BYTES_MAX: usize = 16 * 1_024 * 1_024;
/// Batches of a table that the warehouse knows again: a day of one every ten seconds. A repeated batch
/// comes seconds after the first, at most hours.
pub const BATCHES_REMEMBERED: i64 = 10_000;

/// The largest object: a checkpoint of a shard is tens of megabytes, and all of one is in memory at once.
pub const OBJECT_BYTES_MAX: usize = 128 * 1_024 * 1_024;
/// Objects that one answer names: ten pages of S3.
pub const OBJECTS_LISTED_MAX: usize = 10_000;
pub const OBJECTS_CONNECT_MAX: Duration = Duration::from_secs(3);
/// How long an object may take: the largest at 5 MB/s, which is a poor network's.
pub const OBJECTS_TRANSFER_MAX: Duration = Duration::from_secs(30);
/// Tries after the first, and from one to the next; doubled each time.
pub const OBJECTS_RETRIES: usize = 2;
pub const OBJECTS_RETRY_MIN: Duration = Duration::from_millis(50);
pub const OBJECTS_RETRY_MAX: Duration = Duration::from_secs(1);

const _: () = {
    assert!(ANSWER_MAX.as_millis() <= WAIT_MAX.as_millis());
    let waits = CACHE_RETRY_MIN.as_millis() * ((1 << CACHE_RETRIES) - 1);
    assert!(waits < WAIT_MAX.as_millis());
    assert!(OBJECT_BYTES_MAX as u64 / OBJECTS_TRANSFER_MAX.as_secs() < 5_000_000);
    assert!(NAME_BYTES_MAX < TOPIC_BYTES_MAX);
    assert!(OUTBOX_BATCH_MAX as usize <= PUBLISH_EVENTS_MAX);
    assert!(OUTBOX_CLAIM.as_secs() > PUBLISH_MAX.as_secs() + STATEMENT_MAX.as_secs());
};
