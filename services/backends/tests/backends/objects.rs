//! Objects, in a folder and in S3.

use std::{env, fs, net::SocketAddr, sync::Arc};

use backends::{
    limits::{NAME_BYTES_MAX, OBJECT_BYTES_MAX},
    objects::{Object, Objects, ObjectsError},
    testing::{OwnServer, Server, block_on, on_each_place, server_url, unique_name},
};
use rcgen::{CertifiedKey, KeyPair};
use reqwest::Url;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

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
        fs::remove_dir_all(folder).expect("a folder of ours");
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
        "s3s://key:secret@host",
        "s3s://key:secret@host/bucket?regoin=eu-west-1",
        "s3s://key:secret@host/bucket?authority=/no/such/file",
        "s3s://key:secret@host/bucket?authority=/etc/hostname",
        "s3://key:%ff@host/bucket",
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

/// What speaks TLS before the S3 of tests; its address.
async fn veiled(plain: Url, certificate: &CertifiedKey<KeyPair>) -> SocketAddr {
    let chain = vec![certificate.cert.der().clone()];
    let key = PrivateKeyDer::Pkcs8(certificate.signing_key.serialize_der().into());
    let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows them")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("they go together");
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let host = format!(
            "{}:{}",
            plain.host_str().expect("a host"),
            plain.port().expect("a port")
        );
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, host) = (acceptor.clone(), host.clone());
            tokio::spawn(async move {
                // Who does not believe the certificate goes away here.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut store = TcpStream::connect(host).await.expect("it is started");
                let _ = copy_bidirectional(&mut stream, &mut store).await;
            });
        }
    });
    address
}

#[test]
fn a_store_is_spoken_to_by_tls_and_believed_only_if_its_authority_is() {
    block_on(async {
        let certificate = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]);
        let certificate = certificate.expect("a name");
        let file = env::temp_dir().join(unique_name("authority"));
        fs::write(&file, certificate.cert.pem()).expect("room");
        let plain = Url::parse(&server_url(Server::S3)).expect("a URL");
        let address = veiled(plain.clone(), &certificate).await;
        let (key, secret) = (plain.username(), plain.password().expect("a secret"));
        let (bucket, file_name) = (plain.path(), file.display());
        let url = format!("s3s://{key}:{secret}@{address}{bucket}");
        let believed = format!("{url}?region=eu-central-1&authority={file_name}");
        let objects = Objects::open(&believed).expect("a place");
        let name = format!("{}/a", unique_name("veiled"));
        objects.put(&name, b"one".to_vec()).await.expect("room");
        assert_eq!(get(&objects, &name).await, Some(b"one".to_vec()));
        let in_the_open = Objects::open(plain.as_str()).expect("a place");
        assert_eq!(get(&in_the_open, &name).await, Some(b"one".to_vec()));
        objects.delete(&name).await.expect("a place");
        let stranger = Objects::open(&url).expect("a place");
        let refusal = stranger.get(&name).await;
        assert!(
            matches!(refusal, Err(ObjectsError::Unavailable(_))),
            "{refusal:?}"
        );
        fs::remove_file(file).expect("a file of ours");
    });
}

/// Keys that AWS gives hold slashes and plus signs.
#[test]
fn a_secret_is_what_its_encoding_says() {
    block_on(async {
        let plain = server_url(Server::S3);
        let parsed = Url::parse(&plain).expect("a URL");
        let secret = parsed.password().expect("a secret");
        let encoded: String = secret.bytes().map(|it| format!("%{it:02x}")).collect();
        let url = plain.replacen(&format!(":{secret}@"), &format!(":{encoded}@"), 1);
        let objects = Objects::open(&url).expect("a place");
        objects.ping().await.expect("it is the same secret");
    });
}
