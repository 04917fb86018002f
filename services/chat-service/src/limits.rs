//! Every bound of the chat service and of what edges tell each other, with its derivation and what happens at it
//! (R10).

use std::time::Duration;

use chat::limits::{MESSAGE_PERIOD_MS, MESSAGES_BURST};

/// What is said in a process and waits for the broker: four minutes of 2,000 players who each say something in half
/// a minute; 16 MB at most. An edge takes no more, and tells the speaker.
pub const OUTLET_MAX: usize = 16_384;
/// Words of one call to the broker.
pub const BATCH_MAX: usize = 64;
/// Words of other processes that are older when they come are kept in history alone: who read them then would not
/// know what they were about.
pub const WORDS_AGE_MAX_MS: u64 = 60_000;
/// Between two tries of a broker that is away.
pub const RETRY_MIN: Duration = Duration::from_millis(100);
pub const RETRY_MAX: Duration = Duration::from_secs(2);
/// Events that are known again: many times what a broker may deliver twice after a lost connection.
pub const SEEN_MAX: usize = 4_096;

/// One window in which an account's words are counted over all its connections.
pub const RATE_WINDOW: Duration = Duration::from_secs(10);
/// Words in it: as many as one connection may say. Who says more says nothing until the window ends.
pub const RATE_WORDS_MAX: u64 = MESSAGES_BURST + RATE_WINDOW.as_millis() as u64 / MESSAGE_PERIOD_MS;

/// How long words are kept: a month is what reports and questions reach back.
pub const HISTORY_AGE_MAX_MS: i64 = 30 * 24 * 3_600 * 1_000;
/// Words kept of one channel; the eldest go first.
pub const HISTORY_LINES_MAX: i64 = 10_000;
/// How often what is too old or too much is swept, and how much of one channel at a time.
pub const SWEEP_PERIOD: Duration = Duration::from_secs(600);
pub const SWEEP_LINES_MAX: i64 = 500;
/// Lanes that the names of channels are spread by. Never changed, as names would be where nobody looks.
pub const LANES: i64 = 16;
/// How long resolved reports and mutes that are over are kept: half a year, for what comes of them.
pub const MODERATION_AGE_MAX_MS: i64 = 180 * 24 * 3_600 * 1_000;

/// Lines of one page.
pub const PAGE_LINES_MAX: i64 = 100;
pub const PAGE_LINES_DEFAULT: i64 = 50;
/// Lines before a reported message that a moderator sees with it.
pub const CONTEXT_LINES: i64 = 10;
/// Reports of one page.
pub const PAGE_REPORTS_MAX: i64 = 50;
/// Mutes that edges are told of again.
pub const MUTES_TOLD_MAX: i64 = 4_096;
/// Reports of one account in a window: an angry evening. More are refused.
pub const REPORTS_MAX: u64 = 10;
pub const REPORTS_WINDOW: Duration = Duration::from_secs(600);
/// Letters of a reason or a note.
pub const REASON_CHARS_MAX: usize = chat::limits::REASON_CHARS_MAX;
/// The longest mute: a year. Longer is a sanction of the account.
pub const MUTE_MS_MAX: i64 = 366 * 24 * 3_600 * 1_000;

/// How often all edges are told all that holds, for those that missed something while the broker was away.
pub const STATE_PERIOD: Duration = Duration::from_secs(60);
/// Mutes that ended so recently are told as ended.
pub const STATE_MEMORY_MS: i64 = 3_600 * 1_000;
/// Of the last lines of a channel, those that were removed are told again: half of what a page keeps.
pub const STATE_LINES_MAX: i64 = 100;
/// Notices of one event: mutes of 1 kB at most, below the broker's largest event.
pub const STATE_NOTICES_MAX: usize = 500;

const _: () = {
    assert!(BATCH_MAX <= backends::limits::PUBLISH_EVENTS_MAX);
    // A filter is one event: words of letters that are 4 bytes at most, each in quotes and with a comma.
    let word_bytes_max = *chat::limits::FILTER_WORD_CHARS.end() * 4 + 3;
    assert!(chat::limits::FILTER_WORDS_MAX * word_bytes_max < backends::limits::EVENT_BYTES_MAX);
    // Of four channels: an edge knows again all that it is told again.
    assert!(4 * STATE_LINES_MAX as usize <= chat::limits::REMOVED_MAX);
    assert!(chat::limits::HISTORY_MAX <= STATE_LINES_MAX as usize);
    assert!(MUTES_TOLD_MAX as usize == chat::limits::MUTES_MAX);
    // A letter is 4 bytes at most, and as many again where JSON writes it with a backslash.
    assert!(STATE_NOTICES_MAX * (REASON_CHARS_MAX * 8 + 128) < backends::limits::EVENT_BYTES_MAX);
};
