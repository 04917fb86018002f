//! Every bound of the wire, with its derivation (R10).

use crate::header::Kind;

/// Bytes of a datagram that any path of the internet carries inside WebTransport: a page receives
/// 1,161 before the path's size is known (measured in Chromium).
pub const DATAGRAM_BYTES_DEFAULT: usize = 1_150;
/// Bytes of a datagram, at most: what Ethernet's 1,500 leave after IPv6, UDP, QUIC and HTTP/3.
pub const DATAGRAM_BYTES_MAX: usize = 1_420;

/// Inputs in one datagram: all that a client may have unconfirmed, so that any loss heals by itself. A
/// second of them, 640 bytes.
pub const INPUTS_MAX: usize = 20;
/// Blocks from the origin, along each axis: what a position's 32 bits reach.
pub const BLOCK_MAX: i32 = 1 << 19;

/// Bytes of a name: 20 letters of up to 4 bytes.
pub const NAME_BYTES_MAX: usize = 80;
/// Bytes of a resume token: 32 random bytes in hexadecimal.
pub const TOKEN_BYTES_MAX: usize = 64;
/// Bytes of a ticket: a signed token of some 450 bytes, and its names may grow.
pub const TICKET_BYTES_MAX: usize = 1_024;
/// Bytes of a line ticket: four numbers of 8 bytes and a mark of 16 in hexadecimal, and some to grow.
pub const LINE_TICKET_BYTES_MAX: usize = 128;
/// Bytes of a sentence for the page.
pub const TEXT_BYTES_MAX: usize = 256;

/// Blocks a client may see: two cells at least, so that a fight is in view.
pub const VIEW_DISTANCE_BLOCKS_MIN: u16 = 32;
/// Sixteen cells: a quarter of the world's edge, past what fog leaves visible.
pub const VIEW_DISTANCE_BLOCKS_MAX: u16 = 256;
/// Used when a client asks for 0.
pub const VIEW_DISTANCE_BLOCKS_DEFAULT: u16 = 160;

/// Bytes a second of datagrams for one client, at least: a phone's connection. One datagram of 400
/// bytes a tick holds the own state and some 20 bodies.
pub const BUDGET_BYTES_PER_SECOND_MIN: u32 = 8_000;
/// At most: a megabyte a second, some 4,000 body updates a tick.
pub const BUDGET_BYTES_PER_SECOND_MAX: u32 = 1_000_000;
/// Used when a client asks for 0: two full datagrams a tick and a little.
pub const BUDGET_BYTES_PER_SECOND_DEFAULT: u32 = 48_000;

/// Bodies in one snapshot datagram: fewer fit, this keeps their count in 8 bits per cell header.
pub const ROWS_PER_CELL_MAX: usize = 255;
/// Events in one datagram: what 1,150 bytes hold at 17 bytes each.
pub const EVENTS_MAX: usize = 64;

/// Appearances in one message: 256 names of 20 letters are some 8 KiB.
pub const APPEARANCES_MAX: usize = 256;
/// Banners in a world.
pub const BANNERS_MAX: usize = 16;
/// Kills in one message: more in a tick do not fit a kill feed.
pub const KILLS_MAX: usize = 64;
/// Rows of the scoreboard.
pub const SCOREBOARD_MAX: usize = 128;
/// Squares along an edge of the minimap's density.
pub const DENSITY_EDGE_MAX: usize = 64;
/// Refusals in one message.
pub const REFUSALS_MAX: usize = 64;

/// Letters of words to others: two lines of a chat window, and what is said in one breath.
pub const CHAT_CHARS_MAX: usize = 200;
/// Bytes of them: letters of up to 4 bytes.
pub const CHAT_BYTES_MAX: usize = 4 * CHAT_CHARS_MAX;
/// Channels of chat are numbered below this.
pub const CHAT_CHANNELS_MAX: u8 = 7;

/// Drops in one message, the nearest: more within a few steps are a heap to the eye, and the rest is told
/// once these are taken. 21 bytes each.
pub const DROPS_MAX: usize = 32;
/// Different things in a drop.
pub const DROP_THINGS: usize = 2;
/// Things are numbered below this.
pub const THINGS_MAX: u8 = 11;
/// Things in one Found: all that [`DROPS_MAX`] drops have, more than one picks up while an edge is late.
pub const FOUND_MAX: usize = DROPS_MAX * DROP_THINGS;

/// Bricks in one message: a column of 16 cells, four times.
pub const BRICKS_MAX: usize = 64;
/// Bytes of one encoded brick: its count, 4,096 entries of a palette and as many runs, 2 bytes each.
pub const BRICK_BYTES_MAX: usize = 2 + 2 * 4_096 + 2 * 4_096;
/// Bytes of the bricks in one message before compression: 5 of the worst, all 64 of the usual.
pub const BRICKS_PLAIN_BYTES_MAX: usize = 96 * 1_024;
/// Bytes after compression: LZ4 may grow what does not compress by 1/255 and a little.
pub const BRICKS_PACKED_BYTES_MAX: usize = BRICKS_PLAIN_BYTES_MAX * 256 / 255 + 64;
/// Edits in one message.
pub const EDITS_MAX: usize = 512;
/// Cells in one Forget: all that a turn of the view can drop at once goes in several.
pub const FORGET_MAX: usize = 1_024;

/// Bits of Overload's steps.
pub const OVERLOAD_STEPS_MASK: u8 = 0x1f;
/// The slowest that a world runs, in thousandths of real time.
pub const RATE_PERMILLE_MIN: u16 = 100;

/// Bytes of the small tables: their columns and FlatBuffers' share.
const TABLE_BYTES_SMALL: usize = 1_024;

/// Bytes of a message's table, at most: rows × bytes of a row, plus the table itself.
pub const fn table_bytes_max(kind: Kind) -> usize {
    match kind {
        Kind::Snapshot | Kind::Events | Kind::Inputs => DATAGRAM_BYTES_MAX,
        Kind::Pong | Kind::Ping | Kind::Leave | Kind::Overload | Kind::Unsaid => 64,
        Kind::Waiting => LINE_TICKET_BYTES_MAX + 64,
        Kind::Welcome | Kind::Closing | Kind::Settings => TABLE_BYTES_SMALL,
        Kind::Hello => TICKET_BYTES_MAX + LINE_TICKET_BYTES_MAX + TABLE_BYTES_SMALL,
        Kind::Battle => TABLE_BYTES_SMALL,
        Kind::Say | Kind::Said => CHAT_BYTES_MAX + 2 * NAME_BYTES_MAX + 128,
        Kind::Ignore => NAME_BYTES_MAX + 64,
        Kind::Appearances => APPEARANCES_MAX * (NAME_BYTES_MAX + 24) + TABLE_BYTES_SMALL,
        Kind::Kills => KILLS_MAX * 12 + TABLE_BYTES_SMALL,
        Kind::Scoreboard => SCOREBOARD_MAX * (NAME_BYTES_MAX + 32) + TABLE_BYTES_SMALL,
        Kind::Density => DENSITY_EDGE_MAX * DENSITY_EDGE_MAX * 2 + TABLE_BYTES_SMALL,
        Kind::Refusals => REFUSALS_MAX * 8 + TABLE_BYTES_SMALL,
        Kind::Drops => DROPS_MAX * (17 + 2 * DROP_THINGS) + TABLE_BYTES_SMALL,
        Kind::Found => FOUND_MAX * 2 + TABLE_BYTES_SMALL,
        Kind::Bricks => BRICKS_PACKED_BYTES_MAX + BRICKS_MAX * 8 + TABLE_BYTES_SMALL,
        Kind::Edits => EDITS_MAX * 16 + TABLE_BYTES_SMALL,
        Kind::Forget => FORGET_MAX * 6 + TABLE_BYTES_SMALL,
    }
}

const _: () = assert!(DATAGRAM_BYTES_DEFAULT < DATAGRAM_BYTES_MAX);
const _: () = assert!(BRICKS_PLAIN_BYTES_MAX >= BRICK_BYTES_MAX);
