//! Every bound of the links, with its derivation and what happens at it (R6, R10).

use std::time::Duration;

/// Characters of an edge's name: with its prefix and domain it stays within a DNS label of 63.
pub const EDGE_NAME_CHARS_MAX: usize = 48;

/// Processes that one process is linked to; more are refused by name. Four times the pods and edges of
/// the largest battle planned (32 of each).
pub const PEERS_MAX: usize = 256;
/// Handshakes under way at once; more are refused before they cost anything. All peers may come back
/// at the same moment.
pub const HANDSHAKES_MAX: usize = PEERS_MAX;
/// Handshakes above which a new address must first prove that it is its own (QUIC retry).
pub const HANDSHAKES_TRUSTED_MAX: usize = HANDSHAKES_MAX / 2;

/// From the first packet of a connection to its greeting, both ways.
pub const GREETING_TIMEOUT: Duration = Duration::from_secs(2);
/// Silence after which a peer is dead, unless configured. A ping, which may itself begin the silence,
/// comes at most a fifth of it after the last word: so death is known within a second. A machine so
/// busy that a process does not run for this long breaks its links now and then; they come back, and
/// only requests under way are lost.
pub const SILENCE_MAX_DEFAULT: Duration = Duration::from_millis(750);
/// Pings within that silence: as many may be lost in a row.
pub const PINGS_PER_SILENCE: u32 = 5;
const _: () = {
    let silence_ms = SILENCE_MAX_DEFAULT.as_millis();
    assert!(silence_ms + silence_ms / (PINGS_PER_SILENCE as u128) < 1_000);
};
/// Round trip assumed of a new path: pods share a data centre. A first packet that is lost is sent
/// again after three of these.
pub const ROUND_TRIP_INITIAL: Duration = Duration::from_millis(20);

/// First and longest pause between two attempts to reach a peer; each pause is drawn between half of
/// it and all of it, and the next is twice as long. A takeover within 5 s has several attempts.
pub const DIAL_PAUSE_FIRST: Duration = Duration::from_millis(50);
pub const DIAL_PAUSE_MAX: Duration = Duration::from_secs(1);
/// A connection that held this long was good: the pauses begin anew.
pub const CONNECTION_GOOD_AFTER: Duration = Duration::from_secs(1);
/// Pause before the lease is asked again, while it says that nothing may be sent.
pub const LEASE_PAUSE: Duration = Duration::from_millis(10);
/// Pause before a lane whose stream ended is opened again on the same connection.
pub const LANE_PAUSE: Duration = Duration::from_millis(50);
/// How long a stop waits for its last words to arrive.
pub const CLOSING_TIMEOUT: Duration = Duration::from_secs(1);

/// Lanes between two processes: the shards of the largest machine planned.
pub const LANES_MAX: usize = 32;
/// One reliable message. The largest is a shard's frame of one tick: 10,000 bodies of 100 bytes are
/// 1 MB, and terrain that loads in one tick as much again. A larger one is an error of its sender.
pub const MESSAGE_BYTES_MAX: usize = 4 * 1_024 * 1_024;
/// What a lane keeps until its receiver has it durable; when full, `send` says so and its caller must
/// stop (a shard in lockstep waits with its tick). 16 s of frames of 200 KB at 20 a second.
pub const OUTBOX_BYTES_MAX: usize = 64 * 1_024 * 1_024;
/// The same as messages: small ones, 100 s at 20 a second, 48 bytes each besides their own.
pub const OUTBOX_COUNT_MAX: usize = 2_048;
/// What was received on a lane and not yet taken by its thread; when full, nothing more is read and
/// QUIC's flow control holds the sender.
pub const INBOX_BYTES_MAX: usize = 16 * 1_024 * 1_024;
pub const INBOX_COUNT_MAX: usize = 1_024;
const _: () =
    assert!(MESSAGE_BYTES_MAX <= OUTBOX_BYTES_MAX && MESSAGE_BYTES_MAX <= INBOX_BYTES_MAX);

/// Bytes handed to a stream at once, so that the lease is asked again every so often.
pub const BATCH_BYTES_MAX: usize = 128 * 1_024;
/// Messages up to this are copied together into one buffer; larger ones go as they are, uncopied.
/// Below it the copy is cheaper than one more segment in QUIC's send queue.
pub const COALESCED_BYTES_MAX: usize = 2 * 1_024;

/// One message of the latest-wins channel: frames are 10 to 500 KB.
pub const LATEST_BYTES_MAX: usize = 1_024 * 1_024;
/// Messages of that channel on their way to one peer, one stream each. One region's frame at a time is
/// too little for a path with a long round trip; more only makes all of them late.
pub const FLIGHTS_MAX: usize = 8;
/// Keys of one peer, each way: regions that its clients see. A new one beyond is refused by its sender.
pub const KEYS_MAX: usize = 4_096;
/// Not yet sent (sender) and not yet taken (receiver) messages of that channel. A message that finds it
/// full is dropped and counted; the next of its key is newer anyway.
pub const LATEST_WAITING_BYTES_MAX: usize = 32 * 1_024 * 1_024;
/// Threads that publish to one peer.
pub const PUBLISHERS_MAX: usize = 64;
/// Messages on the way from a thread to its link, or back.
pub const LATEST_RING_MAX: usize = 256;
/// A flight older than this, with a newer message of its key waiting, is given up: five frames late.
/// The one after it is not, however late, so that a slow path still tells something.
pub const FLIGHT_MAX: Duration = Duration::from_millis(250);

/// Requests to one peer under way; more wait for their turn.
pub const REQUESTS_MAX: usize = 16;
/// Requests received and not yet taken up; more are refused as busy.
pub const REQUESTS_WAITING_MAX: usize = 64;
/// Control is small: a plan, or a list of regions.
pub const REQUEST_BYTES_MAX: usize = 64 * 1_024;
pub const RESPONSE_BYTES_MAX: usize = 1_024 * 1_024;
/// From a request to its response.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// Characters of a refusal in words.
pub const REASON_BYTES_MAX: usize = 256;

/// Streams a peer may open, both ways: its lanes, its requests and the greeting.
pub const STREAMS_BOTH_WAYS_MAX: u32 = (LANES_MAX + REQUESTS_MAX + 1) as u32;
/// One way: messages of the latest-wins channel.
pub const STREAMS_ONE_WAY_MAX: u32 = FLIGHTS_MAX as u32;
/// Bytes on their way on one stream: 1 GB/s at a round trip of 1 ms.
pub const STREAM_WINDOW_BYTES: u32 = 1_024 * 1_024;
/// Bytes on their way on all streams of a connection. Streams that nobody reads may fill theirs and
/// still leave the others room.
pub const CONNECTION_WINDOW_BYTES: u32 =
    STREAM_WINDOW_BYTES * (STREAMS_BOTH_WAYS_MAX + STREAMS_ONE_WAY_MAX);
/// Bytes of all streams that QUIC keeps until they are acknowledged.
pub const SEND_WINDOW_BYTES: u64 = 16 * 1_024 * 1_024;
/// Largest packet tried, where the path has jumbo frames, and on loopback; path discovery finds what
/// holds. quinn gives the kernel up to ten packets at once as one datagram to cut up, and a datagram
/// holds 65,507 bytes: larger ones would all be refused, as if the path had swallowed them.
pub const PACKET_BYTES_MAX: u16 = 6_500;
const _: () = assert!(PACKET_BYTES_MAX as usize * 10 <= 65_507);
/// The kernel's buffers of the UDP socket, each way. A system that allows less gives what it allows.
pub const UDP_BUFFER_BYTES: usize = 4 * 1_024 * 1_024;
