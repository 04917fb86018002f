//! The questions, and the rows of their answers.

use backends::warehouse::{Param, Query, WarehouseError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    limits::{ANSWER_ROWS_MAX, CELL_BLOCKS},
    store::{Store, sums::HOUR_MS, sums::once_each},
};

pub const MINUTE_MS: i64 = 60_000;
/// Added to a cell before it is divided, as the dialects divide numbers below zero differently: more cells than
/// a world has, and a multiple of every size, which are powers of two.
const CELLS_BIAS: i64 = 1 << 40;

/// From when on, and until before when; of all worlds if `world` is empty.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    pub from_ms: i64,
    pub to_ms: i64,
    pub world: &'a str,
}

impl<'a> Span<'a> {
    /// With those before, and how many rows at most: one more than are shown.
    fn params(&self, before: &[Param<'a>]) -> Vec<Param<'a>> {
        let mut params = before.to_vec();
        params.extend([self.from_ms, self.to_ms].map(Param::Number));
        params.extend([Param::Text(self.world), Param::Text(self.world)]);
        params.push(limit());
        params
    }
}

fn limit<'a>() -> Param<'a> {
    Param::Number(ANSWER_ROWS_MAX as i64 + 1)
}

/// How many players there were.
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, ToSchema)]
pub struct Crowd {
    pub begin_ms: i64,
    /// On the average.
    pub players_mean: f64,
    /// Each shard's most, summed up: at no time were there more.
    pub players_max: i64,
}

/// Players who came first on the same day, and how many of them came again.
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, ToSchema)]
pub struct Cohort {
    pub day_ms: i64,
    pub players: i64,
    /// A day, and seven days, after that.
    pub day_1: i64,
    pub day_7: i64,
}

/// How even the rounds of a world were.
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, ToSchema)]
pub struct Balance {
    pub world: String,
    pub rounds: i64,
    pub red_won: i64,
    pub blue_won: i64,
    pub undecided: i64,
    /// On the average: by how much the winner was ahead, and how much of the score is red's more than blue's.
    pub difference_mean: f64,
    pub red_ahead_mean: f64,
    pub seconds_mean: f64,
    pub players_red_mean: f64,
    pub players_blue_mean: f64,
}

#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, ToSchema)]
pub struct WeaponSum {
    pub weapon: String,
    pub kills: i64,
    pub hits: i64,
    pub damage: i64,
}

/// Kills by one weapon in a cell of the map.
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, ToSchema)]
pub struct CellKills {
    /// The least of its blocks.
    pub x: i64,
    pub z: i64,
    pub weapon: String,
    pub kills: i64,
}

#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, ToSchema)]
pub struct BlockSum {
    pub block: String,
    pub broken: i64,
    pub placed: i64,
}

/// What came out of a source, or went into a sink.
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, ToSchema)]
pub struct EconomySum {
    /// `source.` or `sink.` and why.
    pub place: String,
    pub item: String,
    /// Of sources what they gave, of sinks what they took.
    pub count: i64,
}

/// How a shard's ticks went. Durations are of the minute before each of its reports.
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, ToSchema)]
pub struct ShardLoad {
    pub begin_ms: i64,
    pub world: String,
    pub pod: i64,
    pub shard: i64,
    /// The mean of the medians, the largest of the 99th percentiles, and the longest.
    pub p50_us: f64,
    pub p99_us: i64,
    pub max_us: i64,
    /// From tick to tick, at the slowest.
    pub period_us: i64,
    pub bodies_max: i64,
    pub players_max: i64,
}

/// How the ticks of whichever shards had a region went, and how much of them was the region's.
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize, ToSchema)]
pub struct RegionLoad {
    pub begin_ms: i64,
    pub world: String,
    pub region: String,
    /// Of its shards' ticks, as of [`ShardLoad`].
    pub p50_us: f64,
    pub p99_us: i64,
    pub max_us: i64,
    /// The region's part of the median, as if all of a shard's bodies cost the same: the mean.
    pub own_us: f64,
    /// The largest such part of its shard's ticks, in thousandths.
    pub share_permille_max: i64,
    /// With bodies in them.
    pub cells_max: i64,
    pub bodies_max: i64,
    pub players_max: i64,
}

type Answer<T> = Result<Vec<T>, WarehouseError>;

impl Store {
    /// By the minute.
    pub async fn crowd_by_minute(&self, span: Span<'_>) -> Answer<Crowd> {
        const QUERY: Query = once_each!(
            "SELECT begin_ms, sum(mean) AS players_mean, sum(most) AS players_max FROM \
             (SELECT at_ms - at_ms % 60000 AS begin_ms, world, pod, shard, \
             1.0 * sum(players) / count(*) AS mean, max(players) AS most FROM tick_health",
            "WHERE at_ms >= ? AND at_ms < ? AND (? = '' OR world = ?) \
             GROUP BY begin_ms, world, pod, shard) AS shards GROUP BY begin_ms ORDER BY begin_ms LIMIT ?"
        );
        self.ask(QUERY, &span.params(&[])).await
    }

    /// By the hour.
    pub async fn crowd_by_hour(&self, span: Span<'_>) -> Answer<Crowd> {
        const QUERY: Query = once_each!(
            "SELECT hour_ms AS begin_ms, sum(1.0 * players / samples) AS players_mean, \
             sum(players_max) AS players_most FROM load_hourly",
            "WHERE hour_ms >= ? AND hour_ms < ? AND (? = '' OR world = ?) \
             GROUP BY hour_ms ORDER BY hour_ms LIMIT ?"
        );
        #[derive(Deserialize)]
        struct Row {
            begin_ms: i64,
            players_mean: f64,
            players_most: i64,
        }
        let rows: Vec<Row> = self.ask(QUERY, &span.params(&[])).await?;
        let crowd = |row: Row| Crowd {
            begin_ms: row.begin_ms,
            players_mean: row.players_mean,
            players_max: row.players_most,
        };
        Ok(rows.into_iter().map(crowd).collect())
    }

    /// By first day, of all worlds.
    pub async fn cohorts(&self, from_ms: i64, to_ms: i64) -> Answer<Cohort> {
        const QUERY: Query = once_each!(
            "SELECT first_ms AS day_ms, sum(CASE WHEN seen_ms = first_ms THEN 1 ELSE 0 END) AS players, \
             sum(CASE WHEN seen_ms = first_ms + 86400000 THEN 1 ELSE 0 END) AS day_1, \
             sum(CASE WHEN seen_ms = first_ms + 604800000 THEN 1 ELSE 0 END) AS day_7 FROM \
             (SELECT day_ms AS seen_ms, min(day_ms) OVER (PARTITION BY player) AS first_ms \
             FROM players_daily",
            ") AS seen WHERE first_ms >= ? AND first_ms < ? GROUP BY first_ms ORDER BY first_ms LIMIT ?"
        );
        let params = [Param::Number(from_ms), Param::Number(to_ms), limit()];
        self.ask(QUERY, &params).await
    }

    /// By world.
    pub async fn balance(&self, span: Span<'_>) -> Answer<Balance> {
        const QUERY: Query = once_each!(
            "SELECT world, count(*) AS rounds, \
             sum(CASE WHEN winner = 0 THEN 1 ELSE 0 END) AS red_won, \
             sum(CASE WHEN winner = 1 THEN 1 ELSE 0 END) AS blue_won, \
             sum(CASE WHEN winner = -1 THEN 1 ELSE 0 END) AS undecided, \
             1.0 * sum(abs(red - blue)) / count(*) AS difference_mean, \
             1.0 * sum(red - blue) / count(*) AS red_ahead_mean, \
             1.0 * sum(seconds) / count(*) AS seconds_mean, \
             1.0 * sum(players_red) / count(*) AS players_red_mean, \
             1.0 * sum(players_blue) / count(*) AS players_blue_mean FROM \
             (SELECT world, winner, CAST(score_red AS BIGINT) AS red, CAST(score_blue AS BIGINT) AS blue, \
             seconds, players_red, players_blue FROM rounds",
            "WHERE at_ms >= ? AND at_ms < ? AND (? = '' OR world = ?)) AS rounds_once \
             GROUP BY world ORDER BY world LIMIT ?"
        );
        self.ask(QUERY, &span.params(&[])).await
    }

    /// By weapon, of whole hours.
    pub async fn weapons(&self, span: Span<'_>) -> Answer<WeaponSum> {
        const QUERY: Query = once_each!(
            "SELECT weapon, sum(killed) AS kills, sum(hit) AS hits, sum(hurt) AS damage FROM \
             (SELECT weapon, kills AS killed, hits AS hit, damage AS hurt FROM weapons_hourly",
            "WHERE hour_ms >= ? AND hour_ms < ? AND (? = '' OR world = ?)) AS sums \
             GROUP BY weapon ORDER BY weapon LIMIT ?"
        );
        self.ask(QUERY, &span.params(&[])).await
    }

    /// In cells of so many of the smallest along each side, by weapon, of whole hours; the bloodiest first.
    pub async fn kill_map(&self, span: Span<'_>, cells: i64, weapon: &str) -> Answer<CellKills> {
        const QUERY: Query = once_each!(
            "SELECT (cx - cx % size - bias) * blocks AS x, (cz - cz % size - bias) * blocks AS z, weapon, \
             sum(killed) AS kills FROM (SELECT weapon, kills AS killed, size, bias, blocks, \
             cell_x + bias AS cx, cell_z + bias AS cz FROM \
             (SELECT ? AS size, ? AS bias, ? AS blocks, ? AS only_weapon) AS asked CROSS JOIN \
             (SELECT weapon, cell_x, cell_z, kills FROM cells_hourly",
            "WHERE hour_ms >= ? AND hour_ms < ? AND (? = '' OR world = ?)) AS sums \
             WHERE only_weapon = '' OR weapon = only_weapon) AS cells \
             GROUP BY x, z, weapon ORDER BY kills DESC, x, z, weapon LIMIT ?"
        );
        let numbers = [cells, CELLS_BIAS, CELL_BLOCKS.into()].map(Param::Number);
        let mut before = numbers.to_vec();
        before.push(Param::Text(weapon));
        self.ask(QUERY, &span.params(&before)).await
    }

    /// By kind of block, of whole hours and of all worlds.
    pub async fn blocks(&self, from_ms: i64, to_ms: i64) -> Answer<BlockSum> {
        const QUERY: Query = once_each!(
            "SELECT block, sum(dug) AS broken, sum(built) AS placed FROM \
             (SELECT block, broken AS dug, placed AS built FROM blocks_hourly",
            "WHERE hour_ms >= ? AND hour_ms < ?) AS sums GROUP BY block ORDER BY block LIMIT ?"
        );
        let params = [Param::Number(from_ms), Param::Number(to_ms), limit()];
        self.ask(QUERY, &params).await
    }

    /// By place and item, of whole hours.
    pub async fn economy(&self, from_ms: i64, to_ms: i64) -> Answer<EconomySum> {
        const QUERY: Query = once_each!(
            "SELECT place, item, sum(CASE WHEN place LIKE 'source.%' THEN -flow ELSE flow END) AS count \
             FROM (SELECT place, item, count AS flow FROM economy_hourly",
            "WHERE hour_ms >= ? AND hour_ms < ?) AS sums \
             GROUP BY place, item ORDER BY place, item LIMIT ?"
        );
        let params = [Param::Number(from_ms), Param::Number(to_ms), limit()];
        self.ask(QUERY, &params).await
    }

    /// By the minute.
    pub async fn shards_by_minute(&self, span: Span<'_>) -> Answer<ShardLoad> {
        const QUERY: Query = once_each!(
            "SELECT begin_ms, world, pod, shard, 1.0 * sum(p50) / count(*) AS p50_us, \
             max(p99) AS p99_us, max(longest) AS max_us, max(period) AS period_us, \
             max(bodies) AS bodies_max, max(players) AS players_max FROM \
             (SELECT at_ms - at_ms % 60000 AS begin_ms, world, pod, shard, p50_us AS p50, p99_us AS p99, \
             max_us AS longest, period_us AS period, bodies, players FROM tick_health",
            "WHERE at_ms >= ? AND at_ms < ? AND (? = '' OR world = ?)) AS reports \
             GROUP BY begin_ms, world, pod, shard ORDER BY begin_ms, world, pod, shard LIMIT ?"
        );
        self.ask(QUERY, &span.params(&[])).await
    }

    /// By the hour.
    pub async fn shards_by_hour(&self, span: Span<'_>) -> Answer<ShardLoad> {
        const QUERY: Query = once_each!(
            "SELECT hour_ms AS begin_ms, world, pod, shard, p50 AS p50_us, p99_us, max_us, period_us, \
             bodies_max, players_max FROM (SELECT hour_ms, world, pod, shard, \
             1.0 * p50_us / samples AS p50, p99_us, max_us, period_us, bodies_max, players_max \
             FROM load_hourly",
            "WHERE hour_ms >= ? AND hour_ms < ? AND (? = '' OR world = ?)) AS sums \
             ORDER BY begin_ms, world, pod, shard LIMIT ?"
        );
        self.ask(QUERY, &span.params(&[])).await
    }

    /// By the minute or the hour.
    pub async fn regions(&self, span: Span<'_>, is_by_hour: bool) -> Answer<RegionLoad> {
        const QUERY: Query = once_each!(
            "SELECT at_ms - at_ms % step AS begin_ms, world, region, \
             1.0 * sum(p50) / count(*) AS p50_us, max(p99) AS p99_us, max(longest) AS max_us, \
             1.0 * sum(p50 * share) / count(*) / 1000 AS own_us, max(share) AS share_permille_max, \
             max(cells) AS cells_max, max(bodies) AS bodies_max, max(players) AS players_max FROM \
             (SELECT ? AS step) AS asked CROSS JOIN (SELECT at_ms, world, region, p50_us AS p50, \
             p99_us AS p99, max_us AS longest, share_permille AS share, cells, bodies, players \
             FROM region_health",
            "WHERE at_ms >= ? AND at_ms < ? AND (? = '' OR world = ?)) AS reports \
             GROUP BY begin_ms, world, region ORDER BY begin_ms, world, region LIMIT ?"
        );
        let step_ms = if is_by_hour { HOUR_MS } else { MINUTE_MS };
        self.ask(QUERY, &span.params(&[Param::Number(step_ms)]))
            .await
    }
}
