//! Reports: taken once, with what was said, and resolved once.

use chat_service::limits::{CONTEXT_LINES, REPORTS_MAX};
use serde_json::{Value, json};

use crate::common::{ANN, BEN, MOD, message, on_each, words};

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
        let removed = format!("DELETE /chat/messages/{}", message(&rude));
        world.call(&removed, MOD, Value::Null).await.ok(204);
        let queue = world.get("/chat/reports", MOD).await.ok(200);
        assert_eq!(queue["reports"].as_array().map(Vec::len), Some(1));
        let report = &queue["reports"][0];
        assert_eq!(
            (&report["reporter"], &report["reason"]),
            (&"2".into(), &"It is rude".into())
        );
        let context = report["context"].as_array().expect("lines");
        assert_eq!(context.len() as i64, CONTEXT_LINES + 1);
        assert_eq!(context[0]["text"], "line 2");
        assert_eq!(context[CONTEXT_LINES as usize]["text"], "line 12");
        assert_eq!(context[0]["account"], "1");

        let resolve = format!(
            "POST /chat/reports/{}/resolve",
            report["report"].as_str().expect("a number")
        );
        let note = json!({ "note": "muted for a day" });
        let resolved = world.call(&resolve, MOD, note.clone()).await.ok(200);
        assert_eq!(resolved["resolved"]["by"], "9");
        world
            .call(&resolve, MOD, note)
            .await
            .refused(409, "report-resolved");
        let open = world.get("/chat/reports", MOD).await.ok(200);
        assert_eq!(open["reports"], json!([]));
        let done = world.get("/chat/reports?state=resolved", MOD).await.ok(200);
        assert_eq!(done["reports"][0]["resolved"]["note"], "muted for a day");
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
        let first = world.get("/chat/reports", MOD).await.ok(200);
        let next = first["next"].as_str().expect("there are more");
        let second = format!("/chat/reports?after={next}");
        let second = world.get(&second, MOD).await.ok(200);
        let counts = [&first, &second].map(|page| page["reports"].as_array().map_or(0, Vec::len));
        assert_eq!(counts, [50, 10]);
        assert!(second["next"].is_null());
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
        world
            .get("/chat/reports", ANN)
            .await
            .refused(403, "forbidden");
        let resolve = json!({ "note": "x" });
        let answer = world
            .call("POST /chat/reports/1/resolve", ANN, resolve.clone())
            .await;
        answer.refused(403, "forbidden");
        let answer = world
            .call("POST /chat/reports/1/resolve", MOD, resolve)
            .await;
        answer.refused(404, "not-found");
    });
}
