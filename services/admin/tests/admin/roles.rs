//! Who may what, and that all that is done is in the log.

use serde_json::{Value, json};

use crate::common::{ADMIN, MODERATOR, OPERATOR, World, on_each};

/// The one that nobody has to show a token for.
const FOR_ALL: &str = "GET /admin/battles/next";

/// Every route that the document names under `/admin`, and the least role that it lets in.
fn least_role(call: &str) -> &'static str {
    let operators = [
        "/regions/",
        "/pods/",
        "/plan/",
        "/ledger",
        "/rollback",
        "/economy",
        "/audit",
        "GET /admin/config",
        "/config/check",
        "PUT /admin/message",
        "/environments",
        "POST /admin/battles",
    ];
    match call {
        FOR_ALL => "player",
        _ if call.contains("/admin/config") || call.ends_with("/role") => "admin",
        _ if operators.iter().any(|it| call.contains(it)) => "operator",
        _ => "moderator",
    }
}

fn rank(role: &str) -> usize {
    let roles = ["player", "moderator", "operator", "admin"];
    let rank = roles.iter().position(|it| *it == role);
    rank.expect("a role")
}

/// What each route takes, so that only the role is left to refuse it.
fn body_of(call: &str) -> Value {
    match call {
        _ if call.contains("/message-of") => json!({ "text": "hello", "reason": "greeting" }),
        _ if call.contains("/message") => json!({ "text": "hello", "reason": "greeting" }),
        _ if call.contains("/mute") => {
            json!({ "until_ms": 1_700_000_100_000_i64, "reason": "spam" })
        }
        _ if call.contains("/slow") => json!({ "seconds": 30, "reason": "spam" }),
        _ if call.contains("/chat/words") => {
            json!({ "add": ["heck"], "remove": [], "reason": "spam" })
        }
        _ if call.contains("/ban") => {
            json!({ "until_ms": 1_700_000_100_000_i64, "reason": "spam" })
        }
        _ if call.ends_with("/role") => json!({ "role": "moderator", "reason": "helps" }),
        _ if call.contains("/move") => json!({ "to": "0/1", "reason": "hot" }),
        _ if call.contains("/plan/mode") => json!({ "is_dry_run": true, "reason": "careful" }),
        _ if call.contains("/plan/approve") => {
            json!({ "action": "split", "region": "1", "reason": "careful" })
        }
        "POST /admin/battles" => json!({ "title": "The siege", "note": "",
            "start_ms": 1_700_000_100_000_i64, "reason": "as every week" }),
        _ if call.contains("/preview") => json!({ "character": "1", "after_batch": "1" }),
        _ if call.contains("/rollback") => json!({ "character": "1", "after_batch": "1",
            "revision": 1, "key": "12345678", "reason": "cheat" }),
        _ if call.contains("/config/check") => json!({ "text": "" }),
        _ if call.starts_with("PUT /admin/config") => {
            json!({ "text": "", "digest": "", "reason": "why" })
        }
        _ => json!({ "reason": "because" }),
    }
}

impl World {
    async fn admin_calls(&self) -> Vec<String> {
        let routes = self.client.routes().await.into_iter();
        let calls = routes.filter(|it| it.call.contains(" /admin/"));
        calls.map(|it| it.with("1")).collect()
    }
}

#[test]
fn each_route_lets_in_its_role_and_those_above_and_nobody_else() {
    on_each(async |world| {
        let calls = world.admin_calls().await;
        assert!(calls.len() >= 30, "{calls:?}");
        for call in calls {
            let query = match call.as_str() {
                "GET /admin/players" => "?query=a",
                _ if call.contains("/ledger") => "?character=1",
                _ => "",
            };
            let body = body_of(&call);
            for token in ["player-1", MODERATOR, OPERATOR, ADMIN] {
                // Its answer does not end.
                if call.contains("/live") {
                    continue;
                }
                let asked = format!("{call}{query}");
                let status = world.client.call(&asked, token, &body).await.status;
                let role = token.split('-').next().expect("a role");
                let is_let_in = rank(role) >= rank(least_role(&call));
                assert_eq!(status != 403, is_let_in, "{call} as {role}: {status}");
            }
        }
    });
}

#[test]
fn who_shows_no_token_or_no_role_gets_nowhere() {
    on_each(async |world| {
        let calls = world.admin_calls().await.into_iter();
        for call in calls.filter(|it| it != FOR_ALL) {
            let body = body_of(&call);
            let answer = world.client.call(&call, "", &body).await;
            answer.refused(401, "unauthorized");
            let answer = world.client.call(&call, "player-7", &body).await;
            answer.refused(403, "forbidden");
        }
        world.client.call(FOR_ALL, "", &Value::Null).await.ok(200);
        assert_eq!(world.lines_count().await, 0);
    });
}

#[test]
fn staff_are_told_what_they_may() {
    on_each(async |world| {
        let me = world.call("GET /me", MODERATOR, Value::Null).await.ok(200);
        assert_eq!(
            (&me["account"], &me["role"]),
            (&json!("9001"), &json!("moderator"))
        );
        let may = me["may"].as_array().expect("a list");
        assert!(may.contains(&json!("player.mute")) && !may.contains(&json!("region.move")));
        let me = world.call("GET /me", ADMIN, Value::Null).await.ok(200);
        assert!(
            me["may"]
                .as_array()
                .expect("a list")
                .contains(&json!("config.put"))
        );
    });
}

#[test]
fn an_admin_gives_and_takes_roles_but_not_their_own() {
    on_each(async |world| {
        let (account, boss) = (world.member().await, world.member().await);
        world.appoint(&boss, "admin").await;
        let token = format!("admin-{boss}");
        let give = async |token: &str, account: &str, role: &str| {
            let call = format!("PUT /players/{account}/role");
            let form = json!({ "role": role, "reason": "knows the rules" });
            world.call(&call, token, form).await
        };
        let refused = give(OPERATOR, &account, "moderator").await;
        refused.refused(403, "forbidden");
        assert_eq!(world.lines_count().await, 0);
        give(&token, &account, "moderator").await.ok(200);
        let line = world.last_line().await;
        let expected = json!({ "line": line["line"], "at_ms": world.now(), "actor": boss, "role": "admin",
            "action": "player.role", "target": account, "reason": "knows the rules", "outcome": "done",
            "effect": format!("account {account} was player and is moderator now, with a second factor only; \
                its sessions have ended"),
            "address": web::testing::HOME });
        assert_eq!(line, expected);
        let call = format!("GET /players/{account}");
        let shown = world.call(&call, MODERATOR, Value::Null).await.ok(200);
        assert_eq!(
            (&shown["role"], &shown["sessions"]),
            (&json!("moderator"), &json!(0))
        );
        give(&token, &account, "admin").await.ok(200);
        give(&token, &account, "player").await.ok(200);
        give(&token, &boss, "player")
            .await
            .refused(403, "forbidden");
        give(&token, &account, "king")
            .await
            .refused(422, "invalid-field");
        let guest = world.guest().await;
        give(&token, &guest, "moderator")
            .await
            .refused(422, "invalid-field");
        // Who was an admin when the token was signed, and is none any more.
        world.appoint(&boss, "operator").await;
        give(&token, &account, "admin")
            .await
            .refused(403, "forbidden");
    });
}

#[test]
fn an_action_without_a_reason_is_not_done() {
    on_each(async |world| {
        let account = world.guest().await;
        for reason in ["", "  ", "a\u{202e}b", &"x".repeat(201)] {
            let body = json!({ "until_ms": world.now() + 1_000, "reason": reason });
            let call = format!("POST /players/{account}/mute");
            let refused = world.call(&call, MODERATOR, body).await;
            let refused = refused.refused(422, "invalid-field");
            assert_eq!(refused["errors"][0]["field"], "reason");
        }
        assert_eq!(world.lines_count().await, 0);
        let number = account.parse::<u64>().expect("a number");
        let mute = world.chat.mute_of(number, world.now()).await;
        assert_eq!(mute.expect("a database"), None);
    });
}

#[test]
fn the_log_says_who_did_what_why_and_what_came_of_it() {
    on_each(async |world| {
        let account = world.guest().await;
        let body = json!({ "until_ms": world.now() + 90_000, "reason": " insults,  twice " });
        let call = format!("POST /players/{account}/mute");
        let done = world.call(&call, MODERATOR, body).await.ok(200);
        let line = world.last_line().await;
        assert_eq!(line["line"], done["audit"]);
        let expected = json!({ "line": done["audit"], "at_ms": world.now(), "actor": "9001",
            "role": "moderator", "action": "player.mute", "target": account,
            "reason": "insults, twice", "outcome": "done",
            "effect": format!("account {account} says nothing for 2 min"),
            "address": web::testing::HOME });
        assert_eq!(line, expected);
        // What fails is there, too.
        let call = format!("POST /players/{account}/unban");
        let body = json!({ "reason": "a mistake" });
        world
            .call(&call, OPERATOR, body)
            .await
            .refused(409, "not-banned");
        let line = world.last_line().await;
        assert_eq!(
            (&line["action"], &line["outcome"]),
            (&json!("player.unban"), &json!("failed"))
        );
        assert!(
            line["effect"]
                .as_str()
                .expect("text")
                .contains("no ban holds")
        );
    });
}

#[test]
fn the_log_is_read_by_actor_by_target_and_page_by_page() {
    on_each(async |world| {
        let (one, other) = (world.guest().await, world.guest().await);
        for index in 0..120 {
            let account = if index % 2 == 0 { &one } else { &other };
            let token = if index % 3 == 0 { OPERATOR } else { MODERATOR };
            let call = format!("POST /players/{account}/kick");
            world.pass(1);
            world
                .call(&call, token, json!({ "reason": "idle" }))
                .await
                .ok(200);
        }
        let read = async |query: String| {
            let call = format!("GET /audit{query}");
            let page = world.call(&call, OPERATOR, Value::Null).await.ok(200);
            let count = page["lines"].as_array().expect("a list").len();
            (count, page["next"].as_str().map(str::to_owned))
        };
        let (count, next) = read(String::new()).await;
        assert_eq!(count, 100);
        let (count, next) = read(format!("?before={}", next.expect("there are more"))).await;
        assert_eq!((count, next), (20, None));
        assert_eq!(read("?actor=9002".to_owned()).await.0, 40);
        assert_eq!(read(format!("?target={one}")).await.0, 60);
        assert_eq!(read(format!("?target={one}&actor=9002")).await.0, 20);
    });
}
