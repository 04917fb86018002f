//! Objects, in a folder and in S3.

use std::env;

use backends::{
    limits::{NAME_BYTES_MAX, OBJECT_BYTES_MAX},
    objects::{Object, Objects, ObjectsError},
    testing::{OwnServer, Server, block_on, on_each_place, server_url, unique_name},
};
use tokio::task::JoinSet;

use crate::common::until;

async fn get(objects: &Objects, name: &str) -> Option<Vec<u8>> {
    objects.get(name).await.expect("a place")
}

#[test]
fn an_object_is_what_was_put_last_until_it_is_deleted() {
    on_each_place(async |objects, folder| {
        objects.ping().await.expect("a place");
        let name = format!("{folder}/a");
        assert_eq!(get(&objects, &name).await, None);
        let large: Vec<u8> = (0..3_000_000_u32).map(|it| it.to_le_bytes()[0]).collect();
        for bytes in [b"one".to_vec(), large, Vec::new()] {
            objects.put(&name, bytes.clone()).await.expect("room");
            assert!(get(&objects, &name).await == Some(bytes));
        }
        for _ in 0..2 {
            objects.delete(&name).await.expect("there or not");
            assert_eq!(get(&objects, &name).await, None);
        }
    });
}

#[test]
fn what_is_there_is_not_put_again() {
    on_each_place(async |objects, folder| {
        let name = format!("{folder}/first");
        for (number, is_first) in [(1, true), (2, false), (3, false)] {
            let put = objects.put_if_absent(&name, vec![number]).await;
            assert_eq!(put.expect("room"), is_first);
        }
        assert_eq!(get(&objects, &name).await, Some(vec![1]));
        objects.delete(&name).await.expect("a place");
        let again = objects.put_if_absent(&name, vec![7]).await;
        assert!(again.expect("room"));
    });
}

/// Only in a folder: the S3 of tests looks first and puts afterwards, which S3 and MinIO do at once.
#[test]
fn of_many_who_put_an_object_one_does() {
    block_on(async {
        let folder = env::temp_dir().join(unique_name("objects"));
        let objects = Objects::open(&format!("file://{}", folder.display()));
        let objects = objects.expect("a folder");
        let mut putters = JoinSet::new();
        for number in 0..50_u8 {
            let objects = objects.clone();
            putters.spawn(async move {
                let put = objects.put_if_absent("a", vec![number]).await;
                put.expect("room").then_some(number)
            });
        }
        let put: Vec<u8> = putters.join_all().await.into_iter().flatten().collect();
        assert_eq!(put.len(), 1);
        assert_eq!(get(&objects, "a").await, Some(put));
        std::fs::remove_dir_all(folder).expect("a folder of ours");
    });
}

#[test]
fn a_folder_lists_what_is_in_it() {
    on_each_place(async |objects, folder| {
        let names = ["a/1", "a/2", "a/b/3", "ab/4"].map(|name| format!("{folder}/{name}"));
        for (size, name) in names.iter().enumerate() {
            objects.put(name, vec![0; size]).await.expect("room");
        }
        let list = async |part: &str| {
            let listed = objects.list(&format!("{folder}{part}")).await;
            let listed = listed.expect("a place").into_iter();
            listed.map(|object| object.name).collect::<Vec<_>>()
        };
        assert_eq!(list("").await, names);
        assert_eq!(list("/a").await, names[..3]);
        assert_eq!(list("/a/").await, names[..3]);
        assert_eq!(list("/a/b").await, names[2..3]);
        assert_eq!(list("/c").await, [""; 0]);
        let folders = async |part: &str| {
            let folders = objects.folders(&format!("{folder}{part}")).await;
            folders.expect("a place")
        };
        assert_eq!(folders("").await, ["a", "ab"]);
        assert_eq!(folders("/a").await, ["b"]);
        assert_eq!(folders("/c").await, [""; 0]);
        let whole = objects.list("").await.expect("a place");
        let last = Object {
            name: names[3].clone(),
            size_bytes: 3,
        };
        assert!(whole.contains(&last), "{whole:?}");
    });
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    on_each_place(async |objects, _| {
        let long = "n".repeat(NAME_BYTES_MAX + 1);
        for name in [
            "", "/", "/a", "a/", "a//b", "..", "a/../b", "a b", "a?", "ä", "a\0", &long,
        ] {
            let refusals = [
                objects.put(name, Vec::new()).await,
                objects.put_if_absent(name, Vec::new()).await.map(drop),
                objects.get(name).await.map(drop),
                objects.delete(name).await,
            ];
            for refusal in refusals {
                assert!(matches!(refusal, Err(ObjectsError::BadName(_))), "{name:?}");
            }
        }
        let refusal = objects.put("a", vec![0; OBJECT_BYTES_MAX + 1]).await;
        assert!(matches!(refusal, Err(ObjectsError::TooLarge)));
    });
}

#[test]
fn a_wrong_url_is_refused_without_its_secret() {
    for url in [
        "http://key:secret@host",
        "s3://key:secret@host",
        "s3://host/bucket",
        "file://far/a",
        "",
    ] {
        let error = Objects::open(url).expect_err(url);
        assert!(matches!(error, ObjectsError::BadUrl(_)), "{error}");
        assert!(!error.to_string().contains("secret@"), "{error}");
    }
}

#[test]
fn whoever_has_a_wrong_secret_is_told() {
    block_on(async {
        let url = server_url(Server::S3);
        let (login, place) = url.split_once('@').expect("a login");
        let (key, _) = login.rsplit_once(':').expect("a secret");
        let objects = Objects::open(&format!("{key}:guessed@{place}")).expect("a URL");
        for failure in [objects.ping().await, objects.put("a", Vec::new()).await] {
            assert!(
                matches!(failure, Err(ObjectsError::Failed(_))),
                "{failure:?}"
            );
        }
    });
}

#[test]
fn an_s3_that_comes_back_has_what_was_put() {
    block_on(async {
        let server = OwnServer::start_new(Server::S3);
        let objects = Objects::open(server.url()).expect("a URL");
        objects.put("a", b"v".to_vec()).await.expect("room");
        server.stop();
        let failures = [
            objects.ping().await,
            objects.put("b", Vec::new()).await,
            objects.put_if_absent("c", Vec::new()).await.map(drop),
            objects.get("a").await.map(drop),
            objects.list("").await.map(drop),
            objects.delete("a").await,
        ];
        for failure in failures {
            let error = failure.expect_err("the server is gone");
            assert!(error.is_retryable(), "{error}");
        }
        server.start();
        until("an answer", async || objects.ping().await.ok()).await;
        assert_eq!(get(&objects, "a").await, Some(b"v".to_vec()));
        objects.put("a", b"w".to_vec()).await.expect("it is back");
    });
}
