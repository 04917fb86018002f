//! Lanes of links ([`link::reliable`]) as the loops of this crate hold them: each is used in one
//! direction, and its other end is let go of.

use bytes::Bytes;
use link::{
    Peer,
    reliable::{LaneId, Position},
    transport::{Incoming, LaneOptions, Message, Outgoing, ReliablePort, SendError, Wake},
};
use pod::{Relay, Said};

use crate::bell::Bell;

/// Where a thread says something to a process.
pub struct OutLane {
    /// None between the end of one and the beginning of the next.
    outgoing: Option<Outgoing>,
    /// The first message that was put in.
    from: u64,
}

/// Where a thread hears a process.
pub struct InLane {
    incoming: Incoming,
    /// Where it began.
    durable: Option<Position>,
    taken: Option<Position>,
    /// Taken out while there was no room for it.
    early: Option<Message>,
}

/// What a new listener gets first.
pub struct Beginning {
    pub from: Position,
    pub messages: Vec<Bytes>,
}

/// What a shard said last, for one who begins to listen.
pub fn bring_in(relay: &Relay, shard: u16, series: u64) -> Beginning {
    let said: Vec<&Said> = relay.said().of_shard(shard).collect();
    let first = said.first().map(|said| u64::from(said.tick));
    let next = first.unwrap_or(u64::from(relay.durable_tick()) + 1);
    Beginning {
        from: Position { series, next },
        messages: said.iter().map(|said| said.bytes.clone()).collect(),
    }
}

impl OutLane {
    /// Begins to speak as a shard, or to one; none if the link was closed.
    pub fn open(peer: &Peer, shard: u16, beginning: Beginning, bell: &Bell) -> Option<Self> {
        let options = LaneOptions {
            lane: lane(shard, peer.is_dialled_from_here()),
            send_from: beginning.from,
            durable: None,
            wake: wake(bell),
        };
        let mut outgoing = open_port(peer, options)?.outgoing;
        for message in beginning.messages {
            // A link that was closed meanwhile is forgotten soon.
            let _ = outgoing.send(message);
        }
        Some(Self {
            outgoing: Some(outgoing),
            from: beginning.from.next,
        })
    }

    /// Says something.
    ///
    /// # Errors
    /// When it does not fit now, or never will.
    pub fn send(&mut self, bytes: Bytes) -> Result<u64, SendError> {
        match &mut self.outgoing {
            Some(outgoing) => outgoing.send(bytes),
            None => Err(SendError::Closed),
        }
    }

    /// Lets go of it; what was not acknowledged is forgotten.
    pub fn close(&mut self) {
        self.outgoing = None;
    }

    /// The oldest message that it still has, or the next it will have.
    pub fn first(&self) -> u64 {
        self.unacknowledged().max(self.from)
    }

    /// All before is durable at the other end.
    pub fn unacknowledged(&self) -> u64 {
        let outgoing = self.outgoing.as_ref();
        outgoing.map_or(self.from, Outgoing::unacknowledged)
    }
}

impl InLane {
    /// Begins to hear a shard, or commands for one; none if the link was closed. All before `durable` is
    /// never asked for again.
    pub fn open(peer: &Peer, shard: u16, durable: Option<Position>, bell: &Bell) -> Option<Self> {
        let options = LaneOptions {
            lane: lane(shard, !peer.is_dialled_from_here()),
            send_from: Position { series: 0, next: 0 },
            durable,
            wake: wake(bell),
        };
        Some(Self {
            incoming: open_port(peer, options)?.incoming,
            durable,
            taken: None,
            early: None,
        })
    }

    /// Takes out what has come, until `take` gives a message back that it has no room for.
    pub fn drain(&mut self, mut take: impl FnMut(Message) -> Option<Message>) {
        while let Some(message) = self.early.take().or_else(|| self.incoming.receive()) {
            let place = message.place_after();
            self.early = take(message);
            if self.early.is_some() {
                return;
            }
            self.taken = Some(place);
        }
    }

    /// The place after what was taken out last.
    pub fn taken(&self) -> Option<Position> {
        self.taken.or(self.durable)
    }

    /// Whether what comes next is lost for good.
    pub fn has_gap(&self) -> bool {
        self.incoming.refusal().is_some()
    }

    /// Tells the other end that all before this place is durable here; nothing if it never came by this
    /// lane.
    pub fn acknowledge(&mut self, place: Position) {
        let is_taken = |taken: Position| (place.series, place.next) <= (taken.series, taken.next);
        if self.taken.is_some_and(is_taken) {
            self.incoming.acknowledge(place);
        }
    }
}

/// The number of a lane: of two processes, each speaks on its own half.
fn lane(shard: u16, is_dialling: bool) -> LaneId {
    LaneId(shard * 2 + u16::from(is_dialling))
}

fn wake(bell: &Bell) -> Wake {
    let bell = bell.clone();
    std::sync::Arc::new(move || bell.ring())
}

fn open_port(peer: &Peer, options: LaneOptions) -> Option<ReliablePort> {
    let lane = options.lane.0;
    let opened = peer.reliable_port(options);
    let told = |error| tracing::warn!(peer = %peer.name(), lane, %error, "no lane");
    opened.map_err(told).ok()
}
