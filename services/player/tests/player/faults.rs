//! Backends that go away and come back: what cannot be done is told as 503, and what was done is kept.

use backends::{
    cache::Cache,
    sql::{Database, SqlLimits},
    testing::{OwnServer, Server, TestDatabase, block_on},
};
use serde_json::{Value, json};

use crate::common::{ANNAS, World, each};

#[test]
fn without_its_database_it_says_so_and_loses_nothing() {
    block_on(async {
        let server = OwnServer::start_new(Server::Postgres);
        let database = Database::open(server.url(), SqlLimits::default()).await;
        let database = database.expect("a new server");
        let cache = Cache::open("memory:").await.expect("a URL");
        let world = World::open(&database, &cache).await;
        let [ann, ben, cat] = world.fellows().await;
        let party = world.party(&[&ann, &ben]).await;
        world
            .act(&ann, "POST /party/invitations", cat.form())
            .await
            .ok(200);

        server.stop();
        let form = json!({ "party": party });
        let away = world.act(&cat, "POST /party/join", form.clone()).await;
        assert!(away.refused(503, "unavailable")["retry_after_s"].is_u64());
        let ticket = world.player.character_for(1, "Fellow 1").await;
        assert!(ticket.is_err());
        let ready = world.client.call("GET /readyz", "", &Value::Null).await;
        assert_eq!(ready.status.as_u16(), 503);

        server.start();
        // The party has outlived it, and so has the invitation.
        let joined = world.act(&cat, "POST /party/join", form).await.ok(200);
        assert_eq!(
            each(&joined["members"], "name"),
            ["Fellow 1", "Fellow 2", "Fellow 3"]
        );
        database.close().await;
    });
}

#[test]
fn without_its_cache_nobody_is_bothered_and_all_else_goes_on() {
    block_on(async {
        let kept = TestDatabase::sqlite();
        let database = kept.open().await;
        let redis = OwnServer::start_new(Server::Redis);
        let cache = Cache::open(redis.url()).await.expect("a URL");
        let world = World::open(&database, &cache).await;
        let [ann, ben] = world.fellows().await;
        world.act(&ann, "POST /friends", ben.form()).await.ok(200);
        world.act(&ben, "POST /friends", ann.form()).await.ok(200);

        redis.stop();
        let invited = world.act(&ann, "POST /party/invitations", ben.form()).await;
        invited.refused(503, "unavailable");
        // Where friends are is not known; who they are, is.
        let friends = world.act(&ann, "GET /friends", Value::Null).await.ok(200);
        assert_eq!(each(&friends, "place"), [Value::Null]);
        world
            .call("GET /characters", ANNAS, Value::Null)
            .await
            .ok(200);

        redis.start();
        let invited = world.act(&ann, "POST /party/invitations", ben.form()).await;
        invited.ok(200);
        database.close().await;
        kept.delete().await;
    });
}
