//! What was said is kept, shown in pages to those who may hear it, and forgotten in time.
use chat::{Audience, Channel, Membership, Words};
use chat_service::{
    ChannelKey,
    limits::{HISTORY_AGE_MAX_MS, HISTORY_LINES_MAX},
    store::{Cursor, Store},
    topics::{self, Members},
};
use serde_json::Value;

use crate::common::{ANN, BEN, NOW_MS, World, on_each, wait_for, words};

fn texts(page: &Value) -> Vec<&str> {
    let lines = page["lines"].as_array().expect("lines").iter();
    lines
        .map(|line| line["text"].as_str().expect("text"))
        .collect()
}

#[test]
fn history_is_shown_in_pages_each_line_once() {
    on_each(async |world| {
        let process = world.process().await;
        let said: Vec<String> = (0..25).map(|number| format!("line {number}")).collect();
        for (number, text) in said.iter().enumerate() {
            // Two have the same time.
            let mut words = words(1, number as u64, text);
            words.time_ms -= number as u64 % 2;
            world.say(&process, words).await;
        }
        let mut seen = Vec::new();
        let mut path = "/chat/channels/global/lines?limit=10".to_owned();
        loop {
            let page = world.get(&path, ANN).await.ok(200);
            seen.extend(texts(&page).into_iter().map(str::to_owned));
            assert!(page["lines"][0]["account"].is_null(), "{page}");
            let Some(next) = page["next"].as_str() else {
                break;
            };
            path = format!("/chat/channels/global/lines?limit=10&before={next}");
        }
        assert_eq!(seen.len(), 25);
        seen.sort();
        let mut wanted = said.clone();
        wanted.sort();
        assert_eq!(seen, wanted);
    });
}

#[test]
fn only_who_may_hear_a_channel_reads_it() {
    on_each(async |world| {
        let process = world.process().await;
        let of_party = Words {
            channel: Channel::Party,
            audience: Audience::Party(5),
            ..words(1, 1, "ours")
        };
        world.say(&process, of_party).await;
        let whispered = Words {
            channel: Channel::Whisper,
            audience: Audience::Pair(102, 101),
            ..words(1, 2, "for one")
        };
        world.say(&process, whispered).await;
        let membership = Membership {
            character: 101,
            party: Some(5),
            guild: None,
        };
        let event = topics::event(
            "m1".into(),
            "chat.member.101".into(),
            &Members::new(vec![membership]),
        );
        let party = "/chat/channels/party/lines?character=101";
        // Again until it is heard: what is told before the service listens is told to nobody.
        wait_for(async || {
            let told = world.broker.publish(std::slice::from_ref(&event)).await;
            told.expect("a broker");
            world.get(party, ANN).await.status.is_success()
        })
        .await;
        let page = world.get(party, ANN).await.ok(200);
        assert_eq!(texts(&page), ["ours"]);
        // Neither as somebody else's character, nor by the party's number, nor in no guild.
        world.get(party, BEN).await.refused(404, "not-found");
        let guild = "/chat/channels/guild/lines?character=101";
        world.get(guild, ANN).await.refused(404, "not-found");
        for channel in ["party.5", "whisper.101.102", "local", "house.0"] {
            let path = format!("/chat/channels/{channel}/lines");
            world.get(&path, ANN).await.refused(404, "not-found");
            let key = channel.parse().expect("it is one");
            let kept = world.chat.store.lines(key, Cursor::TOP, 1).await;
            let is_kept = kept.expect("a database").len() == 1;
            let is_said = matches!(channel, "party.5" | "whisper.101.102");
            assert_eq!(is_kept, is_said, "{channel}");
        }
        world.get(party, "").await.refused(401, "unauthorized");
    });
}

/// Puts lines straight into the store, which is faster than saying them.
async fn keep(store: &Store, count: i64) {
    let database = store.database();
    for first in (0..count).step_by(500) {
        let mut transaction = database.begin().await.expect("a database");
        for number in first..(first + 500).min(count) {
            let words = words(1, number.cast_unsigned(), "line");
            let kept = store.keep(&mut transaction, ChannelKey::Global, &words);
            kept.await.expect("a database");
        }
        transaction.commit().await.expect("a database");
    }
}

async fn count(world: &World) -> i64 {
    let pool = world.chat.store.database().pool();
    let lines: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM chat_lines")
        .fetch_one(pool)
        .await
        .expect("a database");
    let places: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM chat_messages")
        .fetch_one(pool)
        .await
        .expect("a database");
    assert_eq!(lines, places);
    lines
}

async fn channels_count(world: &World) -> i64 {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM chat_channels");
    let pool = world.chat.store.database().pool();
    count.fetch_one(pool).await.expect("a database")
}

#[test]
fn what_is_too_old_or_too_much_is_swept() {
    on_each(async |world| {
        let store = &world.chat.store;
        let mut dropped = Vec::new();
        let mut sweep = async |now_ms| {
            let swept = store.sweep(now_ms, &mut dropped).await;
            swept.expect("a database");
        };
        keep(store, HISTORY_LINES_MAX + 700).await;
        sweep(NOW_MS).await;
        assert_eq!(count(world).await, HISTORY_LINES_MAX);
        let newest = store.lines(ChannelKey::Global, Cursor::TOP, 1).await;
        let newest = newest.expect("a database")[0].words.time_ms.cast_signed();
        assert_eq!(newest, NOW_MS + HISTORY_LINES_MAX + 699);
        let half_ms = newest - HISTORY_LINES_MAX / 2;
        sweep(half_ms + HISTORY_AGE_MAX_MS).await;
        assert_eq!(count(world).await, HISTORY_LINES_MAX / 2);
        sweep(newest + HISTORY_AGE_MAX_MS).await;
        assert_eq!((count(world).await, channels_count(world).await), (0, 1));
        sweep(newest + HISTORY_AGE_MAX_MS).await;
        assert_eq!(channels_count(world).await, 0, "nothing is left in it");
    });
}

/// Its line is not seen by whoever drops the channel, nor that by it.
#[test]
fn a_line_that_was_being_kept_as_its_channel_was_dropped_is_swept_nevertheless() {
    on_each(async |world| {
        let store = &world.chat.store;
        keep(store, 1).await;
        let forgotten = sqlx::query("DELETE FROM chat_channels");
        let forgotten = forgotten.execute(store.database().pool()).await;
        forgotten.expect("a database");
        let mut dropped = vec![ChannelKey::Global.to_string()];
        let now_ms = NOW_MS + 2 * HISTORY_AGE_MAX_MS;
        let swept = store.sweep(now_ms, &mut dropped).await;
        assert_eq!(swept.expect("a database"), 1);
        assert!(dropped.is_empty());
    });
}
