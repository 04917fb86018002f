//! What no link says, from strangers and from those that have a certificate: it is refused with a
//! reason and counted, and harms nobody else.

mod support;

use std::net::UdpSocket;

use bytes::Bytes;
use link::{
    RefusalKind,
    identity::ALPN,
    limits::{LATEST_BYTES_MAX, MESSAGE_BYTES_MAX, REQUEST_BYTES_MAX},
    reliable::{LaneId, MessageId, Open},
    transport::Opened,
    wire::{LatestHead, MessageHead, RequestHead, StreamKind, open_reply},
};
use quinn::Connection;
use support::{
    Pair, Post, Random, address, open,
    outsider::{Outsider, ending, say, say_both_ways, say_one_way},
    place, pod, until_linked, watched,
};

/// Pod 1, and a liar that calls itself pod 2 and is let in.
struct Victim {
    opened: Opened,
    liar: Outsider,
    lies: Connection,
}

impl Victim {
    async fn met() -> Self {
        let opened = open(&pod(1), 1);
        let liar = Outsider::new(ALPN, Some(&pod(2)));
        let lies = liar.greet(address(&opened.endpoint), 5).await;
        Self { opened, liar, lies }
    }

    /// The connection was closed for this; the process itself goes on.
    async fn refuses(self, kind: RefusalKind) {
        let told = ending(&self.lies).await;
        assert_eq!(told.kind, kind, "{told}");
        let mut opened = self.opened;
        let peer = opened.arrivals.recv().await.expect("it came");
        let statistics = peer.statistics();
        match kind {
            RefusalKind::Fenced => assert_eq!(statistics.stale_refusals, 1),
            _ => assert_eq!(statistics.malformed, 1),
        }
        self.liar.greet(address(&opened.endpoint), 5).await;
    }
}

fn message_head(bytes: usize, incarnation: u64, sequence: u64) -> [u8; MessageHead::BYTES] {
    let id = MessageId {
        incarnation,
        sequence,
    };
    MessageHead { bytes, id }.encode()
}

/// The first bytes of a lane's stream.
fn lane_open(incarnation: u64) -> Vec<u8> {
    let open = Open {
        incarnation,
        series: 5,
        first: 0,
    };
    let mut bytes = vec![StreamKind::Lane.encode()];
    bytes.extend(open.encode(LaneId(0)));
    bytes
}

/// Opens lane 0 properly, then says this.
async fn lie_on_lane(bytes: &[u8], finishes: bool) -> Victim {
    let mut victim = Victim::met().await;
    let peer = victim.opened.arrivals.recv().await.expect("it came");
    let _post = Post::open(&peer, place(1, 0), None);
    let (mut send, mut receive) = say_both_ways(&victim.lies, &lane_open(5)).await;
    let mut reply = [0; open_reply::BYTES];
    receive.read_exact(&mut reply).await.expect("an answer");
    say(&mut send, bytes).await;
    if finishes {
        let _ = send.finish();
    }
    let told = ending(&victim.lies).await;
    let statistics = peer.statistics();
    match told.kind {
        RefusalKind::Malformed => assert_eq!(statistics.malformed, 1),
        RefusalKind::Fenced => assert_eq!(statistics.stale_refusals, 1),
        other => panic!("it was closed as {other:?}: {told}"),
    }
    victim
}

async fn told(victim: Victim) -> RefusalKind {
    ending(&victim.lies).await.kind
}

#[tokio::test]
async fn a_message_that_is_too_long_ends_the_connection() {
    let head = message_head(MESSAGE_BYTES_MAX + 1, 5, 0);
    let victim = lie_on_lane(&head, false).await;
    assert_eq!(told(victim).await, RefusalKind::Malformed);
}

#[tokio::test]
async fn a_message_out_of_turn_ends_the_connection() {
    let victim = lie_on_lane(&message_head(0, 5, 3), false).await;
    assert_eq!(told(victim).await, RefusalKind::Malformed);
}

#[tokio::test]
async fn a_lane_that_ends_within_a_message_ends_the_connection() {
    let victim = lie_on_lane(&message_head(100, 5, 0), true).await;
    assert_eq!(told(victim).await, RefusalKind::Malformed);
}

#[tokio::test]
async fn a_message_of_an_earlier_life_ends_the_connection() {
    let victim = lie_on_lane(&message_head(0, 4, 0), false).await;
    assert_eq!(told(victim).await, RefusalKind::Fenced);
}

#[tokio::test]
async fn a_stream_of_no_known_kind_ends_the_connection() {
    let victim = Victim::met().await;
    let _streams = say_both_ways(&victim.lies, &[99]).await;
    victim.refuses(RefusalKind::Malformed).await;
}

#[tokio::test]
async fn a_lane_of_an_earlier_life_ends_the_connection() {
    let victim = Victim::met().await;
    let _streams = say_both_ways(&victim.lies, &lane_open(4)).await;
    victim.refuses(RefusalKind::Fenced).await;
}

fn latest(bytes: usize, incarnation: u64) -> Vec<u8> {
    let head = LatestHead {
        bytes,
        incarnation,
        key: 1,
        version: 1,
    };
    head.encode().to_vec()
}

#[tokio::test]
async fn bad_messages_of_the_latest_channel_end_the_connection() {
    let too_much = [latest(1, 5), vec![0; 2]].concat();
    let bad = [
        (latest(LATEST_BYTES_MAX + 1, 5), RefusalKind::Malformed),
        (latest(10, 5), RefusalKind::Malformed),
        (latest(10, 5)[..7].to_vec(), RefusalKind::Malformed),
        (too_much, RefusalKind::Malformed),
        (latest(0, 4), RefusalKind::Fenced),
    ];
    for (bytes, kind) in bad {
        let victim = Victim::met().await;
        say_one_way(&victim.lies, &bytes).await;
        victim.refuses(kind).await;
    }
}

#[tokio::test]
async fn bad_requests_end_the_connection() {
    let request = |bytes, incarnation| {
        let head = RequestHead { bytes, incarnation };
        let mut said = vec![StreamKind::Request.encode()];
        said.extend(head.encode());
        said
    };
    let bad = [
        (request(REQUEST_BYTES_MAX + 1, 5), RefusalKind::Malformed),
        (request(10, 5), RefusalKind::Malformed),
        (request(0, 4), RefusalKind::Fenced),
    ];
    for (bytes, kind) in bad {
        let victim = Victim::met().await;
        let (mut send, _receive) = say_both_ways(&victim.lies, &bytes).await;
        let _ = send.finish();
        victim.refuses(kind).await;
    }
}

#[tokio::test]
async fn who_does_not_greet_is_turned_away() {
    let opened = open(&pod(1), 1);
    let liar = Outsider::new(ALPN, Some(&pod(2)));
    let short = liar.dial(address(&opened.endpoint)).await.expect("let in");
    let (mut send, _receive) = say_both_ways(&short, &[1, 2, 3]).await;
    let _ = send.finish();
    let refusal = ending(&short).await;
    assert_eq!(refusal.kind, RefusalKind::Malformed, "{refusal}");
    let silent = liar.dial(address(&opened.endpoint)).await.expect("let in");
    let turned_away = watched(&mut opened.endpoint.turned_away(), |away| away.count >= 2).await;
    let (_, refusal) = turned_away.last.expect("it counted two");
    assert_eq!(refusal.kind, RefusalKind::Unreachable, "{refusal}");
    ending(&silent).await;
}

#[tokio::test]
async fn random_bytes_from_a_member_harm_nobody_else() {
    let mut opened = open(&pod(1), 1);
    let address = address(&opened.endpoint);
    let friend = open(&pod(3), 1);
    let to_victim = friend.endpoint.link(&pod(1), address).expect("room");
    let mut near = Post::open(&to_victim, place(1, 0), None);
    let to_friend = opened.arrivals.recv().await.expect("it came");
    let mut far = Post::open(&to_friend, place(1, 0), None);
    let liar = Outsider::new(ALPN, Some(&pod(2)));
    for seed in 0..200 {
        let mut random = Random::new(seed);
        let lies = liar.greet(address, 5).await;
        for _ in 0..4 {
            let count = random.below(200) as usize;
            let mut bytes: Vec<u8> = (0..count).map(|_| random.draw() as u8).collect();
            // Half of them begin as something known, and get further.
            if let Some(first) = bytes.first_mut()
                && random.below(2) == 0
            {
                *first = 1 + random.below(2) as u8;
            }
            let Ok(mut stream) = lies.open_uni().await else {
                break;
            };
            say(&mut stream, &bytes).await;
            let Ok((mut stream, _)) = lies.open_bi().await else {
                break;
            };
            say(&mut stream, &bytes).await;
        }
        near.send(Bytes::from(seed.to_le_bytes().to_vec())).await;
        assert_eq!(far.take().await.bytes, seed.to_le_bytes()[..]);
        lies.close(0_u32.into(), b"");
    }
    assert_eq!(to_victim.statistics().connections, 1, "it never broke");
}

#[tokio::test]
async fn random_datagrams_from_strangers_harm_nobody() {
    let pair = Pair::linked().await;
    let (mut near, mut far) = pair.posts();
    let stranger = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let target = address(&pair.acceptor.endpoint);
    let mut random = Random::new(3);
    for number in 0_u64..500 {
        for _ in 0..10 {
            let count = random.below(1_500) as usize;
            let bytes: Vec<u8> = (0..count).map(|_| random.draw() as u8).collect();
            let _ = stranger.send_to(&bytes, target);
        }
        near.send(number.to_le_bytes().to_vec()).await;
        assert_eq!(far.take().await.bytes, number.to_le_bytes()[..]);
    }
    until_linked(&pair.to_dialer).await;
    assert_eq!(pair.to_acceptor.statistics().connections, 1);
}
