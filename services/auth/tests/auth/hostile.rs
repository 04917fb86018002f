//! Requests that mean harm, in every field of every route that the document names.

use std::{fs, path::Path};

use auth::{Auth, limits::Allowances};
use backends::{
    cache::Cache,
    testing::{TestDatabase, block_on},
};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};
use tokens::Role;
use web::testing::HOSTILE;

use crate::{
    common::{World, on_each},
    people::PASSWORD,
};

#[test]
fn no_text_in_any_field_does_harm() {
    on_each(async |world| {
        let admin = world.staff("admin@example.org", Role::Admin).await;
        let routes = world.client.routes().await;
        assert!(routes.iter().filter(|it| !it.fields.is_empty()).count() >= 14);
        for (index, hostile) in HOSTILE.iter().enumerate() {
            for route in &routes {
                let call = route.with(hostile);
                let body = route.body_of(&json!(hostile)).into();
                let from = format!("198.51.100.{index}");
                // Who is let through does not depend on what is in the fields.
                if call.contains("logout-everywhere") || call.contains("/guests") {
                    continue;
                }
                let answer = world.client.call_from(&from, &call, &admin.access, &body);
                let answer = answer.await;
                let status = answer.status.as_u16();
                let reads = call.starts_with("GET ") && route.fields.is_empty();
                assert!(
                    (400..500).contains(&status) || reads && status == 200,
                    "{call} {answer:?}"
                );
            }
        }
        // All is as it was.
        world
            .call("GET /account", &admin.access, Value::Null)
            .await
            .ok(200);
        world
            .log_in_is_refused_without_code("admin@example.org")
            .await;
    });
}

impl World {
    async fn log_in_is_refused_without_code(&self, email: &str) {
        let form = json!({ "email": email, "password": crate::people::PASSWORD });
        let answer = self.call("POST /login", "", form).await;
        answer.refused(401, "second-factor-required");
    }
}

#[test]
fn fields_that_nobody_knows_and_bodies_too_large_are_refused_everywhere() {
    on_each(async |world| {
        let admin = world.staff("admin@example.org", Role::Admin).await;
        for route in world.client.routes().await {
            if route.fields.is_empty() {
                continue;
            }
            let call = route.with(&admin.account);
            let mut body = route.body_of(&json!("x"));
            body.remove("until_ms");
            body.insert("is_admin".to_owned(), json!(true));
            let answer = world.client.call(&call, &admin.access, &body.into()).await;
            let refused = answer.refused(400, "bad-request");
            assert_eq!(refused["errors"][0]["field"], "is_admin", "{call}");
            let large = json!({ &route.fields[0]: "a".repeat(20_000) });
            let answer = world.client.call(&call, &admin.access, &large).await;
            answer.refused(413, "payload-too-large");
        }
    });
}

#[test]
fn who_is_not_signed_in_gets_nowhere_that_the_document_locks() {
    on_each(async |world| {
        let mut locked = 0;
        for route in world.client.routes().await {
            let call = route.with("x");
            let answer = world.client.call(&call, "", &json!({})).await;
            assert_eq!(answer.status == 401, route.is_locked, "{call} {answer:?}");
            locked += u32::from(route.is_locked);
        }
        assert!(locked >= 14);
    });
}

#[test]
fn the_document_declares_what_it_names() {
    on_each(async |world| {
        for route in world.client.routes().await {
            assert_eq!(route.declared, route.names, "{}", route.call);
        }
    });
}

/// All that opens an account is in a database only as what it was made into.
#[test]
fn who_has_the_database_alone_comes_in_nowhere() {
    block_on(async {
        let kept = TestDatabase::sqlite();
        let database = kept.open().await;
        Auth::migrate(&database).await.expect("a new database");
        let cache = Cache::open("memory:").await.expect("it is here");
        let world = World::open(&database, &cache, Allowances::default()).await;
        let (person, guest) = (world.player("asa@example.org").await, world.guest().await);
        let (secret, paper) = world.set_factor(&person).await;
        let forgot = json!({ "email": "asa@example.org" });
        world
            .call("POST /password/forgot", "", forgot)
            .await
            .ok(202);
        let mailed = world.mailed_token("reset").await;
        database.close().await;

        let path = kept.url.strip_prefix("sqlite://").expect("a file");
        let folder = Path::new(path).parent().expect("its folder");
        let files = fs::read_dir(folder).expect("a folder").flatten();
        let bytes: Vec<u8> = files
            .flat_map(|file| fs::read(file.path()).expect("a file"))
            .collect();
        let has = |wanted: &[u8]| bytes.windows(wanted.len()).any(|it| it == wanted);
        assert!(has(b"asa@example.org"), "it is the database");
        let texts = [
            &person.access,
            &person.refresh,
            &guest.access,
            &guest.refresh,
            &mailed,
        ];
        let mut wanted: Vec<Vec<u8>> = texts.map(|it| it.clone().into_bytes()).into();
        wanted.extend(paper.iter().map(|code| code.replace('-', "").into_bytes()));
        wanted.extend(paper.iter().map(|code| code.clone().into_bytes()));
        wanted.extend([
            PASSWORD.as_bytes().to_vec(),
            BASE32_NOPAD.encode(&secret).into(),
            HEXLOWER.encode(&secret).into(),
            secret,
        ]);
        for token in [&person.refresh, &guest.refresh, &mailed] {
            let token = BASE64URL_NOPAD.decode(token.as_bytes()).expect("base 64");
            // The number that names it comes before what nobody can guess.
            let secret = &token[16..48];
            wanted.extend([secret.to_vec(), HEXLOWER.encode(secret).into()]);
        }
        for (place, wanted) in wanted.iter().enumerate() {
            assert!(
                !has(wanted),
                "the secret of place {place} is in the database"
            );
        }
        kept.delete().await;
    });
}
