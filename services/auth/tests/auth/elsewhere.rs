//! Processes beside the service, which know callers by the keys that it publishes.

use std::net::TcpListener;

use auth::{Guard, RemoteKeys};
use axum::{Router, routing};
use backends::{cache::Cache, testing::block_on};
use serde_json::Value;
use tokio::sync::watch;
use web::{Authenticate, Clock};

use crate::common::on_each;

/// A process that begins while the service is away must not take good tokens for forged ones.
#[test]
fn nobody_is_refused_before_the_keys_are_there() {
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        drop(listener);
        let keys = RemoteKeys::new(&format!("http://{address}")).expect("a URL");
        let cache = Cache::open("memory:").await.expect("a URL");
        let guard = Guard::new(keys.clone(), &cache, Clock::system());
        keys.fetch().await.expect_err("nobody listens");
        let refused = guard.authenticate("a.b.c").await;
        assert_eq!(refused.expect_err("without keys").status(), 503);
    });
}

#[test]
fn callers_are_known_by_the_published_keys() {
    on_each(async |world| {
        let person = world.player("asa@example.org").await;
        let published = world
            .call("GET /.well-known/jwks.json", "", Value::Null)
            .await
            .ok(200);
        let router = Router::new().route(
            "/.well-known/jwks.json",
            routing::get(async move || published.to_string()),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = watch::channel(false);
        let served = tokio::spawn(web::serve(listener, router, 1, stopped));
        let keys = RemoteKeys::new(&format!("http://{address}")).expect("a URL");
        keys.fetch().await.expect("it is served");
        let cache = Cache::open("memory:").await.expect("a URL");
        let guard = Guard::new(keys, &cache, Clock::at(world.now_ms.clone()));
        let known = guard.authenticate(&person.access).await;
        known.expect("signed by the service");
        let forged = guard.authenticate("a.b.c").await;
        assert_eq!(forged.expect_err("not signed").status(), 401);
        stop.send_replace(true);
        served.await.expect("it ends");
    });
}
