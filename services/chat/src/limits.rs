//! Every bound of chat, with its derivation and what happens at it (R10).

/// Letters of one message: two lines of the window. More is refused. The wire allows as many.
pub const TEXT_CHARS_MAX: usize = 200;
/// Marks that may stand over or under one letter, as Vietnamese has; more is a tower over others' lines.
pub const MARKS_IN_A_ROW_MAX: usize = 2;

/// From one message to the next of the same speaker, over time: nobody reads faster than that.
pub const MESSAGE_PERIOD_MS: u64 = 2_000;
/// Messages at once, after a rest: a quick exchange. More is refused until the period allows the next.
pub const MESSAGES_BURST: u64 = 5;
/// What each refused message adds to the wait, so that hammering on does not pay.
pub const HAMMER_MS: u64 = 500;
/// The longest wait that hammering brings.
pub const HAMMER_MS_MAX: u64 = 30_000;
/// The longest pause that slow mode may ask for between two messages: ten minutes.
pub const SLOW_MODE_MS_MAX: u64 = 600_000;

/// How far a voice carries across the map, in blocks of 1 m: as far as deaths are told.
pub const LOCAL_BLOCKS: i32 = 48;

/// Players that one player ignores; more are refused. A check a listener costs a look in a sorted list.
pub const IGNORED_MAX: usize = 64;
/// Players muted at a time; when more are, those whose mute ends first are let go.
pub const MUTES_MAX: usize = 4_096;

/// Messages of each channel that newcomers are told: what fits the window twice. The oldest go first.
pub const HISTORY_MAX: usize = 20;

/// Removed words that an edge knows, so that it tells of each once and keeps none that comes late: as many as it may
/// be told again. The eldest are forgotten.
pub const REMOVED_MAX: usize = 512;

/// Words of a filter; each is 40 bytes or so.
pub const FILTER_WORDS_MAX: usize = 4_096;
/// Letters of one of them.
pub const FILTER_WORD_CHARS: std::ops::RangeInclusive<usize> = 2..=40;

/// Characters whose party or guild is known: ten for each of 10,000 players; 4 MB at most on an edge's thread.
pub const MEMBERSHIPS_MAX: usize = 100_000;
/// Accounts whose manners an edge remembers after they left, so that coming back is no way around the rates:
/// as many as an edge has players, twice. When more leave within the time that rates reach back, those whose
/// rest is nearest are forgotten.
pub const MANNERS_MAX: usize = 4_096;
/// Letters of a moderator's reason, a sentence or two.
pub const REASON_CHARS_MAX: usize = 200;
