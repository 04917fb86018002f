//! A lane: messages of one source to one receiver, each applied exactly once, in order, over lost
//! connections and restarts of either side. Pure machines; what carries their words is not their part.
//!
//! A message is named by its lane, its **series** and its **sequence**. A series is a numbering without
//! gaps, and a later one has a greater name: the incarnation of the sender that began it, or that and a
//! count where one life begins several. A sender that comes back with its durable state goes on with its
//! series; one that lost its state begins a new one. The sender keeps what is not acknowledged
//! ([`Outbox`]); the receiver says from where to go on, and takes each sequence once ([`Inbox`]). To
//! acknowledge means *durable at the receiver*, which is later than delivered: whatever is acknowledged
//! is never asked for again.

mod inbox;
mod outbox;

use std::fmt;

pub use inbox::{Inbox, Verdict};
pub use outbox::{BadWord, Outbox};

/// Which lane between two processes: by custom the number of the shard that speaks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LaneId(pub u16);

/// A place in a series: all before `next` are done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    pub series: u64,
    pub next: u64,
}

/// Comes with every message: who says it, and which of its messages this is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageId {
    pub incarnation: u64,
    pub sequence: u64,
}

/// The sender's first word on a lane after each connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Open {
    pub incarnation: u64,
    pub series: u64,
    /// The oldest message that the sender still has, or the next it will have.
    pub first: u64,
}

/// The receiver's answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resume {
    pub series: u64,
    /// The message that it expects.
    pub next: u64,
    /// All before are durable.
    pub unacknowledged: u64,
}

/// The receiver has all before this durable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Acknowledgement {
    /// The receiver's.
    pub incarnation: u64,
    pub series: u64,
    pub unacknowledged: u64,
}

/// Messages are lost for good: the receiver expects some that the sender no longer has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    pub expected: u64,
    pub offered: u64,
}

/// Why a receiver does not take up a lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenRefusal {
    Gap(Gap),
    /// The sender has begun a newer numbering since.
    OldSeries {
        current: u64,
    },
    /// The sender has had a later life since.
    Stale {
        lowest: u64,
    },
}

impl fmt::Display for OpenRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Gap(Gap { expected, offered }) => write!(
                formatter,
                "messages {expected} to {offered} are lost: the receiver has lost what it \
                 acknowledged, or the sender what it had not yet delivered"
            ),
            Self::OldSeries { current } => {
                write!(formatter, "the receiver already follows series {current}")
            }
            Self::Stale { lowest } => {
                write!(
                    formatter,
                    "incarnation {lowest} is the lowest that is heard"
                )
            }
        }
    }
}

impl std::error::Error for OpenRefusal {}
