//! Sums by hour and day: what they are made of, and how.

use backends::warehouse::Query;

pub const HOUR_MS: i64 = 3_600_000;
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A table of sums.
#[derive(Debug)]
pub struct Sum {
    pub name: &'static str,
    pub span_ms: i64,
    /// Which spans got facts: asks with the span's length, since when, from which span on, and how many at most.
    pub changed: Query,
    /// Makes one span's rows; of `?` it has so many: the span's begin, when it is made, begin and end, and these
    /// two again for a second kind of fact.
    pub make: Query,
    pub params: usize,
}

/// One kind of fact's rows once each, in the words of either dialect.
macro_rules! once_each {
    ($($part:literal),*) => {
        Query::each(
            once_each!(@join " FINAL ", $($part),*),
            once_each!(@join " ", $($part),*),
        )
    };
    (@join $word:literal, $first:literal $(, $part:literal)*) => {
        concat!($first $(, $word, $part)*)
    };
}
pub(super) use once_each;

/// Spans of a table whose facts are new.
macro_rules! changed {
    ($($table:literal),*) => {
        Query::same(concat!(
            "SELECT DISTINCT at_ms - at_ms % span AS number FROM (",
            changed!(@all $($table),*),
            ") AS facts CROSS JOIN (SELECT ? AS span, ? AS since_ms, ? AS first_ms) AS asked \
             WHERE taken_ms >= since_ms AND at_ms >= first_ms ORDER BY number LIMIT ?"
        ))
    };
    (@all $table:literal) => { concat!("SELECT at_ms, taken_ms FROM ", $table) };
    (@all $table:literal, $other:literal) => {
        concat!(changed!(@all $table), " UNION ALL ", changed!(@all $other))
    };
}

pub const ALL: [Sum; 6] = [
    Sum {
        name: "players_daily",
        span_ms: DAY_MS,
        changed: changed!("sessions"),
        make: once_each!(
            "INSERT INTO players_daily (day_ms, player, visits, seconds, made_ms) \
             SELECT begin_ms, player, visits, seconds_sum, made_ms FROM \
             (SELECT ? AS begin_ms, ? AS made_ms) AS made CROSS JOIN \
             (SELECT player, sum(is_there) AS visits, sum(seconds) AS seconds_sum FROM sessions",
            "WHERE at_ms >= ? AND at_ms < ? GROUP BY player) AS found"
        ),
        params: 4,
    },
    Sum {
        name: "load_hourly",
        span_ms: HOUR_MS,
        changed: changed!("tick_health"),
        make: once_each!(
            "INSERT INTO load_hourly (hour_ms, world, pod, shard, samples, players, players_max, \
             bodies_max, p50_us, p99_us, max_us, period_us, made_ms) \
             SELECT begin_ms, world, pod, shard, samples, players_sum, players_most, bodies_most, p50_sum, \
             p99_most, max_most, period_most, made_ms FROM \
             (SELECT ? AS begin_ms, ? AS made_ms) AS made CROSS JOIN \
             (SELECT world, pod, shard, count(*) AS samples, sum(players) AS players_sum, \
             max(players) AS players_most, max(bodies) AS bodies_most, sum(p50_us) AS p50_sum, \
             max(p99_us) AS p99_most, max(max_us) AS max_most, max(period_us) AS period_most \
             FROM tick_health",
            "WHERE at_ms >= ? AND at_ms < ? GROUP BY world, pod, shard) AS found"
        ),
        params: 4,
    },
    Sum {
        name: "weapons_hourly",
        span_ms: HOUR_MS,
        changed: changed!("kills", "damage"),
        make: once_each!(
            "INSERT INTO weapons_hourly (hour_ms, world, weapon, kills, hits, damage, made_ms) \
             SELECT begin_ms, world, weapon, kills_sum, hits_sum, damage_sum, made_ms FROM \
             (SELECT ? AS begin_ms, ? AS made_ms) AS made CROSS JOIN \
             (SELECT world, weapon, sum(killed) AS kills_sum, sum(hit) AS hits_sum, \
             sum(hurt) AS damage_sum FROM \
             (SELECT world, weapon, 1 AS killed, 0 AS hit, 0 AS hurt FROM kills",
            "WHERE at_ms >= ? AND at_ms < ? UNION ALL \
             SELECT world, weapon, 0 AS killed, hits AS hit, amount AS hurt FROM damage",
            "WHERE at_ms >= ? AND at_ms < ?) AS facts GROUP BY world, weapon) AS found"
        ),
        params: 6,
    },
    Sum {
        name: "cells_hourly",
        span_ms: HOUR_MS,
        changed: changed!("kills"),
        make: once_each!(
            "INSERT INTO cells_hourly (hour_ms, world, weapon, cell_x, cell_z, kills, made_ms) \
             SELECT begin_ms, world, weapon, cell_x, cell_z, kills, made_ms FROM \
             (SELECT ? AS begin_ms, ? AS made_ms) AS made CROSS JOIN \
             (SELECT world, weapon, cell_x, cell_z, count(*) AS kills FROM kills",
            "WHERE at_ms >= ? AND at_ms < ? GROUP BY world, weapon, cell_x, cell_z) AS found"
        ),
        params: 4,
    },
    Sum {
        name: "blocks_hourly",
        span_ms: HOUR_MS,
        changed: changed!("blocks"),
        make: once_each!(
            "INSERT INTO blocks_hourly (hour_ms, block, broken, placed, made_ms) \
             SELECT begin_ms, block, broken_sum, placed_sum, made_ms FROM \
             (SELECT ? AS begin_ms, ? AS made_ms) AS made CROSS JOIN \
             (SELECT block, sum(broken) AS broken_sum, sum(placed) AS placed_sum FROM blocks",
            "WHERE at_ms >= ? AND at_ms < ? GROUP BY block) AS found"
        ),
        params: 4,
    },
    Sum {
        name: "economy_hourly",
        span_ms: HOUR_MS,
        changed: changed!("economy"),
        make: once_each!(
            "INSERT INTO economy_hourly (hour_ms, place, item, count, made_ms) \
             SELECT begin_ms, place, item, count_sum, made_ms FROM \
             (SELECT ? AS begin_ms, ? AS made_ms) AS made CROSS JOIN \
             (SELECT place, item, sum(count) AS count_sum FROM economy",
            "WHERE at_ms >= ? AND at_ms < ? GROUP BY place, item) AS found"
        ),
        params: 4,
    },
];

/// When a sum was made last.
pub const LAST: Query =
    Query::same("SELECT max(made_ms) AS number FROM sums_made WHERE name = ? HAVING count(*) > 0");
pub const NOTE: Query = Query::same("INSERT INTO sums_made (name, made_ms) VALUES (?, ?)");
