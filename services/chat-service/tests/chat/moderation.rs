//! What moderators do reaches all processes, and holds over restarts.

use std::sync::atomic::Ordering;

use chat::{Channel, Notice, WordFault};
use chat_service::store::{KeptMute, Stamp};
use serde_json::{Value, json};

use crate::common::{ANN, BEN, MOD, NOW_MS, Process, message, on_each, on_each_broker, words};

const UNTIL_MS: i64 = NOW_MS + 3_600_000;

fn form() -> Value {
    json!({ "until_ms": UNTIL_MS, "reason": "rude to all" })
}

/// Until it hears of a mute of the first account, or of its end.
async fn until_muted(process: &mut Process, until_ms: i64) {
    let until_ms = until_ms.cast_unsigned();
    let is_it = |notice: &Notice| matches!(notice, Notice::Muted { account: 1, until_ms: it, .. } if *it == until_ms);
    process.until("a mute", is_it).await;
}

fn revision(mute: &KeptMute) -> u64 {
    match mute.notice() {
        Notice::Muted { revision, .. } => revision,
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
            until_muted(process, UNTIL_MS).await;
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
        until_muted(&mut there, 0).await;
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
        let muted = |notices: &[Notice], wanted, wanted_ms: i64| {
            let wanted_ms = wanted_ms.cast_unsigned();
            let is_it = |it: &Notice| {
                matches!(it, Notice::Muted { account, until_ms, .. }
                    if (*account, *until_ms) == (wanted, wanted_ms))
            };
            notices.iter().any(is_it)
        };
        let slowed = |it: &Notice| {
            let channel = Channel::House;
            matches!(it, Notice::Slowed { channel: it, slow_ms: 30_000, .. } if *it == channel)
        };
        let filtered = |it: &Notice| matches!(it, Notice::Filtered { words, .. } if words.masked("oh heck") == "oh ****");
        let recalled = |it: &Notice| match it {
            Notice::Recalled(words) => Some(words.text.clone()),
            _ => None,
        };
        let gathered = late.gather(|notices| {
            muted(notices, 1, UNTIL_MS)
                && muted(notices, 2, 0)
                && notices.iter().any(slowed)
                && notices.iter().any(filtered)
                && notices.iter().any(|it| recalled(it).is_some())
        });
        let gathered = gathered.await;
        let recalled: Vec<_> = gathered.iter().filter_map(recalled).collect();
        assert!(recalled.iter().all(|text| text == "before"), "{recalled:?}");
    });
}

#[test]
fn two_who_edit_the_filter_at_once_both_do() {
    on_each(async |world| {
        let store = &world.chat.store;
        let stamp = Stamp {
            by: 9,
            at_ms: NOW_MS,
        };
        let edit = |word: &'static str| store.edit_filter(move |words| words.add(word), stamp);
        let edits = ["heck", "drat", "blast", "gosh"].map(edit);
        let [one, two, three, four] = edits;
        let edited = tokio::join!(one, two, three, four);
        for it in <[_; 4]>::from(edited) {
            it.expect("a database").expect("a new word");
        }
        let words = store.words().await.expect("a database");
        for word in ["heck", "drat", "blast", "gosh", "bastard"] {
            assert!(words.words().any(|it| it == word), "{word}");
        }
        let twice = edit("heck").await.expect("a database");
        assert_eq!(twice, Err(WordFault::Twice));
    });
}

#[test]
fn the_newest_word_about_an_account_has_the_greatest_revision() {
    on_each(async |world| {
        let store = &world.chat.store;
        let mut revisions = Vec::new();
        // Within one millisecond, and with a clock that is set back.
        for step in 0..4 {
            let at_ms = NOW_MS - step / 2 * 1_000;
            let stamp = Stamp { by: 9, at_ms };
            let muted = store.mute(1, UNTIL_MS, "rude", stamp).await;
            revisions.push(revision(&muted.expect("a database")));
            assert!(store.unmute(1, stamp).await.expect("a database"));
            let ended = store.mutes_to_tell(at_ms).await.expect("a database");
            assert_eq!(ended[0].until_ms, 0);
            revisions.push(revision(&ended[0]));
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
