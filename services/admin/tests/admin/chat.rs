//! What was said is read, lines are removed, channels slowed, and the filter edited; edges are told.

use backends::broker::Event;
use chat::{Channel, Notice};
use chat_service::topics::{self, Told};
use serde_json::{Value, json};

use crate::common::{MODERATOR, World, on_each};

impl World {
    async fn read(&self, call: &str) -> Value {
        self.call(call, MODERATOR, Value::Null).await.ok(200)
    }

    /// The first that edges are told under a topic, by the very outbox that tells them.
    async fn told(&self, topic: &str, act: impl Future<Output = ()>) -> Notice {
        let mut heard = self.hear(topic).await;
        act.await;
        let outbox = self.chat.outbox();
        let event: Event = tokio::select! {
            () = outbox.run(self.chat.database(), &self.broker, || self.now()) => unreachable!("it goes on"),
            delivery = heard.next() => delivery.event,
        };
        topics::body::<Told>(&event).expect("a notice").notice
    }
}

#[test]
fn a_channel_is_read_page_by_page_the_newest_first() {
    on_each(async |world| {
        for message in 1..=70 {
            world.say(message, &format!("line {message}")).await;
        }
        let first = world.read("GET /chat/channels/global/lines").await;
        let line = &first["lines"][0];
        let expected = json!({ "message": "70", "time_ms": 70_000, "name": "Loki", "account": "5", "to": "",
            "text": "line 70", "is_removed": false });
        assert_eq!(line, &expected);
        let next = first["next"].as_str().expect("there are more");
        let call = format!("GET /chat/channels/global/lines?before={next}");
        let second = world.read(&call).await;
        let texts: Vec<_> = second["lines"].as_array().expect("a list").iter().collect();
        assert_eq!((texts.len(), &texts[0]["text"]), (20, &json!("line 20")));
        assert!(second["next"].is_null());
        let empty = world.read("GET /chat/channels/whisper.3.9/lines").await;
        assert_eq!(empty, json!({ "lines": [], "next": null }));
        for (call, status) in [
            ("GET /chat/channels/nowhere/lines", 404),
            ("GET /chat/channels/global/lines?before=x", 422),
        ] {
            let answer = world.call(call, MODERATOR, Value::Null).await;
            assert_eq!(answer.status, status, "{call}");
        }
    });
}

#[test]
fn a_line_is_removed_once_with_a_reason_and_edges_are_told() {
    on_each(async |world| {
        world.say(42, "something rude").await;
        let call = "POST /chat/messages/42/remove";
        let why = json!({ "reason": "insults" });
        let told = world.told("chat.removed.#", async {
            world.call(call, MODERATOR, why.clone()).await.ok(200);
        });
        assert_eq!(told.await, Notice::Removed { sequence: 42 });
        let page = world.read("GET /chat/channels/global/lines").await;
        let line = &page["lines"][0];
        assert_eq!(
            (&line["text"], &line["is_removed"]),
            (&json!("something rude"), &json!(true))
        );
        let line = world.last_line().await;
        assert_eq!(
            [
                &line["action"],
                &line["target"],
                &line["reason"],
                &line["effect"]
            ],
            [
                "chat.remove",
                "42",
                "insults",
                "a line of account 5, Loki, in global is removed"
            ]
        );
        world
            .call(call, MODERATOR, why.clone())
            .await
            .refused(409, "line-removed");
        for none in ["43", "x", "-42", "18446744073709551616"] {
            let call = format!("POST /chat/messages/{none}/remove");
            let answer = world.call(&call, MODERATOR, why.clone()).await;
            answer.refused(404, "not-found");
        }
    });
}

#[test]
fn a_channel_is_slowed_and_let_go_and_edges_are_told() {
    on_each(async |world| {
        let slow = async |channel: &str, seconds: u64| {
            let form = json!({ "seconds": seconds, "reason": "everybody shouts" });
            let call = format!("PUT /chat/channels/{channel}/slow");
            world.call(&call, MODERATOR, form).await
        };
        let told = world.told("chat.slowed.#", async {
            slow("house", 30).await.ok(200);
        });
        let Notice::Slowed {
            channel, slow_ms, ..
        } = told.await
        else {
            panic!("another notice");
        };
        assert_eq!((channel, slow_ms), (Channel::House, 30_000));
        let effect = world.last_line().await["effect"].clone();
        assert_eq!(effect, "house takes a line of each speaker every 30 s");
        let slows = world.read("GET /chat/slow").await;
        let slows: Vec<_> = slows.as_array().expect("a list").iter().collect();
        assert_eq!(slows.len(), 6);
        assert!(slows.contains(&&json!({ "channel": "house", "seconds": 30 })));
        assert!(slows.contains(&&json!({ "channel": "global", "seconds": 0 })));
        let ended = slow("house", 0).await.ok(200);
        assert_eq!(ended["effect"], "house is slow no more");
        slow("house", 601).await.refused(422, "invalid-field");
        slow("system", 1).await.refused(404, "not-found");
        slow("house.1", 1).await.refused(404, "not-found");
    });
}

#[test]
fn words_come_into_the_filter_and_go_all_or_none() {
    on_each(async |world| {
        let before = world.read("GET /chat/words").await;
        let edit = async |add: Value, remove: Value| {
            let form = json!({ "add": add, "remove": remove, "reason": "a new insult" });
            world.call("POST /chat/words", MODERATOR, form).await
        };
        let told = world.told("chat.words", async {
            edit(json!(["heck", "drat"]), json!(["bastard"]))
                .await
                .ok(200);
        });
        let Notice::Filtered { words, .. } = told.await else {
            panic!("another notice");
        };
        assert_eq!(words.masked("heck, bastard"), "****, bastard");
        let effect = world.last_line().await["effect"].clone();
        let count = before["words"].as_array().expect("a list").len() + 1;
        let expected =
            format!("the filter has {count} words; added: heck, drat; taken out: bastard");
        assert_eq!(effect, expected);
        let after = world.read("GET /chat/words").await;
        let many: Vec<_> = (0..21).map(|word| format!("w{word}")).collect();
        for (add, remove, field) in [
            (json!(["gosh", "two words"]), json!([]), "add[1]"),
            (json!(["gosh", "heck"]), json!([]), "add[1]"),
            (json!(["gosh"]), json!(["drat", "bastard"]), "remove[1]"),
            (json!([]), json!([]), "add"),
            (json!(many), json!([]), "add"),
            (json!([]), json!(many), "remove"),
        ] {
            let refused = edit(add, remove).await.refused(422, "invalid-field");
            assert_eq!(refused["errors"][0]["field"], field);
        }
        assert_eq!(world.read("GET /chat/words").await, after);
    });
}
