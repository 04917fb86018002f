//! Lanes of links ([`link::reliable`]) as the loops of this crate hold them: each is used in one
//! direction, and its other end is let go of.

use bytes::Bytes;
use link::{
    Peer,
    reliable::{LaneId, Position},
    transport::{Incoming, LaneOptions, Message, Outgoing, ReliablePort, SendError, Wake},
};
use pod::{Relay, Said};

use crate::{bell::Bell, limits::SERIES_BITS};

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

/// Numbers the series in which a process that keeps nothing speaks. Each lane that it opens begins one: in one
/// that a receiver knows already, it would take the first messages for those that it has, and drop them.
pub struct Numbering {
    next: u64,
    end: u64,
}

impl Numbering {
    /// Of a process in a life of this number; later lives begin later series.
    pub fn of_life(incarnation: u64) -> Self {
        Self {
            next: incarnation << SERIES_BITS,
            end: (incarnation + 1) << SERIES_BITS,
        }
    }

    /// Where a new lane begins. Panics after more lanes than a life can open.
    pub fn begin(&mut self) -> Beginning {
        let series = self.next;
        self.next += 1;
        assert!(
            series < self.end,
            "a life opens no {} lanes",
            1 << SERIES_BITS
        );
        Beginning {
            from: Position { series, next: 0 },
            messages: Vec::new(),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use link::reliable::{Inbox, OpenRefusal, Outbox, Verdict};

    /// What a receiver that has lost some of what it had takes of one who has no more of it.
    #[test]
    fn after_a_gap_all_is_heard_from_the_first_word_on() {
        let mut numbering = Numbering::of_life(7);
        let lost = numbering.begin().from;
        let place = |next| Position { next, ..lost };
        let mut inbox = Inbox::new(1, Some(place(5)));
        let refused = inbox.on_open(Outbox::<u8>::new(7, place(40)).open());
        assert!(matches!(refused, Err(OpenRefusal::Gap(_))));

        let mut outbox = Outbox::new(7, numbering.begin().from);
        for word in 0..9 {
            outbox.push(word);
        }
        let resume = inbox.on_open(outbox.open()).expect("a new series");
        outbox.on_resume(resume).expect("nothing that cannot be");
        let heard = std::iter::from_fn(|| {
            let (id, word) = outbox.next_to_send()?;
            Some((inbox.on_message(id), *word))
        });
        let heard: Vec<(Verdict, u8)> = heard.collect();
        assert_eq!(
            heard,
            (0..9)
                .map(|word| (Verdict::Deliver, word))
                .collect::<Vec<_>>()
        );
        assert!(Numbering::of_life(8).begin().from.series > resume.series);
    }
}
