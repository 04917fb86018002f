//! Every bound of the operations service, with its derivation and what happens at it (R10).

use std::time::Duration;

/// Letters of a reason: what chat allows, as some are shown to players.
pub const REASON_CHARS_MAX: usize = chat::limits::REASON_CHARS_MAX;
/// Letters of a message to players: what is said in chat.
pub const TEXT_CHARS_MAX: usize = chat::limits::TEXT_CHARS_MAX;
/// Lines of a page of the audit log or of a ledger.
pub const PAGE_LINES_MAX: i64 = 100;
/// Lines of the log that an inspected player comes with.
pub const PLAYER_LINES_MAX: i64 = 20;
/// Lines of chat of one answer: what is read at one look.
pub const CHAT_LINES_MAX: i64 = 50;
/// Words that one edit of the filter adds, and takes out: what its line of the log still names.
pub const WORDS_EDITED_MAX: usize = 20;
/// Players of one answer: more than anybody reads.
pub const FOUND_MAX: usize = 50;
/// Sessions of one answer; then those behind are asked for. As many as an edge says at once.
pub const SESSIONS_PAGE_MAX: usize = 100;
/// Letters of what is looked for: the longest mail address.
pub const QUERY_CHARS_MAX: usize = 254;
/// How long lines of the log are kept: two years, for what comes of them.
pub const AUDIT_AGE_MAX_MS: i64 = 2 * 366 * 24 * 3_600 * 1_000;
/// How often old lines are swept, and how many at a time.
pub const SWEEP_PERIOD: Duration = Duration::from_secs(3_600);
pub const SWEEP_LINES_MAX: i64 = 10_000;

/// How often the world is looked at while somebody watches; all who watch share a look.
pub const LOOK_PERIOD: Duration = Duration::from_secs(1);
/// How long an edge may take to say how it is: on the loopback it takes 1 ms. Then it is a trouble.
pub const STATUS_TIME_MAX: Duration = Duration::from_secs(2);
/// An edge's status or a page of who is connected to it: some 15 KB; more is cut off and is a trouble.
pub const STATUS_BYTES_MAX: usize = 256 * 1_024;
/// Edges and environments that are asked: a cluster of some 10,000 players has ten edges.
pub const SOURCES_MAX: usize = 64;
/// Who watches at once: each costs a few KB a second, and half a KB for each shard's phases. More are answered 503.
pub const WATCHERS_MAX: usize = 64;
/// After which a watcher is to ask anew, with a token that is still good: as long as a token lives.
pub const WATCH_TIME_MAX: Duration = Duration::from_millis(tokens::limits::ACCESS_LIFE_MS as u64);
/// A plan that was only said may be approved for so long; then the world has moved on.
pub const PLAN_AGE_MAX_S: u64 = 120;

/// Letters of a battle's title and of what players are told with it: what they are told is one line of chat, of 200.
pub const BATTLE_TITLE_CHARS_MAX: usize = 50;
pub const BATTLE_NOTE_CHARS_MAX: usize = 120;
/// Battles that are to come: two a week for a year. More are refused.
pub const BATTLES_SCHEDULED_MAX: i64 = 100;
/// Of those that were, so many are listed.
pub const BATTLES_PAST_MAX: i64 = 20;
/// How far ahead a battle may be scheduled.
pub const BATTLE_AHEAD_MAX_MS: i64 = 366 * 24 * 3_600 * 1_000;
/// Players are told when a battle is so many minutes away.
pub const BATTLE_TOLD_MINUTES: [i64; 5] = [60, 30, 10, 5, 1];
/// From the end of a battle to the next: the one before has to end so long ahead.
pub const BATTLE_PAUSE_MS: i64 = placement::limits::BATTLE_PAUSE_MS as i64;
/// How often the schedule is looked at.
pub const SCHEDULE_PERIOD: Duration = Duration::from_secs(1);
/// How long a process has to start a battle before another tries: longer than the world is waited for.
pub const BATTLE_CLAIM_MS: i64 = 20_000;
/// Later than this a battle is not started any more: players have gone.
pub const BATTLE_LATE_MAX_MS: i64 = 15 * 60 * 1_000;

/// How old what everybody is told of the next battle may be: however many ask, the store is asked as often.
pub const NEXT_BATTLE_AGE_MAX_MS: i64 = 10_000;

/// Bytes of an environment's file: ours have 300.
pub const DECLARED_BYTES_MAX: u64 = 16_000;

/// Bytes of a configuration: the example has 3 KB.
pub const CONFIG_BYTES_MAX: usize = 12_000;
/// Bytes of a request with one: each letter as two escapes in JSON, the longest way to write it, and what is around.
pub const CONFIG_BODY_BYTES_MAX: usize = 12 * CONFIG_BYTES_MAX + 16 * 1_024;
/// Lines whose differences are looked for: a table of a million cells.
pub const DIFF_LINES_MAX: usize = 1_000;
/// Changes of the configuration that are listed.
pub const CONFIG_CHANGES_MAX: i64 = 20;
/// Letters of the key of a rollback.
pub const KEY_CHARS_MIN: usize = 8;
pub const KEY_CHARS_MAX: usize = 64;
