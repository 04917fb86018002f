//! Our loop on one side, stock quinn on the other.

mod common;

use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

use bytes::Bytes;
use quic::{ConnectionError, StreamError};
use tokio::{net::UdpSocket, sync::Notify, task::spawn_local};

use common::{ALPN, Server, client_endpoint, pattern, run};

#[test]
fn streams_carry_everything_both_ways() {
    run(async {
        let server = Server::start();
        let (client, connection) = server.connect().await;
        assert_eq!(connection.alpn().as_deref(), Some(ALPN));
        // More than any window, so both sides wait for each other many times.
        let sent = pattern(3_000_000);
        let echoing = spawn_local({
            let connection = connection.clone();
            async move {
                let (mut send, mut receive) = connection.accept_bi().await.expect("a stream");
                let mut buffer = vec![0; 10_000];
                while let Some(count) = receive.read(&mut buffer).await.expect("bytes") {
                    let chunk = Bytes::copy_from_slice(&buffer[..count]);
                    send.write_chunk(chunk).await.expect("taken");
                }
                send.finish();
                send.stopped().await.expect("all arrived");
            }
        });
        let (mut send, mut receive) = client.connection.open_bi().await.expect("a stream");
        let writing = async {
            send.write_all(&sent).await.expect("taken");
            send.finish().expect("open");
        };
        let (echoed, ()) = tokio::join!(receive.read_to_end(sent.len()), writing);
        assert!(echoed.expect("all of it") == sent);
        echoing.await.expect("all was acknowledged");
    });
}

#[test]
fn what_is_pushed_is_written_in_order_without_waiting() {
    run(async {
        let server = Server::start_with(|transport| {
            transport.send_window(20_000);
        });
        let (client, connection) = server.connect().await;
        let stream = connection.open_uni().await.expect("permitted");
        let sent = pattern(400_000);
        for chunk in sent.chunks(1_000) {
            stream.push(Bytes::copy_from_slice(chunk)).expect("open");
        }
        assert!(stream.backlog_count() > 300, "the window holds 20 of 400");
        let reading = spawn_local(async move {
            let mut receive = client.connection.accept_uni().await.expect("a stream");
            let read = receive.read_to_end(1_000_000).await.expect("all of it");
            (read, client)
        });
        stream.written().await;
        assert_eq!(stream.backlog_count(), 0);
        stream.finish();
        stream.stopped().await.expect("all arrived");
        let (read, _client) = reading.await.expect("read");
        assert!(read == sent);
    });
}

#[test]
fn datagrams_go_both_ways_and_answers_may_be_sent_where_they_are_heard() {
    run(async {
        let server = Server::start();
        let (client, connection) = server.connect().await;
        let answering = connection.clone();
        let _listening = connection.listen(move |datagram| {
            answering.send_datagram(b"re: ", &datagram).expect("room");
        });
        for number in 0..200_u32 {
            let sent = number.to_be_bytes();
            client
                .connection
                .send_datagram(Bytes::copy_from_slice(&sent))
                .expect("room");
            let heard = client.connection.read_datagram().await.expect("an answer");
            assert_eq!(heard, [&b"re: "[..], &sent].concat());
        }
    });
}

#[test]
fn datagrams_wait_for_a_listener_and_end_with_it() {
    run(async {
        let server = Server::start();
        let (client, connection) = server.connect().await;
        let heard = Rc::new(RefCell::new(Vec::new()));
        let bell = Rc::new(Notify::new());
        client
            .connection
            .send_datagram(Bytes::from_static(b"early"))
            .expect("room");
        let listening = connection.listen({
            let (heard, bell) = (heard.clone(), bell.clone());
            move |datagram| {
                heard.borrow_mut().push(datagram);
                bell.notify_one();
            }
        });
        bell.notified().await;
        assert_eq!(*heard.borrow(), ["early"]);
        drop(listening);
        client
            .connection
            .send_datagram(Bytes::from_static(b"late"))
            .expect("room");
        // A stream behind it: when that has come, the datagram has too, and nobody took it.
        let mut stream = client.connection.open_uni().await.expect("permitted");
        stream.write_all(b"x").await.expect("taken");
        let mut receive = connection.accept_uni().await.expect("a stream");
        receive.read(&mut [0]).await.expect("a byte");
        assert_eq!(heard.borrow().len(), 1);
    });
}

#[test]
fn a_datagram_that_is_too_large_or_one_too_many_is_refused() {
    run(async {
        let server = Server::start_with(|transport| {
            transport.datagram_send_buffer_size(10_000);
        });
        let (_client, connection) = server.connect().await;
        let bytes_max = connection.datagram_bytes_max();
        assert!(bytes_max >= 1_100, "{bytes_max}");
        assert!(
            connection
                .send_datagram(&[], &vec![0; bytes_max + 1])
                .is_err()
        );
        let sent = (0..100).take_while(|_| connection.send_datagram(&[], &[0; 1_000]).is_ok());
        assert!((5..10).contains(&sent.count()), "then the buffer is full");
    });
}

#[test]
fn either_side_closes_with_a_code_and_a_reason() {
    run(async {
        let server = Server::start();
        let (client, connection) = server.connect().await;
        connection.close(7_u32.into(), b"enough");
        assert_eq!(connection.closed().await, ConnectionError::LocallyClosed);
        let quinn::ConnectionError::ApplicationClosed(heard) = client.connection.closed().await
        else {
            panic!("the server closed it");
        };
        assert_eq!(
            (heard.error_code.into_inner(), &heard.reason[..]),
            (7, &b"enough"[..])
        );

        let (client, connection) = server.connect().await;
        client.connection.close(9_u32.into(), b"bye");
        let ConnectionError::ApplicationClosed(heard) = connection.closed().await else {
            panic!("the client closed it");
        };
        assert_eq!(
            (heard.error_code.into_inner(), &heard.reason[..]),
            (9, &b"bye"[..])
        );
        let opened = connection.open_uni().await.map(drop);
        assert_eq!(opened, connection.close_reason().map_or(Ok(()), Err));
    });
}

#[test]
fn a_connection_that_nobody_holds_is_closed() {
    run(async {
        let server = Server::start();
        let (client, connection) = server.connect().await;
        let stream = connection.open_uni().await.expect("permitted");
        drop(connection);
        assert!(
            client.connection.close_reason().is_none(),
            "the stream holds it"
        );
        drop(stream);
        let closed = client.connection.closed().await;
        assert!(
            matches!(closed, quinn::ConnectionError::ApplicationClosed(_)),
            "{closed}"
        );
    });
}

#[test]
fn streams_that_are_stopped_or_reset_say_so() {
    run(async {
        let server = Server::start();
        let (client, connection) = server.connect().await;
        let mut send = connection.open_uni().await.expect("permitted");
        send.write_chunk(Bytes::from_static(b"x"))
            .await
            .expect("taken");
        let mut receive = client.connection.accept_uni().await.expect("a stream");
        receive.stop(5_u32.into()).expect("open");
        send.stopped().await.expect("heard");
        let written = send.write_chunk(Bytes::from_static(b"y")).await;
        assert_eq!(written, Err(StreamError::Stopped(5_u32.into())));

        let mut send = client.connection.open_uni().await.expect("permitted");
        send.write_all(b"x").await.expect("taken");
        let mut receive = connection.accept_uni().await.expect("a stream");
        assert_eq!(receive.read(&mut [0; 8]).await, Ok(Some(1)));
        send.reset(6_u32.into()).expect("open");
        assert_eq!(
            receive.read(&mut [0; 8]).await,
            Err(StreamError::Reset(6_u32.into()))
        );
    });
}

#[test]
fn a_closed_endpoint_tells_all_and_is_idle_then() {
    run(async {
        let server = Server::start();
        let (first, _first) = server.connect().await;
        let (second, _second) = server.connect().await;
        server.endpoint.close(3_u32.into(), b"over");
        for client in [first, second] {
            let closed = client.connection.closed().await;
            let quinn::ConnectionError::ApplicationClosed(heard) = closed else {
                panic!("{closed}");
            };
            assert_eq!(heard.error_code.into_inner(), 3);
        }
        server.endpoint.wait_idle().await;
        assert!(server.endpoint.accept().await.is_none());
    });
}

#[test]
fn newcomers_can_be_refused_or_asked_to_prove_their_address() {
    run(async {
        let server = Server::start();
        let endpoint = client_endpoint();
        let dial = || {
            let config = server.client_config(ALPN);
            endpoint
                .connect_with(config, server.address, "localhost")
                .expect("configured")
        };
        let refusing = async {
            server.endpoint.accept().await.expect("open").refuse();
        };
        let (refused, ()) = tokio::join!(dial(), refusing);
        assert!(matches!(
            refused,
            Err(quinn::ConnectionError::ConnectionClosed(_))
        ));
        let asking = async {
            let first = server.endpoint.accept().await.expect("open");
            assert!(!first.remote_address_validated() && first.may_retry());
            first.retry();
            let second = server.endpoint.accept().await.expect("open");
            assert!(second.remote_address_validated());
            second.accept().await.expect("a good handshake")
        };
        let (client, _connection) = tokio::join!(dial(), asking);
        client.expect("let in");
    });
}

#[test]
fn nothing_is_lost_on_streams_where_packets_are() {
    run(async {
        let server = Server::start();
        let relay = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let address = relay.local_addr().expect("bound");
        spawn_local(lose_some(relay, server.address));
        let (client, connection) = tokio::join!(server.dial(address), server.accept());
        let sent = pattern(200_000);
        let mut send = connection.open_uni().await.expect("permitted");
        let writing = async {
            send.write_chunk(sent.clone().into()).await.expect("taken");
            send.finish();
            send.stopped().await.expect("all arrived");
        };
        let reading = async {
            let mut receive = client.connection.accept_uni().await.expect("a stream");
            receive.read_to_end(1_000_000).await.expect("all of it")
        };
        let ((), read) = tokio::join!(writing, reading);
        assert!(read == sent);
    });
}

/// Carries packets between one client and a server; every seventh is lost, and every eleventh comes twice.
async fn lose_some(near: UdpSocket, server: std::net::SocketAddr) {
    let far = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let (mut up, mut down) = ([0; 2_048], [0; 2_048]);
    let (mut client, mut number) = (None, 0);
    loop {
        number += 1;
        let times = match (number % 7, number % 11) {
            (0, _) => 0,
            (_, 0) => 2,
            _ => 1,
        };
        tokio::select! {
            Ok((count, from)) = near.recv_from(&mut up) => {
                client = Some(from);
                for _ in 0..times {
                    let _ = far.send_to(&up[..count], server).await;
                }
            }
            Ok((count, _)) = far.recv_from(&mut down) => {
                for _ in 0..times {
                    let _ = near.send_to(&down[..count], client.expect("it began")).await;
                }
            }
        }
    }
}

#[test]
fn a_hundred_connections_hear_only_what_is_for_them() {
    run(async {
        let server = Server::start();
        let mut pairs = Vec::new();
        for _ in 0..100 {
            pairs.push(server.connect().await);
        }
        for round in 0..20_u32 {
            for (number, (_, connection)) in pairs.iter().enumerate() {
                for part in 0..3_u32 {
                    let mut message = vec![part as u8; 900];
                    message[..4].copy_from_slice(&round.to_be_bytes());
                    message[4..8].copy_from_slice(&(number as u32).to_be_bytes());
                    connection.send_datagram(&[], &message).expect("room");
                }
            }
            for (number, (client, _)) in pairs.iter().enumerate() {
                let mut parts = BTreeSet::new();
                for _ in 0..3 {
                    let heard = client.connection.read_datagram().await.expect("told");
                    assert_eq!(heard[..4], round.to_be_bytes());
                    assert_eq!(heard[4..8], (number as u32).to_be_bytes());
                    parts.insert(heard[8]);
                }
                assert_eq!(parts, BTreeSet::from([0, 1, 2]));
            }
        }
        let counts = server.endpoint.send_counts();
        assert!(counts.packets >= 6_000 && counts.refused == 0, "{counts:?}");
        assert!(
            counts.calls * 4 < counts.packets,
            "many with one call: {counts:?}"
        );
    });
}

#[test]
fn bytes_that_are_no_quic_change_nothing() {
    run(async {
        let server = Server::start();
        let stranger = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let noise = pattern(60_000);
        let (client, connection) = server.connect().await;
        for (number, bytes) in noise.chunks(97).enumerate() {
            let mut packet = bytes.to_vec();
            // Long and short headers, versions known and not, names of all lengths.
            packet[0] = [0xc0, 0x40, 0xff, 0x00, 0xe0][number % 5] | (packet[0] & 0x0f);
            if number % 3 == 0 {
                packet[1..5].copy_from_slice(&1_u32.to_be_bytes());
            }
            packet.resize([20, 97, 1_200, 1_500][number % 4], number as u8);
            stranger
                .send_to(&packet, server.address)
                .await
                .expect("sent");
        }
        let mut send = client.connection.open_uni().await.expect("permitted");
        send.write_all(b"still here").await.expect("taken");
        let mut receive = connection.accept_uni().await.expect("a stream");
        let mut buffer = [0; 32];
        let count = receive
            .read(&mut buffer)
            .await
            .expect("bytes")
            .expect("not ended");
        assert_eq!(&buffer[..count], b"still here");
    });
}
