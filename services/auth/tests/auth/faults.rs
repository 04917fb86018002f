//! Backends that go away and come back: what cannot be done is told as 503, and works again by itself.

use auth::{Auth, limits::Allowances};
use backends::{
    broker::{Broker, Subscription},
    cache::Cache,
    sql::{Database, SqlLimits},
    testing::{OwnServer, Server, TestDatabase, block_on},
};
use data_encoding::BASE64URL_NOPAD;
use events::{Body, auth::Sanctioned};
use serde_json::{Value, json};
use tokens::Role;
use tokio::time::timeout;

use crate::{
    common::{MINUTE_MS, PATIENCE, World},
    people::PASSWORD,
    staff::impose,
};

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
        // A forged token is known for one before anything is looked up.
        let mut forged = BASE64URL_NOPAD
            .decode(person.refresh.as_bytes())
            .expect("base 64");
        forged[20] ^= 1;
        let forged = json!({ "refresh_token": BASE64URL_NOPAD.encode(&forged) });
        let refused = world.call("POST /refresh", "", forged).await;
        refused.refused(401, "unauthorized");
        let genuine = json!({ "refresh_token": person.refresh });
        let away = world.call("POST /refresh", "", genuine).await;
        away.refused(503, "unavailable");
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

#[test]
fn a_ban_while_the_broker_is_away_is_told_when_it_is_back() {
    block_on(async {
        let rabbitmq = OwnServer::start_new(Server::RabbitMq);
        let broker = Broker::open(rabbitmq.url()).expect("a URL");
        let kept = TestDatabase::sqlite();
        let database = kept.open().await;
        Auth::migrate(&database).await.expect("a new database");
        let cache = Cache::open("memory:").await.expect("a URL");
        let world = World::open_at(&database, &cache, broker, Allowances::default()).await;
        let operator = world.staff("op@example.org", Role::Operator).await;
        let player = world.player("asa@example.org").await;
        let queue = Subscription::shared("auth-test", &[Sanctioned::TOPIC]);
        let mut told = world.broker.subscribe(&queue).await.expect("a broker");

        rabbitmq.stop();
        let ban = json!({ "kind": "ban", "reason": "Cheated" });
        impose(&world, &operator, &player, ban).await.ok(201);
        let login = json!({ "email": "asa@example.org", "password": PASSWORD });
        let refused = world.call("POST /login", "", login).await;
        refused.refused(403, "banned");

        rabbitmq.start();
        // Whoever tried meanwhile may have it in hand for a while.
        world.pass(MINUTE_MS);
        let delivery = timeout(PATIENCE, told.next()).await.expect("it is told");
        let sanctioned = Sanctioned::from_bytes(&delivery.event.body).expect("ours");
        delivery.done().await;
        assert_eq!(sanctioned.account.to_string(), player.account);
        database.close().await;
        kept.delete().await;
    });
}
