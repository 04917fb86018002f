//! Backends that go away and come back: what cannot be done is told as 503, and works again by itself.

use auth::{Auth, limits::Allowances};
use backends::{
    cache::Cache,
    sql::{Database, SqlLimits},
    testing::{OwnServer, Server, TestDatabase, block_on},
};
use serde_json::{Value, json};

use crate::{common::World, people::PASSWORD};

#[test]
fn without_its_cache_it_lets_nobody_in_and_comes_back_by_itself() {
    block_on(async {
        let kept = TestDatabase::sqlite();
        let database = kept.open().await;
        Auth::migrate(&database).await.expect("a new database");
        let redis = OwnServer::start_new(Server::Redis);
        let cache = Cache::open(redis.url()).await.expect("a URL");
        let world = World::open(&database, &cache, Allowances::default()).await;
        let person = world.player("asa@example.org").await;

        redis.stop();
        let login = json!({ "email": "asa@example.org", "password": PASSWORD });
        world
            .call("POST /login", "", login.clone())
            .await
            .refused(503, "unavailable");
        let account = world
            .call("GET /account", &person.access, Value::Null)
            .await;
        account.refused(503, "unavailable");
        let refresh = json!({ "refresh_token": person.refresh });
        // Sessions are in the database: they go on.
        world.call("POST /refresh", "", refresh).await.ok(200);

        redis.start();
        world.call("POST /login", "", login).await.ok(200);
        database.close().await;
        kept.delete().await;
    });
}

#[test]
fn without_its_database_it_says_so_and_loses_nothing() {
    block_on(async {
        let postgres = OwnServer::start_new(Server::Postgres);
        let database = Database::open(postgres.url(), SqlLimits::default()).await;
        let database = database.expect("a database");
        Auth::migrate(&database).await.expect("a new database");
        let cache = Cache::open("memory:").await.expect("a URL");
        let world = World::open(&database, &cache, Allowances::default()).await;
        let person = world.player("asa@example.org").await;

        postgres.stop();
        let login = json!({ "email": "asa@example.org", "password": PASSWORD });
        let away = world.call("POST /login", "", login.clone()).await;
        let away = away.refused(503, "unavailable");
        assert!(
            away["retry_after_s"].is_u64() && away["detail"].is_null(),
            "{away}"
        );
        // What needs no database goes on: keys are published, tokens are checked.
        world
            .call("GET /.well-known/jwks.json", "", Value::Null)
            .await
            .ok(200);

        postgres.start();
        world.call("POST /login", "", login).await.ok(200);
        world.refresh(&person).await;
        database.close().await;
    });
}
