//! Requests that mean harm, in every field of every route that the document names.

use axum::{body::Body, http::Request};
use serde_json::{Map, Value, json};
use tokens::Role;

use crate::common::{World, on_each};

const HOSTILE: [&str; 9] = [
    "'; DROP TABLE auth_accounts; --",
    "' OR '1'='1",
    "<script>alert(1)</script>",
    "\u{0}",
    "%00",
    "{{7*7}}",
    "../../etc/passwd",
    "a@b.c\r\nBcc: x@y.z",
    "\u{202e}\u{200b}\u{feff}",
];

/// A route of the document: what to call, and the fields of its body.
struct Route {
    call: String,
    fields: Vec<String>,
}

async fn document(world: &World) -> Value {
    let request = Request::builder().uri("/openapi.json").body(Body::empty());
    world.request(request.expect("a request")).await.ok(200)
}

fn routes(document: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let path = path.strip_prefix("/auth").expect("ours");
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let name = schema
                .as_str()
                .and_then(|it| it.rsplit('/').next())
                .unwrap_or("");
            let fields = document["components"]["schemas"][name]["properties"].as_object();
            routes.push(Route {
                call: format!("{} {path}", method.to_uppercase()),
                fields: fields.into_iter().flat_map(Map::keys).cloned().collect(),
            });
        }
    }
    routes
}

#[test]
fn no_text_in_any_field_does_harm() {
    on_each(async |world| {
        let admin = world.staff("admin@example.org", Role::Admin).await;
        let routes = routes(&document(world).await);
        assert!(routes.iter().filter(|it| !it.fields.is_empty()).count() >= 14);
        for (index, hostile) in HOSTILE.iter().enumerate() {
            for route in &routes {
                let in_path: String = hostile.bytes().map(|byte| format!("%{byte:02X}")).collect();
                let call = route
                    .call
                    .replace("{account}", &in_path)
                    .replace("{sanction}", "1");
                let body: Map<String, Value> = route
                    .fields
                    .iter()
                    .map(|field| (field.clone(), json!(hostile)))
                    .collect();
                let from = format!("198.51.100.{index}");
                // Who is let through does not depend on what is in the fields.
                if call.contains("logout-everywhere") || call.contains("/guests") {
                    continue;
                }
                let answer = world
                    .call_from(&from, &call, &admin.access, &body.into())
                    .await;
                let status = answer.status.as_u16();
                let reads = call.starts_with("GET ") && route.fields.is_empty();
                assert!(
                    (400..500).contains(&status) || reads && status == 200,
                    "{call} {answer:?}"
                );
            }
        }
        // All is as it was.
        world
            .call("GET /account", &admin.access, Value::Null)
            .await
            .ok(200);
        world
            .log_in_is_refused_without_code("admin@example.org")
            .await;
    });
}

impl World {
    async fn log_in_is_refused_without_code(&self, email: &str) {
        let form = json!({ "email": email, "password": crate::people::PASSWORD });
        let answer = self.call("POST /login", "", form).await;
        answer.refused(401, "second-factor-required");
    }
}

#[test]
fn fields_that_nobody_knows_and_bodies_too_large_are_refused_everywhere() {
    on_each(async |world| {
        let admin = world.staff("admin@example.org", Role::Admin).await;
        let document = document(world).await;
        for route in routes(&document).iter().filter(|it| !it.fields.is_empty()) {
            let call = route.call.replace("{account}", &admin.account);
            let mut body: Map<String, Value> = route
                .fields
                .iter()
                .map(|field| (field.clone(), json!("x")))
                .collect();
            body.remove("until_ms");
            body.insert("is_admin".to_owned(), json!(true));
            let answer = world.call(&call, &admin.access, body.into()).await;
            let refused = answer.refused(400, "bad-request");
            assert_eq!(refused["errors"][0]["field"], "is_admin", "{call}");
            let large = json!({ &route.fields[0]: "a".repeat(20_000) });
            let answer = world.call(&call, &admin.access, large).await;
            answer.refused(413, "payload-too-large");
        }
    });
}

#[test]
fn who_is_not_signed_in_gets_nowhere_that_the_document_locks() {
    on_each(async |world| {
        let document = document(world).await;
        let mut locked = 0;
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                let is_locked = operation["security"].is_array();
                let path = path
                    .strip_prefix("/auth")
                    .expect("ours")
                    .replace(['{', '}'], "");
                let call = format!("{} {path}", method.to_uppercase());
                let answer = world.call(&call, "", json!({})).await;
                assert_eq!(answer.status == 401, is_locked, "{call} {answer:?}");
                locked += u32::from(is_locked);
            }
        }
        assert!(locked >= 14);
    });
}
