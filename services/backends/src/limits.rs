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
/// A value: a session or a ticket, some hundred bytes.
pub const CACHE_VALUE_BYTES_MAX: usize = 16 * 1_024;
/// Entries and members that the embedded cache holds: ten for each of 10,000 players, and as many again.
/// When it is full it refuses new ones, as Redis does under `noeviction`.
pub const CACHE_ENTRIES_MAX: usize = 200_000;
/// Members that one answer names.
pub const CACHE_MEMBERS_MAX: usize = 10_000;

const _: () = {
    assert!(ANSWER_MAX.as_millis() <= WAIT_MAX.as_millis());
    let waits = CACHE_RETRY_MIN.as_millis() * ((1 << CACHE_RETRIES) - 1);
    assert!(waits < WAIT_MAX.as_millis());
};
