//! Requests that mean harm, in every field of every route that the document names.

use serde_json::{Value, json};
use web::testing::HOSTILE;

use crate::common::{ANNAS, each, on_each};

#[test]
fn no_text_in_any_field_does_harm() {
    on_each(async |world| {
        let ann = world.fellow(1, "Ann").await;
        let own = ann.id.to_string();
        let routes = world.client.routes().await;
        assert!(routes.len() >= 30, "{}", routes.len());
        for hostile in HOSTILE {
            for route in &routes {
                // In the path.
                if !route.names.is_empty() {
                    let call = route.with(hostile);
                    let answer = world.client.call(&call, ANNAS, &json!({})).await;
                    assert!(answer.status.is_client_error(), "{call} {answer:?}");
                }
                // In the body, all at once; and in the rest of the path of one's own.
                if !route.fields.is_empty() {
                    let call = route.with(&own);
                    let body = route.body_of(&json!(hostile)).into();
                    let answer = world.client.call(&call, ANNAS, &body).await;
                    // A message of the day may say anything that can be shown; but there is no guild.
                    assert!(answer.status.is_client_error(), "{call} {answer:?}");
                }
            }
        }
        let listed = world.call("GET /characters", ANNAS, Value::Null).await;
        assert_eq!(each(&listed.ok(200), "name"), ["Ann"]);
    });
}

/// Well-formed but for one field, which is out of its range.
#[test]
fn each_field_by_itself_is_refused_by_name() {
    on_each(async |world| {
        let ann = world.fellow(1, "Ann").await;
        let own = format!("/player/characters/{}", ann.id);
        for (call, sound, misfits) in misfits(&own) {
            for (field, value, status) in misfits {
                let mut body = sound.clone();
                *body.pointer_mut(field).expect("a field") = value;
                let answer = world.client.call(&call, ANNAS, &body).await;
                let status_found = answer.status.as_u16();
                assert_eq!(status_found, status, "{call} {body} {}", answer.body);
            }
        }
    });
}

/// A field of a body, what it cannot be, and how it is refused.
type Misfit = (&'static str, Value, u16);

/// Calls with sound bodies, on the character of this path, and what does not fit them.
fn misfits(own: &str) -> Vec<(String, Value, Vec<Misfit>)> {
    let look = json!({ "hair": 0, "skin": 0, "tabard": 0, "emblem": 0 });
    let other = json!({ "character": "7" });
    vec![
        (
            "POST /player/characters".to_owned(),
            json!({ "name": "Bee", "house": 0, "appearance": look }),
            vec![
                ("/name", json!("'; --"), 422),
                ("/house", json!(2), 422),
                ("/house", json!(-1), 400),
                ("/appearance/hair", json!(16), 422),
            ],
        ),
        (
            format!("PUT {own}/look"),
            json!({ "house": 0, "appearance": look }),
            vec![
                ("/appearance/skin", json!(8), 422),
                ("/appearance/tabard", json!(255), 422),
                ("/appearance/emblem", json!(256), 400),
                ("/house", json!(1.5), 400),
            ],
        ),
        (
            format!("POST {own}/friends"),
            other.clone(),
            vec![
                ("/character", json!("-7"), 422),
                ("/character", json!(7), 400),
                ("/character", json!("1e3"), 422),
            ],
        ),
        (
            format!("POST {own}/party/invitations"),
            other,
            vec![("/character", json!(""), 422)],
        ),
        (
            format!("PUT {own}/guild/rank"),
            json!({ "character": "7", "rank": "member" }),
            vec![("/rank", json!("king"), 400)],
        ),
        (
            format!("POST {own}/guild"),
            json!({ "name": "The Wall", "tag": "WALL" }),
            vec![
                ("/tag", json!("W\u{202e}L"), 422),
                ("/name", json!("x\ny z"), 422),
            ],
        ),
    ]
}

#[test]
fn fields_that_nobody_knows_and_bodies_too_large_are_refused_everywhere() {
    on_each(async |world| {
        let ann = world.fellow(1, "Ann").await;
        for route in world.client.routes().await {
            if route.fields.is_empty() {
                continue;
            }
            let call = route.with(&ann.id.to_string());
            let large = json!({ &route.fields[0]: "a".repeat(40_000) });
            let answer = world.client.call(&call, ANNAS, &large).await;
            answer.refused(413, "payload-too-large");
        }
        let form = json!({ "name": "Bee", "is_admin": true });
        let refused = world.act(&ann, "PUT /name", form).await;
        let refused = refused.refused(400, "bad-request");
        assert_eq!(refused["errors"][0]["field"], "is_admin");
    });
}

#[test]
fn who_is_not_signed_in_gets_nowhere_and_the_document_declares_what_it_names() {
    on_each(async |world| {
        for route in world.client.routes().await {
            assert!(route.is_locked, "{}", route.call);
            assert_eq!(route.declared, route.names, "{}", route.call);
            let call = route.with("101");
            for token in ["", "forged"] {
                let answer = world.client.call(&call, token, &json!({})).await;
                assert_eq!(answer.status.as_u16(), 401, "{call} {answer:?}");
            }
        }
    });
}
