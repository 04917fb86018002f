//! Settings that follow the account.

use serde_json::{Value, json};

use crate::common::{ANNAS, BERTS, on_each};

#[test]
fn settings_are_changed_by_who_has_read_the_newest() {
    on_each(async |world| {
        let none = world
            .call("GET /settings", ANNAS, Value::Null)
            .await
            .ok(200);
        assert_eq!(none, json!({ "revision": 0, "settings": {} }));
        let first = json!({ "revision": 0, "settings": { "keys": { "jump": "Space\u{0}" }, "volume": 0.5 } });
        let set = world
            .call("PUT /settings", ANNAS, first.clone())
            .await
            .ok(200);
        assert_eq!(set["revision"], 1);
        let kept = world
            .call("GET /settings", ANNAS, Value::Null)
            .await
            .ok(200);
        assert_eq!(kept["settings"], first["settings"]);
        for revision in [0, -1, 2, i64::MAX, i64::MIN] {
            let late = json!({ "revision": revision, "settings": {} });
            let late = world.call("PUT /settings", ANNAS, late).await;
            late.refused(409, "settings-changed");
        }
        let second = json!({ "revision": 1, "settings": {} });
        let set = world.call("PUT /settings", ANNAS, second).await.ok(200);
        assert_eq!(set["revision"], 2);
        let others = world
            .call("GET /settings", BERTS, Value::Null)
            .await
            .ok(200);
        assert_eq!(others["revision"], 0);
    });
}

#[test]
fn settings_have_a_size_and_are_an_object() {
    on_each(async |world| {
        let sized = |bytes: usize| json!({ "revision": 0, "settings": { "x": "y".repeat(bytes) } });
        // {"x":""} are eight more.
        let large = world
            .call("PUT /settings", ANNAS, sized(16 * 1_024 - 7))
            .await;
        large.refused(422, "invalid-field");
        world
            .call("PUT /settings", ANNAS, sized(16 * 1_024 - 8))
            .await
            .ok(200);
        for settings in [json!([]), json!("x"), json!(1), Value::Null] {
            let form = json!({ "revision": 1, "settings": settings });
            let refused = world.call("PUT /settings", ANNAS, form).await;
            refused.refused(400, "bad-request");
        }
    });
}
