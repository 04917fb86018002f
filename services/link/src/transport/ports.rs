//! The ends of a lane that a thread holds: rings of one producer and one consumer. No call waits, takes
//! a lock or allocates; ringing the link's bell is one system call at most.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use rtrb::{Consumer, Producer};

use crate::{
    limits::MESSAGE_BYTES_MAX,
    mark::Mark,
    reliable::{MessageId, OpenRefusal, Position},
    room::{Parcel, Room},
    transport::bell::Line,
};

/// Wakes the thread that holds a port, when there is something to receive or to send again. Called on
/// the link's thread; must not wait.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Both ends of a lane. They may go to different threads.
pub struct ReliablePort {
    pub outgoing: Outgoing,
    pub incoming: Incoming,
}

/// Where a thread puts in what it says to a peer. When it is dropped, what has not been acknowledged
/// is forgotten.
pub struct Outgoing {
    pub(super) ring: Producer<Parcel>,
    pub(super) room: Arc<Room>,
    /// The sequence that the next message gets.
    pub(super) end: u64,
    pub(super) state: Arc<LaneState>,
    pub(super) line: Arc<Line>,
}

/// Where a thread takes out what a peer says to it.
pub struct Incoming {
    pub(super) ring: Consumer<Delivery>,
    pub(super) room: Arc<Room>,
    pub(super) state: Arc<LaneState>,
    /// Of all that was taken out.
    pub(super) taken: Option<Position>,
    pub(super) durable: Arc<Mark>,
    pub(super) acknowledgements: Arc<Line>,
    pub(super) space: Arc<Line>,
}

/// What the threads and the tasks of a lane tell each other.
#[derive(Debug, Default)]
pub struct LaneState {
    pub unacknowledged: AtomicU64,
    pub fault: OnceLock<Fault>,
    /// Why the peer's last attempt to open its side was not taken up.
    pub refused: OnceLock<OpenRefusal>,
    pub is_outgoing_gone: AtomicBool,
    pub is_incoming_gone: AtomicBool,
}

/// A received message with its room.
pub struct Delivery {
    pub series: u64,
    pub id: MessageId,
    pub parcel: Parcel,
}

/// A received message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// The series that its sequence counts in.
    pub series: u64,
    pub id: MessageId,
    pub bytes: Bytes,
}

/// Why a lane has ended for good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The receiver does not take it up.
    Refused(OpenRefusal),
    /// The peer has heard of a later life of this process, or of the end of its lease: it must stop.
    Fenced,
}

/// Why a message was not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SendError {
    /// Too much is not acknowledged: stop and try again with this when woken.
    Full(Bytes),
    /// The message is longer than one may be.
    TooLong {
        bytes: usize,
    },
    Broken(Fault),
    /// The link was closed.
    Closed,
}

impl Message {
    /// The place after it: what to acknowledge once it is durable, and to keep with it.
    pub fn place_after(&self) -> Position {
        Position {
            series: self.series,
            next: self.id.sequence + 1,
        }
    }
}

impl Outgoing {
    /// Takes a message for the peer; returns its sequence. It is kept until the peer acknowledges it.
    ///
    /// # Errors
    /// When it does not fit now, or never will.
    pub fn send(&mut self, message: Bytes) -> Result<u64, SendError> {
        let bytes = message.len();
        if bytes > MESSAGE_BYTES_MAX {
            return Err(SendError::TooLong { bytes });
        }
        if let Some(fault) = self.fault() {
            return Err(SendError::Broken(fault));
        }
        if self.ring.is_abandoned() {
            return Err(SendError::Closed);
        }
        let parcel = self.room.wrap(message).map_err(SendError::Full)?;
        self.ring
            .push(parcel)
            .expect("the ring holds as many as there is room for");
        let sequence = self.end;
        self.end += 1;
        self.line.ring();
        Ok(sequence)
    }

    /// The sequence that the next message gets.
    pub fn next_sequence(&self) -> u64 {
        self.end
    }

    /// The oldest sequence that the peer does not have durable.
    pub fn unacknowledged(&self) -> u64 {
        self.state.unacknowledged.load(Ordering::Acquire)
    }

    /// Why nothing can be sent any more, if so.
    pub fn fault(&self) -> Option<Fault> {
        self.state.fault.get().copied()
    }
}

impl Incoming {
    /// The next message, if one is there.
    pub fn receive(&mut self) -> Option<Message> {
        let Delivery { series, id, parcel } = self.ring.pop().ok()?;
        let Parcel { bytes, claim } = parcel;
        drop(claim);
        if self.room.take_want() {
            self.space.ring();
        }
        let message = Message { series, id, bytes };
        self.taken = Some(message.place_after());
        Some(message)
    }

    /// Tells the peer that all before this place is durable here: it will never send that again.
    ///
    /// # Panics
    /// If that was never received.
    pub fn acknowledge(&mut self, durable: Position) {
        let taken = self.taken.expect("only what was received is acknowledged");
        assert!(
            (durable.series, durable.next) <= (taken.series, taken.next),
            "only what was received is acknowledged"
        );
        self.durable.advance(durable);
        self.acknowledgements.ring();
    }

    /// Why what the peer says is not taken up, if it is not: as long as this port is held, nothing comes.
    pub fn refusal(&self) -> Option<OpenRefusal> {
        self.state.refused.get().copied()
    }

    /// Whether the link was closed and all was taken out.
    pub fn is_closed(&self) -> bool {
        self.ring.is_abandoned() && self.ring.is_empty()
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.state.is_outgoing_gone.store(true, Ordering::SeqCst);
        self.line.ring();
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.state.is_incoming_gone.store(true, Ordering::SeqCst);
        self.acknowledgements.ring();
        self.space.ring();
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(formatter, "the peer does not take it up: {refusal}"),
            Self::Fenced => formatter.write_str("the peer hears a later life of this process"),
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Full(_) => formatter.write_str("too much is not acknowledged"),
            Self::TooLong { bytes } => {
                write!(
                    formatter,
                    "a message of {bytes} bytes, {MESSAGE_BYTES_MAX} at most"
                )
            }
            Self::Broken(fault) => write!(formatter, "the lane has ended: {fault}"),
            Self::Closed => formatter.write_str("the link was closed"),
        }
    }
}

impl std::error::Error for SendError {}
