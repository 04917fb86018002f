//! Lanes over real connections: cut, killed, slow, and fenced.

mod support;

use std::{sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use link::{
    Options, Peer, PeerState, RefusalKind,
    limits::{
        INBOX_BYTES_MAX, MESSAGE_BYTES_MAX, OUTBOX_BYTES_MAX, OUTBOX_COUNT_MAX, STREAM_WINDOW_BYTES,
    },
    reliable::{LaneId, OpenRefusal, Position},
    transport::{Fault, LaneError, LaneOptions, SendError},
};
use support::{
    Pair, Post, address, eventually, lease, localhost, number_of, numbered, open, open_brisk,
    options, place, pod, relay::Relay, until, until_apart, until_linked, wake,
};
use tokio::runtime::Runtime;

#[tokio::test]
async fn messages_arrive_once_in_order_both_ways() {
    let pair = Pair::linked().await;
    let (mut near, mut far) = pair.posts();
    for number in 0..1_000 {
        near.send(numbered(number, (number as usize * 37) % 5_000))
            .await;
        far.send(numbered(number + 7, 8)).await;
    }
    for number in 0..1_000 {
        let message = far.take().await;
        assert_eq!((message.id.sequence, message.id.incarnation), (number, 1));
        assert_eq!(number_of(&message.bytes), number);
        assert_eq!(number_of(&near.take().await.bytes), number + 7);
    }
    near.until_acknowledged(999).await;
    far.until_acknowledged(999).await;
    let statistics = pair.to_acceptor.statistics();
    assert_eq!(statistics.outbox_messages, 0);
    assert_eq!(statistics.messages_sent, 1_000);
    assert_eq!(statistics.messages_received, 1_000);
    assert!(statistics.round_trip.is_some_and(|time| !time.is_zero()));
    assert!(statistics.bytes_sent > 1_000_000);
}

#[tokio::test]
async fn what_is_not_acknowledged_stays_in_the_outbox() {
    let pair = Pair::linked().await;
    let (mut near, mut far) = pair.posts();
    for number in 0..10 {
        near.send(numbered(number, 100)).await;
    }
    let mut taken = Vec::new();
    for _ in 0..10 {
        taken.push(far.receive().await);
    }
    assert_eq!(
        near.outgoing.unacknowledged(),
        0,
        "delivered is not durable"
    );
    far.incoming.acknowledge(taken[3].place_after());
    near.until_acknowledged(3).await;
    assert_eq!(near.outgoing.unacknowledged(), 4);
    assert_eq!(pair.to_acceptor.statistics().outbox_messages, 6);
}

#[tokio::test]
async fn lanes_are_apart_and_each_has_one_port() {
    let pair = Pair::linked().await;
    let options = |lane| LaneOptions {
        lane: LaneId(lane),
        send_from: place(1, 0),
        durable: None,
        wake: wake().0,
    };
    let mut ports: Vec<_> = (0..3)
        .map(|lane| pair.to_acceptor.reliable_port(options(lane)).expect("free"))
        .collect();
    let taken = pair.to_acceptor.reliable_port(options(1)).err();
    assert_eq!(taken, Some(LaneError::Taken(LaneId(1))));
    for (lane, port) in ports.iter_mut().enumerate() {
        port.outgoing.send(numbered(lane as u64, 8)).expect("room");
    }
    // Lane 2 is taken up first: a lane that nobody holds yet holds no other up.
    for lane in [2, 0, 1] {
        let mut port = pair.to_dialer.reliable_port(options(lane)).expect("free");
        let mut message = None;
        eventually("the message of the lane", || {
            message = port.incoming.receive();
            message.is_some()
        })
        .await;
        assert_eq!(number_of(&message.expect("just came").bytes), lane.into());
    }
    drop(ports);
    pair.to_acceptor
        .reliable_port(options(1))
        .expect("free again");
}

#[tokio::test]
async fn a_cut_path_loses_and_doubles_nothing() {
    let acceptor = open_brisk(&pod(1), 1);
    let relay = Relay::to(address(&acceptor.endpoint)).await;
    let dialer = open(&pod(2), 1);
    let to_acceptor = dialer.endpoint.link(&pod(1), relay.address).expect("room");
    let to_dialer = acceptor.endpoint.link(&pod(2), localhost()).expect("room");
    let mut near = Post::open(&to_acceptor, place(1, 0), None);
    let mut far = Post::open(&to_dialer, place(1, 0), None);
    let mut expected = 0;
    for round in 0..3 {
        until_linked(&to_acceptor).await;
        until_linked(&to_dialer).await;
        for number in 0..200 {
            near.send(numbered(round * 400 + number, 3_000)).await;
        }
        // It is cut while they are on their way.
        for _ in 0..50 {
            assert_eq!(number_of(&far.take().await.bytes), expected);
            expected += 1;
        }
        relay.cut();
        for number in 200..400 {
            near.send(numbered(round * 400 + number, 3_000)).await;
        }
        until_apart(&to_acceptor).await;
        until_apart(&to_dialer).await;
        relay.mend();
        while expected < (round + 1) * 400 {
            assert_eq!(number_of(&far.take().await.bytes), expected);
            expected += 1;
        }
    }
    near.until_acknowledged(expected - 1).await;
    assert!(far.incoming.receive().is_none(), "nothing is doubled");
    assert!(to_acceptor.statistics().connections >= 4);
    assert!(to_acceptor.statistics().resends > 0);
    assert!(relay.dropped_count.load(Ordering::SeqCst) > 0);
}

#[tokio::test]
async fn a_silent_peer_is_known_to_be_dead_within_a_second() {
    let acceptor = open_brisk(&pod(1), 1);
    let relay = Relay::to(address(&acceptor.endpoint)).await;
    let dialer = open(&pod(2), 1);
    let peer = dialer.endpoint.link(&pod(1), relay.address).expect("room");
    until_linked(&peer).await;
    relay.cut();
    let state = until(&peer, |state| matches!(state, PeerState::Apart(_))).await;
    let PeerState::Apart(Some(refusal)) = state else {
        panic!("there is a reason, not {state:?}");
    };
    // How soon is a matter of the constants, which limits.rs asserts; that it happens at all, and for
    // this reason, is what a busy machine can show.
    assert_eq!(refusal.kind, RefusalKind::Unreachable, "{refusal}");
}

/// A process that can be killed: its runtime is dropped with all that it was about to say, and the path
/// to it is cut first, so that not even a farewell gets out.
struct Mortal {
    runtime: Runtime,
    peer: Peer,
    post: Post,
}

impl Mortal {
    /// Pod 2 in this life, linked to pod 1 through the relay.
    fn born(incarnation: u64, relay: &Relay, send_from: u64, durable: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let inside = runtime.enter();
        let opened = open_brisk(&pod(2), incarnation);
        let peer = opened.endpoint.link(&pod(1), relay.address).expect("room");
        let post = Post::open(&peer, place(1, send_from), Some(place(1, durable)));
        drop(inside);
        // Its endpoint dies with the runtime, unheard.
        runtime.spawn(async move {
            let _opened = opened;
            std::future::pending::<()>().await;
        });
        Self {
            runtime,
            peer,
            post,
        }
    }

    fn kill(self, relay: &Relay) {
        relay.cut();
        self.runtime.shutdown_background();
        drop((self.peer, self.post));
    }
}

/// Both directions: pod 2 is a source of numbers and a counter of pod 1's, is killed again and again,
/// and comes back from what it has made durable.
#[tokio::test]
async fn a_killed_process_comes_back_to_where_it_was() {
    const MESSAGES_COUNT: u64 = 2_000;
    let acceptor = open_brisk(&pod(1), 1);
    let relay = Relay::to(address(&acceptor.endpoint)).await;
    let to_mortal = acceptor.endpoint.link(&pod(2), localhost()).expect("room");
    let mut far = Post::open(&to_mortal, place(1, 0), None);
    let (mut far_sent, mut far_heard) = (0, 0);
    // What pod 2's journal says; pod 2 says number n as its message n, in every life.
    let mut heard_durably: u64 = 0;
    let mut lives_count = 0;
    while heard_durably < MESSAGES_COUNT || far_heard < MESSAGES_COUNT {
        lives_count += 1;
        relay.mend();
        // It does not remember what was acknowledged, but half of that.
        let send_from = far_heard / 2;
        let mut near = Mortal::born(lives_count, &relay, send_from, heard_durably);
        let mut said = send_from;
        let dies_at = (lives_count * MESSAGES_COUNT / 8).min(MESSAGES_COUNT);
        while far_heard < dies_at || heard_durably < dies_at {
            while said < MESSAGES_COUNT && near.post.outgoing.send(numbered(said, 500)).is_ok() {
                said += 1;
            }
            while far_sent < MESSAGES_COUNT && far.outgoing.send(numbered(far_sent, 900)).is_ok() {
                far_sent += 1;
            }
            if far_heard < dies_at
                && let Some(message) = far.incoming.receive()
            {
                assert_eq!(number_of(&message.bytes), far_heard);
                far.incoming.acknowledge(message.place_after());
                far_heard += 1;
            }
            if heard_durably < dies_at
                && let Some(message) = near.post.incoming.receive()
            {
                assert_eq!(number_of(&message.bytes), heard_durably);
                // Every other is acknowledged in this life; all are durable.
                heard_durably += 1;
                if heard_durably.is_multiple_of(2) {
                    near.post.incoming.acknowledge(message.place_after());
                }
            }
            tokio::task::yield_now().await;
        }
        near.kill(&relay);
    }
    assert_eq!(lives_count, 8);
    let statistics = to_mortal.statistics();
    assert!(statistics.connections >= lives_count);
    assert!(statistics.resends > 0 && statistics.messages_received > MESSAGES_COUNT / 2);
    assert!(far.incoming.receive().is_none(), "nothing is doubled");
}

#[tokio::test]
async fn a_slow_reader_costs_bounded_memory_and_its_sender_is_told() {
    let pair = Pair::linked().await;
    let (mut near, mut far) = pair.posts();
    let payload = Bytes::from(vec![7; 100_000]);
    let mut sent: u64 = 0;
    // Nobody reads. All there is room for is both queues, and then it is full.
    let mut is_full = false;
    while !is_full {
        match near.outgoing.send(payload.clone()) {
            Ok(_) => sent += 1,
            Err(SendError::Full(back)) => {
                assert_eq!(back, payload, "it comes back");
                is_full = true;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(sent, (OUTBOX_BYTES_MAX / payload.len()) as u64);
    let held_max = INBOX_BYTES_MAX + STREAM_WINDOW_BYTES as usize;
    eventually("a full inbox", || {
        let waiting = pair.to_dialer.statistics().inbox_bytes as usize;
        waiting + payload.len() > INBOX_BYTES_MAX
    })
    .await;
    let received = pair.to_dialer.statistics().bytes_received as usize;
    assert!(received < 2 * held_max, "{received} bytes were let in");
    // It reads after all: everything comes, and there is room again.
    for number in 0..sent {
        let message = far.take().await;
        assert_eq!(message.id.sequence, number);
        assert_eq!(message.bytes, payload);
    }
    near.until_acknowledged(sent - 1).await;
    near.send(payload).await;
}

#[tokio::test]
async fn too_many_small_messages_are_full_too_and_one_too_long_is_refused() {
    let pair = Pair::linked().await;
    let (mut near, _far) = pair.posts();
    for _ in 0..OUTBOX_COUNT_MAX {
        near.outgoing.send(Bytes::from_static(b"x")).expect("room");
    }
    let more = near.outgoing.send(Bytes::from_static(b"y"));
    assert_eq!(more, Err(SendError::Full(Bytes::from_static(b"y"))));
    let bytes = MESSAGE_BYTES_MAX + 1;
    let long = near.outgoing.send(vec![0; bytes].into());
    assert_eq!(long, Err(SendError::TooLong { bytes }));
}

#[tokio::test]
async fn the_largest_message_arrives() {
    let pair = Pair::linked().await;
    let (mut near, mut far) = pair.posts();
    let payload = numbered(3, MESSAGE_BYTES_MAX);
    near.send(payload.clone()).await;
    near.send(Bytes::new()).await;
    assert_eq!(far.take().await.bytes, payload);
    assert_eq!(far.take().await.bytes, Bytes::new());
}

#[tokio::test]
async fn nothing_goes_out_without_a_lease() {
    let (has_lease, gate) = lease();
    let pair = Pair::linked_with(Options {
        may_send: gate,
        ..options(&pod(2), 1)
    })
    .await;
    let (mut near, mut far) = pair.posts();
    near.send(numbered(0, 8)).await;
    far.take().await;
    near.until_acknowledged(0).await;

    has_lease.store(false, Ordering::SeqCst);
    near.send(numbered(1, 8)).await;
    far.send(numbered(0, 8)).await;
    // What comes in may come in, but it is not acknowledged.
    near.take().await;
    eventually("held words", || {
        pair.to_acceptor.statistics().lease_waits >= 2
    })
    .await;
    assert!(far.incoming.receive().is_none());
    assert_eq!(far.outgoing.unacknowledged(), 0);

    has_lease.store(true, Ordering::SeqCst);
    assert_eq!(number_of(&far.take().await.bytes), 1);
    far.until_acknowledged(0).await;
}

#[tokio::test]
async fn a_fenced_process_is_told_and_stops() {
    let pair = Pair::linked().await;
    let (mut near, mut far) = pair.posts();
    near.send(numbered(0, 8)).await;
    far.take().await;
    // The directory has given the lease of pod 2 to its next life.
    assert!(pair.acceptor.endpoint.raise_fence(&pod(2), 2));
    until(&pair.to_acceptor, |state| *state == PeerState::Fenced).await;
    eventually("the lane's end", || near.outgoing.fault().is_some()).await;
    let refused = near.outgoing.send(numbered(1, 8));
    assert_eq!(refused, Err(SendError::Broken(Fault::Fenced)));
    assert!(pair.to_dialer.statistics().stale_refusals >= 1);

    // Its next life is heard, and goes on with what was not acknowledged.
    let next = open(&pod(2), 2);
    let address = address(&pair.acceptor.endpoint);
    let peer = next.endpoint.link(&pod(1), address).expect("room");
    let mut near = Post::open(&peer, place(1, 0), None);
    near.send(numbered(0, 8)).await;
    near.send(numbered(1, 8)).await;
    assert_eq!(number_of(&far.take().await.bytes), 1, "0 was taken before");
}

#[tokio::test]
async fn an_earlier_life_cannot_come_back() {
    let pair = Pair::linked().await;
    let next = open(&pod(2), 5);
    let address = address(&pair.acceptor.endpoint);
    let to_acceptor = next.endpoint.link(&pod(1), address).expect("room");
    until_linked(&to_acceptor).await;
    until(&pair.to_dialer, |state| {
        *state == PeerState::Linked { incarnation: 5 }
    })
    .await;
    // The one before was replaced; it dials again, and learns that it is over.
    until(&pair.to_acceptor, |state| *state == PeerState::Fenced).await;
    assert_eq!(
        *pair.to_dialer.state().borrow(),
        PeerState::Linked { incarnation: 5 }
    );
}

#[tokio::test]
async fn a_sender_that_has_lost_messages_is_refused_for_good() {
    let pair = Pair::linked().await;
    let mut near = Post::open(&pair.to_acceptor, place(1, 9), None);
    let durable = Position { series: 1, next: 4 };
    let mut far = Post::open(&pair.to_dialer, place(1, 0), Some(durable));
    while near.outgoing.fault().is_none() {
        near.news().await;
    }
    let fault = near.outgoing.fault().expect("just waited for it");
    assert!(
        matches!(fault, Fault::Refused(OpenRefusal::Gap(gap)) if gap.expected == 4 && gap.offered == 9),
        "{fault}"
    );
    assert!(fault.to_string().contains("4 to 9 are lost"), "{fault}");
    assert!(far.incoming.receive().is_none());
    // The other direction is whole.
    far.send(numbered(0, 8)).await;
    near.take().await;
}

#[tokio::test]
async fn a_new_series_takes_the_place_of_the_old() {
    let pair = Pair::linked().await;
    let (mut near, mut far) = pair.posts();
    for number in 0..5 {
        near.send(numbered(number, 8)).await;
    }
    let kept = far.receive().await;
    for _ in 1..5 {
        far.receive().await;
    }
    // A sender without durable state: its next life begins anew.
    let next = open(&pod(2), 2);
    let address = address(&pair.acceptor.endpoint);
    let peer = next.endpoint.link(&pod(1), address).expect("room");
    let mut near = Post::open(&peer, place(2, 0), None);
    near.send(numbered(0, 8)).await;
    let message = far.receive().await;
    assert_eq!((message.series, message.id.sequence), (2, 0));
    // A late word about the old series says nothing.
    far.incoming.acknowledge(kept.place_after());
    far.incoming.acknowledge(message.place_after());
    near.until_acknowledged(0).await;
}

#[tokio::test]
async fn who_holds_a_port_learns_that_the_link_is_closed() {
    let pair = Pair::linked().await;
    let (mut near, mut far) = pair.posts();
    near.send(numbered(0, 8)).await;
    far.receive().await;
    let reader = pair.to_dialer.subscribe(wake().0).expect("nobody else is");
    assert!(!far.incoming.is_closed() && !reader.is_closed());
    pair.acceptor.endpoint.close().await;
    eventually("the port's end", || far.incoming.is_closed()).await;
    assert!(reader.is_closed());
    eventually("the end of sending", || {
        far.outgoing.send(Bytes::new()) == Err(SendError::Closed)
    })
    .await;
    assert!(pair.to_dialer.subscribe(wake().0).is_none());
    let options = LaneOptions {
        lane: LaneId(1),
        send_from: place(1, 0),
        durable: None,
        wake: wake().0,
    };
    let closed = pair.to_dialer.reliable_port(options).err();
    assert_eq!(closed, Some(LaneError::Closed));
}

#[test]
fn a_port_is_used_from_a_thread_of_its_own() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let pair = Pair::linked().await;
        let options = || LaneOptions {
            lane: LaneId(4),
            send_from: place(1, 0),
            durable: None,
            wake: wake().0,
        };
        let near = pair.to_acceptor.reliable_port(options()).expect("free");
        let far = pair.to_dialer.reliable_port(options()).expect("free");
        let sender = std::thread::spawn(move || {
            let mut outgoing = near.outgoing;
            for number in 0..20_000 {
                while outgoing.send(numbered(number, 40)).is_err() {
                    std::thread::yield_now();
                }
            }
            while outgoing.unacknowledged() < 20_000 {
                std::thread::yield_now();
            }
        });
        let receiver = std::thread::spawn(move || {
            let mut incoming = far.incoming;
            let mut expected = 0;
            while expected < 20_000 {
                let Some(message) = incoming.receive() else {
                    std::thread::yield_now();
                    continue;
                };
                assert_eq!(number_of(&message.bytes), expected);
                incoming.acknowledge(message.place_after());
                expected += 1;
            }
            incoming
        });
        eventually("both threads' end", || {
            sender.is_finished() && receiver.is_finished()
        })
        .await;
        sender.join().expect("no panic");
        receiver.join().expect("no panic");
    });
    runtime.shutdown_timeout(Duration::from_secs(5));
}
