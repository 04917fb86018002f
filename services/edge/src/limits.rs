//! Every bound of the edge, with its derivation and what happens at it (R6, R10).

use std::time::Duration;

/// Letters of a name; fits a name plate.
pub const NAME_CHARS_MAX: usize = engine::limits::NAME_CHARS_MAX;

/// From the first byte of a connection to its Hello. A page sends it at once; 5 s is a bad link.
pub const HELLO_TIMEOUT: Duration = Duration::from_secs(5);
/// From the Hello to the body in a frame: a tick or two, unless the shard is stuck.
pub const JOIN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a lost player's body waits for its return, which the world counts in ticks.
pub const RESUME_GRACE: Duration = Duration::from_secs(
    engine::limits::RESUME_GRACE_TICKS as u64 / engine::limits::TICK_RATE_HZ as u64,
);
/// Ticks between two words to the world that a client is still there: 5 s, so that five may be lost
/// on the way before the world gives it up.
pub const PRESENT_TICKS: u32 = 5 * engine::limits::TICK_RATE_HZ;
const _: () = assert!(PRESENT_TICKS * 6 <= engine::limits::RESUME_GRACE_TICKS as u32);
/// Silence after which a connection is lost. Clients send inputs 20 times a second.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a closing connection may take to deliver its last words.
pub const CLOSING_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a stop waits for all sessions to be told.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(3);

/// Sessions in one process, unless configured: some 120 KB and 40 µs a tick each (see PERFORMANCE.md).
pub const SESSIONS_MAX_DEFAULT: usize = 2_000;
/// Sessions that staff are told of at once, some 15 KB of them; then they ask for those behind.
pub const ROLL_PAGE_MAX: usize = 100;
/// Who may wait in a process for room in the battle; more are refused. At a player a second that is a
/// quarter of an hour, longer than anybody waits.
pub const WAITING_MAX: usize = 1_000;
/// How often those who wait hear how it stands, and are let in.
pub const WAITING_PERIOD: Duration = Duration::from_secs(1);
/// How long a line ticket keeps the place of one who was lost: a train's tunnel, or a page that starts slowly.
pub const LINE_TICKET_LIFE: Duration = Duration::from_secs(120);
/// How often those who wait get another, so that most of its life is left to who is lost.
pub const LINE_TICKET_PERIOD: Duration = Duration::from_secs(30);
const _: () = assert!(LINE_TICKET_PERIOD.as_secs() * 4 <= LINE_TICKET_LIFE.as_secs());
/// Connections of one edge that have not said Hello yet; more are refused. A second's worth of the
/// joins that all addresses may make together, times the seconds of a Hello on a bad link.
pub const HANDSHAKES_MAX: usize = 1_024;
/// Pending handshakes above which a new address must first prove that it is its own (QUIC retry).
pub const HANDSHAKES_TRUSTED_MAX: usize = 256;

/// Joins a second over all addresses, and at once: 1,000 bots in 20 s are 50 a second.
pub const JOINS_PER_SECOND: u32 = 200;
pub const JOINS_BURST: u32 = 400;
/// The same for one address: an office behind one address, or the bots on this machine.
pub const ADDRESS_JOINS_PER_SECOND: u32 = 60;
pub const ADDRESS_JOINS_BURST: u32 = 150;
/// Addresses whose joins are counted; the fullest allowances are forgotten first, which is fair as
/// a full allowance is what a stranger gets.
pub const ADDRESSES_MAX: usize = 4_096;

/// Messages a client may send in a second, and at once: 20 inputs, a few pings and settings.
/// What is over is dropped and counted.
pub const MESSAGES_PER_SECOND: u32 = 100;
pub const MESSAGES_BURST: u32 = 300;
/// Bytes of them: an input datagram of 8 records is about 350 bytes.
pub const MESSAGE_BYTES_PER_SECOND: u32 = 64 * 1_024;
pub const MESSAGE_BYTES_BURST: u32 = 192 * 1_024;
/// Dropped messages after which the session is closed as a flood. Comes back at the rate of
/// [`MALFORMED_FORGIVEN_PER_SECOND`], so that one stall does not count for ever.
pub const FLOOD_DROPS_MAX: u32 = 500;
/// Malformed datagrams after which the session is closed; forgiven with time, as the internet does
/// damage some.
pub const MALFORMED_MAX: u32 = 32;
pub const MALFORMED_FORGIVEN_PER_SECOND: u32 = 1;

/// A message on the control stream from a client: Hello is the largest, about 150 bytes.
pub const CONTROL_UP_BYTES_MAX: usize = 1_024;
/// A WebSocket message from a client: the largest input datagram.
pub const SOCKET_UP_BYTES_MAX: usize = 4_096;

/// Control messages waiting for a client; at 5 to 10 a second this is half a minute. When full, the
/// client is too slow and is closed: what is reliable cannot be dropped.
pub const CONTROL_QUEUE_MAX: usize = 256;
/// Control messages waiting for a client above which it is told no more words: a quarter of the queue, so
/// that chat never fills what Battle and Closing need. What it is not told is counted.
pub const CHAT_BACKLOG_MAX: usize = CONTROL_QUEUE_MAX / 4;
/// The same of removals, which who reads slowly is to be told of rather than of words; far fewer come, but after a raid.
pub const REMOVALS_BACKLOG_MAX: usize = CONTROL_QUEUE_MAX * 3 / 4;
/// Players whom services want gone, on their way to an edge, which takes them with every frame: more staff does
/// not ban in a twentieth of a second; who is over is asked for again.
pub const EXPULSIONS_MAX: usize = 256;
/// How long who was sent away is let in by nothing: the 30 s of a ticket that was given before, and the clocks'
/// difference.
pub const BAR_TIME: Duration = Duration::from_secs(45);
/// Sessions remembered so long; the oldest is forgotten for one more.
pub const BARRED_MAX: usize = 1_024;
/// Notices of chat on their way to an edge, which takes them in with every frame: all that 2,000 players may
/// say at once would be 10,000; what is over is dropped and counted, for nobody could read it.
pub const CHAT_NOTICES_MAX: usize = 1_024;
/// Notices that an edge takes in with one frame, so that a flood from elsewhere cannot hold a frame up.
pub const CHAT_NOTICES_PER_FRAME: usize = 64;

/// Terrain messages waiting for a client: about what it may get in a tick. When full, the edge builds no
/// more for it.
pub const TERRAIN_QUEUE_MAX: usize = 16;
/// Snapshot and event messages waiting for a WebSocket; when full the newest is dropped and counted.
/// 8 are two ticks of a client with a full budget.
pub const SOCKET_DATAGRAM_QUEUE_MAX: usize = 8;
/// Datagrams over a WebSocket after which a waiting terrain message goes first, so that land comes
/// however full the snapshots are.
pub const SOCKET_DATAGRAMS_IN_A_ROW_MAX: u32 = 4;
/// Bytes of datagrams that wait to be sent to one client; more are dropped and counted. 16 KB are four
/// ticks of a full budget.
pub const DATAGRAM_SEND_BUFFER_BYTES: usize = 16 * 1_024;
/// Bytes of datagrams received and not yet read: a quarter of a second of a flood.
pub const DATAGRAM_RECEIVE_BUFFER_BYTES: usize = 16 * 1_024;
/// Unacknowledged bytes on the streams of one client: what terrain may have in flight, a round trip
/// of 100 ms at 1.2 MB/s.
pub const STREAM_SEND_WINDOW_BYTES: u64 = 128 * 1_024;
/// Packets after which a client is asked to acknowledge at once, and how long it may wait otherwise:
/// longer than a tick, so that acknowledgements ride along with its inputs. Clients that do not know the
/// extension (draft-ietf-quic-ack-frequency) acknowledge as they like.
pub const ACK_PACKETS: u32 = 10;
pub const ACK_DELAY_MAX: Duration = Duration::from_millis(60);
/// What a client may send on streams before we read it.
pub const STREAM_RECEIVE_WINDOW_BYTES: u32 = 16 * 1_024;
/// Streams a client may open: the control stream, HTTP/3's request and its three of overhead.
pub const STREAMS_BOTH_WAYS_MAX: u32 = 2;
pub const STREAMS_ONE_WAY_MAX: u32 = 3;

/// Edge threads of one process; each serves some thousand clients.
pub const EDGES_MAX: usize = 64;

/// One client in so many is timed while a frame is told: at 25 ns a look and five looks a client, timing
/// costs 8 ns of the 2 µs that a client takes.
pub const CLIENTS_PER_TIMED: usize = 16;

/// Frames an edge handles in one wake at most; the ring holds no more.
pub const FRAMES_PER_WAKE_MAX: usize = world::limits::FRAME_RING_MAX;
/// Sessions served between two yields to the sockets, so that a full edge still reads its inputs.
pub const SESSIONS_PER_YIELD: usize = 64;

/// Columns a client may see in each direction: the view distance that the wire allows, and one more
/// so that the edge of the view is never short.
pub const VIEW_COLUMNS_MAX: i32 = protocol::limits::VIEW_DISTANCE_BLOCKS_MAX as i32 / 16 + 1;
/// Messages that bring one column, at most: when all its bricks are as large as bricks get.
pub const COLUMN_MESSAGES_MAX: usize = 4;
/// Columns beyond the view that are still kept up to date, so that walking to and fro across a border
/// sends nothing twice.
pub const VIEW_COLUMNS_SLACK: i32 = 2;
/// Columns looked at for one client in one step; bounds the search in a world that is loading.
pub const COLUMNS_LOOKED_AT_MAX: usize = 256;
/// Edits waiting for a client; when more come, their columns are sent whole again instead.
pub const EDITS_PENDING_MAX: usize = 2_048;
/// Ticks after which a client that has all terrain is told so again: a page that doubts a prediction
/// waits for that word. Half a second; about 100 bytes.
pub const TERRAIN_TOLD_TICKS: u32 = 10;
/// Terrain bytes handed to one client in a tick: 640 KB/s, the view of 160 blocks in some 3 s.
pub const TERRAIN_BYTES_PER_TICK: usize = 32 * 1_024;
/// Terrain bytes handed to all clients of an edge in a tick: 20 MB/s, a sixth of what one core
/// encrypts and sends, so that a flood of joins leaves the playing their snapshots.
pub const TERRAIN_BYTES_PER_TICK_ALL: usize = 1_024 * 1_024;
/// Columns around a client that count as near; half of the edge's pot is for them alone, so that who
/// stands in the void is served before who looks far.
pub const NEAR_COLUMNS: i32 = 4;
/// Ticks between two looks for columns that were not loaded before.
pub const LOOK_AGAIN_TICKS: u32 = 5;

/// Ticks in which a shard applied no input and none waited there, after which those sent to it are lost:
/// longer than one is on its way, even to another process.
pub const INPUTS_LOST_TICKS: u32 = 20;

/// Ticks for which a camera's yaw holds after the client told it: two seconds.
pub const CAMERA_TICKS: u32 = 40;

/// Ticks between two changes of a client's wishes: five a second; the newest holds.
pub const SETTINGS_TICKS: u32 = 4;
/// Bytes a second that one edge sends at most: what one core encrypts and sends. Above most of it players
/// are told less.
pub const EGRESS_BYTES_PER_SECOND_MAX: u64 = 120_000_000;
/// Between two frames no more time than this counts as overload: longer is a freeze, not a load.
pub const STRAIN_STEP_MAX: Duration = world::limits::PERIOD_MAX;
/// Ticks between two words on overload to a client: five a second.
pub const OVERLOAD_TICKS: u32 = 4;
/// Changes of the pace of time that are too small to be told: a client's clock mends them by itself.
pub const RATE_CHANGE_PERMILLE: u16 = 10;

/// Ticks between two Battle messages: at most twice a second.
pub const BATTLE_TICKS: u32 = 10;
/// Ticks between two Scoreboards: every three seconds.
pub const SCOREBOARD_TICKS: u32 = 60;
/// Ticks between two Density messages: once a second.
pub const DENSITY_TICKS: u32 = 20;
/// The squares of the minimap's density: 32 × 32 of them cover the world.
pub const DENSITY_SQUARE_BLOCKS: u16 = 32;
pub const DENSITY_EDGE: u16 =
    (engine::generate::layout::WORLD_EDGE / DENSITY_SQUARE_BLOCKS as i32) as u16;
/// Deaths of soldiers nearer than this go into a player's kill feed.
pub const KILL_FEED_BLOCKS: i32 = 48;
/// Ticks between two Kills messages to a client, but for a death of its own or by its own hand: in a
/// battle of thousands somebody dies near in every tick, and each message on a stream costs an edge as
/// much as a datagram.
pub const KILL_FEED_TICKS: u32 = 5;
/// Deaths far away that a kill feed takes in one message; players' only.
pub const KILLS_FAR_MAX: usize = 4 * KILL_FEED_TICKS as usize;

/// How far drops are told of, in metres from the body along each axis: two cells, which who runs crosses in 5 s.
/// Farther away nobody makes out what is as small.
pub const DROPS_METRES: i32 = 32;
/// Frames between two looks for the drops near a client: five looks a second, and a quarter of the clients is
/// looked at in each frame. Who dashes gets 3.2 m further meanwhile, a tenth of [`DROPS_METRES`], so that all have
/// long been told of what they walk over.
pub const DROPS_LOOK_FRAMES: usize = 4;

/// HTTP connections of one edge, WebSockets included; more wait in the system's backlog.
pub const HTTP_CONNECTIONS_MAX: usize = SESSIONS_MAX_DEFAULT + 512;
/// Silence after which an HTTP connection is closed; WebSockets are pinged far more often.
pub const HTTP_SILENCE_MAX: Duration = Duration::from_secs(30);
/// Opened WebSockets on their way from HTTP to the edge; more are closed and counted.
pub const SOCKETS_OPENING_MAX: usize = 256;

/// Bricks of the worst kind that one message takes.
const BRICKS_WORST: usize =
    protocol::limits::BRICKS_PLAIN_BYTES_MAX / protocol::limits::BRICK_BYTES_MAX;
const _: () = assert!(COLUMN_MESSAGES_MAX * BRICKS_WORST >= engine::generate::CELLS_HIGH as usize);
const _: () = assert!(COLUMN_MESSAGES_MAX <= TERRAIN_QUEUE_MAX);

/// Bytes of an edge's UDP buffers in the kernel, each way: inputs of 2,000 clients for
/// 90 ms, at 20 a second and 2.3 KB each as the kernel counts; it doubles what it is asked for.
pub const UDP_BUFFER_BYTES: usize = 4 * 1_024 * 1_024;

/// Cells that clients keep a memory of: more than there can be bodies to occupy them; 8 bytes a cell
/// and client. When the world has occupied all of them over time, all clients start afresh.
pub const INTEREST_SLOTS_MAX: usize = 32_768;
/// Columns of cells along an edge that interest looks at: the world has 64.
pub const INTEREST_GRID_EDGE_MAX: i32 = 1_024;
/// How far an event is told, in metres from the middle of the client's cell: as far as a fight is
/// heard.
pub const EVENT_DISTANCE_METRES: i64 = 96;
/// Events that a client is told in a tick for being near: more are noise.
pub const EVENTS_NEAR_MAX: usize = 24;
/// Events that a client is told in a tick for involving it.
pub const EVENTS_OWN_MAX: usize = 8;
/// The smallest datagram that interest packs for; QUIC promises twice as much.
pub const DATAGRAM_BYTES_MIN: usize = 512;

const _: () = assert!(protocol::limits::INPUTS_MAX <= engine::limits::INPUT_QUEUE_MAX);
const _: () = assert!(engine::spoils::Thing::COUNT == protocol::limits::THINGS_MAX as usize);
// Nobody takes up more than one drop in a tick, so Found has room for all that one wake brings.
const _: () =
    assert!(FRAMES_PER_WAKE_MAX * protocol::limits::DROP_THINGS <= protocol::limits::FOUND_MAX);
const _: () = assert!(engine::limits::BODIES_MAX <= INTEREST_SLOTS_MAX);
const _: () = assert!(INTEREST_SLOTS_MAX <= u16::MAX as usize, "slots are u16");
const _: () = assert!(EVENTS_NEAR_MAX + EVENTS_OWN_MAX <= protocol::limits::EVENTS_MAX);
