//! Guests who never came back are forgotten, and nobody else.

use auth::limits::{GUEST_IDLE_MS, SESSION_LIFE_MS};
use serde_json::{Value, json};
use tokens::Role;

use crate::{
    common::{World, on_each},
    people::{PASSWORD, Person},
};

/// So often somebody comes back within the time in which another is forgotten: before its session ends.
const VISITS: i64 = 5;
const _: () = assert!(GUEST_IDLE_MS / VISITS < SESSION_LIFE_MS);

/// Whether staff still finds an account.
async fn is_known(world: &World, staff: &Person, account: &str) -> bool {
    let call = format!("GET /accounts/{account}");
    let answer = world.call(&call, &staff.access, Value::Null).await;
    match answer.status.as_u16() {
        200 => true,
        404 => false,
        _ => panic!("{answer:?}"),
    }
}

async fn turn(world: &World) {
    world.auth.turn().await.expect("a database");
}

#[test]
fn who_never_came_back_is_forgotten_and_nobody_else() {
    on_each(async |world| {
        let [idle, mut faithful, registered, banned] = [
            world.guest().await,
            world.guest().await,
            world.guest().await,
            world.guest().await,
        ];
        let form = json!({ "email": "asa@example.org", "password": PASSWORD });
        let call = "POST /guests/register";
        world.call(call, &registered.access, form).await.ok(202);
        let token = world.mailed_token("verify").await;
        let form = json!({ "token": token, "password": PASSWORD });
        world.call("POST /verify", "", form).await.ok(200);
        let staff = world.staff("first@example.org", Role::Admin).await;
        let form = json!({ "kind": "ban", "reason": "Insults" });
        let call = format!("POST /accounts/{}/sanctions", banned.account);
        world.call(&call, &staff.access, form).await.ok(201);

        // Until the last moment.
        for visit in 0..VISITS {
            world.pass(GUEST_IDLE_MS / VISITS - i64::from(visit == 0));
            faithful = world.refresh(&faithful).await;
        }
        turn(world).await;
        let staff = world.staff("second@example.org", Role::Admin).await;
        assert!(is_known(world, &staff, &idle.account).await);
        world.pass(1);
        turn(world).await;
        assert!(!is_known(world, &staff, &idle.account).await);
        for other in [&faithful, &registered, &banned] {
            assert!(is_known(world, &staff, &other.account).await);
        }
        faithful = world.refresh(&faithful).await;
        let form = json!({ "refresh_token": idle.refresh });
        let answer = world.call("POST /refresh", "", form).await;
        answer.refused(401, "unauthorized");
        world.log_in("asa@example.org").await;

        // It is looked again half a year after it was seen, not after it came.
        world.pass(GUEST_IDLE_MS - 1);
        turn(world).await;
        let staff = world.staff("third@example.org", Role::Admin).await;
        assert!(is_known(world, &staff, &faithful.account).await);
        world.pass(1);
        turn(world).await;
        assert!(!is_known(world, &staff, &faithful.account).await);
        assert!(is_known(world, &staff, &banned.account).await);
        world.log_in("asa@example.org").await;
    });
}
