//! Sessions: rotation of refresh tokens, stolen ones, and ends.

use auth::limits::{REUSE_GRACE_MS, SESSION_LIFE_MS, SESSIONS_MAX};
use backends::broker::Subscription;
use events::{Body, auth::SignedOut};
use serde_json::{Value, json};
use tokens::limits::ACCESS_LIFE_MS;
use tokio::time::timeout;
use web::testing::Answer;

use crate::{
    common::{PATIENCE, World, on_each},
    people::{PASSWORD, Person},
};

const EMAIL: &str = "asa@example.org";

async fn refresh(world: &World, token: &str) -> Answer {
    let form = json!({ "refresh_token": token });
    world.call("POST /refresh", "", form).await
}

async fn is_in(world: &World, person: &Person) -> bool {
    let answer = world
        .call("GET /account", &person.access, Value::Null)
        .await;
    match answer.status.as_u16() {
        200 => true,
        401 => false,
        _ => panic!("{answer:?}"),
    }
}

#[test]
fn a_session_goes_on_from_token_to_token() {
    on_each(async |world| {
        let mut person = world.guest().await;
        for _ in 0..5 {
            world.pass(SESSION_LIFE_MS - 1_000);
            let next = world.refresh(&person).await;
            assert_ne!(
                (&next.access, &next.refresh),
                (&person.access, &person.refresh)
            );
            assert!(is_in(world, &next).await && !is_in(world, &person).await);
            person = next;
        }
        world.pass(SESSION_LIFE_MS);
        refresh(world, &person.refresh)
            .await
            .refused(401, "unauthorized");
    });
}

#[test]
fn an_access_token_ends_by_itself() {
    on_each(async |world| {
        let person = world.guest().await;
        world.pass(ACCESS_LIFE_MS - 1_000);
        assert!(is_in(world, &person).await);
        world.pass(1_000);
        assert!(!is_in(world, &person).await);
    });
}

#[test]
fn a_stolen_refresh_token_ends_the_whole_session() {
    on_each(async |world| {
        let owner = world.player(EMAIL).await;
        let stolen = owner.refresh.clone();
        // The thief is faster; the owner comes with what is no longer the newest.
        let thief = world.refresh(&owner).await;
        world.pass(REUSE_GRACE_MS + 1);
        refresh(world, &stolen).await.refused(401, "unauthorized");
        assert!(!is_in(world, &thief).await && !is_in(world, &owner).await);
        refresh(world, &thief.refresh)
            .await
            .refused(401, "unauthorized");
        // Other sessions are not concerned.
        let other = world.log_in(EMAIL).await;
        assert!(is_in(world, &other).await);
    });
}

#[test]
fn an_older_token_is_theft_at_once() {
    on_each(async |world| {
        let first = world.guest().await;
        let second = world.refresh(&first).await;
        let third = world.refresh(&second).await;
        refresh(world, &first.refresh)
            .await
            .refused(401, "unauthorized");
        refresh(world, &third.refresh)
            .await
            .refused(401, "unauthorized");
        assert!(!is_in(world, &third).await);
    });
}

#[test]
fn a_lost_answer_is_told_again_and_nothing_forks() {
    on_each(async |world| {
        let person = world.guest().await;
        let (one, two) = tokio::join!(world.refresh(&person), world.refresh(&person));
        assert_eq!(one.refresh, two.refresh);
        world.pass(REUSE_GRACE_MS);
        let again = world.refresh(&person).await;
        assert_eq!(again.refresh, one.refresh);
        let next = world.refresh(&again).await;
        assert!(is_in(world, &next).await);
    });
}

#[test]
fn a_forged_refresh_token_is_refused_and_ends_nothing() {
    on_each(async |world| {
        let person = world.guest().await;
        let mut forged = data_encoding::BASE64URL_NOPAD
            .decode(person.refresh.as_bytes())
            .expect("base 64");
        for index in [0, 8, 16, 47, 48, 63] {
            forged[index] ^= 1;
            let text = data_encoding::BASE64URL_NOPAD.encode(&forged);
            refresh(world, &text).await.refused(401, "unauthorized");
            forged[index] ^= 1;
        }
        for text in ["", "a", &person.access, "' OR 1=1 --"] {
            refresh(world, text).await.refused(401, "unauthorized");
        }
        assert!(is_in(world, &person).await);
        world.refresh(&person).await;
    });
}

#[test]
fn logging_out_ends_this_session_or_all() {
    on_each(async |world| {
        let (one, two) = (world.player(EMAIL).await, world.log_in(EMAIL).await);
        let form = json!({ "refresh_token": one.refresh });
        world.call("POST /logout", "", form.clone()).await.ok(204);
        world.call("POST /logout", "", form).await.ok(204);
        assert!(!is_in(world, &one).await && is_in(world, &two).await);
        refresh(world, &one.refresh)
            .await
            .refused(401, "unauthorized");

        let three = world.log_in(EMAIL).await;
        let listed = world
            .call("GET /sessions", &three.access, Value::Null)
            .await
            .ok(200);
        assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
        world
            .call("POST /logout-everywhere", &two.access, Value::Null)
            .await
            .ok(204);
        assert!(!is_in(world, &two).await && !is_in(world, &three).await);
        refresh(world, &three.refresh)
            .await
            .refused(401, "unauthorized");
        assert!(
            is_in(world, &world.log_in(EMAIL).await).await,
            "in the same second"
        );
    });
}

/// Edges send who plays away, and let nobody in by a ticket of before.
#[test]
fn whoever_listens_is_told_when_all_sessions_end() {
    on_each(async |world| {
        let listening = Subscription::own(&[SignedOut::TOPIC]);
        let listening = world.broker.subscribe(&listening).await;
        let mut told = listening.expect("a broker");
        let one = world.player(EMAIL).await;
        let change =
            json!({ "current_password": PASSWORD, "new_password": "another long password" });
        world
            .call("POST /password/change", &one.access, change)
            .await
            .ok(204);
        world
            .call("POST /logout-everywhere", &one.access, Value::Null)
            .await
            .ok(204);
        for _ in 0..2 {
            let delivery = timeout(PATIENCE, told.next()).await.expect("it is told");
            let signed_out = SignedOut::from_bytes(&delivery.event.body);
            delivery.done().await;
            let wanted = SignedOut {
                account: one.account.parse().expect("a number"),
                at_ms: world.now(),
            };
            assert_eq!(signed_out.expect("ours"), wanted);
        }
    });
}

#[test]
fn the_oldest_of_too_many_sessions_ends() {
    on_each(async |world| {
        let first = world.player(EMAIL).await;
        for _ in 0..SESSIONS_MAX {
            world.pass(900_000);
            world.log_in(EMAIL).await;
        }
        refresh(world, &first.refresh)
            .await
            .refused(401, "unauthorized");
        world.pass(1);
        let last = world.log_in(EMAIL).await;
        let listed = world
            .call("GET /sessions", &last.access, Value::Null)
            .await
            .ok(200);
        assert_eq!(listed.as_array().map(Vec::len), Some(SESSIONS_MAX));
        assert_eq!(listed[0]["is_this"], true);
    });
}
