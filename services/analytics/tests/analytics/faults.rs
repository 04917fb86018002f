//! Deliveries that come again, processes that die, a warehouse that is away: the answers are the same.

use backends::{
    broker::{Broker, Event},
    testing::{OwnServer, Server, block_on, server_url, unique_name},
    warehouse::{Query, Warehouse},
};
use events::battle::Happenings;

use crate::{
    common::{NOW_MS, World, new_clickhouse_database, on_each, until},
    samples::{event, happenings, kill, kills, round},
};

const KILLS: Query = Query::each(
    "SELECT count(*) AS count FROM kills FINAL",
    "SELECT count(*) AS count FROM kills",
);
/// The last table that a batch goes into is away, and back.
const HIDE: Query = Query::each(
    "RENAME TABLE rounds TO rounds_away",
    "ALTER TABLE rounds RENAME TO rounds_away",
);
const SHOW: Query = Query::each(
    "RENAME TABLE rounds_away TO rounds",
    "ALTER TABLE rounds_away RENAME TO rounds",
);

/// Events of a kill each.
fn single_kills(prefix: &str, count: usize) -> Vec<Event> {
    let event = |number| kills(&format!("{prefix}-{number}"), NOW_MS + number, 1);
    (0..count as i64).map(event).collect()
}

async fn until_waiting(world: &World) {
    let batches = world
        .metrics
        .counter("analytics_batches_total", "", "outcome");
    until("a batch that waits", async || {
        (batches.read("waited") > 0).then_some(())
    })
    .await;
}

#[test]
fn what_is_delivered_again_in_other_company_counts_once() {
    on_each(async |world| {
        let _process = world.start().await;
        let events = single_kills("a", 6);
        for (again, kept) in [(0..4, 4), (2..6, 8), (0..1, 9), (0..6, 15)] {
            world.publish(&events[again]).await;
            world.until("kept", kept).await;
        }
        assert_eq!(world.count(KILLS).await, 6);
    });
}

/// The kills are inserted, their events are not acknowledged, and the process dies.
#[test]
fn a_crash_between_insert_and_acknowledgement_doubles_nothing() {
    on_each(async |world| {
        let process = world.start().await;
        process.analytics.migrate().await.expect("a warehouse");
        world
            .warehouse
            .execute(HIDE, &[])
            .await
            .expect("it is there");
        let last = Happenings {
            kills: vec![kill(events::battle::Weapon::Bomb, [0; 3])],
            rounds: vec![round(1, 0, [2, 1])],
            ..happenings(NOW_MS + 100)
        };
        let mut told = single_kills("a", 3);
        told.push(event("last", &last));
        world.publish(&told).await;
        until_waiting(world).await;
        assert_eq!(world.count(KILLS).await, 4, "inserted");
        drop(process);
        world
            .warehouse
            .execute(SHOW, &[])
            .await
            .expect("it was hidden");
        // Another batch than before.
        world.publish(&single_kills("b", 2)).await;
        let process = world.start().await;
        world.until("kept", 6).await;
        assert_eq!(world.count(KILLS).await, 6);
        let (from_ms, to_ms) = (NOW_MS, NOW_MS + 1);
        let call = format!("/weapons?from_ms={from_ms}&to_ms={to_ms}");
        let told = process.rows(&call).await;
        assert_eq!(
            (&told[0]["kills"], &told[1]["kills"]),
            (&1.into(), &5.into())
        );
    });
}

#[test]
fn processes_that_die_at_any_moment_lose_and_double_nothing() {
    // One less than deliveries in vain that make a dead letter.
    const ROUNDS: usize = backends::limits::DELIVERIES_MAX as usize - 1;
    const EVENTS: usize = 50;
    on_each(async |world| {
        for round in 0..ROUNDS {
            let process = world.start().await;
            world
                .publish(&single_kills(&format!("r{round}"), EVENTS))
                .await;
            // As far as it comes by itself in so many turns of others.
            for _ in 0..200 * round {
                tokio::task::yield_now().await;
            }
            drop(process);
        }
        let _process = world.start().await;
        let total = (ROUNDS * EVENTS) as i64;
        until("all kills", async || {
            (world.count_or_zero(KILLS).await >= total).then_some(())
        })
        .await;
        world.publish(&single_kills("end", 1)).await;
        until("the last", async || {
            (world.count_or_zero(KILLS).await > total).then_some(())
        })
        .await;
        assert_eq!(world.count(KILLS).await, total + 1);
    });
}

#[test]
fn facts_wait_for_a_warehouse_that_is_away() {
    block_on(async {
        let server = OwnServer::start_new(Server::ClickHouse);
        let url = new_clickhouse_database(server.url()).await;
        let warehouse = Warehouse::open(&url).await.expect("a URL");
        let broker = Broker::open(&server_url(Server::RabbitMq)).expect("a URL");
        let world = World::new(broker.namespace(&unique_name("analytics")), warehouse);
        let process = world.start().await;
        world.publish(&single_kills("a", 2)).await;
        world.until("kept", 2).await;
        server.stop();
        world.publish(&single_kills("b", 3)).await;
        until_waiting(&world).await;
        world.publish(&single_kills("c", 4)).await;
        let call = format!("/weapons?from_ms={NOW_MS}&to_ms={}", NOW_MS + 1);
        assert_eq!(process.get(&call, "admin").await.0, 503);
        server.start();
        world.until("kept", 9).await;
        assert_eq!(world.count(KILLS).await, 9);
        drop(process);
        world
            .broker
            .unsubscribe("analytics")
            .await
            .expect("a broker");
    });
}
