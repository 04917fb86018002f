//! WebTransport: our server, and the client of web-transport-quinn. A browser is tried end to end.

mod common;

use std::{cell::RefCell, rc::Rc};

use bytes::Bytes;
use quic::{Session, SessionError};
use tokio::{sync::Notify, task::spawn_local};
use url::Url;

use common::{Server, client_endpoint, run};

/// A client's session and ours.
async fn open(server: &Server) -> (web_transport_quinn::Session, Session) {
    let accepting = async {
        let connection = server.accept().await;
        Session::accept(connection)
            .await
            .expect("a request for WebTransport")
    };
    let connecting = async {
        let alpn = web_transport_quinn::ALPN.as_bytes();
        let connection = client_endpoint()
            .connect_with(server.client_config(alpn), server.address, "localhost")
            .expect("a good configuration")
            .await
            .expect("a good handshake");
        let url = Url::parse("https://localhost/").expect("a URL");
        let session = web_transport_quinn::Session::connect(connection, url).await;
        session.expect("let in")
    };
    let (session, client) = tokio::join!(accepting, connecting);
    (client, session)
}

#[test]
fn streams_go_both_ways() {
    run(async {
        let server = Server::start();
        let (client, session) = open(&server).await;
        let speaking = async {
            let (mut send, mut receive) = client.open_bi().await.expect("permitted");
            send.write_all(b"hello").await.expect("taken");
            send.finish().expect("open");
            receive.read_to_end(100).await.expect("all of it")
        };
        let answering = async {
            let (mut send, mut receive) = session.accept_bi().await.expect("a stream");
            let mut buffer = [0; 100];
            let count = receive
                .read(&mut buffer)
                .await
                .expect("bytes")
                .expect("some");
            assert_eq!(
                &buffer[..count],
                b"hello",
                "without what WebTransport puts before it"
            );
            send.write_chunk(Bytes::from_static(b"welcome"))
                .await
                .expect("taken");
            send.finish();
        };
        let (answer, ()) = tokio::join!(speaking, answering);
        assert_eq!(answer, b"welcome");

        let mut send = session.open_uni().await.expect("permitted");
        send.write_chunk(Bytes::from_static(b"land"))
            .await
            .expect("taken");
        send.finish();
        let mut receive = client.accept_uni().await.expect("a stream");
        assert_eq!(receive.read_to_end(100).await.expect("all of it"), b"land");
    });
}

#[test]
fn datagrams_go_both_ways_and_those_of_other_sessions_are_told_apart() {
    run(async {
        let server = Server::start();
        let (client, session) = open(&server).await;
        assert!(session.send_datagram(b"snapshot"));
        assert_eq!(client.read_datagram().await.expect("told"), "snapshot");
        assert!(session.datagram_bytes_max() < client.max_datagram_size() + 64);

        let (heard, bell) = (Rc::new(RefCell::new(Vec::new())), Rc::new(Notify::new()));
        let _listening = session.listen({
            let (heard, bell) = (heard.clone(), bell.clone());
            move |message| {
                heard.borrow_mut().push(message);
                bell.notify_one();
            }
        });
        client
            .send_datagram(Bytes::from_static(b"input"))
            .expect("room");
        while heard.borrow().is_empty() {
            bell.notified().await;
        }
        // Past the session: the number of another one goes before it.
        let wrong = Bytes::from_static(b"\x05input");
        web_transport_quinn::quinn::Connection::send_datagram(&client, wrong).expect("room");
        while heard.borrow().len() < 2 {
            bell.notified().await;
        }
        assert_eq!(*heard.borrow(), [Some(Bytes::from_static(b"input")), None]);
    });
}

#[test]
fn a_close_reaches_the_client_with_code_and_reason() {
    run(async {
        let server = Server::start();
        let (client, session) = open(&server).await;
        let closing = spawn_local(async move { session.close(4, b"the server is full").await });
        let closed = client.closed().await;
        let web_transport_quinn::SessionError::WebTransportError(
            web_transport_quinn::WebTransportError::Closed(code, reason),
        ) = closed
        else {
            panic!("{closed:?}");
        };
        assert_eq!((code, reason.as_str()), (4, "the server is full"));
        closing.await.expect("closed");
    });
}

#[test]
fn a_client_that_closes_has_left() {
    run(async {
        let server = Server::start();
        let (client, session) = open(&server).await;
        client.close(0, b"bye");
        session.left().await;
    });
}

#[test]
fn who_speaks_something_else_gets_no_session() {
    run(async {
        let server = Server::start();
        let (client, connection) = server.connect().await;
        // A control stream whose settings offer no WebTransport: type 0, SETTINGS frame, nothing in it.
        let mut stream = client.connection.open_uni().await.expect("permitted");
        stream.write_all(&[0, 4, 0]).await.expect("taken");
        let refused = Session::accept(connection).await.map(drop);
        assert!(
            matches!(refused, Err(SessionError::NoWebTransport(_))),
            "{refused:?}"
        );
    });
}
