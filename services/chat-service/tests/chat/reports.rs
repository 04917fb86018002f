//! Reports: taken once, with what was said, and resolved once.

use chat_service::{
    limits::{CONTEXT_LINES, REPORTS_MAX},
    store::ReportState,
};
use serde_json::json;

use crate::common::{ANN, BEN, MOD, NOW_MS, message, on_each, words};

#[test]
fn a_report_shows_what_was_said_before_whatever_becomes_of_it() {
    on_each(async |world| {
        let process = world.process().await;
        for number in 0..15 {
            let text = format!("line {number}");
            world.say(&process, words(1, number, &text)).await;
        }
        let rude = words(1, 12, "");
        let form = json!({ "message": message(&rude), "reason": " It is  rude " });
        let call = "POST /chat/reports";
        let first = world.call(call, BEN, form.clone()).await.ok(201);
        let again = world.call(call, BEN, form).await.ok(201);
        assert_eq!(first, again, "the same of one account is one");
        assert!(world.remove(&rude).await);
        let queue = world.reports(true, None).await;
        let [report] = &queue[..] else {
            panic!("one report: {queue:?}");
        };
        assert_eq!((report.reporter, report.reason.as_str()), (2, "It is rude"));
        let context = &report.context;
        assert_eq!(context.len() as i64, CONTEXT_LINES + 1);
        assert_eq!(context[0].text, "line 2");
        let last = &context[CONTEXT_LINES as usize];
        assert_eq!((last.text.as_str(), last.speaker.account), ("line 12", 1));

        let store = &world.chat.store;
        let resolve = async || {
            let resolved = store.resolve(report.id, "muted for a day", world.stamp());
            resolved.await.expect("a database")
        };
        assert!(resolve().await);
        assert!(!resolve().await, "once");
        assert_eq!(world.reports(true, None).await, []);
        let done = world.reports(false, None).await;
        let resolved = ReportState::Resolved {
            at_ms: NOW_MS,
            by: MOD,
            note: "muted for a day".to_owned(),
        };
        assert_eq!(done[0].state, resolved);
    });
}

#[test]
fn the_queue_is_shown_in_pages_the_eldest_first() {
    on_each(async |world| {
        let process = world.process().await;
        world.say(&process, words(1, 0, "rude")).await;
        let form = json!({ "message": message(&words(1, 0, "")), "reason": "rude" });
        for account in 10..70 {
            let token = account.to_string();
            world
                .call("POST /chat/reports", &token, form.clone())
                .await
                .ok(201);
        }
        let first = world.reports(true, None).await;
        let last = first.last().expect("there are many");
        let second = world.reports(true, Some((last.at_ms, last.id))).await;
        assert_eq!((first.len(), second.len()), (50, 10));
    });
}

#[test]
fn a_flood_of_reports_and_reports_of_nothing_are_refused() {
    on_each(async |world| {
        let form = json!({ "message": "12345", "reason": "rude" });
        for _ in 0..REPORTS_MAX {
            let answer = world.call("POST /chat/reports", ANN, form.clone()).await;
            answer.refused(404, "not-found");
        }
        let answer = world.call("POST /chat/reports", ANN, form.clone()).await;
        assert!(answer.refused(429, "too-many-requests")["retry_after_s"].is_u64());
        let answer = world.call("POST /chat/reports", BEN, form).await;
        answer.refused(404, "not-found");
        let resolved = world.chat.store.resolve(1, "x", world.stamp()).await;
        assert!(!resolved.expect("a database"), "there is none");
    });
}
