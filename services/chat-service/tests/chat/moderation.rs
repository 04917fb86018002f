//! What moderators do reaches all processes, and holds over restarts.

use std::sync::atomic::Ordering;

use chat::{Channel, Notice};
use serde_json::{Value, json};

use crate::common::{ANN, BEN, MOD, NOW_MS, Process, message, on_each, on_each_broker, words};

const UNTIL_MS: i64 = NOW_MS + 3_600_000;

fn form() -> Value {
    json!({ "until_ms": UNTIL_MS, "reason": "rude to all" })
}

async fn until_muted(process: &mut Process, account: u64) -> (u64, u64) {
    let is_it =
        |notice: &Notice| matches!(notice, Notice::Muted { account: it, .. } if *it == account);
    match process.until("a mute", is_it).await {
        Notice::Muted {
            until_ms, revision, ..
        } => (until_ms, revision),
        other => panic!("{other:?}"),
    }
}

#[test]
fn mutes_and_removals_reach_all_processes() {
    on_each_broker(async |world| {
        let mut here = world.process().await;
        let mut there = world.process().await;
        let rude = words(1, 1, "rude");
        world.say(&here, rude.clone()).await;
        world.call("PUT /chat/mutes/1", MOD, form()).await.ok(200);
        for process in [&mut here, &mut there] {
            assert_eq!(until_muted(process, 1).await.0, UNTIL_MS.cast_unsigned());
        }
        let remove = format!("DELETE /chat/messages/{}", message(&rude));
        world.call(&remove, MOD, Value::Null).await.ok(204);
        let sequence = rude.sequence;
        for process in [&mut here, &mut there] {
            let removed = Notice::Removed { sequence };
            process.until("a removal", |it| *it == removed).await;
        }
        world
            .call(&remove, MOD, Value::Null)
            .await
            .refused(404, "not-found");
        let page = world.get("/chat/channels/global/lines", BEN).await.ok(200);
        assert_eq!(page["lines"], json!([]));
        world
            .call("DELETE /chat/mutes/1", MOD, Value::Null)
            .await
            .ok(204);
        let (until_ms, _) = until_muted(&mut there, 1).await;
        assert_eq!(until_ms, 0);
    });
}

#[test]
fn a_process_that_begins_is_told_what_holds_and_what_was_said() {
    on_each_broker(async |world| {
        let process = world.process().await;
        world.say(&process, words(1, 1, "before")).await;
        world.say(&process, words(1, 2, "gone")).await;
        let remove = format!("DELETE /chat/messages/{}", message(&words(1, 2, "")));
        world.call(&remove, MOD, Value::Null).await.ok(204);
        world.call("PUT /chat/mutes/1", MOD, form()).await.ok(200);
        world.call("PUT /chat/mutes/2", MOD, form()).await.ok(200);
        world
            .call("DELETE /chat/mutes/2", MOD, Value::Null)
            .await
            .ok(204);
        let words = json!({ "words": ["heck"] });
        world.call("PUT /chat/words", MOD, words).await.ok(200);
        let slow = json!({ "seconds": 30 });
        world
            .call("PUT /chat/channels/house/slow", MOD, slow)
            .await
            .ok(204);
        process.kill().await;

        let mut late = Process::start(&world.broker, world.clock());
        let several = late
            .until("what holds", |it| matches!(it, Notice::Several { .. }))
            .await;
        let Notice::Several { notices } = several else {
            panic!("{several:?}");
        };
        let muted = |account, holds: bool| {
            notices.iter().any(|notice| {
                matches!(notice, Notice::Muted { account: it, until_ms, .. }
                    if *it == account && (*until_ms == UNTIL_MS.cast_unsigned()) == holds)
            })
        };
        assert!(muted(1, true) && muted(2, false), "{notices:?}");
        let slowed = |it: &Notice| {
            matches!(
                it,
                Notice::Slowed {
                    channel: Channel::House,
                    slow_ms: 30_000,
                    ..
                }
            )
        };
        assert!(notices.iter().any(slowed));
        let recalled = notices.iter().filter_map(|notice| match notice {
            Notice::Recalled(words) => Some(words.text.as_str()),
            _ => None,
        });
        assert_eq!(recalled.collect::<Vec<_>>(), ["before"]);
        let filtered = late
            .until("the filter", |it| matches!(it, Notice::Filtered { .. }))
            .await;
        let Notice::Filtered { words, .. } = filtered else {
            panic!("{filtered:?}");
        };
        assert_eq!(words.masked("oh heck"), "oh ****");
    });
}

#[test]
fn the_newest_word_about_an_account_has_the_greatest_revision() {
    on_each(async |world| {
        let mut process = world.process().await;
        let mut revisions = Vec::new();
        // Within one millisecond, and with a clock that is set back.
        for step in 0..4 {
            world
                .now_ms
                .store(NOW_MS - step / 2 * 1_000, Ordering::SeqCst);
            world.call("PUT /chat/mutes/1", MOD, form()).await.ok(200);
            revisions.push(until_muted(&mut process, 1).await.1);
            world
                .call("DELETE /chat/mutes/1", MOD, Value::Null)
                .await
                .ok(204);
            revisions.push(until_muted(&mut process, 1).await.1);
        }
        assert!(revisions.is_sorted_by(|a, b| a < b), "{revisions:?}");
    });
}

#[test]
fn the_muted_read_until_when_and_why() {
    on_each(async |world| {
        assert!(world.get("/chat/mute", ANN).await.ok(200)["mute"].is_null());
        world.call("PUT /chat/mutes/1", MOD, form()).await.ok(200);
        let mute = world.get("/chat/mute", ANN).await.ok(200);
        assert_eq!(mute["mute"], form());
        assert!(world.get("/chat/mute", BEN).await.ok(200)["mute"].is_null());
        let listed = world.get("/chat/mutes", MOD).await.ok(200);
        assert_eq!(
            (&listed[0]["account"], &listed[0]["changed_by"]),
            (&"1".into(), &"9".into())
        );
        world.now_ms.store(UNTIL_MS, Ordering::SeqCst);
        assert!(world.get("/chat/mute", ANN).await.ok(200)["mute"].is_null());
        assert_eq!(world.get("/chat/mutes", MOD).await.ok(200), json!([]));
        let unmute = world.call("DELETE /chat/mutes/1", MOD, Value::Null).await;
        unmute.refused(404, "not-found");
    });
}

#[test]
fn only_moderators_moderate() {
    on_each(async |world| {
        for (call, body) in [
            ("PUT /chat/mutes/2", form()),
            ("DELETE /chat/mutes/2", Value::Null),
            ("GET /chat/mutes", Value::Null),
            ("DELETE /chat/messages/7", Value::Null),
            ("PUT /chat/channels/global/slow", json!({ "seconds": 1 })),
            ("GET /chat/words", Value::Null),
            ("PUT /chat/words", json!({ "words": [] })),
        ] {
            world
                .call(call, ANN, body.clone())
                .await
                .refused(403, "forbidden");
            world
                .call(call, "", body)
                .await
                .refused(401, "unauthorized");
        }
    });
}

#[test]
fn a_bad_filter_or_mute_is_refused_and_named() {
    on_each(async |world| {
        let built_in = world.get("/chat/words", MOD).await.ok(200);
        assert!(
            built_in["words"]
                .as_array()
                .is_some_and(|it| !it.is_empty())
        );
        for bad in ["two words", "Upper", "a", "", "<b>", "ok"] {
            let body = json!({ "words": ["ok", bad] });
            let answer = world.call("PUT /chat/words", MOD, body).await;
            let problem = answer.refused(422, "invalid-field");
            assert_eq!(problem["errors"][0]["field"], "words[1]");
        }
        let many: Vec<String> = (0..=4_096).map(|it| format!("w{it}")).collect();
        let body = json!({ "words": many });
        let answer = world.call("PUT /chat/words", MOD, body).await;
        answer.refused(422, "invalid-field");
        assert_eq!(world.get("/chat/words", MOD).await.ok(200), built_in);
        for (until_ms, reason, field) in [
            (NOW_MS - 1, "rude", "until_ms"),
            (NOW_MS + 367 * 86_400_000, "rude", "until_ms"),
            (UNTIL_MS, "", "reason"),
            (UNTIL_MS, "a\nb", "reason"),
            (UNTIL_MS, &"x".repeat(201), "reason"),
        ] {
            let body = json!({ "until_ms": until_ms, "reason": reason });
            let problem = world.call("PUT /chat/mutes/1", MOD, body).await;
            let problem = problem.refused(422, "invalid-field");
            assert_eq!(problem["errors"][0]["field"], field);
        }
        let slow = json!({ "seconds": 601 });
        let answer = world
            .call("PUT /chat/channels/global/slow", MOD, slow)
            .await;
        answer.refused(422, "invalid-field");
        let slow = json!({ "seconds": 1 });
        let answer = world
            .call("PUT /chat/channels/system/slow", MOD, slow)
            .await;
        answer.refused(404, "not-found");
    });
}
