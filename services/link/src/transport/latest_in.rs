//! Receives the newest message of each key from a peer and hands it to a thread.

use std::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use quinn::RecvStream;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::{
    latest::{Arrivals, Version, Waiting},
    limits::{KEYS_MAX, LATEST_RING_MAX, LATEST_WAITING_BYTES_MAX},
    room::{Claim, Room},
    transport::{
        bell::{Line, Switchboard},
        peer::PeerCore,
        ports::Wake,
        session::Session,
        stream::{CODE_OUTDATED, StreamEnd, read_array, read_last},
    },
    wire::LatestHead,
};

/// Where a thread takes out the newest messages of a peer. No call waits or takes a lock.
pub struct Subscriber {
    ring: Consumer<Arrived>,
    shared: Arc<Shared>,
}

/// A message of the latest-wins channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LatestMessage {
    pub key: u32,
    pub version: Version,
    pub bytes: Bytes,
}

struct Arrived {
    message: LatestMessage,
    _claim: Claim,
}

/// The link's end.
pub struct LatestIn {
    desk: Mutex<Desk>,
    room: Arc<Room>,
    shared: Arc<Shared>,
}

struct Shared {
    line: Arc<Line>,
    /// Whether messages wait for the ring to have room again.
    is_ring_wanted: AtomicBool,
}

/// What has arrived, and the way to the thread.
#[derive(Default)]
struct Desk {
    arrivals: Arrivals,
    waiting: Waiting<Arrived>,
    subscriber: Option<(Producer<Arrived>, Wake)>,
    is_closed: bool,
}

impl Subscriber {
    /// The next message, if one is there. Of a key, later ones are newer.
    pub fn receive(&mut self) -> Option<LatestMessage> {
        let arrived = self.ring.pop().ok()?;
        if self.shared.is_ring_wanted.load(Ordering::SeqCst)
            && self.shared.is_ring_wanted.swap(false, Ordering::SeqCst)
        {
            self.shared.line.ring();
        }
        Some(arrived.message)
    }

    /// Whether the link was closed and all was taken out.
    pub fn is_closed(&self) -> bool {
        self.ring.is_abandoned() && self.ring.is_empty()
    }
}

impl LatestIn {
    pub fn new(board: &Switchboard) -> Self {
        Self {
            desk: Mutex::default(),
            room: Room::new(LATEST_WAITING_BYTES_MAX, KEYS_MAX),
            shared: Arc::new(Shared {
                line: board.line(),
                is_ring_wanted: AtomicBool::new(false),
            }),
        }
    }

    /// None when another thread is subscribed already, or the link was closed.
    pub fn subscribe(&self, wake: Wake) -> Option<Subscriber> {
        let mut desk = self.desk();
        let is_taken = |(ring, _): &(Producer<Arrived>, Wake)| !ring.is_abandoned();
        if desk.is_closed || desk.subscriber.as_ref().is_some_and(is_taken) {
            return None;
        }
        let (ring_in, ring_out) = RingBuffer::new(LATEST_RING_MAX);
        desk.subscriber = Some((ring_in, wake));
        let wake = self.hand_over(&mut desk);
        drop(desk);
        call(wake);
        Some(Subscriber {
            ring: ring_out,
            shared: self.shared.clone(),
        })
    }

    /// Tells the subscriber that the link is closed.
    pub fn close(&self) {
        let mut desk = self.desk();
        desk.is_closed = true;
        let subscriber = desk.subscriber.take();
        drop(desk);
        if let Some((ring, wake)) = subscriber {
            // It has no other end then, which its thread sees when it is woken.
            drop(ring);
            wake();
        }
    }

    /// Hands over what waited for the ring to have room, for as long as it is polled.
    pub async fn run(&self) {
        loop {
            self.shared.line.rung().await;
            let wake = self.hand_over(&mut self.desk());
            call(wake);
        }
    }

    /// Moves what waits into the ring, as far as it goes; returns whom to wake then.
    fn hand_over(&self, desk: &mut Desk) -> Option<Wake> {
        // What a thread that is gone has not taken waits for the next.
        let subscriber = desk.subscriber.take();
        let (mut ring, wake) = subscriber.filter(|(ring, _)| !ring.is_abandoned())?;
        let mut is_any = false;
        loop {
            if ring.is_full() {
                self.shared.is_ring_wanted.store(true, Ordering::SeqCst);
                // It may have been emptied just before it could know.
                if ring.is_full() {
                    break;
                }
            }
            let Some((_, arrived)) = desk.waiting.take(|_| true) else {
                break;
            };
            ring.push(arrived)
                .unwrap_or_else(|_| unreachable!("there was room, and only this end fills it"));
            is_any = true;
        }
        desk.subscriber = Some((ring, wake.clone()));
        is_any.then_some(wake)
    }

    /// Room for a message; one of its key that waits gives its own up if need be.
    fn claim(&self, head: &LatestHead) -> Option<Claim> {
        if let Ok(claim) = self.room.claim(head.bytes) {
            return Some(claim);
        }
        drop(self.desk().waiting.remove(head.key)?);
        self.room.claim(head.bytes).ok()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("no holder panics")
    }
}

/// Outside of all locks: a woken thread may come back at once.
fn call(wake: Option<Wake>) {
    if let Some(wake) = wake {
        wake();
    }
}

/// Receives one message over its stream.
pub async fn receive(
    peer: &PeerCore,
    session: &Session,
    mut stream: RecvStream,
) -> Result<(), StreamEnd> {
    let head = LatestHead::decode(read_array(&mut stream).await?)?;
    session.hear(peer, head.incarnation)?;
    let version = Version {
        incarnation: head.incarnation,
        number: head.version,
    };
    let latest = &peer.latest_in;
    if !latest.desk().arrivals.is_news(head.key, version) {
        peer.counters.latest_outdated.add(1);
        let _ = stream.stop(CODE_OUTDATED.into());
        return Ok(());
    }
    let Some(claim) = latest.claim(&head) else {
        peer.counters.latest_dropped.add(1);
        let _ = stream.stop(CODE_OUTDATED.into());
        return Ok(());
    };
    let bytes = read_last(&mut stream, head.bytes).await?;
    // Its lease may have ended while it came.
    session.hear(peer, head.incarnation)?;
    let message = LatestMessage {
        key: head.key,
        version,
        bytes,
    };
    let mut desk = latest.desk();
    if !desk.arrivals.on_arrival(head.key, version) {
        peer.counters.latest_outdated.add(1);
        return Ok(());
    }
    let arrived = Arrived {
        message,
        _claim: claim,
    };
    desk.waiting.put(head.key, arrived);
    let wake = latest.hand_over(&mut desk);
    drop(desk);
    call(wake);
    peer.counters.latest_received.add(1);
    Ok(())
}
