//! Who may ask, and what.

use std::collections::BTreeSet;

use backends::{broker::Broker, testing::block_on, warehouse::Warehouse};

use crate::common::{NOW_MS, World, on_each};

const CALLS: [&str; 9] = [
    "/players/concurrent?step=hour&",
    "/players/retention?",
    "/rounds/balance?",
    "/weapons?",
    "/kills/map?",
    "/blocks?",
    "/economy?",
    "/ticks/shards?step=minute&",
    "/ticks/regions?step=hour&",
];
const HOUR_MS: i64 = 3_600_000;

fn hour() -> String {
    format!("from_ms={}&to_ms={NOW_MS}", NOW_MS - HOUR_MS)
}

#[test]
fn only_operators_and_admins_are_told() {
    on_each(async |world| {
        let process = world.start().await;
        process.analytics.migrate().await.expect("a warehouse");
        for call in CALLS {
            let call = format!("{call}{}", hour());
            for (token, status) in [
                ("", 401),
                ("nobody", 401),
                ("player", 403),
                ("moderator", 403),
                ("operator", 200),
                ("admin", 200),
            ] {
                let (told, body) = process.get(&call, token).await;
                assert_eq!(told, status, "{call} {token}: {body}");
            }
        }
    });
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    on_each(async |world| {
        let process = world.start().await;
        let long = format!("from_ms=0&to_ms={NOW_MS}");
        let day = format!("from_ms={}&to_ms={NOW_MS}", NOW_MS - 25 * HOUR_MS);
        let hour = hour();
        let world_name = "w".repeat(65);
        for (call, status) in [
            ("/weapons".to_owned(), 400),
            (format!("/weapons?{hour}&nope=1"), 400),
            (format!("/weapons?from_ms=x&to_ms={NOW_MS}"), 400),
            (format!("/weapons?from_ms={NOW_MS}&to_ms={NOW_MS}"), 422),
            (format!("/weapons?from_ms=-1&to_ms={NOW_MS}"), 422),
            (format!("/weapons?from_ms=0&to_ms={}", i64::MAX), 422),
            (format!("/weapons?{long}"), 422),
            (format!("/weapons?{hour}&world="), 422),
            (format!("/weapons?{hour}&world={world_name}"), 422),
            (format!("/kills/map?{hour}&cell=7"), 422),
            (format!("/kills/map?{hour}&cell=0"), 422),
            (format!("/kills/map?{hour}&cell=-8"), 422),
            (format!("/kills/map?{hour}&weapon=spoon"), 400),
            (format!("/ticks/shards?{hour}"), 400),
            (format!("/ticks/shards?step=minute&{day}"), 422),
            (format!("/ticks/regions?step=day&{day}"), 400),
        ] {
            let (told, body) = process.get(&call, "admin").await;
            assert_eq!(told, status, "{call}: {body}");
            let kind = body["type"].as_str().unwrap_or_default();
            assert!(kind.starts_with("urn:voxelheim:problem:"), "{call}: {body}");
        }
    });
}

#[test]
fn a_warehouse_that_is_away_is_told_as_such() {
    block_on(async {
        let nowhere = Warehouse::open("http://127.0.0.1:1/analytics").await;
        let broker = Broker::open("memory:").expect("a URL");
        let world = World::new(broker, nowhere.expect("a URL"));
        let process = world.start().await;
        let statuses =
            async |call: &str| process.get(&format!("{call}{}", hour()), "admin").await.0;
        let mut told = BTreeSet::new();
        for call in CALLS {
            told.insert(statuses(call).await.as_u16());
        }
        assert_eq!(told, [503].into());
    });
}
