//! Sends the newest message of each key to a peer, each over a stream of its own.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use quinn::SendStream;
use rtrb::{Consumer, Producer, RingBuffer};
use tokio::{
    sync::oneshot,
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::{
    latest::{Departure, Departures},
    limits::{
        KEYS_MAX, LATEST_BYTES_MAX, LATEST_RING_MAX, LATEST_WAITING_BYTES_MAX, LEASE_PAUSE,
        PUBLISHERS_MAX,
    },
    room::{Parcel, Room},
    transport::{
        bell::{Line, Switchboard},
        counters::Statistics,
        peer::PeerCore,
        session::Session,
        stream::{CODE_OUTDATED, PRIORITY_LATEST, StreamEnd, write},
    },
    wire::LatestHead,
};

/// Where a thread puts in messages of which only the newest of each key matters. Keys are the peer's,
/// whoever publishes. No call waits or takes a lock.
pub struct Publisher {
    ring: Producer<Published>,
    room: Arc<Room>,
    line: Arc<Line>,
}

/// Why a message was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PublishError {
    /// Too much waits: drop this one, a newer one will come.
    Full,
    TooLong {
        bytes: usize,
    },
    /// The link was closed.
    Closed,
}

struct Published {
    key: u32,
    parcel: Parcel,
}

/// The link's end of all publishers to one peer.
pub struct LatestOut {
    room: Arc<Room>,
    line: Arc<Line>,
    /// None when the link was closed.
    rings: Mutex<Option<Vec<Consumer<Published>>>>,
    waiting_count: AtomicUsize,
    flights_count: AtomicUsize,
}

/// What became of a flight.
enum Landing {
    Arrived,
    Lost,
    GivenUp,
}

impl Publisher {
    /// Takes a message for the peer, in place of any of its key that is not on its way yet.
    ///
    /// # Errors
    /// When it was not taken; the caller drops it.
    pub fn publish(&mut self, key: u32, message: Bytes) -> Result<(), PublishError> {
        let bytes = message.len();
        if bytes > LATEST_BYTES_MAX {
            return Err(PublishError::TooLong { bytes });
        }
        if self.ring.is_abandoned() {
            return Err(PublishError::Closed);
        }
        let parcel = self.room.wrap(message).map_err(|_| PublishError::Full)?;
        let pushed = self.ring.push(Published { key, parcel });
        self.line.ring();
        pushed.map_err(|_| PublishError::Full)
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.line.ring();
    }
}

impl LatestOut {
    pub fn new(board: &Switchboard) -> Self {
        Self {
            room: Room::new(LATEST_WAITING_BYTES_MAX, 2 * KEYS_MAX),
            line: board.line(),
            rings: Mutex::new(Some(Vec::new())),
            waiting_count: AtomicUsize::new(0),
            flights_count: AtomicUsize::new(0),
        }
    }

    /// None when there are [`PUBLISHERS_MAX`], or the link was closed.
    pub fn publisher(&self) -> Option<Publisher> {
        let mut rings = self.rings.lock().expect("no holder panics");
        let rings = rings.as_mut()?;
        rings.retain(|ring| !(ring.is_abandoned() && ring.is_empty()));
        if rings.len() >= PUBLISHERS_MAX {
            return None;
        }
        let (ring_in, ring_out) = RingBuffer::new(LATEST_RING_MAX);
        rings.push(ring_out);
        Some(Publisher {
            ring: ring_in,
            room: self.room.clone(),
            line: self.line.clone(),
        })
    }

    /// Tells the publishers that the link is closed.
    pub fn close(&self) {
        self.rings.lock().expect("no holder panics").take();
    }

    pub fn measure(&self, statistics: &mut Statistics) {
        statistics.latest_waiting = self.waiting_count.load(Ordering::Relaxed) as u64;
        statistics.latest_flights = self.flights_count.load(Ordering::Relaxed) as u64;
    }

    /// What the threads have put in since the last call.
    fn collect(&self, mut take: impl FnMut(Published)) {
        let mut rings = self.rings.lock().expect("no holder panics");
        for ring in rings.iter_mut().flatten() {
            while let Ok(published) = ring.pop() {
                take(published);
            }
        }
    }
}

/// Sends what is published, for as long as it is polled.
pub async fn run(peer: Arc<PeerCore>) {
    let mut tower = Tower {
        departures: Departures::new(),
        flights: JoinSet::new(),
        give_up: BTreeMap::new(),
        peer,
    };
    let peer = tower.peer.clone();
    let mut sessions = peer.session.subscribe();
    loop {
        tower.collect();
        tower.give_up();
        let session = sessions.borrow_and_update().clone();
        let pause_until = tower.depart(session);
        tokio::select! {
            () = peer.latest_out.line.rung() => (),
            Some(landed) = tower.flights.join_next(), if !tower.flights.is_empty() => {
                tower.land(landed.expect("flights are not aborted, nor do they panic"));
            }
            _ = sessions.changed() => (),
            () = sleep_until(pause_until.unwrap_or_else(Instant::now)), if pause_until.is_some() => (),
        }
    }
}

/// What waits and flies to one peer.
struct Tower {
    peer: Arc<PeerCore>,
    departures: Departures<Arc<Parcel>>,
    flights: JoinSet<(u32, Landing)>,
    /// Tells a flight to give up.
    give_up: BTreeMap<u32, oneshot::Sender<()>>,
}

impl Tower {
    fn now(&self) -> Duration {
        self.peer.context.started_at.elapsed()
    }

    fn collect(&mut self) {
        let counters = &self.peer.counters;
        let departures = &mut self.departures;
        self.peer.latest_out.collect(|Published { key, parcel }| {
            match departures.publish(key, Arc::new(parcel)) {
                Ok(false) => (),
                Ok(true) => counters.latest_replaced.add(1),
                Err(_) => counters.latest_dropped.add(1),
            }
        });
    }

    fn give_up(&mut self) {
        for key in self.departures.give_up(self.now()) {
            let flight = self.give_up.remove(&key).expect("it flies");
            // One that has landed in this moment does not listen any more.
            let _ = flight.send(());
        }
    }

    /// Sends what may go now; returns when to look again, if nothing else happens before.
    fn depart(&mut self, session: Option<Arc<Session>>) -> Option<Instant> {
        let may_send = (self.peer.context.may_send)();
        if let Some(session) = session.filter(|_| may_send) {
            while let Some(departure) = self.departures.depart(self.now()) {
                let (give_up, given_up) = oneshot::channel();
                self.give_up.insert(departure.key, give_up);
                let flight = fly(self.peer.clone(), session.clone(), departure, given_up);
                self.flights.spawn(flight);
            }
        }
        self.tell();
        if !may_send && self.departures.waiting_count() > 0 {
            return Some(Instant::now() + LEASE_PAUSE);
        }
        let overdue_at = self.departures.overdue_at()?;
        Some(self.peer.context.started_at + overdue_at)
    }

    fn tell(&self) {
        let latest_out = &self.peer.latest_out;
        let waiting_count = self.departures.waiting_count();
        let flights_count = self.departures.flights_count();
        latest_out
            .waiting_count
            .store(waiting_count, Ordering::Relaxed);
        latest_out
            .flights_count
            .store(flights_count, Ordering::Relaxed);
    }

    fn land(&mut self, (key, landing): (u32, Landing)) {
        self.give_up.remove(&key);
        let counters = &self.peer.counters;
        match landing {
            Landing::Arrived => {
                self.departures.on_arrived(key);
                counters.latest_sent.add(1);
            }
            Landing::Lost => self.departures.on_lost(key),
            Landing::GivenUp => {
                self.departures.on_given_up(key);
                counters.latest_given_up.add(1);
            }
        }
    }
}

/// Sends one message, until it has arrived.
async fn fly(
    peer: Arc<PeerCore>,
    session: Arc<Session>,
    departure: Departure<Arc<Parcel>>,
    given_up: oneshot::Receiver<()>,
) -> (u32, Landing) {
    let key = departure.key;
    let Ok(mut stream) = session.connection.open_uni().await else {
        return (key, Landing::Lost);
    };
    let landing = tokio::select! {
        landing = transmit(&peer, &mut stream, &departure) => landing,
        _ = given_up => Landing::GivenUp,
    };
    if let Landing::GivenUp = landing {
        let _ = stream.reset(CODE_OUTDATED.into());
    }
    (key, landing)
}

async fn transmit(
    peer: &PeerCore,
    stream: &mut SendStream,
    departure: &Departure<Arc<Parcel>>,
) -> Landing {
    let payload = &departure.message.bytes;
    let head = LatestHead {
        bytes: payload.len(),
        incarnation: peer.context.incarnation,
        key: departure.key,
        version: departure.number,
    };
    let _ = stream.set_priority(PRIORITY_LATEST);
    let mut chunks = [Bytes::copy_from_slice(&head.encode()), payload.clone()];
    match write(peer, stream, &mut chunks).await {
        Ok(()) => (),
        // The receiver has a newer one, or no room: either way it is done with this one.
        Err(StreamEnd::Reset(_)) => return Landing::Arrived,
        Err(_) => return Landing::Lost,
    }
    let _ = stream.finish();
    match stream.stopped().await {
        Ok(_) => Landing::Arrived,
        Err(_) => Landing::Lost,
    }
}

impl fmt::Display for PublishError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Full => formatter.write_str("too much waits"),
            Self::TooLong { bytes } => {
                write!(
                    formatter,
                    "a message of {bytes} bytes, {LATEST_BYTES_MAX} at most"
                )
            }
            Self::Closed => formatter.write_str("the link was closed"),
        }
    }
}

impl std::error::Error for PublishError {}
