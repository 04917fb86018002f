//! Players found, looked at, told, muted, sent away, banned; and reports of what they said.

use auth::AuthError;
use chat::{Audience, Channel, Speaker, Words};
use chat_service::{
    ChannelKey,
    store::{NewReport, Stamp},
    topics::{self, Announcement},
};
use events::{Body, admin::Expelled};
use serde_json::{Value, json};

use crate::common::{ADMIN, HOUR_MS, MODERATOR, OPERATOR, World, on_each};

const WEEK_MS: i64 = 7 * 24 * HOUR_MS;

impl World {
    async fn found(&self, token: &str, query: &str) -> Vec<Value> {
        let call = format!("GET /players?query={query}");
        let found = self.call(&call, token, Value::Null).await.ok(200);
        found["players"].as_array().expect("a list").clone()
    }

    async fn act(
        &self,
        account: &str,
        act: &str,
        token: &str,
        body: Value,
    ) -> web::testing::Answer {
        let call = format!("POST /players/{account}/{act}");
        self.call(&call, token, body).await
    }
}

#[test]
fn players_are_found_by_name_and_number() {
    on_each(async |world| {
        let (account, character) = world.player("Bera the Bold").await;
        world.player("Anna").await;
        world.player("100%er").await;
        for query in ["bera", "BERA%20THE", "Bera%20the%20Bold"] {
            let found = world.found(MODERATOR, query).await;
            assert_eq!(found.len(), 1, "{query}");
            assert_eq!(found[0]["account"], account);
            assert_eq!(found[0]["name"], "Bera the Bold");
        }
        for query in [&account, &character.to_string()] {
            assert_eq!(world.found(MODERATOR, query).await[0]["account"], account);
        }
        for query in ["b_ra", "%25", "era", "x@example.org"] {
            assert_eq!(
                world.found(OPERATOR, query).await,
                Vec::<Value>::new(),
                "{query}"
            );
        }
        let refused = world
            .call("GET /players?query=%20", MODERATOR, Value::Null)
            .await;
        refused.refused(422, "invalid-field");
    });
}

#[test]
fn a_player_is_shown_with_all_that_staff_did() {
    on_each(async |world| {
        let (account, character) = world.player("Bera").await;
        world
            .presence
            .set(character, Some("battle"))
            .await
            .expect("a cache");
        let until_ms = world.now() + HOUR_MS;
        let body = json!({ "until_ms": until_ms, "reason": "spam" });
        world
            .act(&account, "mute", MODERATOR, body.clone())
            .await
            .ok(200);
        world.act(&account, "ban", MODERATOR, body).await.ok(200);
        let call = format!("GET /players/{account}");
        let shown = world.call(&call, MODERATOR, Value::Null).await.ok(200);
        assert_eq!(
            (&shown["role"], &shown["is_guest"]),
            (&json!("player"), &json!(true))
        );
        assert_eq!(shown["sessions"], 0, "the ban ended them");
        assert_eq!(shown["characters"][0]["name"], "Bera");
        assert_eq!(shown["characters"][0]["is_there"], true);
        assert_eq!(shown["mute"]["until_ms"], until_ms);
        assert_eq!(shown["sanctions"][0]["kind"], "suspension");
        assert_eq!(shown["sanctions"][0]["is_in_force"], true);
        let log = shown["log"].as_array().expect("a list").iter();
        let actions: Vec<_> = log.map(|it| it["action"].clone()).collect();
        assert_eq!(actions, ["player.ban", "player.mute"]);
        world
            .call("GET /players/77", MODERATOR, Value::Null)
            .await
            .refused(404, "not-found");
    });
}

#[test]
fn words_to_a_player_reach_its_characters_and_nobody_elses_history() {
    on_each(async |world| {
        let (account, character) = world.player("Bera").await;
        let mut heard = world.hear(topics::SYSTEM).await;
        let body = json!({ "text": "Please be kind.", "reason": "a complaint" });
        let done = world
            .act(&account, "message", MODERATOR, body.clone())
            .await
            .ok(200);
        assert!(done["effect"].as_str().expect("text").contains("not heard"));
        let delivery = heard.next().await;
        let told: Announcement = topics::body(&delivery.event).expect("ours");
        assert_eq!(
            (told.text.as_str(), told.to),
            ("Please be kind.", Some(character.cast_unsigned()))
        );
        delivery.done().await;
        world
            .presence
            .set(character, Some("battle"))
            .await
            .expect("a cache");
        let done = world
            .act(&account, "message", MODERATOR, body)
            .await
            .ok(200);
        assert!(done["effect"].as_str().expect("text").contains("was told"));
        let words = Words {
            channel: Channel::System,
            speaker: Speaker::default(),
            audience: Audience::Pair(7, 7),
            to: String::new(),
            text: "for one".to_owned(),
            sequence: 1,
            time_ms: 1,
        };
        assert_eq!(ChannelKey::of(&words), Some(ChannelKey::Whisper(7, 7)));
    });
}

#[test]
fn a_mute_holds_until_it_is_lifted() {
    on_each(async |world| {
        let account = world.guest().await;
        let number: u64 = account.parse().expect("a number");
        let until_ms = world.now() + HOUR_MS;
        let body = json!({ "until_ms": until_ms, "reason": "spam" });
        world.act(&account, "mute", MODERATOR, body).await.ok(200);
        let mute = world
            .chat
            .mute_of(number, world.now())
            .await
            .expect("a database");
        assert_eq!(
            mute.map(|it| (it.until_ms, it.changed_by)),
            Some((until_ms, 9001))
        );
        let why = json!({ "reason": "said sorry" });
        world
            .act(&account, "unmute", MODERATOR, why.clone())
            .await
            .ok(200);
        let mute = world.chat.mute_of(number, world.now()).await;
        assert_eq!(mute.expect("a database"), None);
        world
            .act(&account, "unmute", MODERATOR, why)
            .await
            .refused(409, "not-muted");
        let past = json!({ "until_ms": world.now() - 1, "reason": "spam" });
        world
            .act(&account, "mute", MODERATOR, past)
            .await
            .refused(422, "invalid-field");
    });
}

#[test]
fn who_is_kicked_is_told_to_all_edges() {
    on_each(async |world| {
        let account = world.guest().await;
        let mut heard = world.hear(Expelled::TOPIC).await;
        world
            .act(&account, "kick", MODERATOR, json!({ "reason": "idle" }))
            .await
            .ok(200);
        let delivery = heard.next().await;
        let expelled = Expelled::from_bytes(&delivery.event.body).expect("ours");
        assert_eq!(expelled.account.to_string(), account);
        delivery.done().await;
    });
}

#[test]
fn moderators_suspend_for_a_week_and_operators_ban() {
    on_each(async |world| {
        let account = world.guest().await;
        let ban = |until_ms: Option<i64>| json!({ "until_ms": until_ms, "reason": "cheating" });
        let week = Some(world.now() + WEEK_MS);
        let longer = Some(world.now() + WEEK_MS + 1);
        for until_ms in [None, longer] {
            let refused = world.act(&account, "ban", MODERATOR, ban(until_ms)).await;
            refused.refused(403, "forbidden");
            assert_eq!(world.last_line().await["outcome"], "failed");
        }
        world
            .act(&account, "ban", MODERATOR, ban(week))
            .await
            .ok(200);
        world
            .act(&account, "ban", OPERATOR, ban(None))
            .await
            .ok(200);
        let why = json!({ "reason": "it was somebody else" });
        world
            .act(&account, "unban", MODERATOR, why.clone())
            .await
            .refused(403, "forbidden");
        let call = format!("GET /players/{account}");
        let in_force = async || {
            let shown = world.call(&call, MODERATOR, Value::Null).await.ok(200);
            let sanctions = shown["sanctions"].as_array().expect("a list").clone();
            assert_eq!(sanctions.len(), 2);
            let held = sanctions.iter().filter(|it| it["is_in_force"] == true);
            held.count()
        };
        assert_eq!(in_force().await, 2, "all or nothing");
        world.act(&account, "unban", OPERATOR, why).await.ok(200);
        assert_eq!(in_force().await, 0);
        // A number has one text: the log is searched for it.
        let padded = format!("0{account}");
        let why = json!({ "reason": "hidden" });
        let hidden = world.act(&padded, "kick", OPERATOR, why).await;
        hidden.refused(404, "not-found");
    });
}

#[test]
fn nobody_acts_on_their_equals() {
    on_each(async |world| {
        let account = world.guest().await;
        world.appoint(&account, "operator").await;
        let body = json!({ "until_ms": world.now() + HOUR_MS, "reason": "a feud" });
        for act in ["mute", "ban"] {
            for token in [MODERATOR, OPERATOR] {
                let refused = world.act(&account, act, token, body.clone()).await;
                refused.refused(403, "forbidden");
            }
            world.act(&account, act, ADMIN, body.clone()).await.ok(200);
        }
        let why = json!({ "reason": "a feud" });
        world
            .act(&account, "kick", OPERATOR, why)
            .await
            .refused(403, "forbidden");
    });
}

#[test]
fn reports_are_read_and_closed_once() {
    on_each(async |world| {
        world.say(42, "something rude").await;
        let stamp = Stamp {
            by: 6,
            at_ms: world.now(),
        };
        let report = NewReport {
            message: 42,
            reason: "rude",
        };
        let report = world.chat.report(report, stamp).await.expect("a database");
        let report = report.expect("there is such a message").to_string();
        let open = world
            .call("GET /reports", MODERATOR, Value::Null)
            .await
            .ok(200);
        assert_eq!(open["reports"][0]["report"], report);
        let line = &open["reports"][0]["context"][0];
        assert_eq!(
            (&line["text"], &line["account"], &line["message"]),
            (&json!("something rude"), &json!("5"), &json!("42"))
        );
        let call = format!("POST /reports/{report}/close");
        let why = json!({ "reason": "was warned" });
        world.call(&call, MODERATOR, why.clone()).await.ok(200);
        world
            .call(&call, MODERATOR, why.clone())
            .await
            .refused(409, "report-resolved");
        let closed = world
            .call("GET /reports?state=resolved", MODERATOR, Value::Null)
            .await;
        let closed = closed.ok(200);
        assert_eq!(closed["reports"][0]["resolved"]["note"], "was warned");
        world
            .call("POST /reports/1/close", MODERATOR, why)
            .await
            .refused(404, "not-found");
    });
}

/// What the auth service refuses is told in its words.
#[test]
fn a_refusal_of_another_service_is_a_sentence() {
    let problem = web::Problem::forbidden("moderators suspend for a week at most");
    let error = admin::AdminError::from(AuthError::from(problem));
    let told = "You may not do this; moderators suspend for a week at most";
    assert_eq!(error.to_string(), told);
}
