//! The tables, in both dialects.

use backends::warehouse::WarehouseMigration;

use crate::service::Retention;

pub const ALL: [WarehouseMigration; 3] = [FACTS, SUMS, REGIONS];

/// How long a table's rows are kept.
#[derive(Clone, Copy, Debug)]
pub enum Kept {
    Facts,
    Ticks,
    Sums,
}

impl Kept {
    pub fn days(self, retention: Retention) -> u32 {
        match self {
            Self::Facts => retention.facts_days,
            Self::Ticks => retention.ticks_days,
            Self::Sums => retention.sums_days,
        }
    }
}

/// Tables whose rows go, by which time; all of them. Rounds are few, and what is asked of them is of a long time.
pub const KEPT: [(&str, &str, Kept); 15] = [
    ("sessions", "at_ms", Kept::Facts),
    ("kills", "at_ms", Kept::Facts),
    ("damage", "at_ms", Kept::Facts),
    ("blocks", "at_ms", Kept::Facts),
    ("economy", "at_ms", Kept::Facts),
    ("tick_health", "at_ms", Kept::Ticks),
    ("region_health", "at_ms", Kept::Ticks),
    ("rounds", "at_ms", Kept::Sums),
    ("players_daily", "day_ms", Kept::Sums),
    ("load_hourly", "hour_ms", Kept::Sums),
    ("weapons_hourly", "hour_ms", Kept::Sums),
    ("cells_hourly", "hour_ms", Kept::Sums),
    ("blocks_hourly", "hour_ms", Kept::Sums),
    ("economy_hourly", "hour_ms", Kept::Sums),
    ("sums_made", "made_ms", Kept::Sums),
];

const FACTS: WarehouseMigration = WarehouseMigration {
    version: 1,
    name: "facts",
    clickhouse: &[
        "CREATE TABLE IF NOT EXISTS sessions (at_ms Int64, event Int64, n UInt32, taken_ms Int64, world String, player String, \
        house Int8, is_there UInt8, seconds UInt32, \
        INDEX taken taken_ms TYPE minmax GRANULARITY 1) \
        ENGINE = {engine}ReplacingMergeTree ORDER BY (at_ms, event, n) \
        PARTITION BY toYYYYMM(toDateTime(intDiv(at_ms, 1000))) {deduplicated}",
        "CREATE TABLE IF NOT EXISTS kills (at_ms Int64, event Int64, n UInt32, taken_ms Int64, world String, killer String, \
        victim String, killer_house Int8, victim_house Int8, weapon LowCardinality(String), \
        x Int32, y Int32, z Int32, cell_x Int32, cell_z Int32, \
        INDEX taken taken_ms TYPE minmax GRANULARITY 1) \
        ENGINE = {engine}ReplacingMergeTree ORDER BY (at_ms, event, n) \
        PARTITION BY toYYYYMM(toDateTime(intDiv(at_ms, 1000))) {deduplicated}",
        "CREATE TABLE IF NOT EXISTS damage (at_ms Int64, event Int64, n UInt32, taken_ms Int64, world String, attacker String, \
        house Int8, weapon LowCardinality(String), hits UInt32, amount UInt32, \
        INDEX taken taken_ms TYPE minmax GRANULARITY 1) \
        ENGINE = {engine}ReplacingMergeTree ORDER BY (at_ms, event, n) \
        PARTITION BY toYYYYMM(toDateTime(intDiv(at_ms, 1000))) {deduplicated}",
        "CREATE TABLE IF NOT EXISTS blocks (at_ms Int64, event Int64, n UInt32, taken_ms Int64, world String, player String, \
        block LowCardinality(String), broken UInt32, placed UInt32, \
        INDEX taken taken_ms TYPE minmax GRANULARITY 1) \
        ENGINE = {engine}ReplacingMergeTree ORDER BY (at_ms, event, n) \
        PARTITION BY toYYYYMM(toDateTime(intDiv(at_ms, 1000))) {deduplicated}",
        "CREATE TABLE IF NOT EXISTS economy (at_ms Int64, event Int64, n UInt32, taken_ms Int64, place LowCardinality(String), \
        item LowCardinality(String), count Int64, INDEX taken taken_ms TYPE minmax GRANULARITY 1) \
        ENGINE = {engine}ReplacingMergeTree ORDER BY (at_ms, event, n) \
        PARTITION BY toYYYYMM(toDateTime(intDiv(at_ms, 1000))) {deduplicated}",
        "CREATE TABLE IF NOT EXISTS tick_health (at_ms Int64, event Int64, n UInt32, taken_ms Int64, world String, pod UInt16, \
        shard UInt16, ticks UInt32, p50_us UInt32, p99_us UInt32, max_us UInt32, \
        period_us UInt32, bodies UInt32, players UInt32, \
        INDEX taken taken_ms TYPE minmax GRANULARITY 1) \
        ENGINE = {engine}ReplacingMergeTree ORDER BY (at_ms, event, n) \
        PARTITION BY toYYYYMM(toDateTime(intDiv(at_ms, 1000))) {deduplicated}",
        "CREATE TABLE IF NOT EXISTS region_health (at_ms Int64, event Int64, n UInt32, taken_ms Int64, world String, pod UInt16, \
        shard UInt16, region String, p50_us UInt32, p99_us UInt32, max_us UInt32, \
        bodies UInt32, players UInt32, INDEX taken taken_ms TYPE minmax GRANULARITY 1) \
        ENGINE = {engine}ReplacingMergeTree ORDER BY (at_ms, event, n) \
        PARTITION BY toYYYYMM(toDateTime(intDiv(at_ms, 1000))) {deduplicated}",
        "CREATE TABLE IF NOT EXISTS rounds (at_ms Int64, event Int64, n UInt32, taken_ms Int64, world String, number UInt32, \
        winner Int8, score_red UInt32, score_blue UInt32, seconds UInt32, players_red UInt32, \
        players_blue UInt32, INDEX taken taken_ms TYPE minmax GRANULARITY 1) \
        ENGINE = {engine}ReplacingMergeTree ORDER BY (at_ms, event, n) \
        PARTITION BY toYYYYMM(toDateTime(intDiv(at_ms, 1000))) {deduplicated}",
    ],
    sqlite: "CREATE TABLE sessions (at_ms BIGINT NOT NULL, event BIGINT NOT NULL, n BIGINT NOT NULL, \
        taken_ms BIGINT NOT NULL, world TEXT NOT NULL, player TEXT NOT NULL, \
        house BIGINT NOT NULL, is_there BIGINT NOT NULL, seconds BIGINT NOT NULL, \
        PRIMARY KEY (at_ms, event, n) ON CONFLICT IGNORE) WITHOUT ROWID; \
        CREATE INDEX sessions_taken ON sessions (taken_ms); \
        CREATE TABLE kills (at_ms BIGINT NOT NULL, event BIGINT NOT NULL, n BIGINT NOT NULL, \
        taken_ms BIGINT NOT NULL, world TEXT NOT NULL, killer TEXT NOT NULL, \
        victim TEXT NOT NULL, killer_house BIGINT NOT NULL, victim_house BIGINT NOT NULL, \
        weapon TEXT NOT NULL, x BIGINT NOT NULL, y BIGINT NOT NULL, z BIGINT NOT NULL, \
        cell_x BIGINT NOT NULL, cell_z BIGINT NOT NULL, \
        PRIMARY KEY (at_ms, event, n) ON CONFLICT IGNORE) WITHOUT ROWID; \
        CREATE INDEX kills_taken ON kills (taken_ms); \
        CREATE TABLE damage (at_ms BIGINT NOT NULL, event BIGINT NOT NULL, n BIGINT NOT NULL, \
        taken_ms BIGINT NOT NULL, world TEXT NOT NULL, attacker TEXT NOT NULL, \
        house BIGINT NOT NULL, weapon TEXT NOT NULL, hits BIGINT NOT NULL, \
        amount BIGINT NOT NULL, \
        PRIMARY KEY (at_ms, event, n) ON CONFLICT IGNORE) WITHOUT ROWID; \
        CREATE INDEX damage_taken ON damage (taken_ms); \
        CREATE TABLE blocks (at_ms BIGINT NOT NULL, event BIGINT NOT NULL, n BIGINT NOT NULL, \
        taken_ms BIGINT NOT NULL, world TEXT NOT NULL, player TEXT NOT NULL, \
        block TEXT NOT NULL, broken BIGINT NOT NULL, placed BIGINT NOT NULL, \
        PRIMARY KEY (at_ms, event, n) ON CONFLICT IGNORE) WITHOUT ROWID; \
        CREATE INDEX blocks_taken ON blocks (taken_ms); \
        CREATE TABLE economy (at_ms BIGINT NOT NULL, event BIGINT NOT NULL, n BIGINT NOT NULL, \
        taken_ms BIGINT NOT NULL, place TEXT NOT NULL, item TEXT NOT NULL, count BIGINT NOT NULL, \
        PRIMARY KEY (at_ms, event, n) ON CONFLICT IGNORE) WITHOUT ROWID; \
        CREATE INDEX economy_taken ON economy (taken_ms); \
        CREATE TABLE tick_health (at_ms BIGINT NOT NULL, event BIGINT NOT NULL, n BIGINT NOT NULL, \
        taken_ms BIGINT NOT NULL, world TEXT NOT NULL, pod BIGINT NOT NULL, \
        shard BIGINT NOT NULL, ticks BIGINT NOT NULL, p50_us BIGINT NOT NULL, \
        p99_us BIGINT NOT NULL, max_us BIGINT NOT NULL, period_us BIGINT NOT NULL, \
        bodies BIGINT NOT NULL, players BIGINT NOT NULL, \
        PRIMARY KEY (at_ms, event, n) ON CONFLICT IGNORE) WITHOUT ROWID; \
        CREATE INDEX tick_health_taken ON tick_health (taken_ms); \
        CREATE TABLE region_health (at_ms BIGINT NOT NULL, event BIGINT NOT NULL, n BIGINT NOT NULL, \
        taken_ms BIGINT NOT NULL, world TEXT NOT NULL, pod BIGINT NOT NULL, \
        shard BIGINT NOT NULL, region TEXT NOT NULL, p50_us BIGINT NOT NULL, \
        p99_us BIGINT NOT NULL, max_us BIGINT NOT NULL, bodies BIGINT NOT NULL, \
        players BIGINT NOT NULL, \
        PRIMARY KEY (at_ms, event, n) ON CONFLICT IGNORE) WITHOUT ROWID; \
        CREATE INDEX region_health_taken ON region_health (taken_ms); \
        CREATE TABLE rounds (at_ms BIGINT NOT NULL, event BIGINT NOT NULL, n BIGINT NOT NULL, \
        taken_ms BIGINT NOT NULL, world TEXT NOT NULL, number BIGINT NOT NULL, \
        winner BIGINT NOT NULL, score_red BIGINT NOT NULL, score_blue BIGINT NOT NULL, \
        seconds BIGINT NOT NULL, players_red BIGINT NOT NULL, players_blue BIGINT NOT NULL, \
        PRIMARY KEY (at_ms, event, n) ON CONFLICT IGNORE) WITHOUT ROWID; \
        CREATE INDEX rounds_taken ON rounds (taken_ms);",
};

/// Of the sums that are made of the same rows, the newest counts. `sums_made` notes when which were.
const SUMS: WarehouseMigration = WarehouseMigration {
    version: 2,
    name: "sums",
    clickhouse: &[
        "CREATE TABLE IF NOT EXISTS players_daily (day_ms Int64, player String, visits UInt32, seconds UInt64, made_ms Int64) \
        ENGINE = {engine}ReplacingMergeTree(made_ms) ORDER BY (day_ms, player)",
        "CREATE TABLE IF NOT EXISTS load_hourly (hour_ms Int64, world String, pod UInt16, shard UInt16, samples UInt32, players UInt64, \
        players_max UInt32, bodies_max UInt32, p50_us UInt64, p99_us UInt32, max_us UInt32, \
        period_us UInt32, made_ms Int64) \
        ENGINE = {engine}ReplacingMergeTree(made_ms) ORDER BY (hour_ms, world, pod, shard)",
        "CREATE TABLE IF NOT EXISTS weapons_hourly (hour_ms Int64, world String, weapon LowCardinality(String), kills UInt64, hits UInt64, \
        damage UInt64, made_ms Int64) \
        ENGINE = {engine}ReplacingMergeTree(made_ms) ORDER BY (hour_ms, world, weapon)",
        "CREATE TABLE IF NOT EXISTS cells_hourly (hour_ms Int64, world String, weapon LowCardinality(String), cell_x Int32, cell_z Int32, \
        kills UInt64, made_ms Int64) \
        ENGINE = {engine}ReplacingMergeTree(made_ms) ORDER BY (hour_ms, world, weapon, cell_x, cell_z)",
        "CREATE TABLE IF NOT EXISTS blocks_hourly (hour_ms Int64, block LowCardinality(String), broken UInt64, placed UInt64, made_ms Int64) \
        ENGINE = {engine}ReplacingMergeTree(made_ms) ORDER BY (hour_ms, block)",
        "CREATE TABLE IF NOT EXISTS economy_hourly (hour_ms Int64, place LowCardinality(String), item LowCardinality(String), count Int64, \
        made_ms Int64) \
        ENGINE = {engine}ReplacingMergeTree(made_ms) ORDER BY (hour_ms, place, item)",
        "CREATE TABLE IF NOT EXISTS sums_made (name String, made_ms Int64) \
        ENGINE = {engine}ReplacingMergeTree(made_ms) ORDER BY name",
    ],
    sqlite: "CREATE TABLE players_daily (day_ms BIGINT NOT NULL, player TEXT NOT NULL, visits BIGINT NOT NULL, \
        seconds BIGINT NOT NULL, made_ms BIGINT NOT NULL, \
        PRIMARY KEY (day_ms, player) ON CONFLICT REPLACE) WITHOUT ROWID; \
        CREATE TABLE load_hourly (hour_ms BIGINT NOT NULL, world TEXT NOT NULL, pod BIGINT NOT NULL, \
        shard BIGINT NOT NULL, samples BIGINT NOT NULL, players BIGINT NOT NULL, \
        players_max BIGINT NOT NULL, bodies_max BIGINT NOT NULL, p50_us BIGINT NOT NULL, \
        p99_us BIGINT NOT NULL, max_us BIGINT NOT NULL, period_us BIGINT NOT NULL, \
        made_ms BIGINT NOT NULL, \
        PRIMARY KEY (hour_ms, world, pod, shard) ON CONFLICT REPLACE) WITHOUT ROWID; \
        CREATE TABLE weapons_hourly (hour_ms BIGINT NOT NULL, world TEXT NOT NULL, weapon TEXT NOT NULL, \
        kills BIGINT NOT NULL, hits BIGINT NOT NULL, damage BIGINT NOT NULL, \
        made_ms BIGINT NOT NULL, \
        PRIMARY KEY (hour_ms, world, weapon) ON CONFLICT REPLACE) WITHOUT ROWID; \
        CREATE TABLE cells_hourly (hour_ms BIGINT NOT NULL, world TEXT NOT NULL, weapon TEXT NOT NULL, \
        cell_x BIGINT NOT NULL, cell_z BIGINT NOT NULL, kills BIGINT NOT NULL, \
        made_ms BIGINT NOT NULL, \
        PRIMARY KEY (hour_ms, world, weapon, cell_x, cell_z) ON CONFLICT REPLACE) WITHOUT ROWID; \
        CREATE TABLE blocks_hourly (hour_ms BIGINT NOT NULL, block TEXT NOT NULL, broken BIGINT NOT NULL, \
        placed BIGINT NOT NULL, made_ms BIGINT NOT NULL, \
        PRIMARY KEY (hour_ms, block) ON CONFLICT REPLACE) WITHOUT ROWID; \
        CREATE TABLE economy_hourly (hour_ms BIGINT NOT NULL, place TEXT NOT NULL, item TEXT NOT NULL, \
        count BIGINT NOT NULL, made_ms BIGINT NOT NULL, \
        PRIMARY KEY (hour_ms, place, item) ON CONFLICT REPLACE) WITHOUT ROWID; \
        CREATE TABLE sums_made (name TEXT NOT NULL PRIMARY KEY ON CONFLICT REPLACE, \
        made_ms BIGINT NOT NULL);",
};

/// What of its shard's ticks a region takes. Rows from before say none.
const REGIONS: WarehouseMigration = WarehouseMigration {
    version: 3,
    name: "regions",
    clickhouse: &[
        "ALTER TABLE region_health ADD COLUMN IF NOT EXISTS cells UInt32 DEFAULT 0",
        "ALTER TABLE region_health ADD COLUMN IF NOT EXISTS share_permille UInt32 DEFAULT 0",
    ],
    sqlite: "ALTER TABLE region_health ADD COLUMN cells BIGINT NOT NULL DEFAULT 0; \
        ALTER TABLE region_health ADD COLUMN share_permille BIGINT NOT NULL DEFAULT 0;",
};
