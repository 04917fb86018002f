//! What moderators do reaches all processes, and holds over restarts.

use std::sync::atomic::Ordering;

use chat::{Channel, Notice, WordFault};
use chat_service::store::{KeptMute, Stamp};
use serde_json::json;

use crate::common::{ANN, BEN, MOD, NOW_MS, Process, RUDE, on_each, words};

const UNTIL_MS: i64 = NOW_MS + 3_600_000;

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
    on_each(async |world| {
        let mut here = world.process().await;
        let mut there = world.process().await;
        let rude = words(1, 1, "rude");
        world.say(&here, rude.clone()).await;
        world.mute(1, UNTIL_MS).await;
        for process in [&mut here, &mut there] {
            until_muted(process, UNTIL_MS).await;
        }
        assert!(world.remove(&rude).await);
        let sequence = rude.sequence;
        for process in [&mut here, &mut there] {
            let removed = Notice::Removed { sequence };
            process.until("a removal", |it| *it == removed).await;
        }
        assert!(!world.remove(&rude).await, "once");
        let page = world.get("/chat/channels/global/lines", BEN).await.ok(200);
        assert_eq!(page["lines"], json!([]));
        assert!(world.unmute(1).await);
        until_muted(&mut there, 0).await;
    });
}

#[test]
fn a_process_that_begins_is_told_what_holds_and_what_was_said() {
    on_each(async |world| {
        let process = world.process().await;
        world.say(&process, words(1, 1, "before")).await;
        world.say(&process, words(1, 2, "gone")).await;
        assert!(world.remove(&words(1, 2, "")).await);
        world.mute(1, UNTIL_MS).await;
        world.mute(2, UNTIL_MS).await;
        assert!(world.unmute(2).await);
        let store = &world.chat.store;
        let filter = store.edit_filter(|words| words.add("heck"), world.stamp());
        filter.await.expect("a database").expect("a new word");
        let slow = store.set_slow(Channel::House, 30_000, world.stamp());
        slow.await.expect("a database");
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
        world.mute(1, UNTIL_MS).await;
        let mute = world.get("/chat/mute", ANN).await.ok(200);
        let told = json!({ "until_ms": UNTIL_MS, "reason": RUDE });
        assert_eq!(mute["mute"], told);
        assert!(world.get("/chat/mute", BEN).await.ok(200)["mute"].is_null());
        let kept = world.chat.store.mute_of(1, NOW_MS).await;
        let kept = kept.expect("a database").expect("it holds");
        assert_eq!((kept.account, kept.changed_by), (1, MOD));
        world.now_ms.store(UNTIL_MS, Ordering::SeqCst);
        assert!(world.get("/chat/mute", ANN).await.ok(200)["mute"].is_null());
        assert!(!world.unmute(1).await, "it is over");
    });
}

#[test]
fn there_is_no_route_for_moderators() {
    on_each(async |world| {
        let routes = world.client().routes().await;
        let calls = routes.iter().map(|route| route.call.as_str());
        let mut calls: Vec<_> = calls.filter(|call| call.contains("/chat/")).collect();
        calls.sort_unstable();
        let wanted = [
            "GET /chat/channels/{channel}/lines",
            "GET /chat/mute",
            "POST /chat/reports",
        ];
        assert_eq!(calls, wanted, "whatever staff do is in staff's log");
    });
}
