//! Requests that mean harm, in every field of every route that the document names.

use serde_json::{Value, json};
use web::testing::{HOSTILE, Route};

use crate::http::{ANNAS, SECRET, on_each_service};

/// Players' on players' routes, the shards' on theirs; and what is good for neither.
fn tokens(route: &Route) -> (&'static str, &'static str) {
    match route.call.contains(" /shards") {
        true => (SECRET, ANNAS),
        false => (ANNAS, SECRET),
    }
}

#[test]
fn no_text_in_any_field_does_harm() {
    on_each_service(async |world| {
        world.gain(101, "log", None, 5).await;
        let routes = world.client.routes().await;
        assert!(routes.len() >= 14);
        for hostile in HOSTILE {
            for route in &routes {
                let (token, _) = tokens(route);
                // In the path.
                if !route.names.is_empty() {
                    let call = route.with(hostile);
                    let answer = world.call(&call, token, json!({})).await;
                    assert!(answer.status.is_client_error(), "{call} {answer:?}");
                }
                // In the body.
                if !route.fields.is_empty() {
                    let call = route.with("101");
                    let body = route.body_of(&json!(hostile)).into();
                    let answer = world.call(&call, token, body).await;
                    assert!(answer.status.is_client_error(), "{call} {answer:?}");
                }
            }
        }
        let call = "GET /inventory/characters/101/belongings";
        let belongings = world.call(call, ANNAS, Value::Null).await.ok(200);
        assert_eq!(
            belongings["bag"],
            json!([{ "item": "log", "unique": null, "count": 5 }])
        );
    });
}

/// Well-formed but for one field, which is hostile or out of its range.
#[test]
fn each_field_by_itself_is_refused_by_name() {
    on_each_service(async |world| {
        world.gain(101, "log", None, 5).await;
        let craft = json!({ "key": "k", "recipe": "plank", "times": 1 });
        let equip = json!({ "key": "k", "slot": "hand", "item": "sword", "unique": "1" });
        let chest = json!({ "key": "k", "direction": "in", "lot": { "item": "log", "count": 1 } });
        let cases = [
            ("crafts", &craft, "/key", json!("a b"), 422),
            ("crafts", &craft, "/key", json!(""), 422),
            ("crafts", &craft, "/key", json!("k".repeat(65)), 422),
            ("crafts", &craft, "/recipe", json!("'; --"), 404),
            ("crafts", &craft, "/times", json!(0), 422),
            ("crafts", &craft, "/times", json!(-1), 400),
            ("crafts", &craft, "/times", json!(4_294_967_295_u32), 422),
            ("equipment", &equip, "/slot", json!("tail"), 422),
            ("equipment", &equip, "/item", json!("nope"), 422),
            ("equipment", &equip, "/unique", json!("0"), 422),
            ("equipment", &equip, "/unique", Value::Null, 422),
            ("equipment", &equip, "/unique", json!("1e3"), 422),
            ("chest", &chest, "/direction", json!("sideways"), 400),
            ("chest", &chest, "/lot/item", json!("nope"), 422),
            ("chest", &chest, "/lot/count", json!(0), 422),
            ("chest", &chest, "/lot/count", json!(4_294_967_295_u32), 422),
            ("chest", &chest, "/lot/count", json!(1.5), 400),
            (
                "trades",
                &json!({ "with": "102" }),
                "/with",
                json!("-102"),
                422,
            ),
        ];
        for (index, (route, sound, field, value, status)) in cases.into_iter().enumerate() {
            let mut body = sound.clone();
            if body["key"].is_string() {
                body["key"] = json!(format!("k{index}"));
            }
            *body.pointer_mut(field).expect("a field") = value;
            let call = format!("POST /inventory/characters/101/{route}");
            let answer = world.call(&call, ANNAS, body.clone()).await;
            assert_eq!(
                answer.status.as_u16(),
                status,
                "{route} {body} {}",
                answer.body
            );
        }
    });
}

#[test]
fn fields_that_nobody_knows_and_bodies_too_large_are_refused_everywhere() {
    on_each_service(async |world| {
        for route in world.client.routes().await {
            if route.fields.is_empty() {
                continue;
            }
            let large = json!({ &route.fields[0]: "a".repeat(600_000) });
            let (token, _) = tokens(&route);
            let answer = world.call(&route.with("101"), token, large).await;
            answer.refused(413, "payload-too-large");
        }
        let craft = json!({ "key": "k", "recipe": "plank", "times": 1, "free": true });
        let call = "POST /inventory/characters/101/crafts";
        let refused = world
            .call(call, ANNAS, craft)
            .await
            .refused(400, "bad-request");
        assert_eq!(refused["errors"][0]["field"], "free");
    });
}

#[test]
fn who_is_not_signed_in_gets_nowhere_that_the_document_locks() {
    on_each_service(async |world| {
        let mut locked = 0;
        for route in world.client.routes().await {
            let call = route.with("101");
            let (_, wrong) = tokens(&route);
            for token in ["", wrong] {
                let answer = world.call(&call, token, json!({})).await;
                assert_eq!(answer.status == 401, route.is_locked, "{call} {answer:?}");
            }
            locked += u32::from(route.is_locked);
        }
        assert!(locked >= 14, "{locked}");
    });
}
