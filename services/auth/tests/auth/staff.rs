//! Roles, the second factor, sanctions and the log.

use backends::broker::Subscription;
use events::{Body, auth::Sanctioned};
use serde_json::{Value, json};
use tokens::Role;
use tokio::time::timeout;
use web::testing::Answer;

use crate::{
    common::{DAY_MS, PATIENCE, World, on_each, text},
    people::{PASSWORD, Person, app_code},
};

pub async fn impose(world: &World, by: &Person, on: &Person, form: Value) -> Answer {
    let call = format!("POST /accounts/{}/sanctions", on.account);
    world.call(&call, &by.access, form).await
}

#[test]
fn staff_without_a_second_factor_are_players() {
    on_each(async |world| {
        let person = world.player("mod@example.org").await;
        world.appoint("mod@example.org", Role::Moderator).await;
        let person = world.refresh(&person).await;
        let call = format!("GET /accounts/{}", person.account);
        world
            .call(&call, &person.access, Value::Null)
            .await
            .refused(403, "forbidden");
        world.set_factor(&person).await;
        let person = world.refresh(&person).await;
        let found = world.call(&call, &person.access, Value::Null).await.ok(200);
        assert_eq!(
            (&found["role"], &found["email"]),
            (&json!("moderator"), &Value::Null)
        );
    });
}

#[test]
fn a_second_factor_is_asked_for_and_each_code_works_once() {
    on_each(async |world| {
        let email = "asa@example.org";
        let person = world.player(email).await;
        let (secret, paper) = world.set_factor(&person).await;
        let login = |code: Option<String>| {
            let form = json!({ "email": email, "password": PASSWORD, "code": code });
            async move { world.call("POST /login", "", form).await }
        };
        login(None).await.refused(401, "second-factor-required");
        // The code that confirmed it was used.
        let used = app_code(&secret, world.now());
        login(Some(used)).await.refused(401, "wrong-credentials");
        world.pass(30_000);
        let code = app_code(&secret, world.now());
        login(Some(code.clone())).await.ok(200);
        login(Some(code)).await.refused(401, "wrong-credentials");
        login(Some(paper[3].to_lowercase())).await.ok(200);
        login(Some(paper[3].clone()))
            .await
            .refused(401, "wrong-credentials");
        login(Some("000000' OR '1'='1".to_owned()))
            .await
            .refused(401, "wrong-credentials");

        world.pass(900_000);
        let person = world.refresh(&person).await;
        let again = world.call(
            "POST /second-factor",
            &person.access,
            json!({ "password": PASSWORD }),
        );
        again.await.refused(409, "second-factor-set");
        let remove = json!({ "password": PASSWORD, "code": paper[4] });
        world
            .call("POST /second-factor/remove", &person.access, remove)
            .await
            .ok(204);
        world.pass(900_000);
        login(None).await.ok(200);
    });
}

#[test]
fn of_many_who_use_one_code_at_once_one_gets_in() {
    on_each(async |world| {
        let email = "asa@example.org";
        let person = world.player(email).await;
        let (secret, paper) = world.set_factor(&person).await;
        world.pass(900_000);
        for code in [app_code(&secret, world.now()), paper[0].clone()] {
            let form = json!({ "email": email, "password": PASSWORD, "code": code });
            let login = || world.call("POST /login", "", form.clone());
            let answers = tokio::join!(login(), login(), login(), login());
            let answers = [answers.0, answers.1, answers.2, answers.3];
            let let_in = answers.iter().filter(|answer| answer.status == 200).count();
            assert_eq!(let_in, 1, "{answers:?}");
        }
    });
}

#[test]
fn codes_cannot_be_guessed_in_a_flood() {
    on_each(async |world| {
        let email = "asa@example.org";
        let person = world.player(email).await;
        world.set_factor(&person).await;
        world.pass(900_000);
        let mut refused = 0;
        for guess in 0..20 {
            let form =
                json!({ "email": email, "password": PASSWORD, "code": format!("{guess:06}") });
            let answer = world.call("POST /login", "", form).await;
            refused += u32::from(answer.status == 429);
            assert!(matches!(answer.status.as_u16(), 401 | 429), "{answer:?}");
        }
        assert_eq!(refused, 10);
    });
}

#[test]
fn a_ban_ends_sessions_at_once_and_says_why_and_until_when() {
    on_each(async |world| {
        let operator = world.staff("op@example.org", Role::Operator).await;
        let player = world.player("asa@example.org").await;
        let until_ms = world.now() + DAY_MS;
        let form =
            json!({ "kind": "ban", "reason": "Cheated, <b>twice</b>", "until_ms": until_ms });
        impose(world, &operator, &player, form).await.ok(201);

        let told = world
            .call("GET /account", &player.access, Value::Null)
            .await;
        told.refused(401, "unauthorized");
        let refresh = json!({ "refresh_token": player.refresh });
        let form = json!({ "email": "asa@example.org", "password": PASSWORD });
        for (call, form) in [("POST /refresh", &refresh), ("POST /login", &form)] {
            let refused = world.call(call, "", form.clone()).await;
            let refused = refused.refused(403, "banned");
            assert_eq!(refused["detail"], "Cheated, <b>twice</b>");
            assert_eq!(refused["until_ms"], until_ms);
        }

        world.pass(DAY_MS - 1);
        world
            .call("POST /login", "", form.clone())
            .await
            .refused(403, "banned");
        world.pass(1);
        world
            .call("POST /refresh", "", refresh)
            .await
            .refused(401, "unauthorized");
        world.call("POST /login", "", form).await.ok(200);
    });
}

#[test]
fn a_ban_without_an_end_lasts_until_it_is_lifted() {
    on_each(async |world| {
        let operator = world.staff("op@example.org", Role::Operator).await;
        let player = world.player("asa@example.org").await;
        let week_ms = world.now() + 7 * DAY_MS;
        let short = json!({ "kind": "suspension", "reason": "First", "until_ms": week_ms });
        impose(world, &operator, &player, short).await.ok(201);
        let ban = json!({ "kind": "ban", "reason": "Again" });
        let ban = impose(world, &operator, &player, ban).await.ok(201);
        let form = json!({ "email": "asa@example.org", "password": PASSWORD });
        // Of two the one that ends last is told.
        let told = world
            .call("POST /login", "", form.clone())
            .await
            .refused(403, "banned");
        assert_eq!(
            (&told["detail"], &told["until_ms"]),
            (&json!("Again"), &Value::Null)
        );
        world.pass(1_000 * DAY_MS);
        world
            .call("POST /login", "", form.clone())
            .await
            .refused(403, "banned");

        let operator = world.staff("op2@example.org", Role::Operator).await;
        let sanction = text(&ban, "sanction");
        let lift = format!("DELETE /accounts/{}/sanctions/{sanction}", player.account);
        world
            .call(&lift, &operator.access, Value::Null)
            .await
            .ok(204);
        world
            .call(&lift, &operator.access, Value::Null)
            .await
            .refused(404, "not-found");
        world.call("POST /login", "", form).await.ok(200);
        let list = format!("GET /accounts/{}/sanctions", player.account);
        let list = world
            .call(&list, &operator.access, Value::Null)
            .await
            .ok(200);
        assert_eq!(list.as_array().map(Vec::len), Some(2));
        assert_eq!(
            (&list[0]["kind"], &list[0]["is_in_force"]),
            (&json!("ban"), &json!(false))
        );
        assert_eq!(list[1]["reason"], "First");
    });
}

/// Edges send whom they hear of away.
#[test]
fn whoever_listens_is_told_of_each_sanction() {
    on_each(async |world| {
        let listening = Subscription::own(&[Sanctioned::TOPIC]);
        let listening = world.broker.subscribe(&listening).await;
        let mut told = listening.expect("a broker");
        let operator = world.staff("op@example.org", Role::Operator).await;
        let player = world.player("asa@example.org").await;
        let until_ms = world.now() + DAY_MS;
        let suspension = json!({ "kind": "suspension", "reason": "First", "until_ms": until_ms });
        impose(world, &operator, &player, suspension).await.ok(201);
        let ban = json!({ "kind": "ban", "reason": "Again" });
        impose(world, &operator, &player, ban).await.ok(201);
        for (kind, until_ms) in [("suspension", Some(until_ms)), ("ban", None)] {
            let delivery = timeout(PATIENCE, told.next()).await.expect("it is told");
            let sanctioned = Sanctioned::from_bytes(&delivery.event.body);
            delivery.done().await;
            let wanted = Sanctioned {
                account: player.account.parse().expect("a number"),
                kind: kind.to_owned(),
                until_ms,
                at_ms: world.now(),
            };
            assert_eq!(sanctioned.expect("ours"), wanted);
        }
    });
}

#[test]
fn the_log_says_what_was_done_and_by_whom() {
    on_each(async |world| {
        let operator = world.staff("op@example.org", Role::Operator).await;
        let player = world.player("asa@example.org").await;
        let wrong = json!({ "email": "asa@example.org", "password": "wrong horse battery" });
        world
            .call("POST /login", "", wrong)
            .await
            .refused(401, "wrong-credentials");
        let ban = json!({ "kind": "ban", "reason": "Cheated" });
        impose(world, &operator, &player, ban).await.ok(201);
        let audit = format!("GET /accounts/{}/audit", player.account);
        let audit = world
            .call(&audit, &operator.access, Value::Null)
            .await
            .ok(200);
        let entries = audit.as_array().expect("a list");
        let actions: Vec<&str> = entries
            .iter()
            .filter_map(|it| it["action"].as_str())
            .collect();
        assert_eq!(
            actions,
            ["sanction_imposed", "login_failed", "login", "registered"]
        );
        assert_eq!(audit[0]["actor"], operator.account);
        assert_eq!(audit[0]["detail"], "Cheated");
        assert_eq!(audit[1]["address"], "192.0.2.1");
    });
}

/// One of each.
struct Ranks {
    admin: Person,
    operator: Person,
    moderator: Person,
    player: Person,
}

impl Ranks {
    async fn of(world: &World) -> Self {
        Self {
            admin: world.staff("admin@example.org", Role::Admin).await,
            operator: world.staff("op@example.org", Role::Operator).await,
            moderator: world.staff("mod@example.org", Role::Moderator).await,
            player: world.player("asa@example.org").await,
        }
    }
}

#[test]
fn nobody_punishes_above_their_role() {
    on_each(async |world| {
        let Ranks {
            admin,
            operator,
            moderator,
            player,
        } = Ranks::of(world).await;
        let week_ms = world.now() + 7 * DAY_MS;
        let suspension = |until_ms: i64| json!({ "kind": "suspension", "reason": "Insults", "until_ms": until_ms });
        let ban = json!({ "kind": "ban", "reason": "Cheated" });
        for (by, on, form) in [
            (&moderator, &player, ban.clone()),
            (&moderator, &player, suspension(week_ms + 1)),
            (&moderator, &moderator, suspension(week_ms)),
            (&moderator, &operator, suspension(week_ms)),
            (&operator, &admin, ban.clone()),
            (&player, &moderator, ban.clone()),
        ] {
            impose(world, by, on, form).await.refused(403, "forbidden");
        }
        for form in [
            json!({ "kind": "suspension", "reason": "No end" }),
            json!({ "kind": "kick", "reason": "x", "until_ms": week_ms }),
            json!({ "kind": "suspension", "reason": " ", "until_ms": week_ms }),
            json!({ "kind": "suspension", "reason": "Past", "until_ms": world.now() }),
        ] {
            impose(world, &moderator, &player, form)
                .await
                .refused(422, "invalid-field");
        }
        impose(world, &moderator, &player, suspension(week_ms))
            .await
            .ok(201);
        // What an operator imposed, a moderator does not lift.
        let ban = impose(world, &operator, &player, ban).await.ok(201);
        let lift = format!(
            "DELETE /accounts/{}/sanctions/{}",
            player.account,
            text(&ban, "sanction")
        );
        world
            .call(&lift, &moderator.access, Value::Null)
            .await
            .refused(403, "forbidden");
    });
}

#[test]
fn only_admins_give_roles_and_not_to_themselves() {
    on_each(async |world| {
        let Ranks {
            admin,
            operator,
            moderator,
            player,
        } = Ranks::of(world).await;
        let guest = world.guest().await;
        for (by, on, role, status, name) in [
            (&operator, &player, "moderator", 403, "forbidden"),
            (&operator, &admin, "player", 403, "forbidden"),
            (&admin, &admin, "player", 403, "forbidden"),
            (&admin, &admin, "admin", 403, "forbidden"),
            (&admin, &player, "king", 422, "invalid-field"),
            (&admin, &guest, "moderator", 422, "invalid-field"),
        ] {
            let call = format!("PUT /accounts/{}/role", on.account);
            let answer = world.call(&call, &by.access, json!({ "role": role })).await;
            answer.refused(status, name);
        }
        let call = format!("PUT /accounts/{}/role", player.account);
        for role in ["operator", "admin"] {
            let given = world.call(&call, &admin.access, json!({ "role": role }));
            given.await.ok(204);
        }
        let nobody = world.call(
            "PUT /accounts/7/role",
            &admin.access,
            json!({ "role": "player" }),
        );
        nobody.await.refused(404, "not-found");
        for account in [
            "1",
            "-1",
            "01",
            "x",
            "9223372036854775808",
            "%27%20OR%201=1",
        ] {
            let call = format!("GET /accounts/{account}");
            world
                .call(&call, &moderator.access, Value::Null)
                .await
                .refused(404, "not-found");
        }
    });
}

#[test]
fn of_admins_who_take_the_role_from_each_other_one_stays() {
    on_each(async |world| {
        for turn in 0..4 {
            let [one, other] = ["one", "other"].map(|name| format!("{name}{turn}@example.org"));
            let one = world.staff(&one, Role::Admin).await;
            let other = world.staff(&other, Role::Admin).await;
            let take = async |by: &Person, from: &Person| {
                let call = format!("PUT /accounts/{}/role", from.account);
                let taken = world.call(&call, &by.access, json!({ "role": "player" }));
                taken.await.status.as_u16()
            };
            let taken = tokio::join!(take(&one, &other), take(&other, &one));
            let is_one =
                |answers: (u16, u16)| matches!(answers, (204, 401 | 403) | (401 | 403, 204));
            assert!(is_one(taken), "{taken:?}");
        }
    });
}

#[test]
fn a_demotion_holds_at_once() {
    on_each(async |world| {
        let admin = world.staff("admin@example.org", Role::Admin).await;
        let moderator = world.staff("mod@example.org", Role::Moderator).await;
        let role = format!("PUT /accounts/{}/role", moderator.account);
        world
            .call(&role, &admin.access, json!({ "role": "player" }))
            .await
            .ok(204);
        let call = format!("GET /accounts/{}", admin.account);
        let told = world.call(&call, &moderator.access, Value::Null).await;
        told.refused(401, "unauthorized");
    });
}
