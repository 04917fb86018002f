//! Friends, requests, blocks and presence.

use serde_json::{Value, json};

use crate::common::{Fellow, MINUTE_MS, World, each, on_each};

async fn relations(world: &World, of: &Fellow) -> Vec<(String, String)> {
    let list = world.act(of, "GET /friends", Value::Null).await.ok(200);
    let list = list.as_array().expect("a list").iter();
    let word = |it: &Value| it.as_str().expect("text").to_owned();
    list.map(|it| (word(&it["name"]), word(&it["relation"])))
        .collect()
}

fn pair(name: &str, relation: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), relation.to_owned())]
}

#[test]
fn one_asks_and_the_other_accepts_declines_or_asks_back() {
    on_each(async |world| {
        let ann = world.fellow(1, "Ann").await;
        let ben = world.fellow(2, "Ben").await;
        let asked = world.act(&ann, "POST /friends", ben.form()).await.ok(200);
        assert_eq!(asked["relation"], "asked");
        assert_eq!(relations(world, &ann).await, pair("Ben", "asked"));
        assert_eq!(relations(world, &ben).await, pair("Ann", "asking"));
        let again = world.act(&ann, "POST /friends", ben.form()).await;
        again.refused(409, "friends-already");
        let own = format!("POST /friends/{}/accept", ben.id);
        world
            .act(&ann, &own, Value::Null)
            .await
            .refused(404, "no-request");
        let accept = format!("POST /friends/{}/accept", ann.id);
        world.act(&ben, &accept, Value::Null).await.ok(200);
        assert_eq!(relations(world, &ann).await, pair("Ben", "friend"));
        assert_eq!(relations(world, &ben).await, pair("Ann", "friend"));
        world
            .act(&ben, &accept, Value::Null)
            .await
            .refused(409, "friends-already");
        let part = format!("DELETE /friends/{}", ben.id);
        world.act(&ann, &part, Value::Null).await.ok(200);
        assert_eq!(relations(world, &ben).await, []);
        world
            .act(&ann, &part, Value::Null)
            .await
            .refused(404, "no-relation");
        // Asking back is accepting.
        world.act(&ben, "POST /friends", ann.form()).await.ok(200);
        let back = world.act(&ann, "POST /friends", ben.form()).await.ok(200);
        assert_eq!(back["relation"], "friend");
        let oneself = world.act(&ann, "POST /friends", ann.form()).await;
        oneself.refused(409, "oneself");
        let nobody = json!({ "character": "77" });
        let nobody = world.act(&ann, "POST /friends", nobody).await;
        nobody.refused(404, "no-character");
    });
}

#[test]
fn who_is_blocked_is_no_friend_and_can_neither_ask_nor_invite() {
    on_each(async |world| {
        let ann = world.fellow(1, "Ann").await;
        let ben = world.fellow(2, "Ben").await;
        world.act(&ann, "POST /friends", ben.form()).await.ok(200);
        world.act(&ben, "POST /friends", ann.form()).await.ok(200);
        let invited = world.act(&ben, "POST /party/invitations", ann.form()).await;
        invited.ok(200);
        world.act(&ann, "POST /blocks", ben.form()).await.ok(200);
        let invitations = world.act(&ann, "GET /invitations", Value::Null).await;
        assert_eq!(
            invitations.ok(200),
            json!([]),
            "what he asked before is gone"
        );
        assert_eq!(relations(world, &ann).await, pair("Ben", "blocked"));
        assert_eq!(relations(world, &ben).await, []);
        for (call, by, other) in [
            ("POST /friends", &ben, &ann),
            ("POST /friends", &ann, &ben),
            ("POST /party/invitations", &ben, &ann),
            ("POST /party/invitations", &ann, &ben),
        ] {
            let refused = world.act(by, call, other.form()).await;
            refused.refused(409, "blocked");
        }
        // Each blocks for itself: lifting one leaves the other.
        world.act(&ben, "POST /blocks", ann.form()).await.ok(200);
        let lift = format!("DELETE /friends/{}", ben.id);
        world.act(&ann, &lift, Value::Null).await.ok(200);
        let asked = world.act(&ann, "POST /friends", ben.form()).await;
        asked.refused(409, "blocked");
        assert_eq!(relations(world, &ben).await, pair("Ann", "blocked"));
        let lift = format!("DELETE /friends/{}", ann.id);
        world.act(&ben, &lift, Value::Null).await.ok(200);
        world.act(&ann, "POST /friends", ben.form()).await.ok(200);
    });
}

#[test]
fn friends_see_where_one_plays_and_nobody_else_does() {
    on_each(async |world| {
        let ann = world.fellow(1, "Ann").await;
        let ben = world.fellow(2, "Ben").await;
        world.act(&ann, "POST /friends", ben.form()).await.ok(200);
        let presence = async |place| {
            let told = world.player.presence(ben.id, place).await;
            told.expect("a cache");
            let list = world.act(&ann, "GET /friends", Value::Null).await.ok(200);
            each(&list, "place")
        };
        assert_eq!(presence(Some("battle")).await, [Value::Null], "only asked");
        world.act(&ben, "POST /friends", ann.form()).await.ok(200);
        assert_eq!(presence(Some("battle")).await, [json!("battle")]);
        assert_eq!(presence(None).await, [Value::Null]);
        let place = "x".repeat(65);
        assert!(world.player.presence(ben.id, Some(&place)).await.is_err());
    });
}

#[test]
fn lists_come_in_pages_and_requests_are_few() {
    on_each(async |world| {
        let ann = world.fellow(1, "Ann").await;
        for account in 2..=121 {
            let name = format!("Fan {account}");
            let fan = world.fellow(account, &name).await;
            let asked = world.player.store.ask_friend(fan.id, ann.id, world.now());
            asked.await.expect("there is room");
        }
        let first = world.act(&ann, "GET /friends", Value::Null).await.ok(200);
        let first = each(&first, "character");
        assert_eq!(first.len(), 100);
        let last = first[99].as_str().expect("text");
        let call = format!("GET /friends?after={last}");
        let rest = world.act(&ann, &call, Value::Null).await.ok(200);
        assert_eq!(rest.as_array().map(Vec::len), Some(20));
        let strange = world.act(&ann, "GET /friends?after=x", Value::Null).await;
        strange.refused(422, "invalid-field");
        for _ in 0..20 {
            let asked = world.act(&ann, "POST /friends", ann.form()).await;
            asked.refused(409, "oneself");
        }
        let more = world.act(&ann, "POST /friends", ann.form()).await;
        more.refused(429, "too-many-requests");
        world.pass(MINUTE_MS);
        let accepted = world
            .act(&ann, "POST /friends", json!({ "character": last }))
            .await;
        assert_eq!(accepted.ok(200)["relation"], "friend");
    });
}
