//! Signing in by another provider, which really runs.

use backends::{cache::Cache, sql::Database, testing::on_each_pair};
use reqwest::{Client, Url, redirect::Policy};
use serde_json::{Value, json};
use tokens::Role;
use web::testing::Answer;

use crate::{
    common::{START_MS, World, migrated, text},
    people::Person,
    provider::{Manner, TestProvider},
};

/// Runs a test with a provider beside the service.
fn with_provider(test: impl AsyncFn(&World, &TestProvider)) {
    on_each_pair(async |database: Database, cache: Cache| {
        let database = migrated(database).await;
        let provider = TestProvider::start(START_MS).await;
        let world = World::open_for(&database, &cache, vec![provider.provider.clone()]).await;
        test(&world, &provider).await;
    });
}

/// What the page has when the browser comes back.
async fn come_back(begun: &Value) -> Value {
    let browser = Client::builder()
        .redirect(Policy::none())
        .build()
        .expect("a client");
    let answer = browser
        .get(text(begun, "url"))
        .send()
        .await
        .expect("it runs");
    let location = answer.headers()["location"].to_str().expect("ASCII");
    let url = Url::parse(location).expect("a URL");
    assert_eq!(url.host_str(), Some("play.example.org"));
    let mut form = json!({ "secret": begun["secret"] });
    for (name, value) in url.query_pairs().filter(|(name, _)| name != "by") {
        form[name.as_ref()] = json!(value);
    }
    form
}

async fn begin(world: &World) -> Value {
    world.call("POST /oidc/test", "", Value::Null).await.ok(200)
}

async fn finish(world: &World, form: Value) -> Answer {
    world.call("POST /oidc/test/finish", "", form).await
}

async fn sign_in(world: &World) -> Answer {
    let form = come_back(&begin(world).await).await;
    finish(world, form).await
}

fn change(provider: &TestProvider, change: impl FnOnce(&mut Manner)) {
    change(&mut provider.manner.lock().expect("no panic"));
}

#[test]
fn the_page_learns_whom_it_may_offer_and_no_secret() {
    with_provider(async |world, _| {
        let told = world.call("GET /oidc", "", Value::Null).await.ok(200);
        assert_eq!(told, json!([{ "name": "test", "title": "The test" }]));
    });
}

#[test]
fn a_user_has_one_account_under_every_algorithm() {
    with_provider(async |world, provider| {
        let first: Person = sign_in(world).await.ok(200).into();
        for algorithm in ["ES256", "EdDSA", "RS256"] {
            change(provider, |manner| manner.algorithm = algorithm);
            let again: Person = sign_in(world).await.ok(200).into();
            assert_eq!(again.account, first.account, "{algorithm}");
        }
        let told = world
            .call("GET /account", &first.access, Value::Null)
            .await
            .ok(200);
        // A provider's word for an address is no proof of it.
        assert_eq!(
            (&told["guest"], &told["email"]),
            (&json!(false), &Value::Null)
        );
        change(provider, |manner| manner.subject = "user-2");
        let other: Person = sign_in(world).await.ok(200).into();
        assert_ne!(other.account, first.account);
    });
}

/// Staff need a second factor, which needs a password.
#[test]
fn who_has_no_password_is_given_no_role() {
    with_provider(async |world, _| {
        let admin = world.staff("admin@example.org", Role::Admin).await;
        let user: Person = sign_in(world).await.ok(200).into();
        let call = format!("PUT /accounts/{}/role", user.account);
        let given = world.call(&call, &admin.access, json!({ "role": "moderator" }));
        given.await.refused(422, "invalid-field");
        let given = world.call(&call, &admin.access, json!({ "role": "player" }));
        given.await.ok(204);
    });
}

#[test]
fn a_guest_becomes_the_user_and_keeps_everything() {
    with_provider(async |world, _| {
        let guest = world.guest().await;
        let begun = world
            .call("POST /oidc/test/link", &guest.access, Value::Null)
            .await
            .ok(200);
        let form = come_back(&begun).await;
        let linked: Person = finish(world, form).await.ok(200).into();
        assert_eq!(linked.account, guest.account);
        let later: Person = sign_in(world).await.ok(200).into();
        assert_eq!(later.account, guest.account);
        // Not twice, and not over somebody else's account.
        let again = world
            .call("POST /oidc/test/link", &linked.access, Value::Null)
            .await;
        again.refused(409, "no-guest");
        let second = world.guest().await;
        let begun = world
            .call("POST /oidc/test/link", &second.access, Value::Null)
            .await
            .ok(200);
        let form = come_back(&begun).await;
        finish(world, form).await.refused(409, "identity-taken");
    });
}

#[test]
fn a_sign_in_finishes_once_for_whom_it_was_begun() {
    with_provider(async |world, _| {
        let form = come_back(&begin(world).await).await;
        finish(world, form.clone()).await.ok(200);
        finish(world, form).await.refused(410, "no-sign-in");
        // A code and state that an attacker slipped to a page are of no use without the page's secret.
        let mut slipped = come_back(&begin(world).await).await;
        slipped["secret"] = begin(world).await["secret"].clone();
        finish(world, slipped).await.refused(410, "no-sign-in");
        // A code of another attempt does not fit its verifier.
        let (mut one, two) = (
            come_back(&begin(world).await).await,
            come_back(&begin(world).await).await,
        );
        one["code"] = two["code"].clone();
        finish(world, one).await.refused(401, "sign-in-refused");
        let unknown = json!({ "code": "x", "state": "' OR 1=1 --", "secret": "x" });
        finish(world, unknown).await.refused(410, "no-sign-in");
        let nobody = world.call("POST /oidc/nobody", "", Value::Null).await;
        nobody.refused(404, "not-found");
    });
}

#[test]
fn what_is_wrong_with_an_id_token_is_noticed() {
    with_provider(async |world, provider| {
        let second = START_MS / 1_000;
        for claims in [
            json!({ "nonce": "another" }),
            json!({ "aud": "another-client" }),
            json!({ "aud": ["voxelheim-client", "another-client"] }),
            json!({ "azp": "another-client" }),
            json!({ "iss": "https://elsewhere.example.org" }),
            json!({ "exp": second - 61 }),
            json!({ "iat": second + 3_600 }),
            json!({ "sub": "" }),
            json!({ "sub": 7 }),
        ] {
            change(provider, |manner| manner.claims = claims.clone());
            let refused = sign_in(world).await;
            refused.refused(401, "sign-in-refused");
        }
        change(provider, |manner| manner.claims = json!({}));
        for algorithm in ["none", "HS256"] {
            change(provider, |manner| manner.algorithm = algorithm);
            sign_in(world).await.refused(401, "sign-in-refused");
        }
        for algorithm in ["RS256", "ES256", "EdDSA"] {
            change(provider, |manner| {
                manner.algorithm = algorithm;
                manner.breaks_signature = true;
            });
            sign_in(world).await.refused(401, "sign-in-refused");
        }
        change(provider, |manner| manner.breaks_signature = false);
        sign_in(world).await.ok(200);
    });
}
