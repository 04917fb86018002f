//! Two endpoints of a link, each with its runtime on a thread of its own, and lane 0 between them.

use std::{
    fs,
    net::UdpSocket,
    sync::{Arc, LazyLock},
};

use bytes::Bytes;
use link::{
    Authority, Endpoint, Identity, Options, PeerName, PeerState,
    limits::SILENCE_MAX_DEFAULT,
    reliable::{LaneId, Position},
    transport::{Incoming, LaneOptions, Opened, Outgoing, SendError},
};
use tokio::{runtime::Runtime, sync::Notify};

use crate::Load;

/// How many are received before the receiver acknowledges, if more wait: a shard does it once a tick.
const ACKNOWLEDGED_TOGETHER: usize = 64;

pub struct LinkSide {
    sender: Half<Outgoing>,
    receiver: Half<Incoming>,
}

struct Half<P> {
    runtime: Runtime,
    _opened: Opened,
    port: Option<P>,
    news: Arc<Notify>,
}

impl LinkSide {
    pub fn start() -> Self {
        let [near, far] = [2, 1].map(|number| {
            let runtime = runtime();
            let opened = runtime.block_on(async { open(identity(number)) });
            (runtime, opened)
        });
        let address = far.1.endpoint.local_address().expect("it is bound");
        let name = PeerName::Pod;
        let to_far = near.1.endpoint.link(&name(1), address).expect("room");
        let to_near = far.1.endpoint.link(&name(2), address).expect("room");
        let port = |peer: &link::Peer, news: &Arc<Notify>| {
            let news = news.clone();
            let options = LaneOptions {
                lane: LaneId(0),
                send_from: Position { series: 1, next: 0 },
                durable: None,
                wake: Arc::new(move || news.notify_one()),
            };
            peer.reliable_port(options).expect("free")
        };
        let [near_news, far_news] = [(); 2].map(|()| Arc::new(Notify::new()));
        let sender = Half {
            port: Some(port(&to_far, &near_news).outgoing),
            runtime: near.0,
            _opened: near.1,
            news: near_news,
        };
        let receiver = Half {
            port: Some(port(&to_near, &far_news).incoming),
            runtime: far.0,
            _opened: far.1,
            news: far_news,
        };
        sender.runtime.block_on(async {
            let is_linked = |state: &PeerState| matches!(state, PeerState::Linked { .. });
            let mut states = to_far.state();
            states.wait_for(is_linked).await.expect("it lives");
        });
        Self { sender, receiver }
    }

    /// Sends the load and waits until all of it is acknowledged.
    pub fn pass(&mut self, load: &Load) {
        let outgoing = self.sender.port.take().expect("given back");
        let incoming = self.receiver.port.take().expect("given back");
        let receiving = self.receiver.runtime.spawn(receive(
            incoming,
            self.receiver.news.clone(),
            load.messages_count,
        ));
        let sending =
            self.sender
                .runtime
                .spawn(send(outgoing, self.sender.news.clone(), load.clone()));
        self.sender.runtime.block_on(async {
            self.sender.port = Some(sending.await.expect("no panic"));
            self.receiver.port = Some(receiving.await.expect("no panic"));
        });
    }
}

async fn send(mut outgoing: Outgoing, news: Arc<Notify>, load: Load) -> Outgoing {
    for _ in 0..load.messages_count {
        let mut payload: Bytes = load.payload.clone();
        while let Err(error) = outgoing.send(payload) {
            match error {
                SendError::Full(back) => payload = back,
                other => panic!("{other}"),
            }
            news.notified().await;
        }
    }
    while outgoing.unacknowledged() < outgoing.next_sequence() {
        news.notified().await;
    }
    outgoing
}

async fn receive(mut incoming: Incoming, news: Arc<Notify>, messages_count: u64) -> Incoming {
    let mut received = 0;
    while received < messages_count {
        let mut place = None;
        for _ in 0..ACKNOWLEDGED_TOGETHER {
            let Some(message) = incoming.receive() else {
                break;
            };
            place = Some(message.place_after());
            received += 1;
        }
        match place {
            Some(place) => incoming.acknowledge(place),
            None => news.notified().await,
        }
    }
    incoming
}

pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Of a cluster that is made anew in each run.
pub fn identity(number: u16) -> Identity {
    static AUTHORITY: LazyLock<Authority> = LazyLock::new(authority);
    let now = time::OffsetDateTime::now_utc();
    let identity = AUTHORITY.issue(&PeerName::Pod(number), &[], now);
    identity.expect("a certificate")
}

fn authority() -> Authority {
    let name = format!("voxelheim-bench-link-{}", std::process::id());
    let directory = std::env::temp_dir().join(name);
    let now = time::OffsetDateTime::now_utc();
    let authority = Authority::create_or_load(&directory, now).expect("an authority");
    fs::remove_dir_all(&directory).expect("it was just made");
    authority
}

fn open(identity: Identity) -> Opened {
    Endpoint::open(Options {
        identity,
        socket: UdpSocket::bind("127.0.0.1:0").expect("a free port"),
        incarnation: 1,
        may_send: Arc::new(|| true),
        silence_max: SILENCE_MAX_DEFAULT,
        random: Box::new(|| 0),
    })
    .expect("an endpoint")
}
