//! Requests and responses over real connections.

mod support;

use bytes::Bytes;
use link::{
    limits::{REQUEST_BYTES_MAX, REQUESTS_MAX, REQUESTS_WAITING_MAX, RESPONSE_BYTES_MAX},
    transport::{Opened, RequestError},
};
use support::{Pair, localhost, open, pod, until_linked};
use tokio::task::JoinSet;

#[tokio::test]
async fn a_request_is_answered() {
    let mut pair = Pair::linked().await;
    let asked = async {
        let answer = pair
            .to_acceptor
            .request(Bytes::from_static(b"regions"))
            .await;
        assert_eq!(answer, Ok(Bytes::from(vec![3; RESPONSE_BYTES_MAX])));
        pair.to_acceptor.request(Bytes::new()).await
    };
    let answered = async {
        let request = pair.acceptor.requests.recv().await.expect("it comes");
        assert_eq!((&request.from, request.incarnation), (&pod(2), 1));
        assert_eq!(request.bytes, "regions");
        request
            .answer(vec![3; RESPONSE_BYTES_MAX].into())
            .expect("it fits");
        let request = pair.acceptor.requests.recv().await.expect("it comes");
        request.refuse(&"é".repeat(1_000));
    };
    let (refused, ()) = tokio::join!(asked, answered);
    match refused {
        Err(RequestError::Refused(words)) => assert!(words.starts_with("ééé"), "{words}"),
        other => panic!("refused in words, not {other:?}"),
    }
    assert_eq!(pair.to_acceptor.statistics().requests_sent, 2);
    assert_eq!(pair.to_dialer.statistics().requests_received, 2);
}

#[tokio::test]
async fn what_cannot_be_asked_or_answered_is_said() {
    let mut pair = Pair::linked().await;
    let bytes = REQUEST_BYTES_MAX + 1;
    let long = pair.to_acceptor.request(vec![0; bytes].into()).await;
    assert_eq!(long, Err(RequestError::TooLong { bytes }));
    let asked = pair.to_acceptor.request(Bytes::new());
    let answered = async {
        let request = pair.acceptor.requests.recv().await.expect("it comes");
        let bytes = RESPONSE_BYTES_MAX + 1;
        let long = request.answer(vec![0; bytes].into());
        assert_eq!(long, Err(RequestError::TooLong { bytes }));
    };
    let (refused, ()) = tokio::join!(asked, answered);
    let words = "the answer is too long".to_owned();
    assert_eq!(refused, Err(RequestError::Refused(words)));
    let asked = pair.to_acceptor.request(Bytes::new());
    let dropped = async { drop(pair.acceptor.requests.recv().await) };
    let (refused, ()) = tokio::join!(asked, dropped);
    assert!(matches!(refused, Err(RequestError::Refused(_))));
    drop(pair.acceptor.requests);
    let refused = pair.to_acceptor.request(Bytes::new()).await;
    assert!(matches!(refused, Err(RequestError::Refused(_))));
    let alone = open(&pod(4), 1);
    let peer = alone.endpoint.link(&pod(9), localhost()).expect("room");
    let apart = peer.request(Bytes::new()).await;
    assert_eq!(apart, Err(RequestError::Apart));
}

/// From one peer only so many come at once, so several peers ask.
#[tokio::test]
async fn more_than_may_wait_are_told_that_it_is_busy() {
    let mut acceptor = open(&pod(0), 1);
    let address = support::address(&acceptor.endpoint);
    let peers_count = REQUESTS_WAITING_MAX / REQUESTS_MAX + 1;
    let mut dialers: Vec<Opened> = Vec::new();
    let mut asking = JoinSet::new();
    for number in 1..=peers_count as u16 {
        let dialer = open(&pod(number), 1);
        let peer = dialer.endpoint.link(&pod(0), address).expect("room");
        until_linked(&peer).await;
        for _ in 0..REQUESTS_MAX {
            let peer = peer.clone();
            asking.spawn(async move { peer.request(Bytes::new()).await });
        }
        dialers.push(dialer);
    }
    for _ in 0..REQUESTS_MAX {
        let told = asking.join_next().await.expect("one is told");
        assert_eq!(told.expect("no panic"), Err(RequestError::Busy));
    }
    for _ in 0..REQUESTS_WAITING_MAX {
        let request = acceptor.requests.recv().await.expect("it waits");
        request.answer(Bytes::new()).expect("it fits");
    }
    while let Some(answer) = asking.join_next().await {
        assert_eq!(answer.expect("no panic"), Ok(Bytes::new()));
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_ends() {
    let mut pair = Pair::linked().await;
    let asked = pair.to_acceptor.request(Bytes::new());
    let held = async { pair.acceptor.requests.recv().await.expect("it comes") };
    let (told, request) = tokio::join!(asked, held);
    assert_eq!(told, Err(RequestError::TimedOut));
    drop(request);
}

#[tokio::test]
async fn a_request_whose_peer_dies_ends() {
    let mut pair = Pair::linked().await;
    let asked = pair.to_acceptor.request(Bytes::new());
    let died = async {
        let request = pair.acceptor.requests.recv().await.expect("it comes");
        pair.acceptor.endpoint.close().await;
        request
    };
    let (told, request) = tokio::join!(asked, died);
    assert_eq!(told, Err(RequestError::Lost));
    assert!(request.answer(Bytes::new()).is_err());
}
