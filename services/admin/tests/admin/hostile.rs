//! Requests that mean harm, in every field and path of every route.

use serde_json::{Value, json};
use web::testing::HOSTILE;

use crate::common::{ADMIN, on_each};

#[test]
fn no_text_in_any_field_does_harm() {
    on_each(async |world| {
        let (account, _) = world.player("Bera").await;
        let routes = world.client.routes().await.into_iter();
        let routes: Vec<_> = routes.filter(|it| it.call.contains(" /admin/")).collect();
        for hostile in HOSTILE {
            for route in &routes {
                if route.call.ends_with("/live") {
                    continue;
                }
                let body = route.body_of(&json!(hostile)).into();
                for call in [route.with(hostile), route.with(&account)] {
                    let answer = world.client.call(&call, ADMIN, &body).await;
                    let status = answer.status.as_u16();
                    let is_read = call.starts_with("GET ") && status == 200;
                    // Some of them are words that may be said, or a text of configuration.
                    let is_told = call.contains("message") || call.contains("/config/check");
                    let is_reason = route.fields == ["reason"];
                    let is_fine = is_read || (is_told || is_reason) && status == 200;
                    assert!(
                        (400..500).contains(&status) || is_fine,
                        "{call} {hostile:?}: {answer:?}"
                    );
                }
            }
            let hostile: String = hostile.bytes().map(|byte| format!("%{byte:02X}")).collect();
            for call in [
                format!("GET /players?query={hostile}"),
                format!("GET /audit?target={hostile}"),
                format!("GET /audit?actor={hostile}&before={hostile}"),
                format!("GET /sessions?query={hostile}"),
                format!("GET /sessions?after={hostile}"),
                format!("GET /reports?state={hostile}&after={hostile}"),
                format!("GET /chat/channels/{hostile}/lines"),
                format!("GET /chat/channels/global/lines?before={hostile}"),
                format!("GET /players/{account}/ledger?character={hostile}&before={hostile}"),
            ] {
                let answer = world.call(&call, ADMIN, Value::Null).await;
                let status = answer.status.as_u16();
                assert!(
                    status == 200 || (400..500).contains(&status),
                    "{call}: {answer:?}"
                );
            }
        }
        world.call("GET /me", ADMIN, Value::Null).await.ok(200);
    });
}

#[test]
fn fields_that_nobody_knows_are_refused_and_paths_are_declared() {
    on_each(async |world| {
        for route in world.client.routes().await {
            if !route.call.contains(" /admin/") {
                continue;
            }
            assert_eq!(route.declared, route.names, "{}", route.call);
            if route.fields.is_empty() {
                continue;
            }
            let body = json!({ "is_admin": true });
            let answer = world.client.call(&route.with("1"), ADMIN, &body).await;
            answer.refused(400, "bad-request");
        }
    });
}
