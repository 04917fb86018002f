//! Settings, the message of the day, environments.

use admin::limits::CONFIG_BYTES_MAX;
use chat_service::topics::{self, Announcement};
use serde_json::{Value, json};

use crate::common::{ADMIN, MODERATOR, OPERATOR, World, on_each};

impl World {
    async fn config(&self) -> Value {
        self.call("GET /config", ADMIN, Value::Null).await.ok(200)
    }

    async fn put_config(&self, text: &str, digest: &Value) -> web::testing::Answer {
        let form = json!({ "text": text, "digest": digest, "reason": "more room" });
        self.pass(1);
        self.call("PUT /config", ADMIN, form).await
    }
}

#[test]
fn a_change_of_the_configuration_is_shown_put_and_undone() {
    on_each(async |world| {
        world
            .desk
            .0
            .lock()
            .expect("ours")
            .push_str("a = 1\nb = 2\n");
        let before = world.config().await;
        let text = "a = 1\nb = 3\nshards = 2\n";
        let checked = world.call("POST /config/check", ADMIN, json!({ "text": text }));
        let checked = checked.await.ok(200);
        assert_eq!(checked["is_right"], true);
        assert_eq!(checked["needs_restart"], json!(["shards"]));
        let diff = checked["diff"].as_array().expect("a list").iter();
        let kinds: Vec<_> = diff.map(|it| it["kind"].as_str().expect("text")).collect();
        assert_eq!(kinds, ["same", "gone", "new", "new"]);
        let done = world.put_config(text, &before["digest"]).await.ok(200);
        assert!(
            done["effect"]
                .as_str()
                .expect("text")
                .contains("next start only: shards")
        );
        assert_eq!(world.config().await["text"], text);
        let why = json!({ "reason": "it was too much" });
        world.pass(1);
        world.call("POST /config/undo", ADMIN, why).await.ok(200);
        let after = world.config().await;
        assert_eq!(after["text"], before["text"]);
        assert_eq!(after["changes"][0]["is_undo"], true);
        assert_eq!(world.last_line().await["action"], "config.undo");
    });
}

/// Of such a letter JSON makes six bytes: what the document allows is read, however it is written.
#[test]
fn a_configuration_of_the_greatest_size_is_read_and_a_greater_one_named() {
    on_each(async |world| {
        let check = async |count| {
            let form = json!({ "text": "\u{7}".repeat(count) });
            world.call("POST /config/check", ADMIN, form).await
        };
        check(CONFIG_BYTES_MAX).await.ok(200);
        let refused = check(CONFIG_BYTES_MAX + 1).await;
        refused.refused(422, "invalid-field");
    });
}

#[test]
fn a_configuration_that_is_wrong_or_of_another_text_is_not_put() {
    on_each(async |world| {
        let before = world.config().await;
        let refused = world.put_config("wrong", &before["digest"]).await;
        let refused = refused.refused(422, "invalid-field");
        assert_eq!(refused["errors"][0]["detail"], "line 1: it is wrong");
        world
            .put_config("a = 1", &json!("of another"))
            .await
            .refused(409, "config-changed");
        assert_eq!(world.config().await["text"], "");
        let why = json!({ "reason": "a mistake" });
        let undone = world.call("POST /config/undo", ADMIN, why.clone()).await;
        undone.refused(409, "nothing-to-undo");
        world.put_config("a = 1", &before["digest"]).await.ok(200);
        world.desk.0.lock().expect("ours").push_str("\n# by hand\n");
        let undone = world.call("POST /config/undo", ADMIN, why).await;
        undone.refused(409, "config-changed");
    });
}

#[test]
fn a_message_of_the_day_is_said_and_takes_the_place_of_the_one_before() {
    on_each(async |world| {
        let mut heard = world.hear(topics::SYSTEM).await;
        let none = world
            .call("GET /message-of-the-day", MODERATOR, Value::Null)
            .await;
        assert_eq!(none.ok(200)["text"], "");
        for text in ["Welcome!", "A siege at eight."] {
            let form = json!({ "text": text, "reason": "today" });
            world.pass(1);
            world
                .call("PUT /message-of-the-day", OPERATOR, form)
                .await
                .ok(200);
            let delivery = heard.next().await;
            let told: Announcement = topics::body(&delivery.event).expect("ours");
            assert_eq!((told.text.as_str(), told.to), (text, None));
            delivery.done().await;
        }
        let holds = world
            .call("GET /message-of-the-day", MODERATOR, Value::Null)
            .await;
        let holds = holds.ok(200);
        assert_eq!(
            (&holds["text"], &holds["by"]),
            (&json!("A siege at eight."), &json!("9002"))
        );
        let form = json!({ "text": "", "reason": "the siege is over" });
        world.pass(1);
        world
            .call("PUT /message-of-the-day", OPERATOR, form)
            .await
            .ok(200);
        let none = world
            .call("GET /message-of-the-day", MODERATOR, Value::Null)
            .await;
        assert_eq!(none.ok(200)["text"], "");
    });
}

#[test]
fn this_environment_says_its_version() {
    on_each(async |world| {
        let told = world
            .call("GET /environments", OPERATOR, Value::Null)
            .await
            .ok(200);
        let expected = json!([{ "environment": "test", "url": null, "is_here": true,
            "version": "1.2.3", "trouble": null, "declared": null }]);
        assert_eq!(told, expected);
    });
}
