//! The broker or the database goes away and comes back: what was told is kept, what was refused was told.

use backends::{
    broker::Broker,
    cache::Cache,
    sql::{Database, SqlLimits},
    testing::{OwnServer, Server, TestDatabase, block_on},
};
use std::{sync::atomic::Ordering, time::Duration};

use chat::Notice;
use chat_service::{
    ChannelKey,
    limits::{RATE_WORDS_MAX, WORDS_AGE_MAX_MS},
    store::Cursor,
};
use serde_json::json;
use tokio::time::timeout;

use crate::common::{ANN, BEN, NOW_MS, World, message, wait_for, words};

/// How often words are said to one who has lost its queue, half a second apart: a minute.
const TRIES_MAX: u64 = 120;

/// Runs a test on a service within the process, whose broker it may stop and start again.
fn on_own_rabbitmq(test: impl AsyncFn(&World, &OwnServer)) {
    block_on(async {
        let server = OwnServer::start_new(Server::RabbitMq);
        let broker = Broker::open(server.url()).expect("a URL");
        let cache = Cache::open("memory:").await.expect("it is here");
        let kept = TestDatabase::sqlite();
        let database = kept.open().await;
        let world = World::open(&database, &cache, broker).await;
        test(&world, &server).await;
        world.stop().await;
        database.close().await;
        kept.delete().await;
    });
}

#[test]
fn a_broker_that_stops_and_starts_again_loses_no_young_words_and_no_mute() {
    on_own_rabbitmq(async |world, server| {
        let here = world.process().await;
        let mut there = world.process().await;
        here.say(words(1, 1, "before")).await;
        assert_eq!(there.texts_until("before").await, ["before"]);

        server.stop();
        here.say(words(1, 2, "meanwhile")).await;
        world.mute(1, NOW_MS + 60_000).await;
        server.start();

        let is_muted = |notice: &Notice| matches!(notice, Notice::Muted { account: 1, .. });
        let place = async || world.chat.store.place(words(1, 2, "").sequence).await;
        wait_for(async || {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            place().await.expect("a database").is_some()
        })
        .await;
        // Its own queue may have missed the event while its connection was lost; whoever begins is told.
        let mut late = world.process().await;
        assert!(world.unmute(1).await);
        late.until("the mute's end", is_muted).await;
        here.say(words(1, 3, "after")).await;
        late.texts_until("after").await;
    });
}

#[test]
fn what_waited_long_for_the_broker_is_kept_and_neither_told_nor_counted() {
    on_own_rabbitmq(async |world, server| {
        let here = world.process().await;
        let mut there = world.process().await;

        server.stop();
        let old_count = RATE_WORDS_MAX + 1;
        for number in 0..old_count {
            here.say(words(1, number, "long ago")).await;
        }
        let late_ms = NOW_MS + 2 * WORDS_AGE_MAX_MS.cast_signed();
        world.now_ms.store(late_ms, Ordering::SeqCst);
        let young = chat::Words {
            time_ms: late_ms.cast_unsigned(),
            ..words(1, old_count, "young")
        };
        here.say(young).await;
        server.start();

        let lines = async || {
            let lines = world.chat.store.lines(ChannelKey::Global, Cursor::TOP, 100);
            lines.await.expect("a database").len() as u64
        };
        wait_for(async || {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            lines().await == old_count + 1
        })
        .await;
        let said =
            |notice: &Notice| matches!(notice, Notice::Said(_) | Notice::Hushed { account: 1, .. });
        let later = |number| chat::Words {
            time_ms: late_ms.cast_unsigned(),
            ..words(2, number, "later")
        };
        // Its own queue may have missed the young ones while its connection was lost.
        let mut last = String::new();
        for number in 0..TRIES_MAX {
            here.say(later(number)).await;
            let heard = timeout(Duration::from_millis(500), there.until("words", said)).await;
            let Ok(heard) = heard else { continue };
            let Notice::Said(heard) = heard else {
                panic!("who said little is hushed");
            };
            assert!(heard.text == "young" || heard.text == "later");
            last.clone_from(&heard.text);
            if last == "later" {
                break;
            }
        }
        assert_eq!(last, "later", "nothing is heard any more");
    });
}

#[test]
fn without_its_database_it_says_so_and_keeps_all_afterwards() {
    block_on(async {
        let server = OwnServer::start_new(Server::Postgres);
        let database = Database::open(server.url(), SqlLimits::default()).await;
        let database = database.expect("a new server");
        let world = World::embedded(&database).await;
        let here = world.process().await;
        let mut there = world.process().await;
        world.say(&here, words(1, 1, "before")).await;

        server.stop();
        here.say(words(1, 2, "meanwhile")).await;
        there.texts_until("meanwhile").await;
        let lines = world.get("/chat/channels/global/lines", ANN).await;
        assert!(lines.refused(503, "unavailable")["retry_after_s"].is_u64());
        let form = json!({ "message": message(&words(1, 1, "")), "reason": "rude" });
        let refused = world.call("POST /chat/reports", BEN, form.clone()).await;
        refused.refused(503, "unavailable");
        assert_eq!(world.get("/readyz", "").await.status.as_u16(), 503);

        server.start();
        let page = async || world.get("/chat/channels/global/lines", ANN).await;
        wait_for(async || {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            page().await.body["lines"][0]["text"] == "meanwhile"
        })
        .await;
        world.call("POST /chat/reports", BEN, form).await.ok(201);
        world.stop().await;
        database.close().await;
    });
}
