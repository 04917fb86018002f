//! Every bound of the analytics service, with its derivation and what happens at it (R10).

use std::time::Duration;

/// Events that the service holds at once: two batches, one that is being inserted while the next comes in.
/// Of a herald's events, of 80 KB at most, that is 320 MB; of the usual few hundred bytes, two.
pub const EVENTS_HELD_MAX: u16 = 4_096;
/// Events of one batch.
pub const BATCH_EVENTS_MAX: usize = EVENTS_HELD_MAX as usize / 2;
/// Facts of one batch, after which no further event is added to it: with the largest event on top of it, it
/// stays below what the warehouse takes at once.
pub const BATCH_FACTS_MAX: usize = 50_000;
/// For how long a batch waits to become larger: ClickHouse likes a few large ones, people wait a second.
pub const BATCH_SPAN: Duration = Duration::from_millis(1_000);
/// Facts of one event: a herald puts 500 into one; more are refused.
pub const EVENT_FACTS_MAX: usize = 10_000;

/// Between two tries to insert a batch.
pub const INSERT_RETRY_MIN: Duration = Duration::from_millis(100);
pub const INSERT_RETRY_MAX: Duration = Duration::from_secs(10);
/// Between two tries to begin to listen.
pub const SUBSCRIBE_RETRY_MIN: Duration = Duration::from_millis(250);
pub const SUBSCRIBE_RETRY_MAX: Duration = Duration::from_secs(10);

/// A name in an event: of a world, an item, a block, a place, a region.
pub const NAME_BYTES_MAX: usize = 64;
/// How far ahead of ours another machine's clock may be; what is told of later times is refused.
pub const CLOCK_AHEAD_MAX_MS: i64 = 5 * 60 * 1_000;
/// How long after a visit it is told: a herald does within seconds.
pub const VISITS_TOLD_WITHIN_MS: i64 = 3_600 * 1_000;
/// Things of one kind in one flow: a ledger's batch moves two thousand times a million. Sums of it cannot
/// overflow.
pub const FLOW_COUNT_MAX: u64 = 2_000 * 1_000_000;

/// Days that facts are kept: a season, to look into what was odd.
pub const FACTS_DAYS: u32 = 90;
/// Days that the ticks' figures are kept by the ten seconds.
pub const TICKS_DAYS: u32 = 30;
/// Days that sums of hours and days are kept: to compare a month with that of the year before.
pub const SUMS_DAYS: u32 = 800;
/// Least days of each: a day's facts are summed up once the next has begun.
pub const DAYS_MIN: u32 = 2;
/// Most days of each: dates beyond 2106 are none for ClickHouse.
pub const DAYS_MAX: u32 = 20_000;

/// From one summing up to the next.
pub const SUM_PERIOD: Duration = Duration::from_secs(60);
/// Facts are looked for from so long before the last summing up: longer than an insert may take whose outcome
/// was not known.
pub const SUM_OVERLAP_MS: i64 = 2 * 60 * 1_000;
/// Hours or days that one question for what changed names; then the next are asked for.
pub const SPANS_PER_QUESTION_MAX: usize = 1_000;
/// From one look for what has expired to the next.
pub const EXPIRY_PERIOD: Duration = Duration::from_hours(1);

/// Rows of one answer: a page of numbers that a chart still shows. More are told to be there.
pub const ANSWER_ROWS_MAX: usize = 10_000;
/// Time ranges of one question, by step: a day of minutes, ninety days of hours, and as long as sums are kept
/// where nobody says otherwise.
pub const MINUTES_RANGE_MS_MAX: i64 = 24 * 3_600 * 1_000;
pub const HOURS_RANGE_MS_MAX: i64 = 90 * 24 * 3_600 * 1_000;
pub const DAYS_RANGE_MS_MAX: i64 = SUMS_DAYS as i64 * 24 * 3_600 * 1_000;
/// Blocks along the side of the smallest cell of the map of kills.
pub const CELL_BLOCKS: i32 = 8;
/// Seconds after which a warehouse may be back.
pub const RETRY_AFTER_S: u64 = 2;

const _: () = {
    assert!(BATCH_FACTS_MAX + EVENT_FACTS_MAX <= backends::limits::BATCH_ROWS_MAX);
    let insert_max = backends::limits::WAREHOUSE_ANSWER_MAX.as_millis() as i64;
    assert!(SUM_OVERLAP_MS > 2 * insert_max);
};
