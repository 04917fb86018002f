//! A database that goes away and comes back: what cannot be done is told as 503, and what was is kept.

use backends::{
    sql::{Database, SqlLimits},
    testing::{OwnServer, Server, block_on},
};
use inventory::store::Store;
use serde_json::{Value, json};

use crate::{
    common::{ANNA, gain, in_bag, is_done, log, open, order, require_closed},
    http::{ANNAS, World},
};

#[test]
fn without_its_database_it_says_so_and_loses_nothing() {
    block_on(async {
        let server = OwnServer::start_new(Server::Postgres);
        let database = Database::open(server.url(), SqlLimits::default()).await;
        let database = database.expect("a new server");
        Store::migrate(&database).await.expect("a new database");
        let world = World::open(&database).await;
        world.gain(101, "log", None, 5).await;
        let call = "POST /inventory/characters/101/crafts";
        let craft = json!({ "key": "c1", "recipe": "plank", "times": 2 });
        world.call(call, ANNAS, craft.clone()).await.ok(200);

        server.stop();
        let later = json!({ "key": "c2", "recipe": "plank", "times": 1 });
        let away = world.call(call, ANNAS, later.clone()).await;
        assert!(away.refused(503, "unavailable")["retry_after_s"].is_u64());
        let ready = world.call("GET /readyz", "", Value::Null).await;
        assert_eq!(ready.status.as_u16(), 503);
        // What needs no database goes on.
        world
            .call("GET /inventory/definitions", "", Value::Null)
            .await
            .ok(200);

        server.start();
        let again = world.call(call, ANNAS, craft).await.ok(200);
        assert_eq!(again["repeated"], true);
        let done = world.call(call, ANNAS, later).await.ok(200);
        assert_eq!(done["belongings"]["bag"][0]["count"], 2);
        assert_eq!(done["belongings"]["bag"][1]["count"], 12);
        world.call("GET /readyz", "", Value::Null).await.ok(200);
        database.close().await;
    });
}

/// Batches go on while the server is stopped and started: whoever insists with the same key has each done once.
#[test]
fn batches_over_restarts_are_done_once_each() {
    block_on(async {
        let server = OwnServer::start_new(Server::Postgres);
        let database = Database::open(server.url(), SqlLimits::default()).await;
        let database = database.expect("a new server");
        let store = open(&database).await;
        let (mut tries, mut refused) = (0, 0);
        for number in 0..60 {
            let batch = crate::common::batch(1, vec![gain(ANNA, log(), 1)]);
            let key = number.to_string();
            if number % 20 == 10 {
                // In the middle of it.
                let under_way = store.apply(order(1, &key), &batch);
                let restart = async { server.stop() };
                let (answer, ()) = tokio::join!(under_way, restart);
                refused += u32::from(answer.is_err());
                server.start();
            }
            loop {
                tries += 1;
                match store.apply(order(1, &key), &batch).await {
                    Ok(answer) => break assert!(is_done(&answer), "{answer:?}"),
                    Err(error) => assert!(error.is_retryable() && tries < 1_000, "{error}"),
                }
            }
        }
        assert!(refused > 0, "no stop came in between");
        assert_eq!(in_bag(&store, ANNA, &log()).await, 60);
        require_closed(&store).await;
        database.close().await;
    });
}
