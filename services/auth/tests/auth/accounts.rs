//! Guests, registration, passwords and mailed links.

use std::sync::atomic::Ordering;

use auth::limits::Allowances;
use serde_json::{Value, json};

use crate::{
    common::{DAY_MS, MINUTE_MS, on_each, on_each_with, text},
    people::PASSWORD,
};

const EMAIL: &str = "asa@example.org";
const NEW_PASSWORD: &str = "another horse battery";

#[test]
fn a_guest_plays_at_once_and_keeps_everything_as_an_account() {
    on_each(async |world| {
        let guest = world.guest().await;
        let told = world
            .call("GET /account", &guest.access, Value::Null)
            .await
            .ok(200);
        assert_eq!(
            (&told["guest"], &told["role"]),
            (&json!(true), &json!("player"))
        );
        let form = json!({ "email": EMAIL, "password": PASSWORD });
        world
            .call("POST /guests/register", &guest.access, form.clone())
            .await
            .ok(202);
        let token = world.mailed_token("verify").await;
        let verified = json!({ "token": token, "password": PASSWORD });
        let tokens = world.call("POST /verify", "", verified).await.ok(200);
        assert_eq!(text(&tokens, "account"), guest.account);
        assert_eq!(tokens["guest"], false);
        assert_eq!(world.log_in(EMAIL).await.account, guest.account);
        // The guest's own session goes on.
        let guest = world.refresh(&guest).await;
        let again = world
            .call("POST /guests/register", &guest.access, form)
            .await;
        again.refused(409, "no-guest");
    });
}

#[test]
fn only_who_reads_the_mail_and_knows_the_password_gets_an_account() {
    on_each(async |world| {
        let form = json!({ "email": EMAIL, "password": PASSWORD });
        world.call("POST /register", "", form.clone()).await.ok(202);
        let token = world.mailed_token("verify").await;
        // Not before it is verified.
        let early = world.call("POST /login", "", form.clone()).await;
        early.refused(401, "wrong-credentials");
        // Not whoever clicks a link that somebody else asked for.
        let guess = json!({ "token": token, "password": NEW_PASSWORD });
        world
            .call("POST /verify", "", guess)
            .await
            .refused(401, "wrong-credentials");
        let right = json!({ "token": token, "password": PASSWORD });
        world.call("POST /verify", "", right.clone()).await.ok(200);
        world
            .call("POST /verify", "", right)
            .await
            .refused(410, "dead-link");
        world.call("POST /login", "", form).await.ok(200);
        // However the address is written.
        let form = json!({ "email": "ASA@Example.Org", "password": PASSWORD });
        world.call("POST /login", "", form).await.ok(200);
    });
}

#[test]
fn a_known_address_is_not_told_to_strangers_and_not_taken() {
    on_each(async |world| {
        let first = json!({ "email": EMAIL, "password": PASSWORD });
        let second = json!({ "email": EMAIL, "password": NEW_PASSWORD });
        world
            .call("POST /register", "", first.clone())
            .await
            .ok(202);
        world
            .call("POST /register", "", second.clone())
            .await
            .ok(202);
        let tokens = [
            world.mailed_token("verify").await,
            world.mailed_token("verify").await,
        ];
        let verify = |token: &str, password| json!({ "token": token, "password": password });
        world
            .call("POST /verify", "", verify(&tokens[0], PASSWORD))
            .await
            .ok(200);
        let late = world
            .call("POST /verify", "", verify(&tokens[1], NEW_PASSWORD))
            .await;
        late.refused(409, "address-taken");
        let told = world.call("POST /register", "", second).await;
        assert_eq!(told.ok(202), Value::Null, "as to anybody");
        assert_eq!(world.mail().await.subject, "You have a VoxelHeim account");
        let unknown = json!({ "email": "nobody@example.org" });
        world
            .call("POST /password/forgot", "", unknown)
            .await
            .ok(202);
        let known = json!({ "email": EMAIL });
        world.call("POST /password/forgot", "", known).await.ok(202);
        let mail = world.mail().await;
        assert_eq!(
            (mail.to.as_str(), mail.subject),
            (EMAIL, "Reset your VoxelHeim password")
        );
    });
}

#[test]
fn links_end_and_cannot_be_made_up() {
    on_each(async |world| {
        let form = json!({ "email": EMAIL, "password": PASSWORD });
        world.call("POST /register", "", form).await.ok(202);
        let token = world.mailed_token("verify").await;
        let reset = json!({ "token": token, "new_password": NEW_PASSWORD });
        let other = world.call("POST /password/reset", "", reset).await;
        other.refused(410, "dead-link");
        let other = if token.starts_with('A') { 'B' } else { 'A' };
        let forged = format!("{other}{}", &token[1..]);
        for token in ["", "x", &forged, "'; DROP TABLE auth_links; --"] {
            let form = json!({ "token": token, "password": PASSWORD });
            let answer = world.call("POST /verify", "", form).await;
            answer.refused(410, "dead-link");
        }
        world.pass(DAY_MS - 1);
        let form = json!({ "token": token, "password": PASSWORD });
        world.pass(1);
        world
            .call("POST /verify", "", form.clone())
            .await
            .refused(410, "dead-link");
        // What is over is deleted in time, and stays dead.
        world.pass(2 * DAY_MS);
        world.auth.turn().await.expect("a database");
        world
            .call("POST /verify", "", form)
            .await
            .refused(410, "dead-link");
    });
}

#[test]
fn a_forgotten_password_is_set_anew_and_ends_all_sessions() {
    on_each(async |world| {
        let person = world.player(EMAIL).await;
        let forgot = json!({ "email": EMAIL });
        world
            .call("POST /password/forgot", "", forgot.clone())
            .await
            .ok(202);
        let token = world.mailed_token("reset").await;
        let weak = json!({ "token": token, "new_password": "password123" });
        world
            .call("POST /password/reset", "", weak)
            .await
            .refused(422, "invalid-field");
        let form = json!({ "token": token, "new_password": NEW_PASSWORD });
        world
            .call("POST /password/reset", "", form.clone())
            .await
            .ok(204);
        world
            .call("POST /password/reset", "", form)
            .await
            .refused(410, "dead-link");

        let account = world
            .call("GET /account", &person.access, Value::Null)
            .await;
        account.refused(401, "unauthorized");
        let refresh = json!({ "refresh_token": person.refresh });
        world
            .call("POST /refresh", "", refresh)
            .await
            .refused(401, "unauthorized");
        let old = json!({ "email": EMAIL, "password": PASSWORD });
        world
            .call("POST /login", "", old)
            .await
            .refused(401, "wrong-credentials");
        let new = json!({ "email": EMAIL, "password": NEW_PASSWORD });
        world.call("POST /login", "", new).await.ok(200);
    });
}

#[test]
fn a_changed_password_ends_the_other_sessions_and_older_links() {
    on_each(async |world| {
        let (here, there) = (world.player(EMAIL).await, world.log_in(EMAIL).await);
        world
            .call("POST /password/forgot", "", json!({ "email": EMAIL }))
            .await
            .ok(202);
        let token = world.mailed_token("reset").await;
        world.pass(1_000);
        let change = |current| json!({ "current_password": current, "new_password": NEW_PASSWORD });
        let wrong = world
            .call("POST /password/change", &here.access, change(NEW_PASSWORD))
            .await;
        wrong.refused(401, "wrong-credentials");
        world
            .call("POST /password/change", &here.access, change(PASSWORD))
            .await
            .ok(204);

        world
            .call("GET /account", &here.access, Value::Null)
            .await
            .ok(200);
        let ended = world.call("GET /account", &there.access, Value::Null).await;
        ended.refused(401, "unauthorized");
        let form = json!({ "token": token, "new_password": "a third horse battery" });
        world
            .call("POST /password/reset", "", form)
            .await
            .refused(410, "dead-link");
        let new = json!({ "email": EMAIL, "password": NEW_PASSWORD });
        world.call("POST /login", "", new).await.ok(200);
    });
}

#[test]
fn floods_of_passwords_are_stopped_by_account_and_address() {
    on_each(async |world| {
        world.player(EMAIL).await;
        world.pass(15 * MINUTE_MS);
        let wrong = json!({ "email": EMAIL, "password": "wrong horse battery" });
        for _ in 0..10 {
            let answer = world.call("POST /login", "", wrong.clone()).await;
            answer.refused(401, "wrong-credentials");
        }
        let right = json!({ "email": EMAIL, "password": PASSWORD });
        let locked = world.call("POST /login", "", right.clone()).await;
        let locked = locked.refused(429, "too-many-requests");
        assert!(
            locked["retry_after_s"].as_u64().is_some_and(|it| it <= 901),
            "{locked}"
        );
        // The owner is at another address, and time heals.
        world
            .call_from("198.51.100.7", "POST /login", "", &right)
            .await
            .ok(200);
        world.pass(15 * MINUTE_MS);
        world.call("POST /login", "", right).await.ok(200);
    });
}

#[test]
fn a_net_of_addresses_gets_no_further_than_its_hundred_tries() {
    let mut allowances = Allowances::default();
    allowances.account_tries.count_max = 12;
    on_each_with(allowances, async |world| {
        let unknown = json!({ "email": "nobody@example.org", "password": PASSWORD });
        for machine in 0..12 {
            let from = format!("203.0.113.{machine}");
            let answer = world.call_from(&from, "POST /login", "", &unknown).await;
            answer.refused(401, "wrong-credentials");
        }
        let from = "203.0.113.200";
        let answer = world.call_from(from, "POST /login", "", &unknown).await;
        // Also for an account that does not exist, so that this does not tell.
        answer.refused(429, "too-many-requests");
    });
}

#[test]
fn an_address_that_tries_one_account_after_the_other_is_stopped() {
    let mut allowances = Allowances::default();
    allowances.address_tries.count_max = 6;
    on_each_with(allowances, async |world| {
        let form =
            |number: u32| json!({ "email": format!("{number}@example.org"), "password": PASSWORD });
        for number in 0..6 {
            let answer = world.call("POST /login", "", form(number)).await;
            answer.refused(401, "wrong-credentials");
        }
        let stopped = world.call("POST /login", "", form(6)).await;
        stopped.refused(429, "too-many-requests");
        let (from, form) = ("198.51.100.7", form(6));
        let other = world.call_from(from, "POST /login", "", &form).await;
        other.refused(401, "wrong-credentials");
    });
}

/// How long a mail takes would tell whether there is an account.
#[test]
fn no_answer_waits_for_a_mail() {
    on_each(async |world| {
        world.player(EMAIL).await;
        world.are_mails_held.store(true, Ordering::SeqCst);
        for email in [EMAIL, "nobody@example.org"] {
            let form = json!({ "email": email });
            let forgot = world.call("POST /password/forgot", "", form).await;
            forgot.ok(202);
            let form = json!({ "email": email, "password": PASSWORD });
            world.call("POST /register", "", form).await.ok(202);
        }
        world.mail().await;
    });
}

#[test]
fn guests_and_mails_of_one_address_are_few() {
    let mut allowances = Allowances::default();
    allowances.address_guests.count_max = 2;
    allowances.email_mails.count_max = 1;
    on_each_with(allowances, async |world| {
        world.guest().await;
        world.guest().await;
        let third = world.call("POST /guests", "", Value::Null).await;
        third.refused(429, "too-many-requests");
        world
            .call_from("198.51.100.7", "POST /guests", "", &Value::Null)
            .await
            .ok(201);

        let forgot = json!({ "email": EMAIL });
        world
            .call("POST /password/forgot", "", forgot.clone())
            .await
            .ok(202);
        for from in [web::testing::HOME, "198.51.100.7"] {
            let again = world
                .call_from(from, "POST /password/forgot", "", &forgot)
                .await;
            again.refused(429, "too-many-requests");
        }
    });
}
