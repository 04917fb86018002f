//! Every bound of the HTTP shell, with its derivation and what happens at it (R6).

use std::time::Duration;

/// A request's body, unless configured: forms of a few fields; the largest are chat reports and trades of
/// some KB. More is answered 413.
pub const BODY_BYTES_MAX: usize = 16 * 1_024;
/// A request's head; hyper's own least is 8 KB. More is answered 431.
pub const HEAD_BYTES_MAX: usize = 16 * 1_024;
/// Headers of a request: a browser sends some 20. More is answered 431.
pub const HEADERS_MAX: usize = 64;

/// From the connection, or the answer before, to a whole head: a bad link, or a browser that keeps its
/// connection for the next call. Then the connection is closed.
pub const HEAD_TIME_MAX: Duration = Duration::from_secs(15);
/// From the head to the whole body: 16 KB on the worst link. Then 408.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(10);
/// From the head to the answer: twice what a database may take (3 s), and the body. Then 503.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(20);
/// After which a connection is asked to end, so that none is held for ever and a restarted service gets
/// its share of them.
pub const CONNECTION_AGE_MAX: Duration = Duration::from_secs(600);
/// How long a stop waits for the requests that are under way.
pub const STOP_TIME_MAX: Duration = Duration::from_secs(10);
/// After an accept that failed, mostly for want of file descriptors.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Connections of one service, unless configured: 32 KB each. More wait in the system's backlog.
pub const CONNECTIONS_MAX: usize = 2_048;
/// Requests under way at once: each waits for one of some 16 connections to a database, so 256 are 16
/// turns. More are answered 503.
pub const REQUESTS_MAX: usize = 256;

/// Requests of one address a second, and at once: an office behind one address, pages with a few windows
/// open. More are answered 429.
pub const ADDRESS_REQUESTS_PER_SECOND: u32 = 40;
pub const ADDRESS_REQUESTS_BURST: u32 = 200;
/// Addresses whose requests are counted, 64 bytes each. When full, those with a full allowance are
/// forgotten, which is fair: it is what a stranger gets; if there are none, strangers share one.
pub const ADDRESSES_MAX: usize = 16_384;

/// A request id that a client or proxy brings; longer ones, and strange ones, are replaced.
pub const REQUEST_ID_CHARS_MAX: usize = 64;
/// A bearer token: ours have some 500 characters.
pub const BEARER_CHARS_MAX: usize = 4_096;
/// Readiness is asked every few seconds; a check that takes longer has failed.
pub const CHECK_TIME_MAX: Duration = Duration::from_secs(2);

/// Upper ends of the buckets of a request's time, in microseconds: around the 10 ms that a login may take,
/// and far beyond it.
pub const LATENCY_BUCKETS_US: [u64; 10] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_500_000, 10_000_000,
];
