//! Requests that mean harm, in every field of every route that the document names.

use serde_json::{Map, Value, json};

use crate::http::{ANNAS, SECRET, World, on_each_service};

const HOSTILE: [&str; 9] = [
    "'; DROP TABLE inventory_balances; --",
    "' OR '1'='1",
    "<script>alert(1)</script>",
    "\u{0}",
    "-1",
    "9223372036854775808",
    "../../etc/passwd",
    "x\r\ny",
    "\u{202e}\u{200b}\u{feff}",
];

/// A route of the document: what to call, and the fields of its body.
struct Route {
    call: String,
    fields: Vec<String>,
    token: &'static str,
}

async fn document(world: &World) -> Value {
    world
        .call("GET /openapi.json", "", Value::Null)
        .await
        .ok(200)
}

fn routes(document: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let name = schema
                .as_str()
                .and_then(|it| it.rsplit('/').next())
                .unwrap_or("");
            let fields = document["components"]["schemas"][name]["properties"].as_object();
            routes.push(Route {
                call: format!("{} {path}", method.to_uppercase()),
                fields: fields.into_iter().flat_map(Map::keys).cloned().collect(),
                token: if path.starts_with("/shards") {
                    SECRET
                } else {
                    ANNAS
                },
            });
        }
    }
    routes
}

fn filled(call: &str, with: &str) -> String {
    let with: String = with.bytes().map(|byte| format!("%{byte:02X}")).collect();
    ["{character}", "{trade}", "{owner}"]
        .iter()
        .fold(call.to_owned(), |call, name| call.replace(name, &with))
}

#[test]
fn no_text_in_any_field_does_harm() {
    on_each_service(async |world| {
        world.gain(101, "log", None, 5).await;
        let routes = routes(&document(world).await);
        assert!(routes.len() >= 14);
        for hostile in HOSTILE {
            for route in &routes {
                // In the path.
                if route.call.contains('{') {
                    let call = filled(&route.call, hostile);
                    let answer = world.call(&call, route.token, json!({})).await;
                    assert!(answer.status.is_client_error(), "{call} {answer:?}");
                }
                // In the body.
                if !route.fields.is_empty() {
                    let fields = route.fields.iter().map(|it| (it.clone(), json!(hostile)));
                    let call = filled(&route.call, "101");
                    let body = fields.collect::<Map<_, _>>().into();
                    let answer = world.call(&call, route.token, body).await;
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
        for route in routes(&document(world).await) {
            if route.fields.is_empty() {
                continue;
            }
            let call = filled(&route.call, "101");
            let large = json!({ &route.fields[0]: "a".repeat(600_000) });
            let answer = world.call(&call, route.token, large).await;
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
        let document = document(world).await;
        let mut locked = 0;
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                let is_locked = operation["security"].is_array();
                let call = format!("{} {}", method.to_uppercase(), filled(path, "101"));
                // Nor is one side's token good on the other.
                let wrong = if path.starts_with("/shards") {
                    ANNAS
                } else {
                    SECRET
                };
                for token in ["", wrong] {
                    let answer = world.call(&call, token, json!({})).await;
                    assert_eq!(answer.status == 401, is_locked, "{call} {answer:?}");
                }
                locked += u32::from(is_locked);
            }
        }
        assert!(locked >= 14, "{locked}");
    });
}
