//! Known events give exact answers.

use backends::{broker::Event, warehouse::Query};
use events::battle::{Happenings, Weapon};
use serde_json::json;

use crate::{
    common::{NOW_MS, World, key, on_each},
    samples::{blocks, event, flows, happenings, kill, kills, round, ticks, visit, visits, wounds},
};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Around now.
fn around(more: &str) -> String {
    let (from_ms, to_ms) = (NOW_MS - HOUR_MS, NOW_MS + HOUR_MS);
    format!("from_ms={from_ms}&to_ms={to_ms}{more}")
}

async fn take(world: &World, events: &[Event]) {
    world.publish(events).await;
    world.until("kept", events.len() as u64).await;
}

#[test]
fn kills_and_wounds_by_weapon_and_place() {
    on_each(async |world| {
        let process = world.start().await;
        let first = Happenings {
            kills: vec![
                kill(Weapon::Sword, [0, 40, 7]),
                kill(Weapon::Sword, [7, 41, 0]),
                kill(Weapon::Arrow, [-1, 40, -9]),
            ],
            wounds: vec![wounds(Weapon::Sword, 3, 120), wounds(Weapon::Arrow, 2, 55)],
            ..happenings(NOW_MS)
        };
        let second = Happenings {
            world: "other".to_owned(),
            kills: vec![kill(Weapon::Fall, [17, 3, 0])],
            wounds: vec![wounds(Weapon::Sword, 1, 9)],
            ..happenings(NOW_MS - 1)
        };
        take(world, &[event("1", &first), event("2", &second)]).await;
        let weapon = |weapon, kills, hits, damage| json!({ "weapon": weapon, "kills": kills, "hits": hits, "damage": damage });
        let told = process.rows(&format!("/weapons?{}", around(""))).await;
        let all = [
            weapon("arrow", 1, 2, 55),
            weapon("fall", 1, 0, 0),
            weapon("sword", 2, 4, 129),
        ];
        assert_eq!(told, json!(all));
        let told = process
            .rows(&format!("/weapons?{}", around("&world=other")))
            .await;
        assert_eq!(
            told,
            json!([weapon("fall", 1, 0, 0), weapon("sword", 0, 1, 9)])
        );

        let cell =
            |x, z, weapon, kills| json!({ "x": x, "z": z, "weapon": weapon, "kills": kills });
        let told = process.rows(&format!("/kills/map?{}", around(""))).await;
        let cells = [
            cell(0, 0, "sword", 2),
            cell(-8, -16, "arrow", 1),
            cell(16, 0, "fall", 1),
        ];
        assert_eq!(told, json!(cells));
        let told = process
            .rows(&format!("/kills/map?{}", around("&cell=32")))
            .await;
        let cells = [
            cell(0, 0, "sword", 2),
            cell(-32, -32, "arrow", 1),
            cell(0, 0, "fall", 1),
        ];
        assert_eq!(told, json!(cells));
        let told = process
            .rows(&format!("/kills/map?{}", around("&weapon=arrow&cell=16")))
            .await;
        assert_eq!(told, json!([cell(-16, -16, "arrow", 1)]));
    });
}

#[test]
fn rounds_blocks_and_the_economy() {
    on_each(async |world| {
        let process = world.start().await;
        let told = Happenings {
            rounds: vec![
                round(1, 0, [500, 300]),
                round(2, 1, [400, 500]),
                round(3, 255, [7, 7]),
            ],
            blocks: vec![
                blocks(&[("stone", 4), ("red cloth", 1)], &[("plank", 2)]),
                blocks(&[("stone", 6)], &[("stone", 1)]),
            ],
            ..happenings(NOW_MS)
        };
        let gains = [("source.mining", "stone", -10), ("sink.built", "stone", 3)];
        let more = [("source.mining", "stone", -1), ("source.loot", "arrow", -5)];
        let events = [
            event("1", &told),
            flows("2", NOW_MS, &gains),
            flows("3", NOW_MS + 1, &more),
        ];
        take(world, &events).await;
        let told = process
            .rows(&format!("/rounds/balance?{}", around("")))
            .await;
        assert_eq!(
            told,
            json!([{ "world": "w", "rounds": 3, "red_won": 1, "blue_won": 1, "undecided": 1,
            "difference_mean": 100.0, "red_ahead_mean": 100.0 / 3.0, "seconds_mean": 600.0,
            "players_red_mean": 10.0, "players_blue_mean": 12.0 }])
        );
        let told = process.rows(&format!("/blocks?{}", around(""))).await;
        assert_eq!(
            told,
            json!([{ "block": "plank", "broken": 0, "placed": 2 },
            { "block": "red cloth", "broken": 1, "placed": 0 }, { "block": "stone", "broken": 10, "placed": 1 }])
        );
        let told = process.rows(&format!("/economy?{}", around(""))).await;
        assert_eq!(
            told,
            json!([{ "place": "sink.built", "item": "stone", "count": 3 },
            { "place": "source.loot", "item": "arrow", "count": 5 },
            { "place": "source.mining", "item": "stone", "count": 11 }])
        );
    });
}

#[test]
fn players_at_once_and_how_ticks_went() {
    on_each(async |world| {
        let process = world.start().await;
        let begin_ms = NOW_MS - 10 * MINUTE_MS;
        let events = [
            event("1", &ticks(begin_ms, (0, 0), 10, 100)),
            event("2", &ticks(begin_ms + 10_000, (0, 0), 20, 300)),
            event("3", &ticks(begin_ms + 20_000, (1, 0), 5, 50)),
            event("4", &ticks(begin_ms + MINUTE_MS, (0, 0), 8, 100)),
        ];
        take(world, &events).await;
        let crowd = |begin_ms, mean: f64, most| json!({ "begin_ms": begin_ms, "players_mean": mean, "players_max": most });
        let told = process
            .rows(&format!("/players/concurrent?step=minute&{}", around("")))
            .await;
        let minutes = [
            crowd(begin_ms, 20.0, 25),
            crowd(begin_ms + MINUTE_MS, 8.0, 8),
        ];
        assert_eq!(told, json!(minutes));
        let told = process
            .rows(&format!("/players/concurrent?step=hour&{}", around("")))
            .await;
        let hour_ms = NOW_MS - HOUR_MS;
        assert_eq!(told, json!([crowd(hour_ms, 38.0 / 3.0 + 5.0, 25)]));

        let shard = |begin_ms, pod, p50: f64, p99, max, bodies, players| {
            json!({ "begin_ms": begin_ms, "world": "w", "pod": pod, "shard": 0, "p50_us": p50,
                "p99_us": p99, "max_us": max, "period_us": 50_000, "bodies_max": bodies,
                "players_max": players })
        };
        let told = process
            .rows(&format!("/ticks/shards?step=minute&{}", around("")))
            .await;
        let rows = [
            shard(begin_ms, 0, 200.0, 900, 3_000, 200, 20),
            shard(begin_ms, 1, 50.0, 150, 500, 50, 5),
            shard(begin_ms + MINUTE_MS, 0, 100.0, 300, 1_000, 80, 8),
        ];
        assert_eq!(told, json!(rows));
        let told = process
            .rows(&format!("/ticks/shards?step=hour&{}", around("&world=w")))
            .await;
        assert_eq!(told[0]["p50_us"], 500.0 / 3.0);
        assert_eq!(
            (&told[0]["p99_us"], &told[1]["max_us"]),
            (&json!(900), &json!(500))
        );
        let told = process
            .rows(&format!("/ticks/regions?step=hour&{}", around("")))
            .await;
        assert_eq!(
            told[1],
            json!({ "begin_ms": hour_ms, "world": "w", "region": "10", "p50_us": 50.0,
            "p99_us": 150, "max_us": 500, "own_us": 20.0, "share_permille_max": 400, "cells_max": 10,
            "bodies_max": 20, "players_max": 5 })
        );
    });
}

#[test]
fn who_comes_again() {
    on_each(async |world| {
        let process = world.start().await;
        let day = |days: i64| NOW_MS - 8 * DAY_MS + days * DAY_MS;
        let events = [
            visits(
                "1",
                day(0),
                vec![visit(1, day(0), None), visit(2, day(0), None)],
            ),
            visits("2", day(0) + 9_000, vec![visit(1, day(0) + 9_000, Some(9))]),
            visits(
                "3",
                day(1),
                vec![visit(1, day(1), None), visit(3, day(1), None)],
            ),
            visits(
                "4",
                day(7),
                vec![visit(1, day(7), None), visit(2, day(7), None)],
            ),
            visits("5", day(8), vec![visit(3, day(8), None)]),
        ];
        take(world, &events).await;
        let (from_ms, to_ms) = (day(0), day(8));
        let call = format!("/players/retention?from_ms={from_ms}&to_ms={to_ms}");
        let midnight = |days| day(days) - 12 * HOUR_MS;
        let cohort = |days, players, day_1, day_7| json!({ "day_ms": midnight(days), "players": players, "day_1": day_1, "day_7": day_7 });
        assert_eq!(
            process.rows(&call).await,
            json!([cohort(0, 2, 1, 2), cohort(1, 1, 0, 1)])
        );
    });
}

#[test]
fn hours_are_summed_up_again_when_facts_come_late() {
    on_each(async |world| {
        let process = world.start().await;
        take(world, &[kills("1", NOW_MS, 3)]).await;
        let call = format!("/weapons?{}", around(""));
        assert_eq!(process.rows(&call).await[0]["kills"], 3);
        world.pass(HOUR_MS);
        take(world, &[kills("2", NOW_MS - 1, 1), kills("3", NOW_MS, 2)]).await;
        world.until("kept", 3).await;
        assert_eq!(process.rows(&call).await[0]["kills"], 6);
        // Nothing came since, but for the overlap.
        world.pass(HOUR_MS);
        assert!(process.analytics.sum_up().await.expect("a warehouse") > 0);
        world.pass(HOUR_MS);
        assert_eq!(process.analytics.sum_up().await.expect("a warehouse"), 0);
        assert_eq!(process.rows(&call).await[0]["kills"], 6);
    });
}

#[test]
fn a_player_is_kept_as_a_keyed_hash() {
    on_each(async |world| {
        let _process = world.start().await;
        let character = 1_234_567_890_123_456_789;
        let told = visits("1", NOW_MS, vec![visit(character, NOW_MS, None)]);
        take(world, &[told, kills("2", NOW_MS, 1)]).await;
        let players = Query::same("SELECT player FROM sessions");
        assert_eq!(
            world.ask(players).await,
            [json!({ "player": key().hash(character) })]
        );
        let fighters = Query::same("SELECT killer, victim FROM kills");
        assert_eq!(
            world.ask(fighters).await,
            [json!({ "killer": key().hash(7), "victim": "" })]
        );
    });
}

#[test]
fn what_is_too_old_goes() {
    on_each(async |world| {
        let process = world.start().await;
        take(world, &[kills("1", NOW_MS, 2)]).await;
        // What ClickHouse lets go when, it says; SQLite does it when it is told.
        let left = Query::each(
            "SELECT count(*) AS count FROM system.tables WHERE database = currentDatabase() \
             AND engine LIKE '%MergeTree' AND name <> 'analytics_migrations' \
             AND position(engine_full, 'toIntervalDay(15000)') = 0",
            "SELECT count(*) AS count FROM kills",
        );
        world.pass(15_001 * DAY_MS);
        process.analytics.migrate().await.expect("a warehouse");
        assert_eq!(world.count(left).await, 0);
    });
}

#[test]
fn what_is_there_already_is_kept_as_long_as_is_said_now() {
    on_each(async |world| {
        let process = world.start().await;
        take(world, &[kills("1", NOW_MS, 2)]).await;
        drop(process);
        let process = world.start_keeping(14_000).await;
        world.pass(14_001 * DAY_MS);
        process.analytics.migrate().await.expect("a warehouse");
        let left = Query::each(
            "SELECT count(*) AS count FROM system.tables WHERE database = currentDatabase() \
             AND position(engine_full, 'toIntervalDay(15000)') > 0",
            "SELECT count(*) AS count FROM kills",
        );
        assert_eq!(world.count(left).await, 0);
    });
}
