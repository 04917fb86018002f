//! Every bound of the bots, with its derivation (R10).

use std::time::Duration;

/// Bots of one process: each needs a connection, and all of them share a few threads.
pub const BOTS_MAX: usize = 20_000;
/// How long they may play: an hour, after which a forgotten run is over.
pub const SECONDS_MAX: u32 = 3_600;
/// Joins in a second: more find their timer late.
pub const JOINS_PER_SECOND_MAX: u32 = 1_000;

/// How long a join may take, from the first request to Welcome.
pub const JOIN_TIMEOUT: Duration = Duration::from_secs(10);
/// Joins tried by one bot before it gives up: a server that limits joins answers later ones.
pub const JOIN_ATTEMPTS_MAX: u32 = 8;
/// The wait before the next attempt; a bot's number spreads it further.
pub const JOIN_WAIT: Duration = Duration::from_millis(700);

/// The wait before a bot asks again for what an auth service did not give, and how often it asks: for as long
/// as a run may last.
pub const TICKET_WAIT: Duration = Duration::from_secs(1);
pub const TICKET_TRIES_MAX: u32 = SECONDS_MAX;
/// How long one answer of a service may take: longer than services take for any.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Bots that become guests from one address of this machine: an auth service lets 60 in ten minutes.
pub const GUESTS_PER_ADDRESS: usize = 50;

/// From one trade of two bots to the next: they are in a fight.
pub const TRADE_PERIOD: Duration = Duration::from_secs(5);
/// The wait before one who was put off asks again.
pub const TRADE_WAIT: Duration = Duration::from_millis(500);

/// Input intervals between two pings, which an edge answers even while its world stands still: 1 s.
pub const PING_INTERVALS: u32 = 20;
/// Input intervals without any word from the edge after which it is taken for lost: 4 s.
pub const SILENT_INTERVALS_MAX: u32 = 80;
/// How long one edge may take to let a bot back in, before it tries the next.
pub const REJOIN_TIMEOUT: Duration = Duration::from_secs(3);
/// The wait between two edges.
pub const REJOIN_WAIT: Duration = Duration::from_millis(200);
/// Edges that a bot remembers.
pub const EDGES_MAX: usize = 64;

/// How long the server may wait with an acknowledgement: longer than a tick.
pub const ACK_DELAY_MAX: Duration = Duration::from_millis(60);

/// Bytes of an HTTP answer that are read.
pub const HTTP_BYTES_MAX: u64 = 64 * 1_024;
/// Bots on one UDP socket.
pub const BOTS_PER_SOCKET: usize = 32;
/// Bytes of a socket's buffer in the kernel: datagrams of its bots for two seconds, three a tick and
/// 2.3 KB each as the kernel counts; it doubles what it is asked for, up to what the system allows.
pub const UDP_BUFFER_BYTES: usize = 4 * 1_024 * 1_024;
/// Bytes read of a stream at a time.
pub const STREAM_READ_BYTES: usize = 64 * 1_024;
/// Datagrams waiting for a bot: some ticks' worth.
pub const DATAGRAM_BUFFER_BYTES: usize = 64 * 1_024;

/// Body indices that a bot remembers; what is beyond is counted but not measured.
pub const BODY_INDEX_MAX: usize = 1 << 16;
/// Inputs whose answers are awaited: 3 s.
pub const INPUTS_AWAITED_MAX: usize = 64;
/// Inputs sent again with each new one, so that a lost datagram heals.
pub const INPUTS_REPEATED: usize = 3;
/// The longest time measured; anything longer counts as this.
pub const MEASURED_MS_MAX: u64 = 60_000;

/// Stays that are remembered of a body: the time that a server promises, 5 s or so, with a change of
/// cell five times a second, as of one who fights on a border.
pub const STAYS_MAX: usize = 32;
/// Cells that a bot remembers to have been in: minutes of running.
pub const STANDS_MAX: usize = 128;
