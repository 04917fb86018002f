//! The cache, in memory, on Redis and on Valkey.

use std::{sync::Arc, time::Duration};

use backends::{
    cache::{Cache, CacheError, Count},
    limits::{CACHE_ENTRIES_MAX, CACHE_KEY_BYTES_MAX, CACHE_VALUE_BYTES_MAX},
    testing::{OwnServer, Server, block_on, server_url, unique_name},
};
use tokio::task::JoinSet;

use crate::common::until;

const MINUTE: Duration = Duration::from_secs(60);

/// Runs a test in a namespace of its own in each cache.
fn on_each_cache(test: impl AsyncFn(Cache)) {
    block_on(async {
        let urls = [
            "memory:".to_owned(),
            server_url(Server::Redis),
            server_url(Server::Valkey),
        ];
        for url in urls {
            eprintln!("on {url}");
            let cache = Cache::open(&url).await.expect("a URL");
            test(cache.namespace(&unique_name("test"))).await;
        }
    });
}

#[test]
fn a_value_is_what_was_set_last_until_it_is_removed() {
    on_each_cache(async |cache| {
        cache.ping().await.expect("a cache");
        assert_eq!(cache.get("a").await.expect("a cache"), None);
        for value in [&b"one"[..], b"two \0 \xff\r\n", b""] {
            cache.set("a", value, MINUTE).await.expect("room");
            let got = cache.get("a").await.expect("a cache");
            assert_eq!(got.as_deref(), Some(value));
        }
        assert!(cache.remove("a").await.expect("a cache"));
        assert!(!cache.remove("a").await.expect("a cache"));
        assert_eq!(cache.get("a").await.expect("a cache"), None);
    });
}

#[test]
fn values_end_with_their_time() {
    on_each_cache(async |cache| {
        let soon = Duration::from_millis(20);
        cache.set("set", b"v", soon).await.expect("room");
        until("the end of a value", async || {
            let value = cache.get("set").await.expect("a cache");
            value.is_none().then_some(())
        })
        .await;
        assert!(!cache.remove("set").await.expect("a cache"), "it is over");
    });
}

/// A value set again lives as long as the second time said.
#[test]
fn a_new_value_has_a_new_end() {
    on_each_cache(async |cache| {
        let soon = Duration::from_millis(20);
        cache.set("renewed", b"v", soon).await.expect("room");
        cache.set("renewed", b"w", MINUTE).await.expect("room");
        cache.set("other", b"v", soon).await.expect("room");
        until("the end of the other", async || {
            let value = cache.get("other").await.expect("a cache");
            value.is_none().then_some(())
        })
        .await;
        let got = cache.get("renewed").await.expect("a cache");
        assert_eq!(got.as_deref(), Some(&b"w"[..]));
    });
}

/// A single-use ticket: of fifty who come with it at once, one is let in.
#[test]
fn one_alone_takes_a_value() {
    on_each_cache(async |cache| {
        let cache = Arc::new(cache);
        cache.set("a", b"v", MINUTE).await.expect("room");
        let mut takers = JoinSet::new();
        for _ in 0..50 {
            let cache = Arc::clone(&cache);
            takers.spawn(async move { cache.take("a").await.expect("a cache") });
        }
        let taken = takers.join_all().await.into_iter().flatten();
        assert_eq!(taken.count(), 1);
        assert_eq!(cache.get("a").await.expect("a cache"), None);
    });
}

#[test]
fn counts_are_of_one_window() {
    on_each_cache(async |cache| {
        // 12 s before the next minute since 1970.
        let now_ms = 60_000 * 1_000_000 - 12_000;
        for count in 1..=3 {
            let counted = cache.count("a", MINUTE, now_ms).await.expect("room");
            let window_left = Duration::from_secs(12);
            assert_eq!(counted, Count { count, window_left });
        }
        let other = cache.count("b", MINUTE, now_ms).await.expect("room");
        assert_eq!(other.count, 1);
        let later = cache.count("a", MINUTE, now_ms + 12_000).await;
        let begun = Count {
            count: 1,
            window_left: MINUTE,
        };
        assert_eq!(later.expect("room"), begun);
        // A caller whose clock is behind still counts in its own.
        let behind = cache.count("a", MINUTE, now_ms + 11_999).await;
        let window_left = Duration::from_millis(1);
        let count = 4;
        assert_eq!(behind.expect("room"), Count { count, window_left });
    });
}

#[test]
fn no_count_is_lost_among_many() {
    on_each_cache(async |cache| {
        let cache = Arc::new(cache);
        let mut counters = JoinSet::new();
        for _ in 0..100 {
            let cache = Arc::clone(&cache);
            counters.spawn(async move {
                let counted = cache.count("a", MINUTE, 0).await;
                counted.expect("room").count
            });
        }
        let mut counts = counters.join_all().await;
        counts.sort_unstable();
        assert_eq!(counts, (1..=100).collect::<Vec<u64>>());
    });
}

#[test]
fn namespaces_are_apart() {
    on_each_cache(async |cache| {
        let inner = cache.namespace("inner");
        inner.set("a", b"v", MINUTE).await.expect("room");
        assert_eq!(cache.get("a").await.expect("a cache"), None);
        assert!(cache.get("inner:a").await.expect("a cache").is_some());
        assert!(inner.clone().get("a").await.expect("a cache").is_some());
    });
}

#[test]
fn what_is_too_large_is_refused() {
    on_each_cache(async |cache| {
        let key = "k".repeat(CACHE_KEY_BYTES_MAX);
        let value = vec![0; CACHE_VALUE_BYTES_MAX + 1];
        let refusals = [
            cache.set(&key, b"v", MINUTE).await,
            cache.set("a", &value, MINUTE).await,
            cache.get(&key).await.map(drop),
        ];
        for refusal in refusals {
            assert!(matches!(refusal, Err(CacheError::TooLarge(_))));
        }
        cache
            .set("a", &value[1..], MINUTE)
            .await
            .expect("just fits");
    });
}

/// One kind of value is not taken for another.
#[test]
fn kinds_are_not_mixed() {
    on_each_cache(async |cache| {
        // As the key of a count's first window is.
        cache.set("a:0", b"v", MINUTE).await.expect("room");
        let mistake = cache.count("a", MINUTE, 0).await;
        assert!(matches!(mistake, Err(CacheError::Failed(_))), "{mistake:?}");
    });
}

#[test]
fn the_embedded_cache_is_bounded_and_forgets_what_is_over() {
    block_on(async {
        let cache = Cache::open("memory:").await.expect("a URL");
        let soon = Duration::from_millis(1);
        for number in 0..2 * CACHE_ENTRIES_MAX {
            let set = cache.set(&number.to_string(), b"", soon).await;
            let is_full = matches!(set, Err(CacheError::Full));
            assert!(set.is_ok() || is_full);
        }
        // What is over makes room; what is not, does not.
        until("room", async || cache.set("a", b"", soon).await.ok()).await;
        let cache = Cache::open("memory:").await.expect("a URL");
        for number in 0..CACHE_ENTRIES_MAX {
            cache
                .set(&number.to_string(), b"", MINUTE)
                .await
                .expect("room");
        }
        let refusals = [
            cache.set("a", b"", MINUTE).await,
            cache.count("a", MINUTE, 0).await.map(drop),
        ];
        for refusal in refusals {
            assert!(matches!(refusal, Err(CacheError::Full)), "{refusal:?}");
        }
        cache
            .set("0", b"again", MINUTE)
            .await
            .expect("in its place");
        assert!(cache.remove("0").await.expect("a cache"));
        cache.set("a", b"", MINUTE).await.expect("room");
    });
}

/// As the embedded one says it.
#[test]
fn a_full_redis_says_so() {
    block_on(async {
        let server = OwnServer::start_new(Server::Redis);
        let client = redis::Client::open(server.url()).expect("a URL");
        let mut connection = client.get_multiplexed_async_connection().await;
        let set = redis::cmd("CONFIG").arg(&["SET", "maxmemory", "1"]).clone();
        let set = set.exec_async(connection.as_mut().expect("a server")).await;
        set.expect("a setting");
        let cache = Cache::open(server.url()).await.expect("a URL");
        let refusals = [
            cache.set("a", b"v", MINUTE).await,
            cache.count("a", MINUTE, 0).await.map(drop),
        ];
        for refusal in refusals {
            assert!(matches!(refusal, Err(CacheError::Full)), "{refusal:?}");
        }
        assert_eq!(cache.get("a").await.expect("it still reads"), None);
    });
}

#[test]
fn a_wrong_url_is_refused_without_its_password() {
    block_on(async {
        for url in [
            "http://user:secret@host",
            "redis://user:secret@host:port",
            "",
        ] {
            let error = Cache::open(url).await.expect_err(url);
            assert!(matches!(error, CacheError::BadUrl(_)));
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    });
}

/// While its server is gone every operation says so; when it is back, the same cache works again.
fn survives_a_restart_of(server: Server) {
    block_on(async {
        let server = OwnServer::start_new(server);
        let cache = Cache::open(server.url()).await.expect("a URL");
        cache.set("a", b"v", MINUTE).await.expect("a cache");
        server.stop();
        let failures = [
            cache.ping().await,
            cache.set("a", b"v", MINUTE).await,
            cache.get("a").await.map(drop),
            cache.take("a").await.map(drop),
            cache.remove("a").await.map(drop),
            cache.count("c", MINUTE, 0).await.map(drop),
        ];
        for failure in failures {
            let error = failure.expect_err("the server is gone");
            assert!(matches!(error, CacheError::Unavailable(_)), "{error}");
            assert!(error.is_retryable());
        }
        server.start();
        until("an answer", async || cache.ping().await.ok()).await;
        let value = cache.get("a").await.expect("a cache");
        assert_eq!(value, None, "it keeps nothing over a restart");
        cache.set("a", b"w", MINUTE).await.expect("a cache");
    });
}

#[test]
fn a_redis_that_comes_back_is_used_again() {
    survives_a_restart_of(Server::Redis);
}

#[test]
fn a_valkey_that_comes_back_is_used_again() {
    survives_a_restart_of(Server::Valkey);
}

/// What may be repeated is, so that a server that restarted between two requests goes unnoticed.
#[test]
fn a_restart_between_two_requests_is_not_noticed() {
    block_on(async {
        let server = OwnServer::start_new(Server::Redis);
        let cache = Cache::open(server.url()).await.expect("a URL");
        cache.set("a", b"v", MINUTE).await.expect("a cache");
        server.stop();
        server.start();
        cache.set("a", b"w", MINUTE).await.expect("a cache");
        let value = cache.get("a").await.expect("a cache");
        assert_eq!(value.as_deref(), Some(&b"w"[..]));
    });
}
