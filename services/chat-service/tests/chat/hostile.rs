//! What means harm, in every field and path: refused, or kept and shown as the text that it is.

use serde_json::{Value, json};
use web::testing::HOSTILE;

use crate::common::{ANN, BEN, message, on_each, words};

#[test]
fn no_field_and_no_path_breaks_a_route() {
    on_each(async |world| {
        let routes = world.client().routes().await;
        let routes: Vec<_> = routes
            .into_iter()
            .filter(|route| route.call.contains("/chat/"))
            .collect();
        assert!(routes.len() >= 3, "{}", routes.len());
        for route in &routes {
            assert!(route.is_locked, "{}", route.call);
            assert_eq!(route.names, route.declared, "{}", route.call);
            for text in HOSTILE {
                let call = route.with(text);
                for value in [json!(text), json!([text]), json!({ "x": text }), json!(-1)] {
                    let body = Value::Object(route.body_of(&value));
                    let answer = world.client().call(&call, ANN, &body).await;
                    assert!(answer.status.as_u16() < 500, "{call}: {}", answer.text);
                }
                let mut body = route.body_of(&json!("x"));
                body.insert("role".into(), json!("admin"));
                let answer = world.client().call(&call, ANN, &Value::Object(body)).await;
                assert!(answer.status.as_u16() < 500, "{call}: {}", answer.text);
            }
        }
        // All tables are still there.
        world.get("/chat/channels/global/lines", ANN).await.ok(200);
        world.get("/chat/mute", ANN).await.ok(200);
        world.reports(true, None).await;
    });
}

#[test]
fn hostile_words_come_back_as_they_were_said() {
    on_each(async |world| {
        let process = world.process().await;
        let texts = HOSTILE
            .iter()
            .filter(|text| chat::text::cleaned(text).is_ok());
        let texts: Vec<&&str> = texts.collect();
        assert!(texts.len() >= 5);
        for (number, text) in (0..).zip(&texts) {
            let mut words = words(1, number, text);
            words.speaker.name = (**text).to_string();
            world.say(&process, words).await;
            let form =
                json!({ "message": message(&crate::common::words(1, number, "")), "reason": text });
            world
                .call("POST /chat/reports", &(20 + number).to_string(), form)
                .await
                .ok(201);
        }
        let page = world.get("/chat/channels/global/lines", BEN).await.ok(200);
        let lines = page["lines"].as_array().expect("lines").iter().rev();
        for (line, text) in lines.zip(&texts) {
            assert_eq!((&line["text"], &line["name"]), (&json!(text), &json!(text)));
        }
        let queue = world.reports(true, None).await;
        let mut reasons: Vec<_> = queue.iter().map(|it| it.reason.as_str()).collect();
        let mut wanted: Vec<_> = texts.iter().map(|it| **it).collect();
        reasons.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(reasons, wanted);
    });
}

#[test]
fn pages_are_bounded_and_strict() {
    on_each(async |world| {
        for query in [
            "limit=0",
            "limit=101",
            "before=1",
            "before=x-y",
            "before=1-2-3",
            "before=-1--1",
        ] {
            let path = format!("/chat/channels/global/lines?{query}");
            world.get(&path, ANN).await.refused(422, "invalid-field");
        }
        let unknown = world.get("/chat/channels/global/lines?x=1", ANN).await;
        assert_eq!(unknown.status.as_u16(), 400);
        let large = json!({ "message": "1", "reason": "x".repeat(300 * 1_024) });
        let answer = world.call("POST /chat/reports", ANN, large).await;
        assert_eq!(answer.status.as_u16(), 413);
    });
}
