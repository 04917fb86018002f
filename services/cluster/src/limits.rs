//! Every bound of what looks after a process of a cluster, with its derivation (R10).

use std::time::Duration;

/// How often the directory is asked who there is, and the own process how it stands. A process that came
/// is linked after so much; a query of a few rows.
pub const LOOK_PERIOD: Duration = Duration::from_millis(200);
/// From a refused registration to the next: a former lease lasts 3 s at most.
pub const REGISTER_PAUSE: Duration = Duration::from_millis(200);
/// From a question without an answer to the next: what is asked for takes some ticks.
pub const ASK_PAUSE: Duration = Duration::from_millis(100);
/// From a question that the directory did not answer to the next: twice as long each time, and often enough
/// that one comes within a lease (2.5 s) as soon as the database is back.
pub const RETRY_PAUSE_MIN: Duration = Duration::from_millis(50);
pub const RETRY_PAUSE_MAX: Duration = Duration::from_millis(400);
/// How long a process waits until all that hold a lease are linked, before it begins anyhow: links take
/// a second where a machine is busy. The lease, not this, keeps former lives out.
pub const GREETING_PATIENCE: Duration = Duration::from_secs(5);
/// How long a question about where to begin may take, before it is asked of all again.
pub const ENTRY_PATIENCE: Duration = Duration::from_secs(10);
/// How long after it was asked that a shard be waited for that may still come: an answer takes 5 s at most.
pub const ENLIST_PATIENCE: Duration = Duration::from_secs(6);
/// How often a shard's times are told to the leader.
pub const REPORT_PERIOD: Duration = Duration::from_secs(1);
/// How long a pin waits for its region to be in the directory, which follows the world within a look or two.
pub const WISH_PATIENCE: Duration = Duration::from_secs(5);
/// How long a process waits to be emptied after it was told to stop; what it has then stays in its
/// folder, and the world waits until it is back.
pub const DRAIN_PATIENCE: Duration = Duration::from_secs(60);
/// How long players may take to go on at another edge, before their links are cut.
pub const HANDOVER_PATIENCE: Duration = Duration::from_secs(10);
/// How long an edge still answers when the last of its players was sent away: two tries of a page or a bot to hear
/// from it where to go.
pub const FAREWELL: Duration = Duration::from_secs(2);
/// Ticks of the whole world without a pod, after which all who ticked have durable what it said before: two
/// would do, and this is a second.
pub const BURIAL_TICKS: u32 = 20;
/// The key of players' resume tokens: what HMAC-SHA256 takes.
pub const TOKEN_KEY_BYTES: usize = 32;
/// Operators who are answered at once: staff's service asks two things a second. More are closed; each costs a
/// thread.
pub const CONTROL_CONNECTIONS_MAX: usize = 16;
/// All that is asked and answered on one connection, the handshake with it: a pod's look (0.1 s) many times over, and
/// within what staff's service takes for one of its own requests (20 s).
pub const CONTROL_TIME_MAX: Duration = Duration::from_secs(6);
/// How long a pod may take to accept; then the next is asked.
pub const CONTROL_CONNECT_TIME_MAX: Duration = Duration::from_secs(1);
/// After an accept that failed, mostly for want of file descriptors.
pub const CONTROL_ACCEPT_PAUSE: Duration = Duration::from_millis(50);
